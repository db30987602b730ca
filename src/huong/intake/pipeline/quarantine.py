"""Files of refused rows: one Parquet file per load, encrypted under the load's own key for personal datasets."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from huong.base import home, ids, keys
from huong.files.ciphers import Decrypting, Encrypting
from huong.intake.pipeline.columns import files_sql, literal, quoted
from huong.intake.types import RAW, ROW, RULES, STRUCTURE_BIT, Ragged

if TYPE_CHECKING:
    import duckdb

    from huong.intake.models import Load

CHUNK = 1024 * 1024


def path_of(dataset: str, load_id: str, generation: int = 0) -> Path:
    """Return where the refused rows of a load lie; they are written anew when somebody is erased from them."""
    return home.path("quarantine", dataset, f"{load_id}{f'-{generation}' if generation else ''}.parquet")


def path_of_load(load: "Load") -> Path:
    """Return where the refused rows of a load lie under its present key."""
    return path_of(load.dataset, load.id, _generation(load))


def next_scope(load: "Load") -> str:
    """Return the name of the key under which the rest of a load is kept after somebody was erased from it."""
    return f"load:{load.id}:{_generation(load) + 1}"


def _generation(load: "Load") -> int:
    parts = load.scope.split(":")
    return int(parts[2]) if len(parts) > 2 else 0


def keep(load: "Load", file: Path) -> None:
    """Put the refused rows of a load where they stay, whole or not at all."""
    to = path_of_load(load)
    part = to.with_suffix(".part")
    with file.open("rb") as source, part.open("wb") as out:
        if load.scope:
            cipher = Encrypting(out.write, keys.data_key(load.scope))
            for chunk in iter(lambda: source.read(CHUNK), b""):
                cipher.write(chunk)
            cipher.finish()
        else:
            shutil.copyfileobj(source, out, CHUNK)
        out.flush()
        os.fsync(out.fileno())
    os.replace(part, to)


@contextmanager
def opened(load: "Load") -> Iterator[Path]:
    """Give the refused rows of a load as a readable Parquet file while the block runs.

    Raises:
        KeyDestroyed: they were erased.
    """
    path = path_of_load(load)
    if not load.scope:
        yield path
        return
    plain = home.path("tmp", f"open-{ids.new_id()}")
    try:
        descriptor = os.open(plain, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as out, path.open("rb") as sealed:
            shutil.copyfileobj(Decrypting(sealed, keys.data_key(load.scope)), out, CHUNK)
        yield plain
    finally:
        plain.unlink(missing_ok=True)


def add_ragged(con: "duckdb.DuckDBPyConnection", refused: Path, ragged: Sequence[Ragged]) -> None:
    """Add rows of the wrong width to the refused ones, as they stood in the file, under a bit of their own."""
    if not ragged:
        return
    import pyarrow as pa

    table = pa.table(
        {
            ROW: pa.array([found.row for found in ragged], pa.int64()),
            RULES: pa.array([1 << STRUCTURE_BIT] * len(ragged), pa.int64()),
            RAW: pa.array([found.text for found in ragged], pa.string()),
        }
    )
    more = refused.with_name("refused-all.parquet")
    con.register("_ragged", table)
    con.execute(
        f"COPY (SELECT * FROM (SELECT * FROM {files_sql([refused])} UNION ALL BY NAME SELECT * FROM _ragged)"
        f" ORDER BY {ROW}) TO {literal(str(more))} (FORMAT parquet, COMPRESSION zstd)"
    )
    con.unregister("_ragged")
    os.replace(more, refused)


def text_columns(con: "duckdb.DuckDBPyConnection", file: Path) -> list[str]:
    """Return the columns of the refused rows as they came, without our own."""
    names = [row[0] for row in con.execute(f"DESCRIBE SELECT * FROM {files_sql([file])}").fetchall()]
    return [name for name in names if name not in (ROW, RULES)]


def as_text_sql(columns: Sequence[str], file: Path) -> str:
    """Return a SELECT of refused rows with every cell as text, and the marks that repairs set."""
    cells = ", ".join(f"{quoted(name)}::VARCHAR AS {quoted(name)}" for name in columns)
    more = f", {cells}" if cells else ""
    return f"SELECT {ROW}, {RULES}, '' AS _state{more} FROM {files_sql([file])}"
