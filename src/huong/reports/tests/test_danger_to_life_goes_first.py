"""Danger to life is never screened, never refused, and climbs until somebody answers."""

from datetime import timedelta

import pytest

from huong.base import clock
from huong.base.errors import TooMany
from huong.messages.models import Bell
from huong.reports import actions, queries
from huong.reports.actions import Draft
from huong.reports.models import Hop, Report
from huong.reports.tests.conftest import officer_of

pytestmark = pytest.mark.django_db
FACTS = {"people": 5, "children": 2, "sick": 1, "water_level": "1,5 m"}


def test_a_request_for_rescue_is_with_the_wards_duty_agency_at_once(rules, morning):
    sent = actions.rescue(Draft(unit="An Cựu", place="gần chợ An Cựu", phone="0914123456"), facts=FACTS, key="r1")
    report = sent.report
    assert (report.state, report.agency, report.priority) == ("dispatched", "H57.21", 2)
    assert report.due_at == morning + timedelta(minutes=5)
    assert report.asks["children"] == "2"
    assert not report.is_public
    assert Hop.objects.get(report=report).agency == "H57.21"


def test_rescue_needs_nothing_and_a_wrong_place_does_not_hold_it_back(rules):
    nothing = actions.rescue(Draft(), facts={})
    assert nothing.report.agency == "H57.50"
    outside = actions.rescue(Draft(point=(108.9, 16.9), unit="Không Có", phone="abc"), facts={})
    assert (outside.report.lon, outside.report.agency) == (108.9, "H57.50")


@pytest.mark.parametrize("point", [(float("nan"), 16.4), (float("inf"), 0.0), (999.0, 999.0)])
def test_nothing_that_is_wrong_in_it_holds_rescue_back(rules, point):
    wrong = Draft(
        text="x" * 9000, point=point, mail="an at", phone="?", photos=("weg",) * 40, name="n" * 900, place="p" * 900
    )
    report = actions.rescue(wrong, facts={"k" * 99: "v" * 999}).report
    assert (report.lon, report.photos_count, report.priority) == (None, 0, 2)


def test_a_danger_passes_every_cap_and_others_are_asked_to_wait(rules):
    for number in range(20):
        actions.send(Draft(text=f"Rác {number}", unit="19815"), device="d")
    with pytest.raises(TooMany):
        actions.send(Draft(text="Rác nữa", unit="19815"), device="d")
    sent = actions.send(Draft(text="Cháy nhà", category="khan-cap.chay-no", unit="19815"), device="d")
    assert sent.report.priority == 2
    assert actions.rescue(Draft(unit="19815"), facts={}).report.pk


def test_unanswered_for_five_minutes_it_climbs_and_taking_it_stops_the_ladder(rules, ward_officer, dispatcher, morning):
    report = actions.rescue(Draft(unit="19815"), facts=FACTS).report
    with clock.freeze(morning + timedelta(minutes=4)):
        assert actions.escalate_due() == 0
    with clock.freeze(morning + timedelta(minutes=5)):
        assert actions.escalate_due() == 1
        assert actions.escalate_due() == 0
    with clock.freeze(morning + timedelta(minutes=6)):
        assert actions.escalate_due() == 1
    assert set(Bell.objects.values_list("user_id", flat=True)) == {ward_officer.pk, dispatcher.pk}
    with clock.freeze(morning + timedelta(minutes=7)):
        actions.take(report.number, by=ward_officer)
        assert Report.objects.get(pk=report.pk).escalate_at is None
    with clock.freeze(morning + timedelta(hours=2)):
        assert actions.escalate_due() == 0


def test_dangers_stand_above_the_list_of_whoever_may_see_them(rules, ward_officer, neighbour):
    report = actions.rescue(Draft(unit="19815"), facts=FACTS).report
    assert queries.pinned(ward_officer) == [report]
    assert queries.pinned(neighbour) == []


def test_a_late_report_climbs_to_its_leader(dispatched, ward_officer):
    leader = officer_of("H57.21", "chutich", "leader")
    with clock.freeze(dispatched.due_at + timedelta(hours=25)):
        actions.escalate_due()
        actions.escalate_due()
    assert Bell.objects.filter(user_id=leader.pk).exists()
    assert Report.objects.get(pk=dispatched.pk).escalated == 2
