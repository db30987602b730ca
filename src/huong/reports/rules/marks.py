"""Marks by which a search in words keeps to an agency, a ward or a kind: one token each in the full-text index."""

import re
from datetime import date

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


def pin_of(*, is_open: bool, is_public: bool, merged: bool, unit: str, cell: str, main: str, received: date) -> str:
    """Return where the map of answered reports counts a report; nothing where it does not.

    Args:
        received: the day of receipt in the city's zone; its month is kept.

    >>> where = {"unit": "19815", "cell": "884160a091fffff", "main": "duong-pho", "received": date(2026, 11, 28)}
    >>> pin_of(is_open=False, is_public=True, merged=False, **where)
    '19815/884160a091fffff/duong-pho/2026-11'
    >>> pin_of(is_open=True, is_public=True, merged=False, **where)
    ''
    """
    return f"{unit}/{cell}/{main}/{received:%Y-%m}" if is_public and not is_open and not merged else ""


def months_after(day: date, last: date) -> list[date]:
    """Return the first days of the months after that of a day, up to that of another.

    >>> [str(each) for each in months_after(date(2026, 10, 29), date(2027, 1, 3))]
    ['2026-11-01', '2026-12-01', '2027-01-01']
    >>> months_after(date(2026, 11, 2), date(2026, 11, 28))
    []
    """
    first = day.year * 12 + day.month
    return [date(each // 12, each % 12 + 1, 1) for each in range(first, last.year * 12 + last.month)]
