"""The clock of a dossier, of a step and of a hand-over: one pure function over what was done and when offices work.

How time counts (`Limit`):

- `same_day`: till the end of the working day of receipt; received after 15:00 or while offices rest, of the next one.
- `working_days`: the first day counted is the working day after receipt; due at its n-th closing.
- `half_days`: the first session counted is the one after receipt; due at the end of the n-th.
- `working_hours`: office hours from receipt; received after 15:00, from the next opening; due to the microsecond.
- `calendar_days`: from the day after receipt; due when offices close on the n-th day, or on the next working day.

A pause takes away exactly the time it lasted. What is due then falls to the end of the session (of the day, for calendar
days) in which the clock runs again, never to an instant at which offices rest.

Source: Decree 61/2018 Art 17-20 (15:00, appointment, one re-appointment), kept by Decree 118/2025; Decree 23/2015 Art 7
(same day, after 15:00 the next working day); Civil Code 2015 Art 147-148 (the day of the event does not count; a last
day on which offices rest ends with the next working day).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from huong.base.working_time import NEVER, Stretch, WorkingCalendar, after, between, merged
from huong.procedures.rules.times import (
    FIFTEEN,
    HAND_OVER,
    MEASURES,
    Cutoff,
    Disruption,
    Limit,
    Measure,
    Moment,
    Reading,
    Watch,
)

__all__ = [
    "FIFTEEN",
    "HAND_OVER",
    "MEASURES",
    "Cutoff",
    "Disruption",
    "Limit",
    "Measure",
    "Moment",
    "Reading",
    "Watch",
    "read",
    "refusal_to_extend",
]

RE_APPOINTMENTS = 1
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class _Run:
    """A clock from its start on: when it stood, when it ended, what was promised anew."""

    started_at: datetime
    pauses: tuple[Stretch, ...]
    paused_since: datetime | None
    finished_at: datetime | None
    extensions: tuple[tuple[datetime, date], ...]


def read(
    moments: Sequence[Moment],
    limit: Limit | None,
    calendar: WorkingCalendar,
    *,
    now: datetime,
    watch: Watch,
    disruptions: Sequence[Disruption] = (),
    cutoff: Cutoff | None = FIFTEEN,
) -> Reading:
    """Return how a clock stands.

    `due_at` depends on what was done, never on `now`: computed again on any later day it is the same.

    Args:
        moments: what was done, in the order of `at`.
        limit: how long it may take; None if the law sets no limit.
        calendar: when offices work, corrections by decree included.
        now: timezone-aware; taken as the last moment if that is later.
        watch: what this clock looks at.
        disruptions: those that hold for the unit of this clock.
        cutoff: the 15:00 rule; None where it does not hold.

    >>> from datetime import timezone
    >>> offices = WorkingCalendar(timezone(timedelta(hours=7)), ((time(7, 30), time(11, 30)), (time(13, 30), time(17, 30))))
    >>> friday = datetime(2026, 11, 27, 16, 0, tzinfo=offices.zone)
    >>> watch = Watch(running=frozenset({"accepted"}), ended=frozenset({"decided"}))
    >>> reading = read([Moment("accept", friday, "accepted")], Limit(3, "working_days"), offices, now=friday, watch=watch)
    >>> reading.due_at.astimezone(offices.zone).isoformat(sep=" ", timespec="minutes")
    '2026-12-02 17:30+07:00'
    """
    first = watch.first(moments)
    if first is None:
        return Reading()
    run = _run([replace(moment, at=moment.at.astimezone(UTC)) for moment in moments[first:]], watch)
    now = max(now, moments[-1].at).astimezone(UTC)
    until = min(now, run.finished_at or now)
    stopped = merged(stretch for each in disruptions for stretch in each.harmless(now))
    paused = merged([*run.pauses, *([(run.paused_since, now)] if run.paused_since else [])])
    counting = merged([*paused, *stopped])
    cut_off = limit is not None and _cut_off(run.started_at, limit, calendar, cutoff)
    begun = _counted_from(run.started_at, limit, calendar, cut_off=cut_off) if limit else run.started_at
    office = limit is None or limit.measure != "calendar_days"
    reading = Reading(
        started_at=run.started_at,
        counted_from=begun,
        running=not (run.paused_since or run.finished_at or _stands(now, disruptions)),
        paused_since=run.paused_since,
        finished_at=run.finished_at,
        elapsed=between(calendar, begun, until, office=office, stops=counting),
        extensions=len(run.extensions),
    )
    if limit is None:
        return reading
    course = _Course(limit, calendar, begun, cut_off, run)
    due = course.due(disruptions)
    first_due = course.due(disruptions, extended=False) if run.extensions else due
    plain = course.due(()) if disruptions else due
    return replace(
        reading,
        due_at=due,
        first_due_at=first_due,
        due_without_disruptions=plain,
        left=between(
            calendar, max(begun, _standing(until, run, disruptions)), due, stops=merged(_known_stops(disruptions))
        ),
        overdue_by=between(calendar, due, until, stops=counting),
        overdue_of_first=between(calendar, first_due, until, stops=counting),
        overdue_without_disruptions=between(calendar, plain, until, stops=paused),
    )


def _run(moments: Sequence[Moment], watch: Watch) -> _Run:
    """Fold what was done since the start of a clock into pauses and an end."""
    pauses: list[Stretch] = []
    stands: datetime | None = None
    ended: datetime | None = None
    for moment in moments:
        over = moment.state in watch.ended or not watch.here(moment)
        runs = not over and moment.state in watch.running
        if runs and stands is not None:
            pauses.append((stands, moment.at))
        stands = None if runs else (moment.at if stands is None else stands)
        ended = (moment.at if ended is None else ended) if over else None
    return _Run(
        started_at=moments[0].at,
        pauses=merged(pauses),
        paused_since=None if ended else stands,
        finished_at=ended,
        extensions=tuple((moment.at, moment.until) for moment in moments if moment.until is not None),
    )


@dataclass(frozen=True)
class _Course:
    """What decides when a clock is due, disruptions apart."""

    limit: Limit
    calendar: WorkingCalendar
    begun: datetime
    cut_off: bool
    run: _Run

    def due(self, disruptions: Sequence[Disruption], *, extended: bool = True) -> datetime:
        """Return when it is due under these disruptions, with or without re-appointment."""
        stops = merged([*self.run.pauses, *_known_stops(disruptions)])
        begin, nominal, office = self.begun, self._nominal(), self.limit.measure != "calendar_days"
        exact = self.limit.measure == "working_hours"
        if extended and self.run.extensions:
            at, until = self.run.extensions[-1]
            # a promised date is a date: pauses move it by plain time, so that a new holiday never brings it nearer
            nominal = self.calendar.closing(self.calendar.first_working_day(until))
            begin, office, exact = at, False, False
        left = between(self.calendar, begin, nominal, office=office)
        out = after(self.calendar, begin, left, office=office, stops=stops) if left else nominal
        due = out if exact else self._end(out, stops)
        for each in sorted(disruptions, key=lambda each: each.begin):
            if each.mode == "move" and each.end is not None:
                due = self._moved(due, each.begin, each.end)
        return due

    def _nominal(self) -> datetime:
        """Return when it would be due if it never stood."""
        limit, calendar = self.limit, self.calendar
        day = calendar.day_of(self.begun)
        if limit.measure == "same_day":
            return calendar.sessions(day)[0][1] if self.cut_off and limit.late_by_noon else calendar.closing(day)
        if limit.measure == "working_hours":
            return after(calendar, self.begun, timedelta(hours=limit.amount))
        if limit.measure == "calendar_days":
            return calendar.instant(day + timedelta(days=int(limit.amount) - 1), calendar.shifts[-1][1])
        sessions = int(limit.amount) * (len(calendar.shifts) if limit.measure == "working_days" else 1)
        return calendar.end_of_session(self.begun, sessions)

    def _end(self, at: datetime, stops: tuple[Stretch, ...]) -> datetime:
        """Return the end of the session (of the day, for calendar days) in which time runs out and the clock runs."""
        for _begin, end in self.calendar.sessions_from(at):
            whole = self.limit.measure != "calendar_days" or end == self.calendar.closing(self.calendar.day_of(end))
            if whole and not any(stopped < end <= gone_on for stopped, gone_on in stops):
                return end
        raise ValueError(NEVER)

    def _moved(self, due: datetime, begin: datetime, end: datetime) -> datetime:
        """Return when something is due whose day may fall into a disruption that moves it."""
        resumed = next(closes for _opens, closes in self.calendar.sessions_from(end + INSTANT))
        moved = self.calendar.closing(self.calendar.day_of(resumed))
        return moved if begin <= due < moved else due


def _known_stops(disruptions: Sequence[Disruption]) -> list[Stretch]:
    return [stretch for each in disruptions for stretch in each.stop]


def _standing(until: datetime, run: _Run, disruptions: Sequence[Disruption]) -> datetime:
    """Return the instant at which a clock stands: now, or when a pause or a disruption without an end began."""
    begins = [each.begin for each in disruptions if each.mode == "stop" and each.end is None]
    return min([until, *begins, *([run.paused_since] if run.paused_since else [])])


def _stands(now: datetime, disruptions: Sequence[Disruption]) -> bool:
    """Return whether a disruption keeps clocks from running now."""
    return any(
        each.mode == "stop" and each.begin <= now and (each.end is None or now < each.end) for each in disruptions
    )


def _cut_off(at: datetime, limit: Limit, calendar: WorkingCalendar, cutoff: Cutoff | None) -> bool:
    """Return whether something came too late on a working day to count as that day's."""
    day = calendar.day_of(at)
    bears = cutoff is not None and limit.measure in cutoff.measures
    return bears and cutoff is not None and calendar.works(day) and at > calendar.instant(day, cutoff.at)


def _counted_from(at: datetime, limit: Limit, calendar: WorkingCalendar, *, cut_off: bool) -> datetime:
    """Return the instant from which time counts for something received now."""
    day = calendar.day_of(at)
    received = calendar.next_working_day(day) if cut_off else day
    if limit.measure == "calendar_days":
        return calendar.instant(received + timedelta(days=1), time.min)
    if limit.measure == "working_days":
        return calendar.opening(calendar.next_working_day(received))
    if cut_off or not calendar.works(day) or at >= calendar.closing(day):
        return calendar.opening(calendar.next_working_day(day))
    if limit.measure == "half_days":
        return next(begin for begin, _end in calendar.sessions_from(at) if begin > at)
    return max(at, calendar.opening(day))


def refusal_to_extend(reading: Reading, until: date, calendar: WorkingCalendar) -> str:
    """Return why a new appointment may not be given, "" if it may: also to somebody whose day has passed.

    Returns:
        "not_running" (not begun, or settled), "no_limit", "again" (there was one already), "rest" (offices rest
        on that day) or "not_later" (the day is no later than the one promised).

    Source: Decree 61/2018 Art 17-20 (one re-appointment, with an apology).
    """
    if reading.started_at is None or reading.finished_at is not None:
        return "not_running"
    if reading.due_at is None:
        return "no_limit"
    if reading.extensions >= RE_APPOINTMENTS:
        return "again"
    if not calendar.works(until):
        return "rest"
    return "" if calendar.closing(until) > reading.due_at else "not_later"
