"""Office time as a plain value: which days and hours count, and walking along them. Pure; exact to the microsecond.

Instants go in timezone-aware and come out in UTC. A stop is a half-open stretch `(from, to)` during which nothing counts.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import accumulate

Stretch = tuple[datetime, datetime]
ZERO = timedelta(0)
DAY = timedelta(days=1)
FARTHEST = 20 * 366
SPANS = (2, 4, 8, 16, 32)
NEVER = "the calendar knows no working day"


@dataclass(frozen=True)
class Track:
    """The sessions of some years in a row, with the office time before each: counting is a search in it."""

    begins: tuple[datetime, ...]
    ends: tuple[datetime, ...]
    before: tuple[timedelta, ...]
    until: datetime

    def worked(self, at: datetime) -> timedelta:
        """Return the office time from the beginning of the track to an instant."""
        place = bisect_right(self.begins, at) - 1
        return ZERO if place < 0 else self.before[place] + min(at, self.ends[place]) - self.begins[place]

    def reached(self, worked: timedelta) -> datetime | None:
        """Return the first instant at which so much office time has passed; None if that lies beyond the track."""
        place = bisect_left(self.before, worked) - 1
        if place < 0:
            return None
        found = self.begins[place] + worked - self.before[place]
        return found if found <= self.ends[place] else None


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
    _tracks: dict[tuple[int, int], Track] = field(default_factory=dict, init=False, repr=False, compare=False)

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
        raise ValueError(NEVER)

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

    def tracks_from(self, at: datetime) -> Iterator[Track]:
        """Yield tracks that begin with the year of an instant, each longer than the last."""
        for years in SPANS:
            key = (self.day_of(at).year, years)
            if key not in self._tracks:
                self._tracks[key] = self._track(*key)
            yield self._tracks[key]

    def _track(self, year: int, years: int) -> Track:
        first, last = date(year, 1, 1), date(year + years, 1, 1)
        held = [each for more in range((last - first).days) for each in self.sessions(first + DAY * more)]
        begins, ends = zip(*held, strict=True) if held else ((), ())
        before = accumulate((end - begin for begin, end in held[:-1]), initial=ZERO)
        return Track(begins, ends, tuple(before) if held else (), self.instant(last, time.min))

    def end_of_session(self, at: datetime, count: int) -> datetime:
        """Return the end of the n-th session of those that begin at an instant or later.

        Raises:
            ValueError: the calendar does not reach that far.
        """
        for track in self.tracks_from(at):
            place = bisect_left(track.begins, at) + count - 1
            if place < len(track.ends):
                return track.ends[place]
        raise ValueError(NEVER)


def merged(stops: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """Return stretches in order, those that touch or overlap as one; empty ones left out."""
    found: list[Stretch] = []
    for begin, end in sorted(stop for stop in stops if stop[0] < stop[1]):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return tuple(found)


def after(
    calendar: WorkingCalendar, at: datetime, length: timedelta, *, office: bool = True, stops: tuple[Stretch, ...] = ()
) -> datetime:
    """Return the first instant at which so much time has counted since an instant.

    Args:
        calendar: when offices work.
        at: where counting begins.
        length: how much; nothing is added if it is not positive.
        office: whether only office time counts.
        stops: when nothing counts, as `merged` returns them.

    Raises:
        ValueError: the calendar does not reach that far.
    """
    at = at.astimezone(UTC)
    if length <= ZERO:
        return at
    if not office:
        return _after_plainly(at, length, stops)
    for track in calendar.tracks_from(at):
        wanted = track.worked(at) + length
        for stopped, gone_on in stops:
            if gone_on > at and track.worked(max(stopped, at)) < wanted:
                wanted += track.worked(gone_on) - track.worked(max(stopped, at))
        found = track.reached(wanted)
        if found is not None and found <= track.until:
            return found
    raise ValueError(NEVER)


def _after_plainly(at: datetime, length: timedelta, stops: tuple[Stretch, ...]) -> datetime:
    for stopped, gone_on in stops:
        if gone_on > at and max(stopped, at) < at + length:
            length += gone_on - max(stopped, at)
    return at + length


def between(
    calendar: WorkingCalendar, at: datetime, until: datetime, *, office: bool = True, stops: tuple[Stretch, ...] = ()
) -> timedelta:
    """Return how much time counts between two instants; zero if the second does not lie later."""
    if until <= at:
        return ZERO
    lost = [(max(begin, at), min(end, until)) for begin, end in stops if end > at and begin < until]
    if not office:
        return until - at - sum((end - begin for begin, end in lost), ZERO)
    for track in calendar.tracks_from(at):
        if track.until >= until:
            gone = sum((track.worked(end) - track.worked(begin) for begin, end in lost), ZERO)
            return track.worked(until) - track.worked(at) - gone
    raise ValueError(NEVER)
