"""A dossier goes its way: begun, saved, sent once, accepted with a code, decided; each step one action, one entry."""

from datetime import date

import pytest

from huong.base import clock
from huong.base.errors import BadInput, Forbidden, WrongState
from huong.journal.models import Entry
from huong.procedures.actions import (
    accept,
    begin,
    citizen,
    extend,
    hand_over,
    refuse,
    request_supplement,
    save,
    start,
    submit,
    supply,
    suspend,
)
from huong.procedures.errors import AskedBefore, DayIsFull, FormFaults, NotOffered, Overtaken
from huong.procedures.models import Component, DayNumber, Dossier
from huong.procedures.queries import answers_of, words_of
from huong.procedures.queries.clocks import reading_of
from huong.procedures.tests.conftest import ANSWERS, BIRTH, OTHER_WARD, WARD

pytestmark = pytest.mark.django_db
REASONS = [{"part": "child.name", "why": "unreadable", "text": "Tên viết chưa rõ."}]


def test_what_was_typed_is_kept_sealed_and_comes_back(draft):
    assert answers_of(draft)["child.name"] == "Trần Nguyễn An Nhiên"
    assert "An Nhiên" not in str([bytes(part.sealed or b"") for part in draft.parts.all()])


def test_a_wrong_answer_is_saved_and_named(draft):
    faults = save(draft.uid, {"child.birth_date": "2027-01-01"}, actor=citizen(None))
    assert [fault.path for fault in faults] == ["child.birth_date"]
    assert answers_of(draft)["child.birth_date"] == "2027-01-01"


def test_a_locked_value_never_comes_back_from_the_browser(draft):
    Component.objects.filter(dossier=draft, key="mother.name").update(locked=True, origin="fetched")
    save(draft.uid, {"mother.name": "Người khác"}, actor=citizen(None))
    assert answers_of(draft)["mother.name"] == "Nguyễn Thị Thu Hà"


def test_a_dossier_with_something_missing_is_not_sent_and_says_what(mother, morning):
    dossier = begin(BIRTH, party=mother, actor=citizen(None), unit="An Cựu")
    save(dossier.uid, {**ANSWERS, "child.name": ""}, actor=citizen(None))
    with pytest.raises(FormFaults) as refused:
        submit(dossier.uid, actor=citizen(None))
    assert "child.name" in refused.value.details["faults"]
    assert refused.value.details["papers"] == ["birth_witness"]


def test_pressed_twice_it_is_sent_once(draft):
    submit(draft.uid, actor=citizen(None))
    again = submit(draft.uid, actor=citizen(None))
    assert again.actions.filter(verb="submit").count() == 1
    assert Entry.objects.filter(name="procedures.submitted").count() == 1


def test_acceptance_gives_the_code_and_starts_the_clock(accepted):
    assert accepted.code == f"{WARD}-261125-0001"
    assert accepted.runs
    assert clock.local(accepted.due_at).isoformat() == "2026-11-25T17:30:00+07:00"
    assert accepted.promised_at == accepted.due_at
    assert accepted.fields_asked == len(ANSWERS)


def test_each_step_is_one_action_and_one_entry(accepted):
    assert [action.verb for action in accepted.actions.all()] == ["begin", "submit", "accept"]
    entries = Entry.objects.filter(subject=f"dossier:{accepted.uid}").exclude(name="procedures.saved")
    assert [entry.name for entry in entries.order_by("id")] == [
        "procedures.begun",
        "procedures.submitted",
        "procedures.accepted",
    ]
    assert all("Nhiên" not in str(entry.data) for entry in entries)


def test_the_ten_thousandth_dossier_of_a_day_waits_and_nothing_is_lost(sent, ward_officer):
    DayNumber.objects.create(agency=WARD, series="dossier", day=date(2026, 11, 25), last=9999)
    with pytest.raises(DayIsFull):
        accept(sent.uid, by=ward_officer)
    assert Dossier.objects.get(pk=sent.pk).state == "submitted"


def test_an_officer_of_another_ward_may_not_touch_it(sent, stranger):
    with pytest.raises(Forbidden):
        accept(sent.uid, by=stranger)
    assert not sent.actions.filter(verb="accept").exists()


def test_two_officers_decide_at_once_and_one_is_told(sent, ward_officer, ward_leader):
    seen = sent.version
    accept(sent.uid, by=ward_officer, version=seen)
    other = ward_officer.__class__.objects.get(pk=ward_officer.pk)
    with pytest.raises(Overtaken) as told:
        refuse(sent.uid, words="Thiếu giấy.", reasons=REASONS, by=other, version=seen)
    assert "Cán bộ ancuu" in str(told.value.message)


def test_the_supplement_is_asked_for_once_and_stops_the_clock(accepted, ward_officer):
    asked = request_supplement(accepted.uid, words="Xin bổ sung.", reasons=REASONS, by=ward_officer)
    assert (asked.state, asked.runs) == ("supplement_wanted", False)
    with pytest.raises(BadInput):
        supply(accepted.uid, actor=citizen(None))
    save(accepted.uid, {"child.name": "Trần Nguyễn An Nhiên"}, actor=citizen(None))
    assert supply(accepted.uid, actor=citizen(None)).state == "in_progress"
    with pytest.raises(AskedBefore):
        request_supplement(accepted.uid, words="Lần nữa.", reasons=REASONS, by=ward_officer)


def test_what_a_source_gave_and_the_office_asks_about_can_be_said_by_her(accepted, ward_officer):
    Component.objects.filter(dossier=accepted, key="child.name").update(origin="fetched", locked=True)
    with pytest.raises(WrongState):
        save(accepted.uid, {"child.name": "Trần Nguyễn An"}, actor=citizen(None))
    request_supplement(accepted.uid, words="Tên khác với giấy chứng sinh.", reasons=REASONS, by=ward_officer)
    save(accepted.uid, {"child.name": "Trần Nguyễn An Nhiên"}, actor=citizen(None))
    assert supply(accepted.uid, actor=citizen(None)).state == "in_progress"
    assert answers_of(accepted)["child.name"] == "Trần Nguyễn An Nhiên"


def test_a_refusal_names_what_is_wrong(accepted, ward_officer):
    with pytest.raises(BadInput):
        refuse(accepted.uid, words="Không được.", reasons=[], by=ward_officer)
    refused = refuse(accepted.uid, words="Tên chưa rõ.", reasons=REASONS, by=ward_officer)
    action = refused.actions.get(verb="refuse")
    assert action.reasons == REASONS
    assert words_of([action], refused)[action.number] == "Tên chưa rõ."
    assert refused.closed_at is not None


def test_handing_over_changes_both_inboxes_at_once(accepted, ward_officer, stranger):
    moved = hand_over(accepted.uid, to=OTHER_WARD, words="Nơi thường trú của mẹ.", by=ward_officer, returns=True)
    assert (moved.agency, moved.returns_to, moved.assignee_id) == (OTHER_WARD, WARD, None)
    with pytest.raises(Forbidden):
        start(accepted.uid, by=ward_officer)
    assert start(accepted.uid, by=stranger).assignee == stranger


def test_a_procedure_without_suspension_refuses_it(accepted, ward_officer):
    with pytest.raises(WrongState):
        suspend(accepted.uid, words="Chờ.", by=ward_officer)


def test_a_new_day_is_promised_once(accepted, ward_officer):
    moved = extend(accepted.uid, until=date(2026, 11, 27), words="Xin lỗi vì chậm.", by=ward_officer)
    assert clock.local(moved.due_at).date() == date(2026, 11, 27)
    assert clock.local(moved.promised_at).date() == date(2026, 11, 25)
    with pytest.raises(AskedBefore):
        extend(accepted.uid, until=date(2026, 11, 30), words="Lại chậm.", by=ward_officer)


def test_a_firm_cannot_register_a_birth(procedures, morning):
    from huong.people.actions import parties

    firm = parties.register("organisation", name="Công ty Thử Nghiệm", national_id="3390000015", by=None)
    with pytest.raises(NotOffered):
        begin(BIRTH, party=firm, actor=citizen(None), unit="An Cựu")


def test_the_stored_day_is_what_the_actions_say(accepted):
    assert reading_of(accepted).due_at == accepted.due_at
