"""The client of MySQL and MariaDB; imported only when such a table is fetched."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pymysql
from pymysql.cursors import SSCursor

from huong.base import net

PORT = 3306
CONNECT_SECONDS = 10
READ_SECONDS = 600


class Reading(SSCursor):
    """A cursor that keeps rows at the server; when that is gone, nothing is left to be read to its end."""

    _result: Any

    def close(self) -> None:
        """Close it; the library would read on from a connection that is closed already."""
        connection = self.connection
        if connection is not None and not connection.open and self._result is not None:
            self._result.unbuffered_active = False
        super().close()


def read(
    settings: Mapping[str, Any], secrets: Mapping[str, str], sql: str, values: Sequence[str], size: int
) -> Iterator[tuple[list[str], Sequence[Sequence[Any]]]]:
    """Yield (column names, rows) in batches, read only; a large table never stands in memory.

    Raises:
        BadInput: the host lies in a private network and no operator has named it.
        pymysql.Error: whatever goes wrong there.
    """
    port = int(settings.get("port") or PORT)
    opened = pymysql.connect(
        host=net.checked_address(str(settings["host"]), port),
        port=port,
        database=settings["database"],
        user=settings["user"],
        password=secrets.get("password", "").encode(),  # text would be sent as Latin-1
        charset="utf8mb4",
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        init_command="SET SESSION TRANSACTION READ ONLY",
        cursorclass=Reading,
    )
    with contextlib.closing(opened), opened.cursor() as found:
        found.execute(sql, values)
        while batch := found.fetchmany(size):
            yield [entry[0] for entry in found.description or ()], batch
