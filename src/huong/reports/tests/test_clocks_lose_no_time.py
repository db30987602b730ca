"""Clocks: due is after receipt, a pause loses and gains nothing, offices' hours are kept. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from huong.reports.rules import clocks

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
SHIFTS = ((time(7, 30), time(11, 30)), (time(13, 30), time(17, 30)))


class Weekdays:
    """Offices that work from Monday to Friday and rest in the week of Tết 2026."""

    zone = ZONE
    shifts = SHIFTS

    def works(self, day):
        return day.weekday() < 5 and not date(2026, 2, 16) <= day <= date(2026, 2, 20)


OFFICES = Weekdays()
FROM, TO = datetime(2026, 1, 1), datetime(2027, 1, 1)  # noqa: DTZ001 - hypothesis adds the zone
instants = st.datetimes(FROM, TO, timezones=st.just(UTC))
amounts = st.timedeltas(timedelta(microseconds=1), timedelta(hours=200))


@given(instants, st.sampled_from(clocks.MEASURES), st.floats(0.01, 30))
def test_due_is_after_receipt_and_very_late_is_after_due(at, measure, amount):
    due, late3 = clocks.due(at, clocks.span(measure, amount), OFFICES)
    assert at < due < late3


@given(instants, amounts, st.booleans())
def test_between_undoes_after_to_the_microsecond(at, amount, office):
    due = clocks.after(at, amount, office=office, calendar=OFFICES)
    assert clocks.between(at, due, office=office, calendar=OFFICES) == amount


@given(instants, amounts, amounts, st.booleans(), st.timedeltas(timedelta(0), timedelta(days=40)))
def test_a_pause_loses_no_time_however_long_it_is(at, amount, worked, office, paused):
    due = clocks.after(at, amount, office=office, calendar=OFFICES)
    stop = clocks.after(at, worked, office=office, calendar=OFFICES)
    left = clocks.left_us(stop, due, office=office, calendar=OFFICES)
    if left is None:
        assert due <= stop
        return
    again = stop + paused
    new = clocks.resumed(again, left, office=office, calendar=OFFICES)
    spent = clocks.between(at, stop, office=office, calendar=OFFICES)
    assert spent + clocks.between(again, new, office=office, calendar=OFFICES) == amount


@given(instants, amounts)
def test_what_is_due_in_office_time_is_due_while_offices_work(at, amount):
    due = clocks.after(at, amount, office=True, calendar=OFFICES).astimezone(ZONE)
    assert OFFICES.works(due.date())
    assert any(begin < due.time() <= end for begin, end in SHIFTS)


def test_two_working_days_from_a_friday_morning_skip_the_weekend():
    friday = datetime(2026, 11, 27, 10, 0, tzinfo=ZONE)
    due, _late = clocks.due(friday, clocks.span("working_days", 2), OFFICES)
    assert due == datetime(2026, 12, 1, 10, 0, tzinfo=ZONE)


def test_tet_does_not_count():
    before = datetime(2026, 2, 13, 16, 30, tzinfo=ZONE)
    due, _late = clocks.due(before, clocks.span("working_hours", 2), OFFICES)
    assert due == datetime(2026, 2, 23, 8, 30, tzinfo=ZONE)


def test_a_clock_stands_as_its_bucket_says():
    now, hour = datetime(2026, 11, 25, tzinfo=UTC), timedelta(hours=1)
    soon = timedelta(hours=24)
    assert clocks.bucket(now, None, None, soon=soon) == "none"
    assert clocks.bucket(now, now + 48 * hour, None, soon=soon) == "on_time"
    assert clocks.bucket(now, now + hour, now + 9 * hour, soon=soon) == "soon"
    assert clocks.bucket(now, now - hour, now + hour, soon=soon) == "late"
    assert clocks.bucket(now, now - 9 * hour, now - hour, soon=soon) == "very_late"
