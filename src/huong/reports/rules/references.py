"""Our number in words that go to another system, by which what went there is known again. Pure."""

import re

from huong.reports.rules import numbers

_REFERENCE = re.compile(r"\[(PA-\d{6,15})\]")


def with_reference(text: str, number: str, *, longest: int) -> str:
    """Return words with our number behind them, shortened so that both fit.

    >>> with_reference("Cống nghẹt", "PA-000123", longest=4000)
    'Cống nghẹt [PA-000123]'
    """
    mark = f" [{number}]"
    return text[: longest - len(mark)].rstrip() + mark


def reference_in(text: str) -> int:
    """Return the id behind our number in words, 0 if there is none.

    >>> reference_in("Cống nghẹt [PA-000123]"), reference_in("PA-000123")
    (123, 0)
    """
    found = _REFERENCE.search(text)
    return numbers.id_of(found.group(1)) if found else 0
