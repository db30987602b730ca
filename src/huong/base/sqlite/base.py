"""The database engine: Django's own for SQLite, but whoever waits to write asks again soon.

SQLite lets one write at a time. By itself it makes the others sleep longer the longer they have waited, up to a tenth
of a second: whoever came last gets the turn, and with four senders the slowest waited two seconds for work of ten
milliseconds. Here everybody who waits asks every few milliseconds, so that each has the same chance at each turn.
"""

import random
import sqlite3
import time

from django.db.backends.sqlite3 import base

PAUSE_SECONDS = 0.001, 0.003
BUSY = 0xFF  # the part of an error code that says what kind it is


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection whose transactions begin in turns."""

    def _start_transaction_under_autocommit(self) -> None:
        """Begin a transaction; the turn is asked for until the connection's own time-out has passed.

        Raises:
            OperationalError: nobody gave the turn up for so long.
        """
        patience = float(self.settings_dict["OPTIONS"].get("timeout", 5))
        until, raw = time.monotonic() + patience, self.connection
        with self.wrap_database_errors:
            raw.execute("PRAGMA busy_timeout = 0")
            try:
                while not self._begun(last=time.monotonic() > until):
                    time.sleep(random.uniform(*PAUSE_SECONDS))  # noqa: S311 - a pause, no secret
            finally:
                raw.execute(f"PRAGMA busy_timeout = {patience * 1000:.0f}")

    def _begun(self, *, last: bool) -> bool:
        """Try to begin, and return whether it is our turn; the last try says why it is not."""
        try:
            self.connection.execute(f"BEGIN {self.settings_dict['OPTIONS'].get('transaction_mode', '')}")
        except sqlite3.OperationalError as error:
            if last or error.sqlite_errorcode & BUSY != sqlite3.SQLITE_BUSY:
                raise
            return False
        return True
