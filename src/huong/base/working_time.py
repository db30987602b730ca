"""Office time as a plain value: which days and hours count, and walking along them. Pure; exact to the microsecond.

Instants go in timezone-aware and come out in UTC. A stop is a half-open stretch `(from, to)` during which nothing counts.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

Stretch = tuple[datetime, datetime]
ZERO = timedelta(0)
DAY = timedelta(days=1)
FARTHEST = 20 * 366
FOREVER = datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class WorkingCalendar:
    """When the offices of a city work (lịch làm việc).

    Attributes:
        zone: the city's zone.
        shifts: the sessions of a working day, in order.
        days: the days that differ from their weekday: holidays False, Saturdays made up True.
    """

    zone: tzinfo
    shifts: tuple[tuple[time, time], ...]
    days: Mapping[date, bool] = field(default_factory=dict)
    _sessions: dict[date, tuple[Stretch, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def works(self, day: date) -> bool:
        """Return whether offices work on a day."""
        return self.days.get(day, day.weekday() < 5)

    def day_of(self, at: datetime) -> date:
        """Return the day an instant belongs to in the city."""
        return at.astimezone(self.zone).date()

    def instant(self, day: date, at: time) -> datetime:
        """Return the instant of a time of day in the city."""
        return datetime.combine(day, at, self.zone).astimezone(UTC)

    def sessions(self, day: date) -> tuple[Stretch, ...]:
        """Return the sessions of a day, none if offices rest."""
        if day not in self._sessions:
            held = self.shifts if self.works(day) else ()
            self._sessions[day] = tuple((self.instant(day, begin), self.instant(day, end)) for begin, end in held)
        return self._sessions[day]

    def first_working_day(self, day: date) -> date:
        """Return the day itself if offices work on it, else the next one on which they do.

        Raises:
            ValueError: the calendar knows no working day within twenty years.
        """
        for _ in range(FARTHEST):
            if self.works(day):
                return day
            day += DAY
        raise ValueError("the calendar knows no working day")

    def next_working_day(self, day: date) -> date:
        """Return the first working day after a day."""
        return self.first_working_day(day + DAY)

    def opening(self, day: date) -> datetime:
        """Return the instant at which a working day begins."""
        return self.sessions(day)[0][0]

    def closing(self, day: date) -> datetime:
        """Return the instant at which a working day ends."""
        return self.sessions(day)[-1][1]

    def sessions_from(self, at: datetime) -> Iterator[Stretch]:
        """Yield the sessions that end at an instant or later, in order, without end.

        Raises:
            ValueError: the calendar knows no working day within twenty years.
        """
        day = self.day_of(at)
        while True:
            day = self.first_working_day(day)
            for session in self.sessions(day):
                if session[1] >= at:
                    yield session
            day += DAY


def merged(stops: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """Return stretches in order, those that touch or overlap as one; empty ones left out."""
    found: list[Stretch] = []
    for begin, end in sorted(stop for stop in stops if stop[0] < stop[1]):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return tuple(found)


def free(begin: datetime, end: datetime, stops: tuple[Stretch, ...]) -> Iterator[Stretch]:
    """Yield the parts of a stretch that lie in no stop.

    Args:
        begin: where the stretch begins.
        end: where it ends; nothing is yielded if it does not lie later.
        stops: as `merged` returns them.
    """
    for stopped, gone_on in stops:
        if begin >= end or stopped >= end:
            break
        if gone_on > begin:
            if stopped > begin:
                yield begin, stopped
            begin = gone_on
    if begin < end:
        yield begin, end


def after(
    calendar: WorkingCalendar, at: datetime, length: timedelta, *, office: bool = True, stops: tuple[Stretch, ...] = ()
) -> datetime:
    """Return the instant at which so much time has counted since an instant.

    Args:
        calendar: when offices work.
        at: where counting begins.
        length: how much; nothing is added if it is not positive.
        office: whether only office time counts.
        stops: when nothing counts, as `merged` returns them.
    """
    if length <= ZERO:
        return at.astimezone(UTC)
    for begin, end in calendar.sessions_from(at) if office else [(at, FOREVER)]:
        for first, last in free(max(begin, at), end, stops):
            if last - first >= length:
                return (first + length).astimezone(UTC)
            length -= last - first
    raise ValueError("the time asked for never passes")


def between(
    calendar: WorkingCalendar, at: datetime, until: datetime, *, office: bool = True, stops: tuple[Stretch, ...] = ()
) -> timedelta:
    """Return how much time counts between two instants; zero if the second does not lie later."""
    total = ZERO
    if until <= at:
        return total
    for begin, end in calendar.sessions_from(at) if office else [(at, until)]:
        if begin >= until:
            break
        total += sum((last - first for first, last in free(max(begin, at), min(end, until), stops)), ZERO)
    return total
