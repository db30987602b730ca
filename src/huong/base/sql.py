"""The few things that SQLite and PostgreSQL say differently, one function each."""

import sqlite3

from django.db import DatabaseError, connection

_SQLITE_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE}
_POSTGRESQL_FULL = "53100"  # disk_full


def is_postgresql() -> bool:
    """Return whether the database is PostgreSQL."""
    return connection.vendor == "postgresql"


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
