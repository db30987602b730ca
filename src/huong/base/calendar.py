"""The working calendar: which days offices work, and adding working time to an instant.

Seeded from the `holidays` package (Vietnam: Tết, Hùng Kings, days in lieu, swapped Saturdays), corrected
by the city's `calendar.csv`. A correction by decree changes data, never code.
"""

import csv
import time as time_module
from datetime import date, datetime, time, timedelta
from pathlib import Path

from django.db import transaction

from huong.base import clock, working_time
from huong.base.models import CalendarDay
from huong.base.working_time import WorkingCalendar

YEARS = range(2024, 2029)
FRESH_SECONDS = 60.0
SHIFTS = ((time(7, 30), time(11, 30)), (time(13, 30), time(17, 30)))

_held: list[tuple[float, WorkingCalendar]] = []


def load(folder: Path) -> int:
    """Load the calendar of a city: the country's holidays, then the city's own rows. Idempotent."""
    rows = _national() | _own(folder / "calendar.csv")
    with transaction.atomic():
        for day, (working, name, source) in rows.items():
            CalendarDay.objects.update_or_create(day=day, defaults={"working": working, "name": name, "source": source})
    forget()
    return len(rows)


def _national() -> dict[date, tuple[bool, str, str]]:
    import holidays

    calendar = holidays.country_holidays("VN", years=YEARS, language="vi")
    found = {day: (False, name, "holidays/VN") for day, name in calendar.items()}
    for year in YEARS:
        for offset in range(366):
            day = date(year, 1, 1) + timedelta(days=offset)
            if day.year == year and day.weekday() >= 5 and calendar.is_working_day(day):
                found[day] = (True, "Làm bù", "holidays/VN")
    return found


def _own(file: Path) -> dict[date, tuple[bool, str, str]]:
    if not file.exists():
        return {}
    with file.open(encoding="utf-8", newline="") as lines:
        return {
            date.fromisoformat(row["day"]): (row["working"] == "1", row["name"], row["source"])
            for row in csv.DictReader(lines)
        }


def value() -> WorkingCalendar:
    """Return the calendar as a plain value, for pure rules; a correction in another process is seen within a minute."""
    now, held = time_module.monotonic(), next(iter(_held), None)
    if held is not None and now - held[0] <= FRESH_SECONDS:
        return held[1]
    fresh = WorkingCalendar(clock.zone(), SHIFTS, dict(CalendarDay.objects.values_list("day", "working")))
    if held is not None and held[1] == fresh:
        fresh = held[1]  # keep what it has worked out
    _held[:] = [(now, fresh)]
    return fresh


def forget() -> None:
    """Look at the days again: one has changed in this process."""
    _held.clear()


def is_working_day(day: date) -> bool:
    """Return whether offices work on a day."""
    return value().works(day)


def add_working_days(day: date, count: int) -> date:
    """Return the working day that lies `count` working days after a day."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def add_working_hours(at: datetime, hours: float) -> datetime:
    """Return the instant at which so many office hours have passed since an instant.

    Args:
        at: timezone-aware.
        hours: office hours; a working day has eight.
    """
    return clock.local(working_time.after(value(), at, timedelta(hours=hours)))
