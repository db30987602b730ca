"""The database backend that the settings name; Django finds `DatabaseWrapper` here by its name."""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL as Django speaks with it; whether a kept connection still stands is seen without asking the server.

    Each request of a web worker takes a connection that an earlier one left. Django asks `SELECT 1` to see whether the
    server closed it meanwhile, which is one of the few journeys that a message makes. A server that closes, restarts or
    drops us says so on the line: as long as nothing lies there unread, the connection stands. If anything does, a
    question decides, as before.
    """

    def is_usable(self) -> bool:
        """Return whether the connection can be used for the next request."""
        if self.connection is None or self.connection.closed:
            return False
        line = select.poll()
        line.register(self.connection.fileno(), select.POLLIN | select.POLLERR | select.POLLHUP)
        return not line.poll(0) or bool(super().is_usable())
