"""The number by which a citizen knows a report."""

import re

from huong.base.text import fold

_NUMBER = re.compile(r"(?:pa)?[\s#:.-]*0*(\d{1,15})")


def number_of(report_id: int) -> str:
    """Return the public number of a report.

    >>> number_of(123)
    'PA-000123'
    """
    return f"PA-{report_id:06d}"


def id_of(number: str) -> int:
    """Return the id behind a number as people type it, 0 (no report's id) if it is none.

    >>> id_of("PA-000123"), id_of("pa 123"), id_of("#123"), id_of("Hue")
    (123, 123, 123, 0)
    """
    found = _NUMBER.fullmatch(fold(number))
    return int(found.group(1)) if found else 0
