"""Reads in a process of its own what can bring a reader down: a file that kills it is refused, nothing else falls.

A workbook of 5 kB may ask for 400 GB of cells, and a damaged Arrow stream may point outside its memory; either ends
the process that reads it. Run as `python -m huong.intake.readers.apart workbook FILE` or `... arrow FILE TO`;
imports nothing of ours, so that it starts quickly.
"""

import subprocess
import sys
from pathlib import Path
from typing import Final

MEMORY_BYTES: Final = 2 * 1024**3
SECONDS: Final = 120


def survives(what: str, *files: Path) -> bool:
    """Return whether a process that reads a file this way comes to its end, within memory and time.

    Args:
        what: "workbook" reads every sheet; "arrow" writes a stream, the first file, as Parquet, the second.
    """
    command = [sys.executable, "-m", "huong.intake.readers.apart", what, *map(str, files)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603 - our own
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def _workbook(path: str) -> None:
    """Open every sheet; what the reader itself refuses is refused again, with its sentence, by whoever asked."""
    import python_calamine as calamine

    try:
        book = calamine.CalamineWorkbook.from_path(path)
        for name in book.sheet_names:
            book.get_sheet_by_name(name)
    except (calamine.CalamineError, OSError):
        return


def _arrow(path: str, to: str) -> None:
    """Write a stream as Parquet, each batch checked in full before a value of it is touched."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with (
        pa.OSFile(path) as source,
        pa.ipc.open_stream(source) as reader,
        pq.ParquetWriter(to, reader.schema, compression="snappy") as writer,
    ):
        for batch in reader:
            batch.validate(full=True)
            writer.write_batch(batch)


def main(arguments: list[str]) -> None:
    """Read one file under a limit of memory."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if arguments[0] == "workbook":
        _workbook(arguments[1])
    else:
        _arrow(*arguments[1:])


if __name__ == "__main__":
    main(sys.argv[1:])
