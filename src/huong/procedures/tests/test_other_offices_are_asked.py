"""Other offices: a building permit asks for opinions over Tết, goes up a tier and comes back, each leg with its clock."""

from datetime import UTC, date, datetime, timedelta

import pytest

from huong.base import calendar, clock
from huong.base.errors import BadInput, Forbidden, NotFound, WrongState
from huong.procedures import queries
from huong.procedures.actions import begin, citizen, keep_contact, save, submit, working
from huong.procedures.actions.consulting import answer, consult, go_on_without
from huong.procedures.actions.receiving import accept
from huong.procedures.actions.working import assign, give_back, hand_over, start
from huong.procedures.models import Component, Dossier, ProcedureVersion
from huong.procedures.queries import catalogue, screen
from huong.procedures.queries.clocks import hop_reading_of, reading_of, step_reading_of
from huong.procedures.tests.conftest import CONSTRUCTION, OTHER_WARD, WARD, officer_of
from huong.procedures.tests.test_officers_work_at_their_desk import LIST, page_of, signed_in, url

pytestmark = pytest.mark.django_db
PERMIT, CULTURE = "1.013225", "H57.11"
AFTER_TET = "2027-02-11 17:30"  # offices rest from 4 to 10 February
HOUSE = {
    "owner.name": "Nguyễn Thị Thu Hà",
    "owner.national_id": "046195999002",
    "land.certificate": "AB 123456",
    "land.address": "12 Hùng Vương",
    "house.floors": "2",
    "house.ground_area": "80",
    "house.floor_area": "150",
    "house.height": "8",
}


def at(day, hour):
    """An instant of Huế, given its hour there."""
    return datetime.fromisoformat(day).replace(hour=hour - 7, tzinfo=UTC)


def local(instant):
    return clock.local(instant).strftime("%Y-%m-%d %H:%M")


def sent_permit(mother):
    dossier = begin(PERMIT, party=mother, actor=citizen(None), unit="An Cựu")
    assert save(dossier.uid, HOUSE, actor=citizen(None)) == []
    for key in ("land_right", "drawings"):
        Component.objects.create(
            dossier=dossier, kind="paper", key=key, origin="uploaded", state="held", changed_at=clock.now()
        )
    return submit(dossier.uid, actor=citizen(None))


@pytest.fixture
def permit(mother, ward_officer):
    """Return a permit that is being worked on since Monday 1 February 2027, four days before offices close for Tết."""
    with clock.freeze(at("2027-02-01", 9)):
        dossier = sent_permit(mother)
        accept(dossier.uid, by=ward_officer)
        start(dossier.uid, by=ward_officer)
    return Dossier.objects.get(pk=dossier.pk)


def rest_days(first, last):
    """Return the days between two on which the city's offices rest, as its calendar has them."""
    day, found = date.fromisoformat(first), []
    while day <= date.fromisoformat(last):
        if not calendar.is_working_day(day):
            found.append(day)
        day += timedelta(days=1)
    return found


def test_a_question_over_tet_is_due_when_offices_have_worked_its_days(permit, ward_officer):
    assert len(rest_days("2027-02-04", "2027-02-14")) >= 7
    with clock.freeze(at("2027-02-02", 10)):
        asked = consult(permit.uid, to=CONSTRUCTION, words="Có phù hợp quy hoạch không?", by=ward_officer)
    day = calendar.add_working_days(date(2027, 2, 2), 5)
    assert day > date(2027, 2, 10)
    assert local(asked.due_at) == f"{day} 17:30"
    permit.refresh_from_db()
    assert (permit.state, permit.runs) == ("consulting", True)
    whole = calendar.add_working_days(date(2027, 2, 1), 15)
    assert local(permit.due_at) == f"{whole} 17:30"


def test_tet_2026_is_known_from_the_law(mother, ward_officer, construction_officer):
    with clock.freeze(at("2026-02-10", 9)):
        dossier = sent_permit(mother)
        accept(dossier.uid, by=ward_officer)
        asked = consult(dossier.uid, to=CONSTRUCTION, words="Xin ý kiến.", by=ward_officer, days=5)
    # 11, 12, 13 February, then Tết from 16 to 20 February, then 23 and 24
    assert local(asked.due_at) == "2026-02-24 17:30"


def test_the_dossier_goes_back_when_all_have_answered(permit, ward_officer, construction_officer):
    culture = officer_of(CULTURE, "vanhoa")
    with clock.freeze(at("2027-02-02", 10)):
        consult(permit.uid, to=CONSTRUCTION, words="Quy hoạch?", by=ward_officer)
        consult(permit.uid, to=CULTURE, words="Di tích?", by=ward_officer)
        with pytest.raises(WrongState):
            consult(permit.uid, to=CULTURE, words="Lần nữa?", by=ward_officer)
    with clock.freeze(at("2027-02-03", 10)):
        answer(permit.uid, agency=CULTURE, agrees=False, words="Quá cao.", by=culture)
        assert Dossier.objects.get(pk=permit.pk).state == "consulting"
        with pytest.raises(Forbidden):
            answer(permit.uid, agency=CONSTRUCTION, agrees=True, words="Được.", by=culture)
        answer(permit.uid, agency=CONSTRUCTION, agrees=True, words="Được.", by=construction_officer)
    assert Dossier.objects.get(pk=permit.pk).state == "in_progress"


def test_where_the_procedure_says_so_its_clock_stands_while_others_are_asked(
    permit, ward_officer, construction_officer
):
    version = ProcedureVersion.objects.get(pk=permit.edition_id)
    body = {**version.body, "flow": {"pauses": ["consulting"]}}
    ProcedureVersion.objects.filter(pk=version.pk).update(body=body)
    catalogue._document.cache_clear()
    before = permit.due_at
    with clock.freeze(at("2027-02-02", 8)):
        consult(permit.uid, to=CONSTRUCTION, words="Quy hoạch?", by=ward_officer)
        permit.refresh_from_db()
        assert not permit.runs
    with clock.freeze(at("2027-02-03", 8)):
        answer(permit.uid, agency=CONSTRUCTION, agrees=True, words="Được.", by=construction_officer)
    permit.refresh_from_db()
    assert permit.runs
    assert permit.due_at > before


def test_silence_counts_as_agreement_only_after_the_day(permit, ward_officer):
    with clock.freeze(at("2027-02-02", 10)):
        consult(permit.uid, to=CONSTRUCTION, words="Quy hoạch?", by=ward_officer, days=1)
        with pytest.raises(WrongState):
            go_on_without(permit.uid, agency=CONSTRUCTION, words="Đã quá hạn.", by=ward_officer)
    with clock.freeze(at("2027-02-04", 10)):
        asked = go_on_without(permit.uid, agency=CONSTRUCTION, words="Đã quá hạn.", by=ward_officer)
        assert asked.agrees is None
        with pytest.raises((NotFound, WrongState)):
            answer(permit.uid, agency=CONSTRUCTION, agrees=True, words="Muộn.", by=officer_of(CONSTRUCTION, "muon"))
    assert Dossier.objects.get(pk=permit.pk).state == "in_progress"


def test_odd_questions_are_refused(permit, ward_officer):
    with clock.freeze(at("2027-02-02", 10)):
        for to, days, kind in (
            (WARD, 3, BadInput),
            (CONSTRUCTION, 0, BadInput),
            (CONSTRUCTION, 90, BadInput),
            ("H57.999", 3, NotFound),
        ):
            with pytest.raises(kind):
                consult(permit.uid, to=to, words="Hỏi.", by=ward_officer, days=days)


def test_the_asked_office_finds_it_in_its_list_and_answers_by_the_form(
    client, permit, ward_officer, construction_officer
):
    with clock.freeze(at("2027-02-02", 10)):
        consult(permit.uid, to=CONSTRUCTION, words="Quy hoạch?", by=ward_officer)
        signed_in(client, construction_officer)
        assert permit.code in page_of(client, LIST, scope="asked")
        assert permit.code not in page_of(client, LIST)
        page = page_of(client, url(permit))
        assert "Quy hoạch?" in page
        assert "Trả lời ý kiến" in page
        assert "move/refuse" not in page
        permit.refresh_from_db()
        done = client.post(
            url(permit, "move/answer_consultation"),
            {"version": permit.version, "asked": CONSTRUCTION, "agrees": "1", "words": "Phù hợp."},
        )
        assert done.status_code == 302
        signed_in(client, ward_officer)
        assert "Phù hợp." in page_of(client, url(permit))


def test_a_dossier_goes_up_a_tier_and_comes_back_each_leg_with_its_clock(permit, ward_officer, construction_officer):
    with clock.freeze(at("2027-02-02", 9)):
        hand_over(permit.uid, to=CONSTRUCTION, words="Vượt thẩm quyền.", by=ward_officer, returns=True, days=2)
    permit.refresh_from_db()
    actions = list(permit.actions.all())
    assert local(hop_reading_of(permit, actions, agency=CONSTRUCTION, days=2).due_at) == AFTER_TET
    with clock.freeze(at("2027-02-03", 9)):
        back = give_back(permit.uid, words="Đã có ý kiến.", by=construction_officer)
        assert (back.agency, back.returns_to) == (WARD, "")
        with pytest.raises(BadInput):
            give_back(permit.uid, words="Nữa.", by=ward_officer)


def test_handing_over_between_wards_keeps_the_promise(permit, ward_officer):
    with clock.freeze(at("2027-02-02", 9)):
        moved = hand_over(permit.uid, to=OTHER_WARD, words="Đất thuộc phường bạn.", by=ward_officer)
    assert moved.due_at == permit.due_at
    assert reading_of(moved).due_at == permit.due_at


def test_each_step_of_the_work_has_a_clock(permit, ward_officer):
    assert permit.step == "check"
    assert local(permit.step_due_at) == AFTER_TET
    with clock.freeze(at("2027-02-02", 9)):
        assign(permit.uid, to=ward_officer, by=ward_officer, step="permit")
    permit.refresh_from_db()
    assert permit.step == "permit"
    assert permit.step_due_at == step_reading_of(permit).due_at
    assert local(permit.step_due_at) == AFTER_TET
    assert working.note(permit.uid, words="Xem lại.", by=ward_officer).step_due_at == permit.step_due_at


def test_the_asked_office_sees_what_the_question_needs_and_not_how_she_is_reached(
    client, permit, ward_officer, construction_officer
):
    keep_contact(permit.uid, phone="0905123456", mail="ha@example.org")
    with clock.freeze(at("2027-02-02", 10)):
        working.note(permit.uid, words="Gọi số 0905123456 trước khi tới.", by=ward_officer)
        consult(permit.uid, to=CONSTRUCTION, words="Quy hoạch?", by=ward_officer)
        consult(permit.uid, to=CULTURE, words="Có gần di tích không?", by=ward_officer)
        signed_in(client, ward_officer)
        for known in ("0905123456", "ha@example.org", "Có gần di tích không?", "/receipt"):
            assert known in page_of(client, url(permit))
        signed_in(client, construction_officer)
        page = page_of(client, url(permit))
        for hers in ("Nguyễn Thị Thu Hà", "12 Hùng Vương", "Quy hoạch?", "Trả lời ý kiến"):
            assert hers in page
        for kept in ("0905123456", "ha@example.org", "Có gần di tích không?", "/receipt"):
            assert kept not in page
        for path in (url(permit, "receipt"), url(permit, "receipt?pdf"), url(permit, "forms/01-3.pdf")):
            assert client.get(path).status_code == 403
        answer(permit.uid, agency=CONSTRUCTION, agrees=True, words="Được.", by=construction_officer)
        assert "0905123456" not in page_of(client, url(permit))


def test_the_asked_office_s_systems_are_told_no_contact_either(client, permit, ward_officer, construction_officer):
    keep_contact(permit.uid, phone="0905123456", mail="ha@example.org")
    with clock.freeze(at("2027-02-02", 10)):
        consult(permit.uid, to=CONSTRUCTION, words="Quy hoạch?", by=ward_officer)
        signed_in(client, construction_officer)
        listed = page_of(client, "/api/v1/dossiers/work", scope="asked")
        assert permit.code in listed
        assert "0905123456" not in listed
        assert "ha@example.org" not in listed
        assert client.get(f"/api/v1/dossiers/{permit.uid}").status_code in {403, 404}


def test_a_phone_typed_into_the_form_is_covered_for_the_asked_office(mother):
    dossier = begin("1.001612", party=mother, actor=citizen(None), unit="An Cựu")
    save(dossier.uid, {"owner.phone": "0905123456", "requester.phone": "0905123456"}, actor=citizen(None))
    parts = queries.parts_of(dossier)
    answers = queries.answers_of(dossier, parts)

    def values(**how):
        return [each.value for group in screen.groups_of(dossier, parts, answers, **how) for each in group.fields]

    assert any("0905" in each for each in values())
    assert not any("0905" in each for each in values(without_contact=True))


def test_the_list_of_questions_says_by_when_our_opinion_is_due(client, permit, ward_officer, construction_officer):
    with clock.freeze(at("2027-02-02", 10)):
        asked = consult(permit.uid, to=CONSTRUCTION, words="Quy hoạch?", by=ward_officer, days=1)
        signed_in(client, construction_officer)
        page = page_of(client, LIST, scope="asked")
    assert f"{clock.local(asked.due_at):%d/%m/%Y}" in page
    assert f"{clock.local(permit.due_at):%d/%m/%Y}" not in page
