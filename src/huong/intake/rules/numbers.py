"""Whether numbers are written the Vietnamese way (1.204,5) or the English one (1,204.5)."""

import re
from collections.abc import Iterable
from typing import Final

_COMMA: Final = re.compile(r"-?(\d{1,3}(\.\d{3})+|\d+),(\d+)")
_POINT: Final = re.compile(r"-?(\d{1,3}(,\d{3})+|\d+)\.(\d+)")


def decimal_sign(cells: Iterable[str]) -> str:
    """Return "," or "." if cells show which it is, or an empty text if none does.

    A group of exactly three digits after a single sign says nothing.

    >>> decimal_sign(["1.204,5", "7"]), decimal_sign(["16.4637", "7"]), decimal_sign(["1.204"])
    (',', '.', '')
    """
    comma = point = 0
    for cell in cells:
        text = cell.strip()
        comma += _says(_COMMA.fullmatch(text))
        point += _says(_POINT.fullmatch(text))
    if comma == point:
        return ""
    return "," if comma > point else "."


def _says(match: re.Match[str] | None) -> bool:
    return match is not None and (match.group(2) is not None or len(match.group(3)) != 3)
