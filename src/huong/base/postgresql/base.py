"""The database backend that the settings name; Django finds `DatabaseWrapper` here by its name."""

import select
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from django.db.backends.postgresql.operations import DatabaseOperations as Operations
from django.db.backends.utils import CursorWrapper


class PreparingCursor(psycopg.Cursor[Any]):
    """A cursor whose statements the server reads and plans once for a connection, and from then on only runs."""

    def execute(self, query: Any, params: Any = None, **_given: Any) -> "PreparingCursor":
        """Run a statement, prepared from the first time on; its values travel apart from it."""
        self.connection.prepare_threshold = 0
        try:
            super().execute(query, params, prepare=True)
        finally:
            self.connection.prepare_threshold = None  # what the ORM says is neither counted nor kept in memory
        return self


class DatabaseOperations(Operations):
    """The SQL of PostgreSQL as Django writes it, and what was said last."""

    def last_executed_query(self, cursor: Any, sql: Any, params: Any) -> str:
        """Return a statement with its values, for whoever looks at what was asked."""
        if isinstance(cursor, PreparingCursor):
            return str(self.compose_sql(sql, params))
        return super().last_executed_query(cursor, sql, params)


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL as Django speaks with it, less what every message would pay for without need.

    Each request of a web worker takes a connection that an earlier one left. Django asks `SELECT 1` to see whether the
    server closed it meanwhile, which is one of the few journeys that a message makes. A server that closes, restarts or
    drops us says so on the line: as long as nothing lies there unread, the connection stands. If anything does, a
    question decides, as before.
    """

    ops_class = DatabaseOperations

    def is_usable(self) -> bool:
        """Return whether the connection can be used for the next request."""
        if self.connection is None or self.connection.closed:
            return False
        line = select.poll()
        line.register(self.connection.fileno(), select.POLLIN | select.POLLERR | select.POLLHUP)
        return not line.poll(0) or bool(super().is_usable())

    def preparing_cursor(self) -> CursorWrapper:
        """Return a cursor for statements that come again and again with other values; see `huong.base.sql.said_again`."""
        self.close_if_health_check_failed()
        self.ensure_connection()
        with self.wrap_database_errors:
            found: CursorWrapper = self._prepare_cursor(PreparingCursor(self.connection))  # type: ignore[attr-defined]
        return found
