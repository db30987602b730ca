"""A declared disruption moves days, each applicant is told once; every open clock is computed again by night."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import orjson
import pytest
from django.core.management import call_command

from huong.base import calendar, clock
from huong.base.errors import BadInput, Forbidden, WrongState
from huong.base.models import CalendarDay
from huong.journal.models import Entry
from huong.messages.actions import outbox
from huong.messages.models import Bell, Outgoing
from huong.procedures import jobs
from huong.procedures.actions import citizen, disrupting, recomputing
from huong.procedures.actions.counter import file_at_counter
from huong.procedures.actions.rating import rate
from huong.procedures.actions.receiving import refuse
from huong.procedures.errors import AskedBefore
from huong.procedures.models import Disruption, DisruptionTold, Dossier
from huong.procedures.tests.conftest import BIRTH, MORNING, officer_of
from huong.procedures.tests.test_officers_work_at_their_desk import page_of, signed_in, url
from huong.procedures.tests.test_the_counter_files_in_one_go import HA, cafe

pytestmark = pytest.mark.django_db
FLOOD = {"name": "Lũ lớn", "legal_text": "Công điện 12/CĐ-UBND", "mode": "stop"}
AN_CUU = "19815"


@pytest.fixture
def shop(ward_officer, morning):
    """Return a household business accepted on Wednesday 25 November 2026, due on Monday 30."""
    return file_at_counter(cafe(), by=ward_officer)


@pytest.fixture
def data_office(procedures):
    return officer_of("H57.51", "dulieu", "data_office")


def declared(by, **more):
    starts = datetime(2026, 11, 26, 0, 30, tzinfo=UTC)  # 07:30 in Huế
    return disrupting.declare(
        **{**FLOOD, "starts_at": starts, "ends_at": starts + timedelta(days=1), "units": [AN_CUU], "by": by, **more}
    )


def local(instant):
    return clock.local(instant).strftime("%m-%d %H:%M")


def test_clocks_stop_and_each_applicant_is_told_once(shop, data_office, ward_officer):
    Dossier.objects.filter(pk=shop.pk).update(channel="online")
    held = declared(data_office)
    assert jobs.follow_disruption.now(held.key) == 1
    shop.refresh_from_db()
    assert (local(shop.due_at), local(shop.plain_due_at), local(shop.promised_at)) == (
        "12-01 17:30", "11-30 17:30", "11-30 17:30",
    )  # fmt: skip
    assert jobs.follow_disruption.now(held.key) == 0
    assert DisruptionTold.objects.count() == 1
    assert Bell.objects.filter(kind="procedures").count() == 1
    entry = Entry.objects.get(name="procedures.clocks_rewritten")
    assert (entry.data["count"], entry.data["why"]) == (1, "disruption")
    assert recomputing.check().count == 0


def letter():
    """Return the one letter that was written, its address and its text."""
    held = outbox._letter(Outgoing.objects.get(template="dossier_disrupted"))
    return held.address, f"{held.subject} {held.body}"


def test_an_applicant_without_an_account_is_told_by_text_message_once(shop, data_office, settings):
    settings.HUONG = settings.HUONG.model_copy(update={"sms_url": "http://127.0.0.1:9/sms"})
    held = declared(data_office)
    jobs.follow_disruption.now(held.key)
    jobs.follow_open_disruptions.now()
    address, text = letter()
    assert address.endswith("905123456")
    assert "Lũ lớn (Công điện 12/CĐ-UBND)" in text
    assert shop.code in text
    assert "01/12/2026" in text


def test_where_no_text_message_can_be_sent_the_letter_goes_by_mail(ward_officer, morning, data_office):
    hers = replace(HA, phone="", mail="thuha@example.vn")
    file_at_counter(cafe(applicant=hers), by=ward_officer)
    jobs.follow_disruption.now(declared(data_office).key)
    assert letter()[0] == "thuha@example.vn"


def test_while_it_lasts_the_letter_names_no_day(shop, data_office, settings):
    settings.HUONG = settings.HUONG.model_copy(update={"sms_url": "http://127.0.0.1:9/sms"})
    with clock.freeze(datetime(2026, 11, 26, 3, 0, tzinfo=UTC)):
        jobs.follow_disruption.now(declared(data_office, ends_at=None).key)
    assert "tạm dừng" in letter()[1]


def test_an_address_that_is_none_keeps_nobody_else_from_being_told(ward_officer, morning, data_office):
    file_at_counter(cafe(applicant=replace(HA, phone="không có", mail="không có")), by=ward_officer)
    file_at_counter(cafe(key="k2", applicant=replace(HA, phone="", mail="thuha@example.vn")), by=ward_officer)
    jobs.follow_disruption.now(declared(data_office).key)
    assert DisruptionTold.objects.count() == 2
    assert letter()[0] == "thuha@example.vn"


def test_lateness_is_shown_with_and_without(client, shop, data_office, ward_officer):
    held = declared(data_office)
    jobs.follow_disruption.now(held.key)
    signed_in(client, ward_officer)
    with clock.freeze(datetime(2026, 12, 1, 3, 0, tzinfo=UTC)):
        page = page_of(client, url(shop))
    assert "Nếu không gián đoạn" in page
    assert "nếu không gián đoạn thì quá hạn" in page
    assert 'tone-bad">quá hạn' not in page


def test_other_wards_and_other_procedures_are_left_alone(shop, data_office):
    jobs.follow_disruption.now(declared(data_office, units=["19789"]).key)
    jobs.follow_disruption.now(declared(data_office, units=[], procedures=[BIRTH]).key)
    before = shop.due_at
    shop.refresh_from_db()
    assert shop.due_at == before
    assert not DisruptionTold.objects.exists()


def test_days_that_fall_into_it_move_to_its_end(shop, data_office):
    starts = datetime(2026, 11, 30, 0, 30, tzinfo=UTC)
    held = declared(data_office, mode="move", starts_at=starts, ends_at=starts + timedelta(days=2))
    jobs.follow_disruption.now(held.key)
    shop.refresh_from_db()
    assert local(shop.due_at) == "12-02 17:30"


def test_one_without_an_end_lasts_until_it_is_ended(shop, data_office):
    with clock.freeze(datetime(2026, 11, 26, 3, 0, tzinfo=UTC)):
        held = declared(data_office, ends_at=None)
        jobs.follow_disruption.now(held.key)
        shop.refresh_from_db()
        assert not shop.runs
    with clock.freeze(datetime(2026, 11, 27, 1, 0, tzinfo=UTC)):
        disrupting.end(
            held.key, ends_at=datetime(2026, 11, 27, 0, 30, tzinfo=UTC), legal_text="Công điện 13", by=data_office
        )
        jobs.follow_open_disruptions.now()
        shop.refresh_from_db()
        assert shop.runs
        assert local(shop.due_at) == "12-01 17:30"
        with pytest.raises(WrongState):
            disrupting.end(held.key, ends_at=clock.now(), legal_text="Nữa", by=data_office)


def test_a_ward_s_leader_declares_for_the_own_ward_only_and_an_officer_not_at_all(ward_leader, ward_officer, morning):
    assert declared(ward_leader).units == [AN_CUU]
    for by, units in ((ward_leader, ["19789"]), (ward_leader, []), (ward_officer, [AN_CUU])):
        with pytest.raises(Forbidden):
            declared(by, units=units)


@pytest.mark.parametrize(
    "wrong",
    [{"legal_text": " "}, {"ends_at": MORNING - timedelta(days=9)}, {"mode": "x"}, {"mode": "move", "ends_at": None}],
)
def test_odd_declarations_are_refused(data_office, morning, wrong):
    with pytest.raises(BadInput):
        declared(data_office, **wrong)
    assert not Disruption.objects.exists()


def test_the_page_declares_and_ends(client, ward_leader, morning):
    signed_in(client, ward_leader)
    typed = {**FLOOD, "starts_at": "2026-11-25T07:30", "units": [AN_CUU]}
    assert client.post("/desk/dossiers/disruptions/declare", typed).status_code == 302
    held = Disruption.objects.get()
    assert clock.local(held.starts_at).hour == 7
    assert "Công điện 12" in page_of(client, "/desk/dossiers/disruptions/")
    refused = client.post("/desk/dossiers/disruptions/declare", {**typed, "units": []})
    assert refused.status_code == 403
    ended = client.post(
        f"/desk/dossiers/disruptions/{held.key}/end", {"ends_at": "2026-11-25T09:00", "legal_text": "Công điện 13"}
    )
    assert ended.status_code == 302


def test_a_calendar_corrected_by_decree_is_found_and_rewritten_by_order(shop):
    CalendarDay.objects.update_or_create(
        day=date(2026, 11, 27), defaults={"working": False, "name": "Nghỉ bù", "source": "decree"}
    )
    calendar.forget()
    try:
        out = StringIO()
        call_command("dossiers", "recompute", "--json", stdout=out)
        assert orjson.loads(out.getvalue())["different"] == 1
        shop.refresh_from_db()
        assert local(shop.due_at) == "11-30 17:30"
        out = StringIO()
        call_command("dossiers", "recompute", "--write", "--json", stdout=out)
        assert orjson.loads(out.getvalue())["rewritten"] == 1
        shop.refresh_from_db()
        assert (local(shop.due_at), local(shop.promised_at)) == ("12-01 17:30", "11-30 17:30")
        assert jobs.check_clocks.now() == 0
    finally:
        CalendarDay.objects.filter(day=date(2026, 11, 27)).delete()
        calendar.forget()


def test_the_operator_is_warned_when_stored_days_differ(shop):
    from huong.base import readiness

    check = readiness.checks.get("dossier clocks")
    assert not check().warning
    Dossier.objects.filter(pk=shop.pk).update(due_at=shop.due_at + timedelta(days=1))
    assert jobs.check_clocks.now() == 1
    assert check().warning
    assert check().ok


def test_a_dossier_is_rated_once_in_three_levels(shop, ward_officer):
    with pytest.raises(WrongState):
        rate(shop.uid, level="satisfied", actor=citizen(None))
    refuse(shop.uid, words="Tên trùng.", reasons=[{"part": "business.name", "why": "taken"}], by=ward_officer)
    with pytest.raises(BadInput):
        rate(shop.uid, level="great", actor=citizen(None))
    rated = rate(shop.uid, level="accepted", answers=["clear"], words="Được.", actor=citizen(None))
    assert rated.rating == "accepted"
    with pytest.raises((WrongState, AskedBefore)):
        rate(shop.uid, level="satisfied", actor=citizen(None))
    assert Entry.objects.get(name="procedures.rated").data["level"] == "accepted"
