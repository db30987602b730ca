"""The six criteria as every page names and colours them: word, gloss, letter, tone."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy, pgettext_lazy


@dataclass(frozen=True)
class Criterion:
    """One criterion in the order of the petals, clockwise from the top."""

    key: str
    label: Any  # a lazy translation
    gloss: Any
    letter: Any


CRITERIA = (
    Criterion("correct", gettext_lazy("Correct"), gettext_lazy("valid"), pgettext_lazy("petal of Correct", "C")),
    Criterion(
        "complete", gettext_lazy("Complete"), gettext_lazy("nothing missing"), pgettext_lazy("petal of Complete", "C")
    ),
    Criterion(
        "clean", gettext_lazy("Clean"), gettext_lazy("no duplicates, no rubbish"), pgettext_lazy("petal of Clean", "C")
    ),
    Criterion("live", gettext_lazy("Live"), gettext_lazy("updated as promised"), pgettext_lazy("petal of Live", "L")),
    Criterion(
        "unified",
        gettext_lazy("Unified"),
        gettext_lazy("same codes, same spelling"),
        pgettext_lazy("petal of Unified", "U"),
    ),
    Criterion(
        "shared", gettext_lazy("Shared"), gettext_lazy("others can use it"), pgettext_lazy("petal of Shared", "S")
    ),
)
BY_KEY = {criterion.key: criterion for criterion in CRITERIA}
KEYS = tuple(BY_KEY)


def tone(score: float | None) -> str:
    """Return the tone of a score: good from 95 %, fair from 80 %, weak from 60 %, else bad; unknown without one.

    >>> [tone(0.95), tone(0.9499), tone(0.6), tone(0.0), tone(None)]
    ['good', 'fair', 'weak', 'bad', 'unknown']
    """
    if score is None:
        return "unknown"
    for floor, name in ((0.95, "good"), (0.8, "fair"), (0.6, "weak")):
        if score >= floor:
            return name
    return "bad"


def weakest(scores: dict[str, float | None]) -> str | None:
    """Return the key of the lowest known score (the first in petal order among equals), or None.

    >>> weakest({"correct": 0.9, "live": 0.63, "shared": None})
    'live'
    >>> weakest({}) is None
    True
    """
    known = [(scores[key], place, key) for place, key in enumerate(KEYS) if scores.get(key) is not None]
    return min(known)[2] if known else None


def whole_percent(score: float) -> int:
    """Return a score as whole per cent, rounded down, so that 100 means that nothing is wrong.

    >>> [whole_percent(0.9999), whole_percent(1.0), whole_percent(0.57)]
    [99, 100, 57]
    """
    return int(score * 100 + 1e-9)
