"""What a reader takes at most, and the sentences in which it refuses more."""

from typing import Final

from django.utils.translation import gettext as _

from huong.intake.errors import Unreadable
from huong.intake.rules import header
from huong.intake.types import OWN

MAX_LINE: Final = 8 * 1024 * 1024
MAX_MEMBERS: Final = 1000
MAX_RATIO: Final = 200
RATIO_FROM: Final = 16 * 1024 * 1024
MAX_SHEET: Final = 1024 * 1024 * 1024
MAX_DOCUMENT: Final = 64 * 1024 * 1024
MAX_RAGGED: Final = 10_000
PART_ROWS: Final = 100_000


def too_many_columns(count: int) -> Unreadable:
    """Return the refusal of a table with more columns than any contract has."""
    return Unreadable(
        _(
            "The file has more than %(most)s columns, so its rows and columns are probably swapped or the wrong "
            "separator was used. Nothing was loaded; please check the file and send it again."
        )
        % {"most": f"{header.MAX_COLUMNS:,}".replace(",", ".")},
        code="too_many_columns",
        columns=count,
    )


def line_too_long(line: int) -> Unreadable:
    """Return the refusal of a line that no table has."""
    return Unreadable(
        _(
            "Line %(line)s is longer than 8 MB. Probably line breaks are missing or a quotation mark is not closed. "
            "Nothing was loaded; please save the file again and send it."
        )
        % {"line": line},
        code="line_too_long",
        line=line,
    )


def empty(name: str) -> Unreadable:
    """Return the refusal of a file without content."""
    return Unreadable(
        _("The file “%(name)s” is empty. Please check that the export has finished, then send it again.")
        % {"name": name},
        code="empty_file",
    )


def no_rows(name: str) -> Unreadable:
    """Return the refusal of a table that has column names and nothing below."""
    return Unreadable(
        _(
            "“%(name)s” has column names but no rows of data. Nothing was changed; please check the export and send "
            "it again."
        )
        % {"name": name},
        code="no_rows",
    )


def no_header() -> Unreadable:
    """Return the refusal of a table whose column names were not found."""
    return Unreadable(
        _(
            "No row with column names was found. Please say in which row they stand (header row), or add a row with "
            "names at the top of the file."
        ),
        code="no_header",
    )


def require_names(names: list[str]) -> list[str]:
    """Return the columns' names, each once.

    Raises:
        Unreadable: a name stands twice, or there are too many.
    """
    if len(names) > header.MAX_COLUMNS:
        raise too_many_columns(len(names))
    names = [f"{name}_" if name in OWN else name for name in header.numbered(names)]
    repeated = header.twice(names)
    if repeated:
        listed = "; ".join(f"“{name}” ({', '.join(map(str, places))})" for name, places in repeated.items())
        raise Unreadable(
            _(
                "The same column name stands more than once: %(names)s (places counted from the left). Please give each "
                "column a name of its own and send the file again."
            )
            % {"names": listed},
            code="column_twice",
            columns=list(repeated),
        )
    return names
