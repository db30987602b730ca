"""The few things that SQLite and PostgreSQL say differently, one function each."""

from django.db import connection


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


def committed_before() -> int | None:
    """Return the reader horizon: every transaction with a smaller number has ended.

    On PostgreSQL a transaction may commit after a later one; a reader that stays below this number
    skips nothing. On SQLite, None: ids are in the order of commits.
    """
    if not is_postgresql():
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])


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
