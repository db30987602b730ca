"""Serving copies as tables of the schema `serving` in the same PostgreSQL database."""

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from itertools import islice
from typing import Any

from django.db import connection, transaction

from huong.base import ids
from huong.base.sql import said_again
from huong.store.rules import quoted, text
from huong.store.serving.layout import ROW, TEXT, Layout

_TYPES = {
    "integer": "bigint",
    "boolean": "smallint",
    "number": "double precision",
    "decimal": "double precision",
    "lon": "double precision",
    "lat": "double precision",
    "blob": "bytea",
}
BATCH = 20_000
MARK = "%s"


def table_of(name: str) -> str:
    """Return how SQL names the rows."""
    return f'"serving".{quoted(name)}'


def build(dataset: str, layout: Layout, rows: Iterable[Sequence[Any]], version: int) -> tuple[str, int]:
    """Make a new copy beside the one in use, in short transactions; nobody reads it yet.

    Returns:
        The table's name and how many rows it has.
    """
    name = f"d_{ids.digest(dataset)[:16]}_{version}_{ids.new_id()[-8:]}"
    with connection.cursor() as cursor:
        cursor.execute('CREATE SCHEMA IF NOT EXISTS "serving"')
        columns = [f"{quoted(ROW)} bigint PRIMARY KEY"]
        columns += [f"{quoted(column.name)} {_TYPES.get(column.kind, TEXT_TYPE)}" for column in layout.columns]
        cursor.execute(f"CREATE TABLE {table_of(name)} ({', '.join(columns)}, {quoted(TEXT)} text)")
    count, waiting = 0, iter(rows)
    while batch := list(islice(waiting, BATCH)):
        with transaction.atomic():
            _copy(name, layout, batch, first=count + 1)
        count += len(batch)
    with connection.cursor() as cursor:
        for statement in _indexes(name, layout):
            cursor.execute(statement)
        cursor.execute(f"ANALYZE {table_of(name)}")
    return name, count


TEXT_TYPE = 'text COLLATE "C"'


def _indexes(name: str, layout: Layout) -> Iterable[str]:
    table = table_of(name)
    tie = ", ".join(quoted(part) for part in layout.tie)
    if layout.key:
        unique = "UNIQUE " if layout.unique else ""
        by = ", ".join(quoted(part) for part in (layout.key if layout.unique else layout.tie))
        yield f"CREATE {unique}INDEX ON {table} ({by})"
    for column in layout.indexed:
        yield f"CREATE INDEX ON {table} ({quoted(column)} NULLS FIRST, {tie})"
    for point in layout.points:
        yield f"CREATE INDEX ON {table} USING gist ({_point(point)})"


def _point(name: str) -> str:
    return f"point({quoted(name + '_lon')}, {quoted(name + '_lat')})"


def _copy(name: str, layout: Layout, batch: list[Sequence[Any]], *, first: int) -> None:
    names = ", ".join(quoted(part) for part in layout.names)
    wrapped = connection.wrap_database_errors
    with connection.cursor() as cursor, wrapped, cursor.copy(f"COPY {table_of(name)} ({names}) FROM STDIN") as copy:
        for offset, row in enumerate(batch):
            copy.write_row((first + offset, *row))


def apply(
    dataset: str, name: str, layout: Layout, gone: Iterable[Sequence[Any]], come: Iterable[Sequence[Any]], version: int
) -> int:
    """Bring a copy to the next commit; the caller's transaction moves the pointer with it.

    Returns:
        How many rows it has.
    """
    table = table_of(name)
    where = " AND ".join(f"{quoted(part)} = %s" for part in layout.key)
    with connection.cursor() as cursor:
        cursor.executemany(f"DELETE FROM {table} WHERE {where}", list(gone))
        cursor.execute(f"SELECT coalesce(max({quoted(ROW)}), 0) + 1 FROM {table}")
        first = int(cursor.fetchone()[0])
        _copy(name, layout, list(come), first=first)
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


def version_of(dataset: str, name: str) -> int | None:
    """Return the commit a copy was brought to, or None if its table is not there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [table_of(name)])
        if cursor.fetchone()[0] is None:
            return None
        cursor.execute("SELECT version FROM store_servingcopy WHERE dataset = %s", [dataset])
        found = cursor.fetchone()
    return int(found[0]) if found else None


def fetch(dataset: str, name: str, sql: str, values: Sequence[Any], *, by_key: bool = False) -> list[tuple[Any, ...]]:
    """Return rows of a copy. A copy that is gone does not spoil the caller's transaction.

    Args:
        by_key: one row is looked up, as every message does: the server plans that once for each connection.
    """
    inside = transaction.atomic() if connection.in_atomic_block else nullcontext()
    with inside, said_again() if by_key else connection.cursor() as cursor:
        cursor.execute(sql, list(values))
        return list(cursor.fetchall())


def version_sql(dataset: str) -> str:
    """Return a sub-select of the commit number, read in the same statement as the rows."""
    return f"(SELECT version FROM store_servingcopy WHERE dataset = {text(dataset).replace('%', '%%')})"


def box_sql(_table: str, point: str) -> str:
    """Return the condition that a point lies in a box (values: west, south, east, north), over the GiST index."""
    return f"{_point(point)} <@ box(point(%s, %s), point(%s, %s))"


def box_values(west: float, south: float, east: float, north: float) -> list[float]:
    """Return the values for `box_sql`."""
    return [west, south, east, north]


def sweep(dataset: str, keep: str) -> None:
    """Remove copies that are no longer in use."""
    like = f"d_{ids.digest(dataset)[:16]}_%"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'serving' AND tablename LIKE %s AND tablename <> %s",
            [like, keep],
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TABLE IF EXISTS {table_of(name)}")
