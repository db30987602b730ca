"""What the clocks of procedures work with: limits, what was done, disruptions, and what a clock says. Plain values."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from huong.base.working_time import ZERO, Stretch

Measure = Literal["same_day", "working_days", "working_hours", "half_days", "calendar_days"]
MEASURES: tuple[Measure, ...] = ("same_day", "working_days", "working_hours", "half_days", "calendar_days")


@dataclass(frozen=True)
class Limit:
    """How long something may take (thời hạn giải quyết).

    Attributes:
        amount: how many of the measure; hours may be broken, the others are whole; not looked at for `same_day`.
        measure: what is counted.
        late_by_noon: for `same_day`, received after 15:00: due with the first session of the next working day, as
            for handing a dossier over to the unit that works on it; else at its closing.
    """

    amount: float
    measure: Measure
    late_by_noon: bool = False

    def __post_init__(self) -> None:
        if self.measure not in MEASURES:
            raise ValueError(f"{self.measure} is no measure of time")
        if self.measure != "same_day" and not self.amount > 0:
            raise ValueError("a limit is longer than nothing")
        if self.measure not in ("same_day", "working_hours") and self.amount != int(self.amount):
            raise ValueError(f"{self.measure} are counted whole")


HAND_OVER = Limit(0, "same_day", late_by_noon=True)


@dataclass(frozen=True)
class Cutoff:
    """From when on a working day what comes in counts from the next one (sau 15 giờ).

    Attributes:
        at: the last time of day that still counts as that day.
        measures: the limits it bears on. Working and calendar days begin with the next day whatever the hour; a city
            whose rule adds a day to them as well names them here.
    """

    at: time = time(15, 0)
    measures: frozenset[Measure] = frozenset({"same_day", "working_hours", "half_days"})


FIFTEEN = Cutoff()


@dataclass(frozen=True)
class Moment:
    """One thing done to a dossier, as far as clocks look at it.

    Attributes:
        verb: what was done, such as "accept", "request_supplement", "extend".
        at: when it holds from, timezone-aware; for a dossier taken in on paper, the true time.
        state: the state the dossier is in from then on.
        step: the step it is at from then on.
        holder: the unit that has it from then on.
        until: for an extension, the new day of appointment.
    """

    verb: str
    at: datetime
    state: str
    step: str = ""
    holder: str = ""
    until: date | None = None


@dataclass(frozen=True)
class Watch:
    """What a clock looks at: the whole dossier, one of its steps, or one unit that holds it.

    Attributes:
        running: the states in which time counts.
        ended: the states in which the matter is settled.
        starts: the verbs that start the clock, the first time.
        restarts: the verbs that start it afresh, each time: a limit that counts anew from the complete dossier.
        step: only while the dossier is at this step; the clock starts when it gets there.
        holder: only while this unit has it; the clock starts when it gets it.
    """

    running: frozenset[str]
    ended: frozenset[str]
    starts: frozenset[str] = frozenset({"accept"})
    restarts: frozenset[str] = frozenset()
    step: str = ""
    holder: str = ""

    def here(self, moment: Moment) -> bool:
        """Return whether the dossier is where this clock looks."""
        return self.step in ("", moment.step) and self.holder in ("", moment.holder)

    def first(self, moments: Sequence[Moment]) -> int | None:
        """Return the place of the moment this clock counts from; None while it has not started."""
        begun = next((place for place, moment in enumerate(moments) if moment.verb in self.starts), None)
        if begun is None:
            return None
        begun = next((begun + more for more, moment in enumerate(moments[begun:]) if self.here(moment)), None)
        again = [place for place, moment in enumerate(moments) if moment.verb in self.restarts and self.here(moment)]
        return max([*again[-1:], begun]) if begun is not None else None


@dataclass(frozen=True)
class Disruption:
    """A time at which offices could not work, declared by a legal text (gián đoạn do thiên tai, sự cố).

    Attributes:
        begin: from when.
        end: until when; None while nobody knows.
        mode: "stop": clocks stand still as long as it lasts; "move": what would be due meanwhile, or on the first
            working day after it, is due when that day closes.
        text: the legal text that declares it.
        units: the codes of the units where it holds; none means the whole city.
    """

    begin: datetime
    end: datetime | None
    mode: Literal["stop", "move"]
    text: str
    units: frozenset[str] = frozenset()

    @property
    def stop(self) -> tuple[Stretch, ...]:
        """The stretch in which it is known to stop clocks; none while its end is not known."""
        return ((self.begin, self.end),) if self.mode == "stop" and self.end is not None else ()

    def harmless(self, now: datetime) -> tuple[Stretch, ...]:
        """Return the stretch in which nothing gets later by it: while it lasts, also where it will move days."""
        if self.end is None:
            return ((self.begin, max(self.begin, now)),)
        return self.stop

    def touches(self, units: Collection[str]) -> bool:
        """Return whether it holds for somebody in these units (a unit and those above it)."""
        return not self.units or not self.units.isdisjoint(units)


@dataclass(frozen=True)
class Reading:
    """How a clock stands. Instants are in UTC; None where there is nothing to say.

    Attributes:
        started_at: when the clock started.
        counted_from: when time began to count.
        due_at: when it is due. While the clock stands, or a disruption has no end yet: as if it went on at once.
        first_due_at: when it would be due without re-appointment.
        due_without_disruptions: when it would be due had no disruption been declared.
        running: whether time counts now, office hours or not.
        paused_since: since when it stands.
        finished_at: when the matter was settled, or had left the step or the unit.
        elapsed: how much has counted, in office time (calendar days: in plain time).
        left: how much office time is left until due; zero if late.
        overdue_by: by how much office time it is late, pauses not counted.
        overdue_of_first: the same against `first_due_at`.
        overdue_without_disruptions: the same against `due_without_disruptions`, disruptions counted.
        extensions: how many re-appointments there were.
    """

    started_at: datetime | None = None
    counted_from: datetime | None = None
    due_at: datetime | None = None
    first_due_at: datetime | None = None
    due_without_disruptions: datetime | None = None
    running: bool = False
    paused_since: datetime | None = None
    finished_at: datetime | None = None
    elapsed: timedelta = ZERO
    left: timedelta | None = None
    overdue_by: timedelta = ZERO
    overdue_of_first: timedelta = ZERO
    overdue_without_disruptions: timedelta = ZERO
    extensions: int = 0

    @property
    def overdue(self) -> bool:
        """Whether it is late."""
        return self.overdue_by > ZERO
