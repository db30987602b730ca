"""How a file is read, for a person to say: encoding, separator, header row, sheet, file of an archive."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from huong.base.errors import BadInput
from huong.base.text import whole
from huong.intake.models import Load

ENCODINGS: Final = ("utf-8", "utf-16", "windows-1258", "tcvn3", "vni", "windows-1252")
CHOSEN: Final = ("encoding", "delimiter", "header_row", "sheet", "member")
HELPS: Final = frozenset(
    {"no_header", "wrong_separator", "damaged_letters", "column_twice", "several_inside", "value_without_column"}
)
"""Problems of a file that another way of reading it may solve."""


def form_of(load: Load) -> dict[str, Any]:
    """Return what the form shows: what was chosen, else what was detected stands as "found by itself"."""
    chosen = load.recipe
    signs = [(",", _("comma")), (";", _("semicolon")), ("\t", _("tab")), ("|", _("bar"))]
    return {
        "encodings": [(name, name.upper(), chosen.get("encoding") == name) for name in ENCODINGS],
        "signs": [(sign, said, chosen.get("delimiter") == sign) for sign, said in signs],
        "header_row": chosen.get("header_row", ""),
        "member": chosen.get("member", ""),
        "sheet": chosen.get("sheet", load.detected.get("sheet", "")),
        "sheets": load.detected.get("sheets", []),
        "open": not load.columns or any(chosen.get(name) for name in CHOSEN if name != "sheet"),
    }


def recipe_of(load: Load, posted: Mapping[str, Any]) -> dict[str, Any]:
    """Return the way of reading that a person chose; what was left empty is found by itself.

    Raises:
        BadInput: the header row is no number.
    """
    found = {name: value for name, value in load.recipe.items() if name not in CHOSEN}
    found |= {name: str(posted.get(name, "")).strip(" ") for name in CHOSEN if str(posted.get(name, "")).strip(" ")}
    row = found.get("header_row")
    if row is not None:
        number = whole(str(row))
        if number is None or number > 1000:
            raise BadInput(_("The header row must be a number, such as 3; 0 if there is none."), code="header_row")
        found["header_row"] = number
    return found
