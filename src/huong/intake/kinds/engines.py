"""The databases that tables are fetched from, each with its own client and its own way of failing."""

import contextlib
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from huong.base import home, net
from huong.base.errors import BadInput, Unavailable
from huong.intake.models import Source

ENGINES = ("postgresql", "mysql", "sqlite")
PORT = 5432
CONNECT_SECONDS = 10
READ_SECONDS = 600
FILE = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]*(/[a-zA-Z0-9][a-zA-Z0-9._-]*)*")
Batch = tuple[list[str], Sequence[Sequence[Any]]]


@dataclass(frozen=True)
class Place:
    """From which value of the cursor column on (with rows of that very value, or beyond it), and how many rows."""

    value: str | None = None
    included: bool = False
    most: int | None = None


def batches(source: Source, secrets: Mapping[str, str], place: Place, size: int) -> Iterator[Batch]:
    """Yield (column names, rows) from a source's table, in the order of its cursor column.

    Raises:
        Unavailable: the database does not answer, or went away.
        BadInput: the table or a column is missing, or the password is wrong.
    """
    engines = {"sqlite": _from_sqlite, "mysql": _from_mysql, "postgresql": _from_postgresql}
    return engines[source.settings["engine"]](source, secrets, place, size)


def _query(source: Source, place: Place, mark: str, quote: str) -> tuple[str, list[str]]:
    settings = source.settings
    columns = ", ".join(_quoted(name, quote) for name in settings.get("columns") or []) or "*"
    sql, values = f"SELECT {columns} FROM {_quoted(settings['table'], quote)}", []
    if settings.get("cursor_column"):
        column = _quoted(settings["cursor_column"], quote)
        if place.value is not None:
            sql += f" WHERE {column} {'>=' if place.included else '>'} {mark}"
            values = [place.value]
        sql += f" ORDER BY {column}"
    return (f"{sql} LIMIT {place.most}" if place.most else sql), values


def _quoted(name: str, quote: str) -> str:
    return ".".join(f"{quote}{part}{quote}" for part in str(name).split("."))


def require_below_drop(settings: Mapping[str, Any]) -> Path:
    """Return a database file of the drop folder; any other file of the machine is none of a source's business.

    Raises:
        BadInput: it lies elsewhere, directly or by a link.
    """
    folder = home.path("drop", "x").parent.resolve()
    file = (folder / str(settings["file"])).resolve()
    if folder not in file.parents:
        raise BadInput(
            _("The database file must lie below the drop folder; give its name there, such as “parks/parks.db”."),
            code="setting_file",
        )
    return file


def file_of(source: Source) -> Path:
    """Return the SQLite file of a source.

    Raises:
        BadInput: it does not lie below the drop folder.
        Unavailable: it is not there.
    """
    file = require_below_drop(source.settings)
    if not file.is_file():
        raise Unavailable(_("The database file is not there. It will be tried again."))
    return file


def _from_sqlite(source: Source, secrets: Mapping[str, str], place: Place, size: int) -> Iterator[Batch]:
    sql, values = _query(source, place, "?", '"')
    try:
        with contextlib.closing(sqlite3.connect(f"{file_of(source).as_uri()}?mode=ro", uri=True, timeout=10)) as con:
            found = con.execute(sql, [_number_if_so(value) for value in values])
            names = [entry[0] for entry in found.description]
            while batch := found.fetchmany(size):
                yield names, batch
    except sqlite3.OperationalError as error:
        if "no such" in str(error):
            raise no_such(source) from error
        raise gone(source) from error
    except sqlite3.DatabaseError as error:
        raise gone(source) from error


def _number_if_so(value: str) -> str | int | float:
    """Return a cursor as SQLite compares it: a number where it is one."""
    for kind in (int, float):
        with contextlib.suppress(ValueError):
            return kind(value)
    return value


def _from_postgresql(source: Source, secrets: Mapping[str, str], place: Place, size: int) -> Iterator[Batch]:
    import psycopg

    settings = source.settings
    sql, values = _query(source, place, "%s", '"')
    port = int(settings.get("port") or PORT)
    address = net.checked_address(str(settings["host"]), port)
    try:
        with (
            psycopg.connect(
                host=settings["host"],
                hostaddr=address or None,
                port=port,
                dbname=settings["database"],
                user=settings["user"],
                password=secrets.get("password") or None,
                connect_timeout=CONNECT_SECONDS,
                options=f"-c statement_timeout={READ_SECONDS}000 -c default_transaction_read_only=on",
            ) as con,
            con.cursor(name="huong_pull") as found,
        ):
            found.itersize = size
            found.execute(sql, values)  # type: ignore[arg-type]
            while batch := found.fetchmany(size):
                yield [entry.name for entry in found.description or []], batch
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn) as error:
        raise no_such(source) from error
    except (psycopg.errors.InvalidPassword, psycopg.errors.InsufficientPrivilege) as error:
        raise refused() from error
    except psycopg.Error as error:
        raise gone(source) from error


def _from_mysql(source: Source, secrets: Mapping[str, str], place: Place, size: int) -> Iterator[Batch]:
    import pymysql
    from pymysql.constants import CR, ER

    from huong.intake.kinds import mysql

    sql, values = _query(source, place, "%s", "`")
    try:
        yield from mysql.read(source.settings, secrets, sql, values, size)
    except pymysql.Error as error:
        code = error.args[0] if error.args else CR.CR_UNKNOWN_ERROR
        if code in (ER.NO_SUCH_TABLE, ER.BAD_FIELD_ERROR):
            raise no_such(source) from error
        if code in (ER.ACCESS_DENIED_ERROR, ER.DBACCESS_DENIED_ERROR, ER.TABLEACCESS_DENIED_ERROR):
            raise refused() from error
        raise gone(source) from error


def refused() -> BadInput:
    """Return the refusal when name or password are wrong."""
    return BadInput(_("The database refused our credentials. Please renew them."), code="source_refused")


def no_such(source: Source) -> BadInput:
    """Return the refusal when the table or a column is missing."""
    return BadInput(
        _("The table “%(table)s” or one of its columns is not in that database any more. Nothing was loaded.")
        % {"table": source.settings["table"]},
        code="source_changed",
    )


def gone(source: Source) -> Unavailable:
    """Return the sentence when the database went away."""
    return Unavailable(
        _("The database of “%(name)s” went away or does not answer. Nothing was committed; it will be tried again.")
        % {"name": source.name}
    )
