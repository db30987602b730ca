"""Marks by which a search in words keeps to an agency, a ward or a kind: one token each in the full-text index."""

import re

AGENCY, UNIT, KIND = "a", "u", "c"


def mark(sort: str, code: str) -> str:
    """Return the token of a code; only letters and digits, so that the index keeps it whole.

    >>> mark(AGENCY, "H57.84"), mark(UNIT, "19815"), mark(KIND, "chieu-sang")
    ('ah57x84', 'u19815', 'cchieuxsang')
    """
    return sort + re.sub(r"[^a-z0-9]", "x", code.lower())


def marks_of(*, agency: str, unit: str, main: str) -> str:
    """Return the tokens of a report.

    >>> marks_of(agency="H57.21", unit="", main="duong-pho")
    'ah57x21 cduongxpho'
    """
    pairs = ((AGENCY, agency), (UNIT, unit), (KIND, main))
    return " ".join(mark(sort, code) for sort, code in pairs if code)


def pin_of(*, is_open: bool, is_public: bool, merged: bool, unit: str, cell: str, main: str) -> str:
    """Return where the map of answered reports counts a report; nothing where it does not.

    >>> pin_of(is_open=False, is_public=True, merged=False, unit="19815", cell="884160a091fffff", main="duong-pho")
    '19815/884160a091fffff/duong-pho'
    >>> pin_of(is_open=True, is_public=True, merged=False, unit="19815", cell="", main="duong-pho")
    ''
    """
    return f"{unit}/{cell}/{main}" if is_public and not is_open and not merged else ""
