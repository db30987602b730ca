"""Serving copies as SQLite files: one per dataset and build, read without a lock, switched by a row."""

import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from huong.base import home, ids
from huong.store.rules import quoted
from huong.store.serving.layout import ROW, TEXT, Layout

_TYPES = {
    "integer": "INTEGER",
    "boolean": "INTEGER",
    "number": "REAL",
    "decimal": "REAL",
    "lon": "REAL",
    "lat": "REAL",
    "blob": "BLOB",
}
_connections = threading.local()
BATCH = 5000
MARK = "?"


def path_of(dataset: str, name: str) -> Path:
    """Return where a copy lies."""
    return home.path("serving", dataset, name)


def build(dataset: str, layout: Layout, rows: Iterable[Sequence[Any]], version: int) -> tuple[str, int]:
    """Make a new copy beside the one in use.

    Args:
        rows: values in the order of `layout.names`, without the row number.

    Returns:
        The file's name and how many rows it has.
    """
    name = f"{version}-{ids.new_id()[-8:]}.sqlite3"
    draft = path_of(dataset, f"{name}.part")
    con = sqlite3.connect(draft, isolation_level=None)
    try:
        con.execute("PRAGMA journal_mode=OFF")
        con.execute("PRAGMA synchronous=OFF")
        con.execute("PRAGMA cache_size=-65536")
        con.execute("BEGIN")
        _create(con, layout)
        _insert(con, layout, rows, first=1)
        for statement in _indexes(layout):
            con.execute(statement)
        con.execute("CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER) WITHOUT ROWID")
        con.execute("INSERT INTO meta VALUES ('version', ?)", [version])
        con.execute("COMMIT")
        con.execute("ANALYZE")
        count = int(con.execute("SELECT count(*) FROM rows").fetchone()[0])
        con.execute("PRAGMA journal_mode=WAL")
    except BaseException:
        con.close()
        draft.unlink(missing_ok=True)
        raise
    con.close()
    _write_through(draft)
    os.replace(draft, path_of(dataset, name))
    return name, count


def _write_through(path: Path) -> None:
    """Bring a file to the disk before it is switched to, so that a power cut cannot leave it torn."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _create(con: sqlite3.Connection, layout: Layout) -> None:
    columns = [f"{quoted(ROW)} INTEGER PRIMARY KEY"]
    columns += [f"{quoted(column.name)} {_TYPES.get(column.kind, 'TEXT')}" for column in layout.columns]
    con.execute(f"CREATE TABLE rows ({', '.join([*columns, f'{quoted(TEXT)} TEXT'])})")
    for name in layout.points:
        con.execute(f"CREATE VIRTUAL TABLE {quoted('at_' + name)} USING rtree(n, x0, x1, y0, y1)")


def _indexes(layout: Layout) -> Iterator[str]:
    tie = ", ".join(quoted(name) for name in layout.tie)
    if layout.key:
        unique = "UNIQUE " if layout.unique else ""
        by = ", ".join(quoted(name) for name in layout.key)
        yield f"CREATE {unique}INDEX by_key ON rows ({by}{'' if layout.unique else ', ' + quoted(ROW)})"
    for position, name in enumerate(layout.indexed):
        yield f"CREATE INDEX by_{position} ON rows ({quoted(name)}, {tie})"


def _insert(con: sqlite3.Connection, layout: Layout, rows: Iterable[Sequence[Any]], *, first: int) -> None:
    marks = ", ".join("?" * len(layout.names))
    names = ", ".join(quoted(name) for name in layout.names)
    places = [_place(layout, name) for name in layout.points]
    number = first
    for batch in _batches(rows):
        numbered = [(number + offset, *row) for offset, row in enumerate(batch)]
        con.executemany(f"INSERT INTO rows ({names}) VALUES ({marks})", numbered)
        for name, (x, y) in zip(layout.points, places, strict=True):
            spots = [(row[0], row[x], row[x], row[y], row[y]) for row in numbered if row[x] is not None]
            con.executemany(f"INSERT INTO {quoted('at_' + name)} VALUES (?, ?, ?, ?, ?)", spots)
        number += len(numbered)


def _place(layout: Layout, name: str) -> tuple[int, int]:
    return layout.names.index(f"{name}_lon"), layout.names.index(f"{name}_lat")


def _batches(rows: Iterable[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    batch: list[Sequence[Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def apply(
    dataset: str,
    name: str,
    layout: Layout,
    gone: Iterable[Sequence[Any]],
    come: Iterable[Sequence[Any]],
    version: int,
) -> int:
    """Bring a copy to the next commit in one transaction; readers see the one or the other.

    Args:
        gone: keys of rows to take out.
        come: rows to put in.

    Returns:
        How many rows it has.
    """
    con = sqlite3.connect(path_of(dataset, name), isolation_level=None, timeout=30)
    try:
        con.execute("PRAGMA synchronous=NORMAL")
        con.execute("BEGIN IMMEDIATE")
        _remove(con, layout, gone)
        first = int(con.execute(f"SELECT coalesce(max({quoted(ROW)}), 0) + 1 FROM rows").fetchone()[0])
        _insert(con, layout, come, first=first)
        con.execute("UPDATE meta SET value = ? WHERE name = 'version'", [version])
        count = int(con.execute("SELECT count(*) FROM rows").fetchone()[0])
        con.execute("COMMIT")
    finally:
        con.close()
    return count


def _remove(con: sqlite3.Connection, layout: Layout, gone: Iterable[Sequence[Any]]) -> None:
    where = " AND ".join(f"{quoted(name)} = ?" for name in layout.key)
    for batch in _batches(gone):
        for name in layout.points:
            inner = f"SELECT {quoted(ROW)} FROM rows WHERE {where}"
            con.executemany(f"DELETE FROM {quoted('at_' + name)} WHERE n IN ({inner})", batch)
        con.executemany(f"DELETE FROM rows WHERE {where}", batch)


def version_of(dataset: str, name: str) -> int | None:
    """Return the commit a copy was brought to, or None if the file is not there or not whole."""
    if not path_of(dataset, name).exists():
        return None
    try:
        with reader(dataset, name) as con:
            found = con.execute("SELECT value FROM meta WHERE name = 'version'").fetchone()
    except sqlite3.DatabaseError:
        return None
    return int(found[0]) if found else None


@contextmanager
def reader(dataset: str, name: str) -> Iterator[sqlite3.Connection]:
    """Give this thread's read-only connection to a copy."""
    held: dict[str, tuple[str, sqlite3.Connection]] = _connections.__dict__.setdefault("held", {})
    path = str(path_of(dataset, name))
    known = held.get(dataset)
    if known is None or known[0] != path:
        if known is not None:
            known[1].close()
        con = sqlite3.connect(f"file:{path}?mode=ro", uri=True, check_same_thread=False, isolation_level=None)
        con.execute("PRAGMA query_only=ON")
        con.execute("PRAGMA mmap_size=268435456")
        held[dataset] = (path, con)
    yield held[dataset][1]


def fetch(dataset: str, name: str, sql: str, values: Sequence[Any], *, by_key: bool = False) -> list[tuple[Any, ...]]:
    """Return rows of a copy; how a row is looked up by its key, SQLite plans in no time."""
    with reader(dataset, name) as con:
        return con.execute(sql, values).fetchall()


def table_of(_name: str) -> str:
    """Return how SQL names the rows."""
    return "rows"


def version_sql(_dataset: str) -> str:
    """Return a sub-select of the commit number, read in the same statement as the rows."""
    return "(SELECT value FROM meta WHERE name = 'version')"


def box_sql(_table: str, point: str) -> str:
    """Return the condition that a point lies in a box (values: west, east, south, north), over the R-tree."""
    spots = quoted("at_" + point)
    inner = f"SELECT n FROM {spots} WHERE x1 >= ? AND x0 <= ? AND y1 >= ? AND y0 <= ?"
    lon, lat = quoted(f"{point}_lon"), quoted(f"{point}_lat")
    return f"({quoted(ROW)} IN ({inner}) AND {lon} BETWEEN ? AND ? AND {lat} BETWEEN ? AND ?)"


def box_values(west: float, south: float, east: float, north: float) -> list[float]:
    """Return the values for `box_sql`. The R-tree rounds to 32 bits, so the columns are compared as well."""
    return [west, east, south, north, west, east, south, north]


def sweep(dataset: str, keep: str) -> None:
    """Remove copies that are no longer in use; readers that still hold one keep their open file."""
    for path in path_of(dataset, keep).parent.iterdir():
        if not path.name.startswith(keep):
            with suppress(FileNotFoundError):
                path.unlink()
