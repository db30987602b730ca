"""Clocks on known days: Tết 2026, make-up Saturdays, 15:00, half days, pauses, re-appointment, disruptions. Pure."""

from datetime import date, timedelta

import pytest

from huong.base.working_time import WorkingCalendar
from huong.procedures.rules import clock
from huong.procedures.rules.clock import Cutoff, Disruption, Limit, Watch
from huong.procedures.tests.offices import DOSSIER, ENDED, HUE, OTHERS, RUNNING, SHIFTS, TET, ZONE, at, did, shown

SAME_DAY = Limit(0, "same_day")
FIVE_DAYS = Limit(5, "working_days")
HOUR = timedelta(hours=1)


def read(moments, limit, now=None, **more):
    now = at(now) if now else moments[-1].at
    return clock.read(moments, limit, more.pop("calendar", HUE), now=now, watch=more.pop("watch", DOSSIER), **more)


def due(moments, limit, **more):
    return shown(read(moments, limit, **more).due_at)


@pytest.mark.parametrize(
    ("accepted", "amount", "measure", "expected"),
    [
        # the same day: 15:00 exactly still counts as that day
        ("11-26 09:00", 0, "same_day", "11-26 17:30"),
        ("11-26 15:00", 0, "same_day", "11-26 17:30"),
        ("11-26 15:00:01", 0, "same_day", "11-27 17:30"),
        ("11-27 15:01", 0, "same_day", "11-30 17:30"),
        ("11-28 10:00", 0, "same_day", "11-30 17:30"),
        ("11-26 06:00", 0, "same_day", "11-26 17:30"),
        ("02-13 15:30", 0, "same_day", "02-23 17:30"),
        # days begin with the working day after receipt, whatever the hour
        ("11-26 09:00", 1, "working_days", "11-27 17:30"),
        ("11-26 16:00", 1, "working_days", "11-27 17:30"),
        ("11-28 10:00", 1, "working_days", "11-30 17:30"),
        ("11-23 09:00", 3, "working_days", "11-27 17:30"),
        ("02-12 09:00", 3, "working_days", "02-24 17:30"),
        ("04-24 09:00", 4, "working_days", "05-05 17:30"),
        # a Saturday made up is a working day, the day it was made up for is not
        ("08-21 09:00", 1, "working_days", "08-22 17:30"),
        ("08-22 14:00", 0, "same_day", "08-22 17:30"),
        ("08-28 09:00", 1, "working_days", "09-03 17:30"),
        # half days: the session of receipt does not count
        ("11-26 09:00", 1, "half_days", "11-26 17:30"),
        ("11-26 14:00", 1, "half_days", "11-27 11:30"),
        ("11-26 16:00", 1, "half_days", "11-27 11:30"),
        ("11-26 12:00", 1, "half_days", "11-26 17:30"),
        ("11-26 06:00", 1, "half_days", "11-26 11:30"),
        ("11-27 15:30", 3, "half_days", "12-01 11:30"),
        ("11-27 18:00", 1, "half_days", "11-30 11:30"),
        # office hours, to the minute
        ("11-26 09:12", 2, "working_hours", "11-26 11:12"),
        ("11-26 10:30", 4, "working_hours", "11-26 16:30"),
        ("11-26 15:01", 4, "working_hours", "11-27 11:30"),
        ("11-26 14:30", 4, "working_hours", "11-27 08:30"),
        ("02-13 14:30", 4.5, "working_hours", "02-23 09:00"),
        # calendar days: a last day on which offices rest ends with the next working day
        ("11-02 09:00", 15, "calendar_days", "11-17 17:30"),
        ("11-06 09:00", 15, "calendar_days", "11-23 17:30"),
        ("02-01 10:00", 15, "calendar_days", "02-23 17:30"),
    ],
)
def test_what_is_never_paused_is_due(accepted, amount, measure, expected):
    assert due([did("accept", accepted)], Limit(amount, measure)) == expected


def test_the_clock_starts_when_a_dossier_is_accepted_not_when_it_is_sent():
    sent = [did("submit", "11-19 09:00")]
    assert read(sent, FIVE_DAYS) == clock.Reading()
    reading = read([*sent, did("accept", "11-20 10:00")], FIVE_DAYS)
    assert shown(reading.started_at) == "11-20 10:00"
    assert shown(reading.counted_from) == "11-23 07:30"
    assert shown(reading.due_at) == "11-30 17:30"
    assert reading.running


def test_the_desk_has_a_clock_of_its_own_from_the_sending():
    desk = Watch(frozenset({"submitted"}), frozenset({"accepted"}), starts=frozenset({"submit"}))
    moments = [did("submit", "11-26 16:00"), did("accept", "11-27 08:00")]
    reading = read(moments, clock.HAND_OVER, watch=desk)
    assert shown(reading.due_at) == "11-27 11:30"
    assert shown(reading.finished_at) == "11-27 08:00"
    assert not reading.overdue


@pytest.mark.parametrize(
    ("received", "expected"),
    [("11-26 14:59", "11-26 17:30"), ("11-26 15:01", "11-27 11:30"), ("11-28 10:00", "11-30 17:30")],
)
def test_a_dossier_goes_to_the_unit_the_same_day_or_the_next_morning(received, expected):
    assert due([did("accept", received)], clock.HAND_OVER) == expected


def test_without_a_limit_there_is_no_due_day_but_time_counts():
    reading = read([did("accept", "11-26 09:00")], None, now="11-26 14:30")
    assert reading.due_at is None
    assert reading.left is None
    assert reading.elapsed == 3.5 * HOUR


def test_a_city_whose_rule_shifts_days_as_well_says_so():
    strict = Cutoff(measures=frozenset(clock.MEASURES))
    assert due([did("accept", "11-25 16:00")], Limit(1, "working_days"), cutoff=strict) == "11-27 17:30"
    assert due([did("accept", "11-26 16:00")], SAME_DAY, cutoff=None) == "11-26 17:30"


# --- pauses -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pause", ["request_supplement", "suspend", "consult", "ask_fee"])
def test_a_pause_takes_away_what_it_lasted(pause):
    moments = [did("accept", "11-09 09:00"), did(pause, "11-11 10:00"), did("resume", "11-13 10:00")]
    assert due(moments[:1], FIVE_DAYS) == "11-16 17:30"
    assert due(moments, FIVE_DAYS) == "11-18 17:30"


def test_consulting_does_not_stop_the_clock_where_the_procedure_says_so():
    moments = [did("accept", "11-09 09:00"), did("consult", "11-11 10:00"), did("resume", "11-13 10:00")]
    assert due(moments, FIVE_DAYS, watch=Watch(RUNNING | {"consulting"}, ENDED)) == "11-16 17:30"


def test_a_clock_that_stands_says_since_when_and_what_is_left():
    moments = [did("accept", "11-09 09:00"), did("request_supplement", "11-13 17:30")]
    reading = read(moments, FIVE_DAYS, now="12-20 09:00")
    assert not reading.running
    assert shown(reading.paused_since) == "11-13 17:30"
    assert shown(reading.due_at) == "11-16 17:30"
    assert reading.left == 8 * HOUR
    assert reading.elapsed == 32 * HOUR
    assert not reading.overdue


def test_a_suspension_over_tet_moves_the_day_by_the_working_time_it_took():
    moments = [did("accept", "02-09 09:00"), did("suspend", "02-12 07:30"), did("resume", "02-24 07:30")]
    assert due(moments[:1], FIVE_DAYS) == "02-23 17:30"
    # two working days before Tết and one after it were lost: 12, 13 and 23 February
    assert due(moments, FIVE_DAYS) == "02-26 17:30"


def test_a_suspension_that_lasts_only_while_offices_rest_moves_nothing():
    moments = [did("accept", "02-09 09:00"), did("suspend", "02-13 17:30"), did("resume", "02-23 07:30")]
    assert due(moments, FIVE_DAYS) == "02-23 17:30"


def test_calendar_days_are_lost_by_plain_time():
    moments = [did("accept", "11-02 09:00"), did("consult", "11-05 09:00"), did("resume", "11-10 09:00")]
    assert due(moments, Limit(15, "calendar_days")) == "11-23 17:30"


def test_a_part_of_a_session_lost_falls_due_at_the_end_of_a_session():
    moments = [did("accept", "11-09 09:00"), did("suspend", "11-11 10:00"), did("resume", "11-11 11:00")]
    assert due(moments, FIVE_DAYS) == "11-17 11:30"


def test_office_hours_lost_are_given_back_to_the_minute():
    moments = [did("accept", "11-26 08:00"), did("suspend", "11-26 09:00"), did("resume", "11-26 09:40")]
    assert due(moments, Limit(3, "working_hours")) == "11-26 13:40"


def test_a_pause_over_the_end_of_the_session_promised_moves_it_too():
    """What ran out at 09:00 is promised for 11:30; who pauses at 10:00 is not late the minute the dossier goes on."""
    moments = [
        did("accept", "11-09 09:00"),
        did("suspend", "11-11 08:00"),
        did("resume", "11-11 09:30"),
        did("suspend", "11-17 10:00"),
        did("resume", "11-18 08:00"),
    ]
    assert due(moments[:3], FIVE_DAYS) == "11-17 11:30"
    reading = read(moments, FIVE_DAYS, now="11-18 09:00")
    assert shown(reading.due_at) == "11-18 11:30"
    assert not reading.overdue


def test_late_stays_late_and_a_pause_does_not_make_it_later():
    moments = [did("accept", "11-09 09:00"), did("suspend", "11-17 09:30")]
    reading = read(moments, FIVE_DAYS, now="11-30 09:00")
    assert shown(reading.due_at) == "11-16 17:30"
    assert reading.overdue_by == 2 * HOUR
    again = read([*moments, did("resume", "11-30 08:00")], FIVE_DAYS, now="11-30 09:00")
    assert shown(again.due_at) == "11-16 17:30"
    assert again.overdue_by == 3 * HOUR


def test_a_pause_that_begins_the_moment_it_is_due_moves_nothing():
    moments = [did("accept", "11-09 09:00"), did("suspend", "11-16 17:30"), did("resume", "11-18 09:00")]
    assert due(moments, FIVE_DAYS) == "11-16 17:30"


def test_what_is_settled_is_late_by_when_it_was_settled():
    moments = [did("accept", "11-09 09:00"), did("decide", "11-17 08:00")]
    reading = read(moments, FIVE_DAYS, now="12-30 09:00")
    assert shown(reading.finished_at) == "11-17 08:00"
    assert reading.overdue_by == HOUR / 2
    assert not reading.running
    assert reading.paused_since is None


def test_a_result_that_must_be_put_right_goes_on_counting_from_where_it_was():
    moments = [did("accept", "11-09 09:00"), did("decide", "11-12 17:30"), did("correct", "11-19 07:30", "in_progress")]
    reading = read(moments, FIVE_DAYS)
    assert reading.finished_at is None
    assert reading.running
    assert shown(reading.due_at) == "11-20 17:30"


def test_a_limit_that_counts_anew_from_the_complete_dossier():
    anew = Watch(RUNNING, ENDED, restarts=frozenset({"supplement"}))
    moments = [did("accept", "11-09 09:00"), did("request_supplement", "11-11 10:00")]
    moments.append(did("supplement", "11-16 10:00", "accepted"))
    assert due(moments, FIVE_DAYS, watch=anew) == "11-23 17:30"
    assert due(moments, FIVE_DAYS) == "11-19 17:30"


# --- re-appointment ---------------------------------------------------------------------------------------------------


def test_a_re_appointment_after_the_day_has_passed_counts_but_the_first_day_is_not_forgotten():
    late = [did("accept", "11-09 09:00"), did("extend", "11-18 09:00", "in_progress", until=date(2026, 11, 23))]
    reading = read(late, FIVE_DAYS, now="11-20 17:30")
    assert shown(reading.due_at) == "11-23 17:30"
    assert shown(reading.first_due_at) == "11-16 17:30"
    assert not reading.overdue
    assert reading.overdue_of_first == 32 * HOUR
    assert reading.extensions == 1


def test_a_promised_day_on_which_offices_turn_out_to_rest_is_the_next_one():
    moments = [did("accept", "11-09 09:00"), did("extend", "11-13 09:00", "in_progress", until=date(2026, 11, 24))]
    assert due(moments, FIVE_DAYS) == "11-25 17:30"


def test_a_pause_after_the_re_appointment_moves_the_new_day():
    moments = [did("accept", "11-09 09:00"), did("extend", "11-13 09:00", "in_progress", until=date(2026, 11, 18))]
    moments += [did("suspend", "11-16 09:00"), did("resume", "11-18 09:00")]
    assert due(moments, FIVE_DAYS) == "11-20 17:30"


def test_one_re_appointment_and_no_more():
    begun = [did("accept", "11-09 09:00")]
    extended = [*begun, did("extend", "11-18 09:00", "in_progress", until=date(2026, 11, 23))]
    decided = [*begun, did("decide", "11-10 09:00")]

    def refusal(moments, day, limit=FIVE_DAYS):
        return clock.refusal_to_extend(read(moments, limit), date(2026, 11, day), HUE)

    assert refusal(begun, 17) == ""
    assert refusal(begun, 16) == "not_later"
    assert refusal(begun, 21) == "rest"
    assert refusal(begun, 24) == "rest"
    assert refusal(extended, 30) == "again"
    assert refusal(decided, 30) == "not_running"
    assert refusal([did("submit", "11-09 09:00")], 30) == "not_running"
    assert refusal(begun, 30, None) == "no_limit"


# --- the calendar is corrected ----------------------------------------------------------------------------------------


def test_a_decree_that_frees_a_day_moves_what_is_running():
    freed = WorkingCalendar(ZONE, SHIFTS, TET | OTHERS | {date(2026, 11, 12): False})
    moments = [did("accept", "11-09 09:00")]
    assert due(moments, FIVE_DAYS) == "11-16 17:30"
    assert due(moments, FIVE_DAYS, calendar=freed) == "11-17 17:30"


def test_a_day_freed_meanwhile_does_not_bring_a_promised_day_nearer():
    freed = WorkingCalendar(ZONE, SHIFTS, TET | OTHERS | {date(2026, 11, 12): False})
    moments = [did("accept", "11-09 09:00"), did("extend", "11-09 10:00", "in_progress", until=date(2026, 11, 20))]
    moments += [did("suspend", "11-10 07:30"), did("resume", "11-17 07:30")]
    assert due(moments, FIVE_DAYS) == "11-27 17:30"
    assert due(moments, FIVE_DAYS, calendar=freed) == "11-27 17:30"


# --- declared disruptions ---------------------------------------------------------------------------------------------

FLOOD = Disruption(at("11-10 00:00"), at("11-12 00:00"), "stop", "Công điện 01/CĐ-UBND")
MOVE = Disruption(at("11-16 00:00"), at("11-18 00:00"), "move", "Công điện 02/CĐ-UBND", frozenset({"19753"}))


def test_a_flood_that_stops_clocks_moves_the_day_and_lateness_is_shown_with_and_without_it():
    reading = read([did("accept", "11-09 09:00")], FIVE_DAYS, now="11-17 08:30", disruptions=[FLOOD])
    assert shown(reading.due_at) == "11-18 17:30"
    assert shown(reading.due_without_disruptions) == "11-16 17:30"
    assert reading.overdue_by == timedelta(0)
    assert reading.overdue_without_disruptions == HOUR


def test_while_a_flood_stops_clocks_nothing_runs():
    reading = read([did("accept", "11-09 09:00")], FIVE_DAYS, now="11-10 09:00", disruptions=[FLOOD])
    assert not reading.running
    assert reading.paused_since is None


def test_a_flood_that_moves_days_moves_only_what_falls_into_it():
    assert due([did("accept", "11-09 09:00")], FIVE_DAYS, disruptions=[MOVE]) == "11-18 17:30"
    assert due([did("accept", "11-09 09:00")], Limit(4, "working_days"), disruptions=[MOVE]) == "11-13 17:30"
    assert due([did("accept", "11-09 09:00")], Limit(8, "working_days"), disruptions=[MOVE]) == "11-19 17:30"

    assert due([did("accept", "11-09 09:00")], Limit(14, "half_days"), disruptions=[MOVE]) == "11-18 17:30"


def test_a_flood_on_somebody_who_is_late_already_adds_nothing_to_the_lateness():
    flood = Disruption(at("11-17 00:00"), at("11-19 00:00"), "stop", "Công điện 03/CĐ-UBND")
    reading = read([did("accept", "11-09 09:00")], FIVE_DAYS, now="11-19 08:30", disruptions=[flood])
    assert shown(reading.due_at) == "11-16 17:30"
    assert reading.overdue_by == HOUR
    assert reading.overdue_without_disruptions == 17 * HOUR


def test_while_nobody_knows_the_end_of_a_flood_nobody_gets_late_and_the_day_stays_where_it_was():
    lasting = Disruption(at("11-13 07:30"), None, "stop", "Công điện 04/CĐ-UBND")
    moments = [did("accept", "11-09 09:00")]
    reading = read(moments, FIVE_DAYS, now="11-19 08:30", disruptions=[lasting])
    assert shown(reading.due_at) == "11-16 17:30"
    assert reading.left == 16 * HOUR
    assert reading.elapsed == 24 * HOUR
    assert not reading.overdue
    assert not reading.running
    assert reading.overdue_without_disruptions == 17 * HOUR
    ended = Disruption(lasting.begin, at("11-19 07:30"), "stop", lasting.text)
    assert due(moments, FIVE_DAYS, disruptions=[ended]) == "11-20 17:30"


def test_while_a_flood_lasts_that_will_move_days_nobody_gets_late():
    lasting = Disruption(at("11-13 07:30"), None, "move", "Công điện 05/CĐ-UBND")
    reading = read([did("accept", "11-09 09:00")], FIVE_DAYS, now="11-19 08:30", disruptions=[lasting])
    assert reading.running
    assert not reading.overdue


def test_a_flood_that_is_declared_for_later_changes_nothing_yet():
    later = Disruption(at("11-30 00:00"), None, "stop", "Công điện 06/CĐ-UBND")
    moments = [did("accept", "11-09 09:00")]
    assert read(moments, FIVE_DAYS, disruptions=[later]) == read(moments, FIVE_DAYS)


def test_before_time_counts_the_whole_limit_is_left():
    assert read([did("accept", "11-09 09:00")], FIVE_DAYS).left == 40 * HOUR


def test_a_disruption_holds_where_it_was_declared():
    assert MOVE.touches({"19753", "46"})
    assert not MOVE.touches({"19774", "46"})
    assert FLOOD.touches({"19774"})


# --- steps and hand-overs ---------------------------------------------------------------------------------------------


def test_a_step_and_a_unit_have_clocks_of_their_own():
    moments = [
        did("accept", "11-09 09:00", step="check", holder="H57.32"),
        did("hand_over", "11-10 09:00", "in_progress", step="survey", holder="H57.14"),
        did("hand_over", "11-12 09:00", "in_progress", step="check", holder="H57.32"),
    ]
    check, survey = Watch(RUNNING, ENDED, step="check"), Watch(RUNNING, ENDED, step="survey")
    ward = Watch(RUNNING, ENDED, holder="H57.32")
    away = read(moments[:2], Limit(2, "working_days"), watch=check)
    assert shown(away.finished_at) == "11-10 09:00"
    assert shown(read(moments[:2], Limit(1, "working_days"), watch=survey).due_at) == "11-11 17:30"
    back = read(moments, Limit(2, "working_days"), watch=check)
    assert back.finished_at is None
    assert shown(back.due_at) == "11-13 17:30"
    assert read(moments, Limit(2, "working_days"), watch=ward) == back
    assert shown(read(moments, FIVE_DAYS).due_at) == "11-16 17:30"
    assert read(moments[:1], FIVE_DAYS, watch=survey) == clock.Reading()


@pytest.mark.parametrize(
    ("amount", "measure"), [(0, "working_days"), (1.5, "half_days"), (3, "weeks"), (-1, "working_hours")]
)
def test_a_limit_that_says_nothing_is_not_a_limit(amount, measure):
    with pytest.raises(ValueError, match=r"limit|counted|measure"):
        Limit(amount, measure)


def test_a_calendar_without_working_days_does_not_hang():
    class Never(dict):
        def get(self, _day, _default=None):
            return False

    with pytest.raises(ValueError, match="no working day"):
        due([did("accept", "11-09 09:00")], FIVE_DAYS, calendar=WorkingCalendar(ZONE, SHIFTS, Never()))
