"""Index 766 of the city and every ward: of months that are over as it was kept, of the running one as it is counted now.

Twelve reporting months are the eleven before and the running one: each month as it was known at its end, and what is
open, as it is now. The city's counts are those of all agencies together.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from huong.base import clock
from huong.people import queries as people
from huong.procedures.models import KeptFigures
from huong.procedures.queries import catalogue
from huong.procedures.queries.figures import COUNTED, Period, counts_of, month, of_catalogue
from huong.procedures.rules.index766 import Index, index

FRESH, MONTHS = 300, 12
AT_THE_END = frozenset({"dossiers_open", "dossiers_open_in_time"})  # of several months only the last ones hold
Held = dict[str, dict[str, int | None]]


@dataclass(frozen=True)
class Place:
    """One line of the table: a ward's People's Committee, its name, its index."""

    agency: str
    name: str
    index: Index


def month_of(day: date) -> Period:
    """Return the reporting month in which a day lies.

    >>> month_of(date(2026, 12, 15))
    Period(first=datetime.date(2026, 12, 15), last=datetime.date(2027, 1, 14))
    """
    number = day.year * 12 + day.month - 1 + (day.day >= 15)
    return month(number // 12, number % 12 + 1)


def months(count: int = MONTHS, *, until: date | None = None) -> list[Period]:
    """Return the running reporting month and those before it, oldest first."""
    last = month_of(until or clock.today()).last
    number = last.year * 12 + last.month - 1
    return [month(each // 12, each % 12 + 1) for each in range(number - count + 1, number + 1)]


def is_over(period: Period) -> bool:
    """Return whether a period has ended: nothing that happens now changes what was known at its end."""
    return period.end <= clock.now()


def kept(period: Period) -> Held:
    """Return what was kept of a month, by agency; nothing if it was not kept."""
    rows = KeptFigures.objects.filter(first=period.first, last=period.last)
    return dict(rows.values_list("agency", "counts"))


def counted(period: Period) -> Held:
    """Return what a reporting month counts by agency: as it was kept, else counted now as it was known at its end."""
    return kept(period) or counts_of(period, by="agency")


def added(held: Iterable[Held]) -> Held:
    """Return the counts of several months as one, by agency; a count that none of them knows stays unknown.

    >>> added([{"a": {"dossiers_open": 2, "dossiers_done": 1}}, {"a": {"dossiers_open": 1, "dossiers_done": 4}}])["a"]
    {'dossiers_open': 1, 'dossiers_done': 5}
    """
    found: Held = {}
    for each in held:
        for counts in found.values():
            counts.update(dict.fromkeys(AT_THE_END & counts.keys(), 0))
        for agency, counts in each.items():
            _add(found.setdefault(agency, {}), counts)
    return found


def _add(total: dict[str, int | None], counts: Mapping[str, int | None]) -> None:
    for name, count in counts.items():
        if count is not None:
            total[name] = (total.get(name) or 0) + count


def of_city(held: Held, period: Period) -> dict[str, int | None]:
    """Return the counts of the whole city: of all agencies together, and what it alone answers for."""
    total: dict[str, int | None] = {}
    for counts in held.values():
        _add(total, counts)
    if held:
        for name in COUNTED:
            total.setdefault(name, 0)
    return total | of_catalogue(period)


@lru_cache(maxsize=8)
def _indexed(first: date, last: date, _edition: str, _stamp: int) -> tuple[Index, tuple[Place, ...]]:
    period = Period(first, last)
    parts = [
        each for each in months(MONTHS * 2, until=last) if first <= each.first and each.last <= month_of(last).last
    ]
    held = added(counted(each) for each in parts)
    wards = [each for each in people.agencies() if each.tier == "ward" and each.kind == "committee"]
    places = [Place(each.code, each.name, index(held.get(each.code, {}), "ward")) for each in wards]
    return index(of_city(held, period), "city"), tuple(places)


def twelve_months() -> Period:
    """Return the days of the eleven reporting months before and of the running one until today."""
    return Period(months()[0].first, clock.today())


def indexed(period: Period) -> tuple[Index, tuple[Place, ...]]:
    """Return index 766 of the city and of every ward over reporting months; figures are at most five minutes old."""
    stamp = int(clock.now().timestamp()) // FRESH
    return _indexed(period.first, period.last, catalogue.edition(), stamp)
