"""Cells that a spreadsheet would run as formulas, made harmless on the way out."""

import re
from typing import Final

_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r")
_NUMBER: Final = re.compile(r"[+-]?\d+([.,]\d+)*")


def neutral(cell: object) -> str:
    """Return a cell for a CSV file that people open in a spreadsheet; a plain number stays a number.

    Source: OWASP, "CSV Injection".

    >>> neutral("=HYPERLINK(1)"), neutral("-1+2"), neutral("-71,05"), neutral("An"), neutral(None)
    ("'=HYPERLINK(1)", "'-1+2", '-71,05', 'An', '')
    """
    text = "" if cell is None else str(cell)
    return "'" + text if text.startswith(_DANGEROUS) and not _NUMBER.fullmatch(text) else text
