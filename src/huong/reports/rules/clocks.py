"""Clocks: when something is due, how much time is left, and how a pause moves it. Exact to the microsecond."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Protocol

MEASURES = ("hours", "working_hours", "working_days")
DAY_OF_OFFICE = timedelta(hours=8)
VERY_LATE = 3
ZERO = timedelta(0)


class Calendar(Protocol):
    """When offices work."""

    @property
    def zone(self) -> tzinfo:
        """The city's zone."""

    @property
    def shifts(self) -> tuple[tuple[time, time], ...]:
        """The office hours of a working day."""

    def works(self, day: date) -> bool:
        """Return whether offices work on a day."""


@dataclass(frozen=True)
class Span:
    """An amount of time: by the clock, or of office hours."""

    length: timedelta
    office: bool


def span(measure: str, amount: float) -> Span:
    """Return an amount of a measure.

    >>> span("working_days", 2) == Span(timedelta(hours=16), True)
    True
    """
    if measure not in MEASURES:
        raise ValueError(f"{measure} is no measure of time")
    if measure == "working_days":
        return Span(DAY_OF_OFFICE * amount, office=True)
    return Span(timedelta(hours=amount), office=measure == "working_hours")


def _shifts(calendar: Calendar, day: date) -> Iterator[tuple[datetime, datetime]]:
    if calendar.works(day):
        for begin, end in calendar.shifts:
            yield datetime.combine(day, begin, calendar.zone), datetime.combine(day, end, calendar.zone)


def after(at: datetime, length: timedelta, *, office: bool, calendar: Calendar) -> datetime:
    """Return the instant at which so much time has passed.

    Args:
        at: timezone-aware.
        length: how much, not negative.
        office: whether only office hours count.
        calendar: when offices work.
    """
    if not office or length <= ZERO:
        return at + max(length, ZERO)
    day, left = at.astimezone(calendar.zone).date(), length
    while True:
        for opens, closes in _shifts(calendar, day):
            begin = max(at, opens)
            if closes - begin >= left:
                return begin + left
            left -= max(closes - begin, ZERO)
        day += timedelta(days=1)


def between(at: datetime, until: datetime, *, office: bool, calendar: Calendar) -> timedelta:
    """Return how much time lies between two instants; zero if the second is not later."""
    if until <= at:
        return ZERO
    if not office:
        return until - at
    day, last = at.astimezone(calendar.zone).date(), until.astimezone(calendar.zone).date()
    total = ZERO
    while day <= last:
        total += sum((max(min(until, closes) - max(at, opens), ZERO) for opens, closes in _shifts(calendar, day)), ZERO)
        day += timedelta(days=1)
    return total


def due(at: datetime, amount: Span, calendar: Calendar) -> tuple[datetime, datetime]:
    """Return when something received now is due, and when it is very late (three times as much)."""
    first = after(at, amount.length, office=amount.office, calendar=calendar)
    return first, after(at, amount.length * VERY_LATE, office=amount.office, calendar=calendar)


def left_us(at: datetime, due_at: datetime | None, *, office: bool, calendar: Calendar) -> int | None:
    """Return the time left on a clock that is being stopped, in microseconds; None if it has run out.

    A clock that has run out does not stop: late stays late.
    """
    if due_at is None or due_at <= at:
        return None
    return between(at, due_at, office=office, calendar=calendar) // timedelta(microseconds=1)


def resumed(at: datetime, left: int, *, office: bool, calendar: Calendar) -> datetime:
    """Return when a clock that goes on now is due."""
    return after(at, timedelta(microseconds=left), office=office, calendar=calendar)


def bucket(now: datetime, due_at: datetime | None, late3_at: datetime | None, *, soon: timedelta) -> str:
    """Return how a clock stands: "none", "on_time", "soon", "late", "very_late"."""
    if late3_at is not None and now >= late3_at:
        return "very_late"
    if due_at is None:
        return "none"
    if now > due_at:
        return "late"
    return "soon" if due_at - now <= soon else "on_time"
