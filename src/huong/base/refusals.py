"""What the doors say when the house itself is not well: a full disk, a database that is away or not made yet.

And what they say of a text that no database can keep, wherever it was typed.
"""

import sqlite3

from django.db import DatabaseError, DataError, OperationalError
from django.utils.translation import gettext_lazy as _

from huong.base import home
from huong.base.errors import BadInput, HuongError, StorageFull, Unavailable

_UNKEEPABLE = {"22001", "22003", "22021"}  # too long, out of range, letters that are none
_BEYOND = ("date value out of range", "year is out of range", "Python int too large to convert to SQLite INTEGER")
_SQLITE_AWAY = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM}


class DatabaseAway(Unavailable):
    """The database does not answer, or cannot be opened."""

    code = "database_away"
    title = _("The database does not answer just now. Nothing was half-saved; please try again in a moment.")


class NotPrepared(Unavailable):
    """The tables of this home were not made yet."""

    code = "not_prepared"
    title = _("This home is not prepared yet. Start it once with: huong serve")


class Unkeepable(BadInput):
    """Something that was typed or stood in the address cannot be kept by a database."""

    code = "cannot_be_kept"
    title = _(
        "Something in this cannot be kept: a text is too long, a number or a year too large, or a letter is none. Please look it over."
    )


def refusal_of(error: BaseException) -> HuongError | None:
    """Return what a door says of an error: a refusal itself, or the sentence for a house that is not well.

    Returns:
        None for whatever is unexpected; it stays an error.
    """
    if isinstance(error, HuongError):
        return error
    if home.is_full(error):
        return StorageFull()
    if isinstance(error, DatabaseError):
        return _of_database(error, error.__cause__)
    if isinstance(error, OverflowError) and str(error).startswith(_BEYOND):
        return Unkeepable()
    if isinstance(error, UnicodeEncodeError) and error.reason == "surrogates not allowed":
        return Unkeepable()
    return None


def _of_database(error: DatabaseError, cause: BaseException | None) -> HuongError | None:
    state = str(getattr(cause, "sqlstate", "") or "")
    if isinstance(error, DataError) and (state in _UNKEEPABLE or "NUL (0x00)" in str(cause)):
        return Unkeepable()
    if state == "42P01" or "no such table" in str(cause):
        return NotPrepared()
    sqlite = getattr(cause, "sqlite_errorcode", None)
    if sqlite is not None:
        return DatabaseAway() if sqlite & 0xFF in _SQLITE_AWAY else None
    is_away = isinstance(error, OperationalError) and (not state or state[:2] in {"08", "57"})
    return DatabaseAway() if is_away else None
