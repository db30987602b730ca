"""What holds for every dossier, every calendar and every limit: clocks in the hands of hypothesis. Pure."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from huong.base.working_time import ZERO, WorkingCalendar
from huong.procedures.rules import clock
from huong.procedures.rules.clock import Disruption, Limit
from huong.procedures.tests.offices import DOSSIER, HUE, SHIFTS, ZONE, did

FROM, TO = datetime(2026, 1, 5, tzinfo=ZONE), datetime(2026, 12, 18, tzinfo=ZONE)
LATER = datetime(2027, 6, 1, tzinfo=UTC)
MINUTES = int((TO - FROM) / timedelta(minutes=1))
# whole minutes, some of them on the borders of sessions
instants = st.integers(0, MINUTES).map(lambda more: FROM + timedelta(minutes=more)) | st.builds(
    lambda day, hour: FROM + timedelta(days=day, hours=hour),
    st.integers(0, 340),
    st.sampled_from([7.5, 11.5, 13.5, 15, 17.5]),
)
limits = st.one_of(
    st.just(Limit(0, "same_day")),
    st.just(clock.HAND_OVER),
    st.builds(Limit, st.integers(1, 30), st.sampled_from(["working_days", "half_days", "calendar_days"])),
    st.builds(Limit, st.floats(0.25, 60), st.just("working_hours")),
)
lengths = st.integers(0, 30 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))
modes = st.sampled_from(["stop", "move"])


def as_lived(accepted, gaps, *, until=None):
    """A dossier accepted, then stopped and resumed by turns after so much time each; perhaps promised a new day."""
    moments, when = [did("accept", accepted)], accepted
    for place, gap in enumerate(gaps):
        when = when + gap
        moments.append(did("resume" if place % 2 else "suspend", when))
    if len(gaps) % 2:
        moments.append(did("resume", when))
    if until is not None:
        moments.append(did("extend", accepted, "accepted", until=accepted.astimezone(ZONE).date() + until))
        moments.sort(key=lambda moment: moment.at)
    return moments


lives = st.builds(
    as_lived, instants, st.lists(lengths, max_size=6), until=st.none() | st.timedeltas(timedelta(1), timedelta(60))
)
disruptions = st.lists(
    st.builds(
        lambda begin, length, mode: Disruption(begin, None if length is None else begin + length, mode, "CĐ"),
        instants,
        lengths | st.none(),
        modes,
    ),
    max_size=3,
)


def read(moments, limit, *, calendar=HUE, now=LATER, **more):
    return clock.read(moments, limit, calendar, now=now, watch=DOSSIER, **more)


def due(moments, limit, **more):
    return read(moments, limit, **more).due_at


@given(lives, limits, disruptions)
def test_due_is_after_the_start_and_while_offices_work(life, limit, declared):
    reading = read(life, limit, disruptions=declared)
    for instant in (reading.due_at, reading.first_due_at, reading.due_without_disruptions):
        assert instant.tzinfo is UTC
        assert instant > reading.started_at
        assert any(begin < instant <= end for begin, end in HUE.sessions(HUE.day_of(instant)))


@given(lives, limits, st.lists(lengths, max_size=3), disruptions)
def test_due_does_not_depend_on_when_it_is_computed(life, limit, waits, declared):
    last = life[-1].at
    found = {due(life, limit, now=last + wait, disruptions=declared) for wait in [ZERO, *waits]}
    assert len(found) == 1


@given(instants, limits, st.lists(lengths, min_size=1, max_size=6), st.integers(0, 5), lengths, disruptions)
def test_a_longer_pause_never_makes_it_earlier(accepted, limit, gaps, place, more, declared):
    """One pause grows at the cost of the time that runs after it; all that follows stays where it is."""
    life = as_lived(accepted, gaps)
    resumed = [index for index, moment in enumerate(life) if moment.verb == "resume"]
    index = resumed[place % len(resumed)]
    limit_of_it = life[index + 1].at if index + 1 < len(life) else LATER
    grown = [*life[:index], replace(life[index], at=min(life[index].at + more, limit_of_it)), *life[index + 1 :]]
    assert due(grown, limit, disruptions=declared) >= due(life, limit, disruptions=declared)


@given(lives, limits, lengths, lengths, disruptions)
def test_one_more_pause_never_makes_it_earlier(life, limit, wait, length, declared):
    paused = [*life, did("suspend", life[-1].at + wait), did("resume", life[-1].at + wait + length)]
    assert due(paused, limit, disruptions=declared) >= due(life, limit, disruptions=declared)


@given(lives, limits, st.lists(st.integers(0, 90), max_size=8), disruptions)
def test_a_new_holiday_never_makes_it_earlier(life, limit, ahead, declared):
    freed = [HUE.day_of(life[0].at) + timedelta(days=each) for each in ahead]
    corrected = WorkingCalendar(ZONE, SHIFTS, dict(HUE.days) | dict.fromkeys(freed, False))
    before = read(life, limit, disruptions=declared)
    after = read(life, limit, disruptions=declared, calendar=corrected)
    assert after.due_at >= before.due_at
    assert after.first_due_at >= before.first_due_at


@given(lives, limits, disruptions, st.integers(0, 3))
def test_a_disruption_never_makes_it_earlier(life, limit, declared, fewer):
    everything = read(life, limit, disruptions=declared)
    assert everything.due_at >= due(life, limit, disruptions=declared[:fewer])
    assert everything.due_at >= everything.due_without_disruptions == due(life, limit)
    assert everything.overdue_by <= everything.overdue_without_disruptions


@given(instants, limits, lengths, st.lists(lengths, min_size=1, max_size=4))
def test_a_pause_in_parts_is_one_pause(accepted, limit, ran, parts):
    begin = accepted + ran
    whole = [did("accept", accepted), did("suspend", begin), did("resume", begin + sum(parts, ZERO))]
    split, when = [did("accept", accepted), did("suspend", begin)], begin
    for part in parts[:-1]:
        when += part
        split += [did("resume", when), did("consult", when)]
    split.append(did("resume", when + parts[-1]))
    assert read(split, limit) == read(whole, limit)


@given(instants, limits, lengths)
def test_a_disruption_that_stops_counts_like_a_pause(accepted, limit, length):
    begin = accepted + timedelta(hours=30)
    paused = [did("accept", accepted), did("suspend", begin), did("resume", begin + length)]
    stopped = read(paused[:1], limit, disruptions=[Disruption(begin, begin + length, "stop", "CĐ")])
    assert stopped.due_at == due(paused, limit)
    assert stopped.elapsed == read(paused, limit).elapsed


@given(lives, limits, lengths, disruptions)
def test_left_and_late_are_two_sides_of_one_thing(life, limit, wait, declared):
    reading = read(life, limit, now=life[-1].at + wait, disruptions=declared)
    assert not (reading.left and reading.overdue)
    assert reading.left >= ZERO
    assert reading.elapsed >= ZERO
    if reading.overdue:
        assert life[-1].at + wait > reading.due_at


@given(instants, st.integers(1, 20), lengths)
def test_elapsed_and_left_are_the_limit_while_nothing_was_lost(accepted, days, wait):
    reading = read([did("accept", accepted)], Limit(days, "working_days"), now=accepted + wait)
    assume(not reading.overdue)
    assume(accepted + wait >= reading.counted_from)
    assert reading.elapsed + reading.left == days * timedelta(hours=8)


@given(instants, instants, limits)
def test_who_comes_first_is_promised_no_later(one, other, limit):
    first, second = sorted([one, other])
    assume(limit is not clock.HAND_OVER)
    assert due([did("accept", first)], limit) <= due([did("accept", second)], limit)
