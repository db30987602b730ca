"""A grant: asked for with reasons, decided in two working days, narrowed only downwards, suspended with notice, ended."""

from datetime import timedelta

import pytest

from huong.base import clock
from huong.base.errors import BadInput, Forbidden, WrongState
from huong.exchange import queries
from huong.exchange.actions import grants
from huong.exchange.models import Grant
from huong.exchange.tests.conftest import PURPOSE, WARD, give
from huong.journal.models import Entry
from huong.messages.models import Bell

pytestmark = pytest.mark.django_db
WHY = "Cứu trợ khi lũ: cần biết trụ nước nào còn dùng được"


def asked(service, by, **changes):
    facts = {"fields": ["code", "state"], "purposes": [PURPOSE], "why": WHY} | changes
    return grants.ask(service, consumer=queries.member(WARD), by=by, **facts)


def test_a_request_is_due_at_the_end_of_the_second_working_day(offered, officer):
    from huong.base import calendar
    from huong.base.testing.cast import HUE

    calendar.load(HUE)
    found = asked(offered, officer)  # 24 November 2026 is a public holiday, so Wednesday is the first working day
    assert clock.local(found.due_at).strftime("%a %d/%m %H:%M") == "Thu 26/11 17:30"
    assert found.number.startswith("QK-")


def test_the_owner_hears_of_a_request_and_the_consumer_of_the_decision(offered, officer, steward):
    found = asked(offered, officer)
    assert Bell.objects.filter(user_id=steward.pk, kind="exchange").count() == 1
    grants.grant(found.number, by=steward)
    assert Bell.objects.filter(user_id=officer.pk, kind="exchange").count() == 1


def test_only_the_owner_decides(offered, officer, roads_steward):
    found = asked(offered, officer)
    for stranger in (officer, roads_steward):
        with pytest.raises(Forbidden):
            grants.grant(found.number, by=stranger)
    assert Grant.objects.get().state == "requested"


def test_a_refusal_needs_its_reasons(offered, officer, steward):
    found = asked(offered, officer)
    with pytest.raises(BadInput):
        grants.refuse(found.number, reason="Không", by=steward)
    assert grants.refuse(found.number, reason="Dữ liệu đang được kiểm kê lại", by=steward).state == "refused"
    with pytest.raises(WrongState):
        grants.grant(found.number, by=steward)


@pytest.mark.parametrize(
    "changes",
    [
        {"fields": ["code", "secret"]},
        {"fields": []},
        {"purposes": ["0.000000"]},
        {"purposes": []},
        {"why": "cần"},
        {"rate": 0},
    ],
)
def test_a_request_that_says_too_little_or_too_much_is_not_taken(offered, officer, changes):
    with pytest.raises(BadInput):
        asked(offered, officer, **changes)
    assert not Entry.objects.filter(name="exchange.grant_asked").exists()


def test_personal_fields_need_a_law_or_the_persons_consent(personal, officer):
    with pytest.raises(BadInput):
        asked(personal, officer, fields=["name"])
    assert asked(personal, officer, fields=["name"], legal_basis="Nghị định 20/2021/NĐ-CP").state == "requested"


def test_a_grant_is_narrowed_and_never_widened(offered, steward, officer):
    found = asked(offered, officer, rows={"state": "good"})
    with pytest.raises(BadInput):
        grants.grant(found.number, fields=["code", "street"], by=steward)
    with pytest.raises(BadInput):
        grants.grant(found.number, rows={"state": "broken"}, by=steward)
    found = grants.grant(found.number, by=steward)
    assert grants.narrow(found.number, fields=["code"], rate=10, by=officer).fields == ["code"]
    for wider in ({"fields": ["code", "state"]}, {"rate": 20}, {"purposes": [PURPOSE, "operations"]}):
        with pytest.raises(BadInput):
            grants.narrow(found.number, by=officer, **wider)


def test_a_planned_stop_is_announced_seven_working_days_ahead_a_breach_stops_at_once(offered, officer, steward):
    found = give(offered, WARD, ["code"], steward)
    with pytest.raises(BadInput):
        grants.suspend(found.number, reason="Nâng cấp hệ thống", since=clock.now() + timedelta(days=6), by=steward)
    soon = clock.now() + timedelta(days=14)
    found = grants.suspend(found.number, reason="Nâng cấp hệ thống", since=soon, by=steward)
    assert found.holds_at(clock.now())
    assert not found.holds_at(soon)
    found = grants.resume(found.number, by=steward)
    found = grants.suspend(found.number, reason="Tải về hàng loạt trái mục đích", by=steward)
    assert not found.holds_at(clock.now())
    assert grants.resume(found.number, by=steward).holds_at(clock.now())


def test_an_expired_grant_stops_at_its_instant_and_is_written_down_later(offered, steward, frozen_clock):
    found = give(offered, WARD, ["code"], steward)
    with clock.freeze(found.valid_to):
        assert not found.holds_at(clock.now())
        assert grants.end_expired() == 1
        assert grants.end_expired() == 0
    assert Grant.objects.get().state == "ended"


def test_the_store_s_door_takes_a_real_grant(offered, steward, officer):
    from huong.store import queries as store

    give(offered, WARD, ["code", "state"], steward, rows={"state": "broken"})
    real = queries.grant_in_force("hydrants", "H57.21", PURPOSE)
    rows = store.rows("hydrants", use=store.Use("H57.21", PURPOSE, grant=real, person=officer)).rows
    assert [row["code"] for row in rows] == ["HD-00", "HD-04", "HD-08"]
    assert set(rows[0]) == {"code", "state"}
    assert queries.grant_in_force("hydrants", "H57.21", "operations") is None
