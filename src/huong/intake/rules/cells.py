"""Cells that a spreadsheet would run as formulas, made harmless on the way out."""

from typing import Final

_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r")


def neutral(cell: object) -> str:
    """Return a cell for a CSV file that people open in a spreadsheet.

    Source: OWASP, "CSV Injection".

    >>> neutral("=HYPERLINK(1)"), neutral("An"), neutral(None)
    ("'=HYPERLINK(1)", 'An', '')
    """
    text = "" if cell is None else str(cell)
    return "'" + text if text.startswith(_DANGEROUS) else text
