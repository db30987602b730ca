"""Writing Parquet files in a staging folder: what the three ways of writing share.

Nothing here touches the table or the database. A `Plan` says which files the next version shall
consist of; `planning` makes it.
"""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from huong.base import clock, home, ids
from huong.store.delta import DataFile, State
from huong.store.engine import scan, workbench
from huong.store.errors import KeyMissing, WrongSchema
from huong.store.rules import HASHED, MONTH, quoted, text
from huong.store.storage import Storage

if TYPE_CHECKING:
    import duckdb

Columns = tuple[tuple[str, str], ...]
OPTIONS = "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880, RETURN_STATS true"
_PLAIN = {"HUGEINT": "BIGINT", "UBIGINT": "BIGINT", "UINTEGER": "BIGINT", "UUID": "VARCHAR", "JSON": "VARCHAR"}
_SIMPLE = ("TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS")
_WIDER = {("TINYINT", "BIGINT"), ("SMALLINT", "BIGINT"), ("INTEGER", "BIGINT"), ("FLOAT", "DOUBLE")}


@dataclass
class Plan:
    """What the next version consists of."""

    files: list[DataFile]
    columns: Columns
    partition: tuple[str, ...] = ()
    fresh: dict[str, Path] = field(default_factory=dict)
    widened: Columns = ()
    added: int = 0
    updated: int = 0
    deleted: int = 0
    data_at: datetime | None = None
    changed: bool = True

    @property
    def rows(self) -> int:
        """Return how many rows the next version has."""
        return sum(file.rows for file in self.files)

    @property
    def bytes(self) -> int:
        """Return how large its files are."""
        return sum(file.bytes for file in self.files)


@dataclass
class Bench:
    """What the three ways of writing share."""

    con: "duckdb.DuckDBPyConnection"
    staging: Path
    place: Storage
    dataset: str
    before: State | None
    columns: Columns
    partition: tuple[str, ...]
    incoming: str

    @property
    def select(self) -> str:
        """Return the incoming rows with the table's columns and types, and the month where it partitions."""
        return f"SELECT {self._wanted} FROM ({self.incoming})"

    @property
    def _wanted(self) -> str:
        return ", ".join(f"CAST({quoted(name)} AS {kind}) AS {quoted(name)}" for name, kind in self.columns)

    def paths(self, files: Sequence[DataFile]) -> list[Path]:
        """Return local paths of files of the version before."""
        return self.place.fetch(self.dataset, [file.name for file in files])

    def old(self, paths: Sequence[Path], extra: str = "") -> str:
        """Return a SELECT of stored rows with the table's columns, whichever of them the files have."""
        names = ", ".join(text(str(path)) for path in paths)
        sample = f"SELECT * FROM read_parquet([{names}], union_by_name=true, hive_partitioning=false)"
        here = {row[0] for row in self.con.execute(f"DESCRIBE {sample}").fetchall()}
        wanted = ", ".join(
            quoted(name) if name in here else f"CAST(NULL AS {kind}) AS {quoted(name)}" for name, kind in self.columns
        )
        more = ", filename" if "filename" in extra else ""
        return f"SELECT {wanted}{more} FROM {scan(list(paths), mixed=True, extra=extra)}"


@contextmanager
def staging_folder() -> Iterator[Path]:
    """Make a folder for files on their way, on the home's disk, and clear it away afterwards."""
    folder = home.path("tmp", "store", ids.new_id())
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def stored_key(name: str, columns: Sequence[str]) -> str:
    """Return the column that stands for a key field: itself, or its keyed hash where it is encrypted.

    Raises:
        WrongSchema: there is no such column.
    """
    for found in (name, name + HASHED):
        if found in columns:
            return found
    raise WrongSchema(_("The key column “%(name)s” is missing from the data.") % {"name": name})


def opened_bench(
    con: "duckdb.DuckDBPyConnection",
    place: Storage,
    dataset: str,
    before: State | None,
    parquet: Sequence[Path],
    staging: Path,
    partition: str,
    *,
    replace: bool,
) -> Bench:
    """Look at what came and at what is there, and settle the columns of the next version.

    Args:
        partition: the field to partition a new table by.
        replace: nothing of the version before stays, so its columns need not be kept.

    Raises:
        WrongSchema: a column has another type than the table's.
    """
    paths = [path for path in parquet if path.stat().st_size]
    incoming = f"SELECT * FROM {scan(paths, mixed=len(paths) > 1)}"
    brought = _described(con, incoming)
    by = before.partition if before else ()
    if before is None and partition:
        kind = dict(brought).get(partition, "")
        by = (MONTH,) if kind in {"DATE"} or kind.startswith("TIMESTAMP") else (partition,)
    if MONTH in by and MONTH not in dict(brought):
        source = partition or _dated(brought)
        incoming = f"SELECT *, {_month(source, dict(brought)[source])} AS {MONTH} FROM ({incoming})"
        brought = (*brought, (MONTH, "VARCHAR"))
    columns = brought if before is None or replace else _together(before.columns, brought)
    if before is not None and replace and _fits(before.columns, brought):
        columns = _together(before.columns, brought)
    missing = [pair for pair in columns if pair[0] not in dict(brought)]
    if missing:
        nothing = ", ".join(f"CAST(NULL AS {kind}) AS {quoted(name)}" for name, kind in missing)
        incoming = f"SELECT *, {nothing} FROM ({incoming})"
    return Bench(con, staging, place, dataset, before, columns, by, incoming)


def _described(con: "duckdb.DuckDBPyConnection", sql: str) -> Columns:
    rows = con.execute(f"DESCRIBE {sql}").fetchall()
    return tuple((row[0], _kept(row[1])) for row in rows)


def _kept(kind: str) -> str:
    """Return the type in which a column is stored.

    >>> _kept("HUGEINT"), _kept("ENUM('a', 'b')"), _kept("TIMESTAMP_NS")
    ('BIGINT', 'VARCHAR', 'TIMESTAMP')
    """
    if kind.startswith(("ENUM", "TIME")) and not kind.startswith("TIMESTAMP"):
        return "VARCHAR"
    return "TIMESTAMP" if kind in _SIMPLE else _PLAIN.get(kind, kind)


def _fits(stored: Columns, brought: Columns) -> bool:
    known = dict(stored)
    return all(name not in known or kind == known[name] or (kind, known[name]) in _WIDER for name, kind in brought)


def _together(stored: Columns, brought: Columns) -> Columns:
    """Return the table's columns, with new ones at the end.

    Raises:
        WrongSchema: a column has another type.
    """
    known = dict(stored)
    for name, kind in brought:
        if name in known and kind != known[name] and (kind, known[name]) not in _WIDER:
            raise WrongSchema(
                _("The column “%(name)s” is stored as %(stored)s, but this load brings %(brought)s.")
                % {"name": name, "stored": known[name], "brought": kind},
                column=name,
            )
    return (*stored, *((name, kind) for name, kind in brought if name not in known))


def _dated(columns: Columns) -> str:
    for name, kind in columns:
        if kind == "DATE" or kind.startswith("TIMESTAMP"):
            return name
    raise WrongSchema(_("The column by which this dataset is divided into months is missing."))


def _month(name: str, kind: str) -> str:
    local = f"{quoted(name)} AT TIME ZONE {text(str(clock.zone()))}" if kind.endswith("ZONE") else quoted(name)
    return f"strftime({local}, '%Y-%m')"


def made_paths(made: dict[DataFile, Path]) -> dict[str, Path]:
    """Return where the new files lie, by name."""
    return {file.name: path for file, path in made.items()}


def write(bench: Bench, select: str, *, ready: Path | None = None) -> dict[DataFile, Path]:
    """Write rows as new files in the staging folder, one set per partition.

    Args:
        select: the rows, with all columns of the table.
        ready: a file that has exactly these rows; taken as it is if its columns are the table's.
    """
    if ready is not None and not bench.partition and (taken := _as_it_is(bench, ready)):
        return taken
    if not bench.partition:
        return write_one(bench, select, ())
    target = bench.staging / ids.new_id()
    target.mkdir()
    by = ", ".join(quoted(name) for name in bench.partition)
    options = f"{OPTIONS}, PARTITION_BY ({by}), WRITE_PARTITION_COLUMNS true"
    found = bench.con.execute(f"COPY ({select}) TO {text(str(target))} ({options})").fetchall()
    return dict(_named(bench, row) for row in found if row[1])


def write_one(bench: Bench, select: str, partition: tuple[tuple[str, str | None], ...]) -> dict[DataFile, Path]:
    """Write rows of one partition as one new file; none if there are no rows."""
    target = bench.staging / f"{ids.new_id()}.parquet"
    found = bench.con.execute(f"COPY ({select}) TO {text(str(target))} ({OPTIONS})").fetchall()
    return {DataFile(f"{ids.new_id()}.parquet", row[2], row[1], partition): Path(row[0]) for row in found if row[1]}


def _named(bench: Bench, row: tuple[Any, ...]) -> tuple[DataFile, Path]:
    held = row[5] or {}
    partition = tuple((name, _partition_value(held.get(name))) for name in bench.partition)
    return DataFile(f"{ids.new_id()}.parquet", row[2], row[1], partition), Path(row[0])


def _partition_value(value: Any) -> str | None:
    return None if value is None or value == "__HIVE_DEFAULT_PARTITION__" else str(value)


def _as_it_is(bench: Bench, ready: Path) -> dict[DataFile, Path] | None:
    brought = bench.con.execute(f"DESCRIBE SELECT * FROM {scan([ready])}").fetchall()
    if sorted((row[0], row[1]) for row in brought) != sorted(bench.columns):
        return None
    count = bench.con.execute(f"SELECT sum(num_rows) FROM parquet_file_metadata({text(str(ready))})").fetchone()
    if not count or not count[0]:
        return {}
    return {DataFile(f"{ids.new_id()}.parquet", ready.stat().st_size, int(count[0])): ready}


def require_keys(bench: Bench, table: str, keys: Sequence[str]) -> None:
    """Refuse rows without a key.

    Raises:
        KeyMissing: there are some; its details say how many.
    """
    empty = " OR ".join(f"{quoted(name)} IS NULL" for name in keys)
    found = bench.con.execute(f"SELECT count(*) FROM {table} WHERE {empty}").fetchone()
    if found and found[0]:
        raise KeyMissing(rows=found[0])


def count_between(place: Storage, dataset: str, before: State, after: State) -> tuple[int, int]:
    """Return how many rows one version has that the other has not: (added, removed). Only files that differ are read."""
    old, new = set(before.files) - set(after.files), set(after.files) - set(before.files)
    with staging_folder() as staging, workbench(staging) as con:
        bench = Bench(con, staging, place, dataset, before, after.columns, after.partition, "")
        first, second = (_rows(bench, files) for files in (old, new))
        added = con.execute(f"SELECT count(*) FROM ({second} EXCEPT ALL {first})").fetchone()
        removed = con.execute(f"SELECT count(*) FROM ({first} EXCEPT ALL {second})").fetchone()
    return (added or (0,))[0], (removed or (0,))[0]


def _rows(bench: Bench, files: set[DataFile]) -> str:
    if files:
        return bench.old(bench.paths(sorted(files, key=lambda file: file.name)))
    nothing = ", ".join(f"CAST(NULL AS {kind}) AS {quoted(name)}" for name, kind in bench.columns)
    return f"SELECT {nothing} WHERE false"


def clear_staging() -> int:
    """Remove staging folders that killed processes left a day ago or longer. Returns how many."""
    limit = clock.now().timestamp() - 86_400
    stale = [path for path in home.path("tmp", "store", "x").parent.iterdir() if path.stat().st_mtime < limit]
    for path in stale:
        shutil.rmtree(path, ignore_errors=True)
    return len(stale)
