"""The city's rules in memory, renewed when one of them changes; and when offices work."""

import time as time_module
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from functools import lru_cache
from typing import Any

from huong.base import calendar, clock
from huong.reports.models import CityRule, RuleEdition
from huong.reports.rules import nouns
from huong.reports.rules.book import Book, arranged

FRESH_SECONDS = 1.0
_seen: list[tuple[float, str]] = []


def book() -> Book:
    """Return the rules in force; a change made in another process is seen within a second."""
    return _book(_stamp())


def forget() -> None:
    """Look at the edition again: a rule has changed in this process."""
    _seen.clear()


def _stamp() -> str:
    now = time_module.monotonic()
    if not _seen or now - _seen[0][0] > FRESH_SECONDS:
        stamp = RuleEdition.objects.values_list("stamp", flat=True).first() or ""
        _seen[:] = [(now, stamp)]
    return _seen[0][1]


@lru_cache(maxsize=2)
def _book(_edition: str) -> Book:
    rows = CityRule.objects.filter(valid_to=None).values_list("kind", "key", "version", "body")
    return arranged(nouns.made(kind, key, body, version=version) for kind, key, version, body in rows)


def versions_of(kind: str, key: str) -> list[CityRule]:
    """Return every version of a rule, newest first."""
    return list(CityRule.objects.filter(kind=kind, key=key).order_by("-version"))


def rules_of(kind: str) -> list[CityRule]:
    """Return the rules of a kind that are in force, by key."""
    return list(CityRule.objects.filter(kind=kind, valid_to=None).order_by("key"))


def category_then(key: str, version: int) -> Any:
    """Return a category as it was in one of its versions; None if there is none."""
    row = CityRule.objects.filter(kind="category", key=key, version=version).first()
    return nouns.made("category", key, row.body, version=version) if row else None


@dataclass(frozen=True)
class Offices:
    """When the city's offices work, for the pure clocks."""

    zone: tzinfo
    shifts: tuple[tuple[time, time], ...]

    def works(self, day: date) -> bool:
        """Return whether offices work on a day."""
        return calendar.is_working_day(day)


def offices() -> Offices:
    """Return the working calendar of the city."""
    return Offices(clock.zone(), calendar.SHIFTS)


def city_time(at: datetime) -> datetime:
    """Return an instant in the city's zone."""
    return clock.local(at)
