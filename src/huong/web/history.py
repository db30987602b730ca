"""Ninety days of one criterion as a line and as a sentence. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise

from django.utils.translation import gettext as _

from huong.ui import words

Series = list[tuple[date, float | None]]
NOTABLE = 0.01


def series(judged: Mapping[date, float | None], *, until: date, days: int = 90) -> Series:
    """Return one share per day: what was judged last, until something newer was.

    Args:
        judged: the share at the end of each day on which something was judged.
        until: the last day, today.

    >>> series({date(2026, 1, 2): 0.5}, until=date(2026, 1, 3), days=3)
    [(datetime.date(2026, 1, 1), None), (datetime.date(2026, 1, 2), 0.5), (datetime.date(2026, 1, 3), 0.5)]
    """
    found: Series = []
    held: float | None = None
    for back in range(days - 1, -1, -1):
        day = until - timedelta(days=back)
        held = judged.get(day, held)
        found.append((day, held))
    return found


def sentence(label: str, line: Sequence[tuple[date, float | None]]) -> str:
    """Return what a line says: from where to where it went, and when it turned most."""
    known = [(day, share) for day, share in line if share is not None]
    if not known:
        return ""
    first, last = known[0][1], known[-1][1]
    if abs(last - first) < NOTABLE:
        return _("“%(label)s” stays at %(share)s.") % {"label": label, "share": words.percent(last)}
    turn = max(pairwise(known), key=lambda pair: abs(pair[1][1] - pair[0][1]))[1][0]
    said = {
        "label": label,
        "before": words.percent(first),
        "after": words.percent(last),
        "day": words.short_day(turn),
    }
    if last < first:
        return _("“%(label)s” fell from %(before)s to %(after)s, most of it on %(day)s.") % said
    return _("“%(label)s” rose from %(before)s to %(after)s, most of it on %(day)s.") % said
