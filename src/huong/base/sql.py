"""The few things that SQLite and PostgreSQL say differently, one function each."""

import sqlite3
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from django.db import DatabaseError, connection
from django.db.backends.utils import CursorWrapper
from django.db.models import BigIntegerField, Expression, ExpressionWrapper, F, Field, Model, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Round

_SQLITE_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE}
LOOKED_AT = 400  # rows of an index, as SQLite advises
MERGED_AT = 16  # parts of SQLite's index of words; at four, its own number, each fortieth writer merged for 0.1 s
AT_MOST_PREPARED = 4  # rows of an insertion that is worth a plan; bulk is said once
_POSTGRESQL_FULL = "53100"  # disk_full


def is_postgresql() -> bool:
    """Return whether the database is PostgreSQL."""
    return connection.vendor == "postgresql"


def said_again() -> CursorWrapper:
    """Return a cursor for statements that come again and again with other values.

    PostgreSQL reads and plans each only once for a connection, which for a small statement is most of its work there.
    For few statements that find rows by a key: a plan for all values knows none of them, and a connection holds
    a hundred.
    """
    if is_postgresql():
        return connection.preparing_cursor()  # type: ignore[attr-defined, no-any-return]
    return connection.cursor()


def one(statement: str, values: Sequence[Any] = ()) -> tuple[Any, ...] | None:
    """Return the first row of a question, or None.

    For the few questions that every message or every read asks: there the ORM spends ten times longer on building
    the statement than the database on answering it. PostgreSQL plans it once for each connection (`said_again`).
    """
    with said_again() as cursor:
        cursor.execute(statement, values)
        found: tuple[Any, ...] | None = cursor.fetchone()
    return found


def counted(rows: QuerySet[Any], conditions: Mapping[str, tuple[str, Sequence[Any]]]) -> dict[str, int]:
    """Return how many rows fulfil each condition, in one statement; see `one`.

    Args:
        rows: a query over one table.
        conditions: name to SQL and its values; times as datetimes. An empty SQL counts all.
    """
    columns = [
        RawSQL(f"COUNT(*) FILTER (WHERE {said})" if said else "COUNT(*)", [_value(each) for each in values])  # noqa: S611
        for said, values in conditions.values()
    ]
    found = list(rows.order_by().values_list(*columns)) or [(0,) * len(columns)]
    return dict(zip(conditions, found[0], strict=True))


def among(column: str, values: Sequence[Any]) -> tuple[str, Sequence[Any]]:
    """Return the condition that a column holds one of some values, for `counted`; none of none holds."""
    return (f"{column} IN ({', '.join(['%s'] * len(values))})", values) if values else ("FALSE", ())


def _value(value: Any) -> Any:
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value


def changed(statement: str, values: Sequence[Any] = ()) -> int:
    """Run an UPDATE that every message makes, and return how many rows it changed; see `one`."""
    with said_again() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


@dataclass
class Change:
    """An UPDATE that goes along with an insertion, and afterwards how many rows it changed."""

    statement: str
    values: Sequence[Any]
    rows: int = 0


def insert(
    rows: Sequence[Model],
    *,
    computed: Mapping[str, str] = MappingProxyType({}),
    along: Sequence[Model] = (),
    change: Change | None = None,
) -> None:
    """Insert new rows of one model in one statement, and give them their numbers: what every message writes; see `one`.

    Signals are not sent, and defaults of the database not used.

    Args:
        computed: SQL expressions for columns whose value the database makes.
        along: rows of another model that go in with them: on PostgreSQL in the same statement.
        change: an UPDATE that goes with them, on PostgreSQL in the same statement; it is told how many rows it changed.
    """
    groups = [(group, more) for group, more in ((along, MappingProxyType({})), (rows, computed)) if group]
    if len(groups) + bool(change) > 1 and not is_postgresql():
        if change is not None:
            change.rows = changed(change.statement, change.values)
        insert(along)
        insert(rows, computed=computed)
        return
    parts: list[str] = []
    values: list[Any] = []
    for group, more in groups:
        statement, fields = _insertion(type(group[0]), len(group), tuple(more.items()), connection.vendor)
        parts.append(statement)
        values += [field.get_db_prep_save(getattr(row, field.attname), connection) for row in group for field in fields]
    if change is not None:
        parts.append(f"{change.statement} RETURNING 1")
        values += change.values
    if not parts:
        return
    often = len(rows) + len(along) <= AT_MOST_PREPARED
    with said_again() if often else connection.cursor() as cursor:
        cursor.execute(parts[0] if len(parts) == 1 else _together(*parts), values)
        found = [number for (number,) in cursor.fetchall()]
    inserted = [row for group, _more in groups for row in group]
    if change is not None:
        change.rows = len(found) - len(inserted)
    for row, number in zip(inserted, found, strict=change is None):
        row.pk = number
        row._state.adding, row._state.db = False, connection.alias


@lru_cache(maxsize=64)
def _together(*parts: str) -> str:
    """Return one statement for some that each return numbers; those of the first come first."""
    named = ", ".join(f"p{place} (number) AS ({part})" for place, part in enumerate(parts))
    every = " UNION ALL ".join(f"SELECT {place} AS part, number FROM p{place}" for place in range(len(parts)))  # noqa: S608
    return f"WITH {named} SELECT number FROM ({every}) AS given ORDER BY part, number"  # noqa: S608 - statements of `insert`


@lru_cache(maxsize=256)
def _insertion(
    model: type[Model], count: int, computed: tuple[tuple[str, str], ...], _vendor: str
) -> tuple[str, list["Field[Any, Any]"]]:
    quote, meta, made = connection.ops.quote_name, model._meta, dict(computed)
    fields = [field for field in meta.concrete_fields if not field.primary_key and field.column not in made]
    names = ", ".join(quote(str(name)) for name in [*(field.column for field in fields), *made])
    row = f"({', '.join([*['%s'] * len(fields), *made.values()])})"
    statement = f"INSERT INTO {quote(meta.db_table)} ({names}) VALUES {', '.join([row] * count)}"  # noqa: S608 - names of columns
    return f"{statement} RETURNING {quote(str(meta.pk.column))}", fields


def current_transaction() -> int | None:
    """Return the number of the running transaction on PostgreSQL, None on SQLite (which has one writer)."""
    if not is_postgresql():
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        return int(cursor.fetchone()[0])


def reader_horizon() -> str:
    """Return the SQL expression of the reader horizon: no transaction with a smaller number can still commit here.

    PostgreSQL only. Transactions commit out of order, so a reader must stay below the smallest number that still
    runs. Numbers are the whole server's: a long transaction in another of its databases would hold our readers
    back, although it can write nothing here. So the snapshot's running transactions count, less those that
    another database is seen to run.

    Nothing can be skipped: the statement's snapshot is taken before the sessions are looked at, a session never
    changes its database, and a number belongs to one session for ever. A session that took over a place in
    between runs a number above the snapshot's, which is not in the list. A transaction of which no session is
    seen, such as a prepared one of this database, counts. Read it outside transactions, within which PostgreSQL
    keeps an older look at its sessions.

    Source: PostgreSQL manual, chapters 9.27.6 (pg_current_snapshot) and 27.2 (pg_stat_get_activity, readable
    for every role as far as database and transaction number go).
    """
    return """(SELECT COALESCE(
        (SELECT min(running::text::bigint) FROM pg_snapshot_xip(pg_current_snapshot()) AS running
          WHERE running::text::bigint & 4294967295 NOT IN (
            SELECT backend_xid::text::bigint FROM pg_stat_get_activity(NULL)
              WHERE backend_xid IS NOT NULL AND datid <> (SELECT oid FROM pg_database WHERE datname = current_database())
            UNION ALL SELECT transaction::text::bigint FROM pg_prepared_xacts WHERE database <> current_database())),
        pg_snapshot_xmax(pg_current_snapshot())::text::bigint))"""


def begins_with(column: str, text: str) -> Q:
    """Return the condition that a column of plain letters begins with a text, as an index of the column answers it.

    SQLite looks up a range, by the order of its bytes. PostgreSQL looks up a pattern, in an index of its own kind
    (`varchar_pattern_ops`), since its order may be a language's.
    """
    if is_postgresql():
        return Q(**{f"{column}__startswith": text})
    return Q(**{f"{column}__gte": text, f"{column}__lt": text + chr(sys.maxunicode)})


def rounded(column: str, digits: int) -> Expression:
    """Return the expression by which rows whose numbers are about the same fall into one group.

    PostgreSQL rounds to digits only in its slow exact numbers, so there the steps are counted.
    """
    if is_postgresql():
        return Cast(F(column) * float(10**digits), BigIntegerField())
    return Round(F(column), digits)


def looked_through(column: str) -> Expression:
    """Return a column for `in` where few rows fit otherwise: each of them is compared, none is looked up by it.

    SQLite would rather look up whatever a search in words finds, which may be half of a large table. PostgreSQL knows how
    many rows there are, and chooses itself.
    """
    held = F(column) if is_postgresql() else F(column) + 0
    return ExpressionWrapper(held, output_field=BigIntegerField())


def says_full(error: DatabaseError) -> bool:
    """Return whether the database refused because its disk has no room."""
    cause = error.__cause__
    is_sqlite = getattr(cause, "sqlite_errorcode", None) in _SQLITE_FULL
    return is_sqlite or getattr(cause, "sqlstate", None) == _POSTGRESQL_FULL


def advisory_lock(key: int) -> bool:
    """Take a lock that lasts until the connection closes, on PostgreSQL; True on SQLite (one machine: use a file)."""
    if not is_postgresql():
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        return bool(cursor.fetchone()[0])


def advisory_unlock(key: int) -> None:
    """Give a lock back."""
    if is_postgresql():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


def learn_sizes(tables: Iterable[str]) -> None:
    """Let the planner of SQLite learn how large tables are and how often values repeat; it never does so by itself.

    Some hundred rows of each index are looked at, a table at a time, so that nobody waits to write for longer than a
    few milliseconds. PostgreSQL learns by itself.
    """
    if is_postgresql():
        return
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA analysis_limit = {LOOKED_AT}")
        for table in tables:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(table)}")


def read_from_indexes(table: str) -> list[str]:
    """Return the statements, for a migration, by which counts over an index of a table need not look at its rows.

    PostgreSQL answers from an index alone only where a page of rows is known to be seen by all, which its vacuum writes
    down, by itself not before a fifth of the table is new or changed. Here it comes after a hundredth: at a
    million rows that is half a second of work, and counts are three times faster. SQLite needs none of it.
    """
    if not is_postgresql():
        return []
    return [
        f"ALTER TABLE {table} SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_insert_scale_factor = 0.01)"
    ]


def words_index(table: str, *columns: str) -> tuple[list[str], list[str]]:
    """Return the statements that make, and that remove, a full-text index over folded columns, for a migration.

    On PostgreSQL a column of words, kept by the database, with an index; on SQLite a table of words beside it, kept by
    triggers.

    Args:
        table: the table; its primary key is `id`.
        columns: texts without accents, in lower case.
    """
    name = _index_name(table, columns)
    if is_postgresql():
        whole = " || ' ' || ".join(columns)
        return [
            f"ALTER TABLE {table} ADD COLUMN {name} tsvector GENERATED ALWAYS AS (to_tsvector('simple', {whole})) STORED",
            f"CREATE INDEX {name} ON {table} USING gin ({name})",
        ], [f"DROP INDEX IF EXISTS {name}", f"ALTER TABLE {table} DROP COLUMN IF EXISTS {name}"]
    listed = ", ".join(columns)
    new, old = (", ".join(f"{row}.{each}" for each in columns) for row in ("new", "old"))
    add = f"INSERT INTO {name}(rowid, {listed}) VALUES (new.id, {new})"  # noqa: S608 - names of the code
    drop = f"INSERT INTO {name}({name}, rowid, {listed}) VALUES ('delete', old.id, {old})"  # noqa: S608
    return [
        f"CREATE VIRTUAL TABLE {name} USING fts5({listed}, content='{table}', content_rowid='id', "
        "tokenize='unicode61', prefix='2 3')",
        f"INSERT INTO {name}({name}, rank) VALUES ('automerge', {MERGED_AT})",  # noqa: S608
        f"INSERT INTO {name}({name}, rank) VALUES ('crisismerge', {MERGED_AT * 8})",  # noqa: S608
        f"INSERT INTO {name}({name}) VALUES ('rebuild')",  # noqa: S608
        f"CREATE TRIGGER {name}_add AFTER INSERT ON {table} BEGIN {add}; END",
        f"CREATE TRIGGER {name}_cut AFTER DELETE ON {table} BEGIN {drop}; END",
        f"CREATE TRIGGER {name}_new AFTER UPDATE OF {listed} ON {table} BEGIN {drop}; {add}; END",
    ], [
        *(f"DROP TRIGGER IF EXISTS {name}_{each}" for each in ("add", "cut", "new")),
        f"DROP TABLE IF EXISTS {name}",
    ]


def _index_name(table: str, columns: Sequence[str]) -> str:
    return f"{table}_{'_'.join(columns)}_words"


def ids_with_words(
    table: str, columns: tuple[str, str], words: Sequence[str], marks: Sequence[Sequence[str]], *, newest: int = 0
) -> RawSQL:
    """Return the subquery of the ids of rows that hold every word, the last perhaps only its beginning, and the marks.

    Use it as `filter(pk__in=ids_with_words(...))`. Marks narrow the search within the index, so that it costs what is
    found, not what everybody has.

    Args:
        table: a table with a `words_index`.
        columns: its indexed columns: words, marks.
        words: letters and digits only.
        marks: groups, letters and digits only; of each group a row has at least one.
        newest: only so many, those with the greatest ids; all if not named.
    """
    name = _index_name(table, columns)
    if is_postgresql():
        groups = [f"({' | '.join(group)})" for group in marks]
        query = " & ".join([*words[:-1], f"{words[-1]}:*", *groups])
        text = f"SELECT id FROM {table} WHERE {name} @@ to_tsquery('simple', %s)"  # noqa: S608
        text += f" ORDER BY id DESC LIMIT {newest:d}" if newest else ""
    else:
        said = " AND ".join([*(f'"{word}"' for word in words[:-1]), f'"{words[-1]}"*'])
        groups = [f"{columns[1]} : ({' OR '.join(group)})" for group in marks]
        query = " AND ".join([f"{columns[0]} : ({said})", *groups])
        text = f"SELECT rowid FROM {name} WHERE {name} MATCH %s"  # noqa: S608 - names come from the code
        text += f" ORDER BY rowid DESC LIMIT {newest:d}" if newest else ""
    return RawSQL(text, [query])  # noqa: S611
