"""The one clock. Everything that asks for the time asks here, so that tests can hold it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

_held: ContextVar[datetime | None] = ContextVar("held_clock", default=None)


def now() -> datetime:
    """Return the present instant in UTC, microseconds, timezone-aware."""
    return _held.get() or datetime.now(UTC)


@lru_cache(maxsize=1)
def zone() -> ZoneInfo:
    """Return the city's time zone, in which days, months and partitions begin and end."""
    from huong.base import city

    return ZoneInfo(city.facts().get("time_zone", "Asia/Ho_Chi_Minh"))


def today() -> date:
    """Return today's date in the city's zone."""
    return local(now()).date()


def local(at: datetime) -> datetime:
    """Return an instant in the city's zone, for people to read."""
    return at.astimezone(zone())


@contextmanager
def freeze(at: datetime) -> Iterator[None]:
    """Hold the clock at an instant while a test runs.

    Args:
        at: the instant, timezone-aware.
    """
    token = _held.set(at.astimezone(UTC))
    try:
        yield
    finally:
        _held.reset(token)
