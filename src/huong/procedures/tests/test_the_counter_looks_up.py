"""The counter asks once too: vault, shared data and registers fill the form in, as far as the person there agreed."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from huong.base import clock, paging
from huong.base.errors import BadInput, Forbidden, NotFound
from huong.exchange.models import Exchange
from huong.journal.models import Entry
from huong.messages.models import Outgoing
from huong.procedures.actions import corrections, counter
from huong.procedures.actions.acting import officer
from huong.procedures.actions.counter import Applicant, Brought, Intake, begin_at_counter, file_at_counter, look_up
from huong.procedures.actions.resolving import resolve
from huong.procedures.errors import FormFaults
from huong.procedures.models import Component, Correction, Dossier, ExplicitRequest
from huong.procedures.queries import answers_of, figures
from huong.procedures.tests.conftest import BIRTH
from huong.procedures.tests.test_it_is_asked_once import (
    FATHER,
    HER_ANSWERS,
    MOTHER,
)
from huong.procedures.tests.test_officers_work_at_their_desk import at_the_ward  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
HA = Applicant("person", "Nguyễn Thị Thu Hà", MOTHER, date(1995, 3, 2), "0905123456")
UID = "c" * 32
ALL = ("register:person", "register:marriage", "register:birth", "vault")
BIRTH_OF = Intake(BIRTH, HA, key=UID, uid=UID, unit="An Cựu", typed=HER_ANSWERS, papers=[Brought("birth_witness")])
NEW = "/desk/dossiers/new"


def test_registers_fill_in_what_the_mother_at_the_counter_need_not_say(registers, ward_officer):
    begin_at_counter(BIRTH_OF, by=ward_officer)
    found = look_up(BIRTH_OF, ALL, by=ward_officer)
    assert found.of("father.name").reason == "in_register"
    dossier = file_at_counter(BIRTH_OF, by=ward_officer)
    assert (dossier.state, dossier.channel, dossier.uid) == ("accepted", "counter", UID)
    assert answers_of(dossier)["father.national_id"] == FATHER
    name = dossier.parts.get(key="father.name")
    assert (name.origin, name.locked) == ("fetched", True)
    assert dossier.fields_spared > 8
    assert dossier.papers_spared == 1  # their marriage
    asked = Entry.objects.filter(name="exchange.asked")
    assert asked
    assert {each.by for each in asked} == {ward_officer.pk}
    assert {each.use for each in ExplicitRequest.objects.filter(dossier=dossier, source="register:person")} == {True}


def test_what_was_spared_at_the_counter_counts_for_the_rate(registers, ward_officer):
    begin_at_counter(BIRTH_OF, by=ward_officer)
    look_up(BIRTH_OF, ALL, by=ward_officer)
    dossier = file_at_counter(BIRTH_OF, by=ward_officer)
    rows = figures.once_only(figures.last_year(), by="unit")
    assert [(each["key"], each["fields_spared_sum"]) for each in rows] == [("19815", dossier.fields_spared)]


def test_a_source_the_person_does_not_want_is_not_asked(registers, ward_officer):
    begin_at_counter(BIRTH_OF, by=ward_officer)
    found = look_up(BIRTH_OF, ("register:person",), by=ward_officer)
    assert found.of("father.national_id").reason == "declined"
    names = [each.service for each in Exchange.objects.filter(direction="out")]
    assert names
    assert not any("marriage" in str(name) for name in names)
    answers = answers_of(file_at_counter(BIRTH_OF, by=ward_officer))
    assert "father.national_id" not in answers  # nor her own number in his place
    assert answers["mother.national_id"] == MOTHER


def test_what_is_missing_is_told_and_what_was_looked_up_stays(registers, ward_officer):
    begin_at_counter(BIRTH_OF, by=ward_officer)
    look_up(BIRTH_OF, ALL, by=ward_officer)
    with pytest.raises(FormFaults) as told:
        file_at_counter(replace(BIRTH_OF, typed={**HER_ANSWERS, "child.name": ""}), by=ward_officer)
    assert list(told.value.details["faults"]) == ["child.name"]
    dossier = Dossier.objects.get()
    assert dossier.state == "draft"
    assert answers_of(dossier)["father.national_id"] == FATHER


def test_a_source_that_is_down_leaves_the_field_to_the_officer(registers, ward_officer):
    begin_at_counter(BIRTH_OF, by=ward_officer)
    resolve(UID, actor=officer(ward_officer), patience=0.0)
    part = Component.objects.get(dossier__uid=UID, key="mother.name")
    assert (part.state, part.why, part.locked) == ("later", "source_down", False)


def test_nothing_is_looked_up_for_somebody_else_or_by_another_ward(registers, ward_officer, stranger):
    begin_at_counter(BIRTH_OF, by=ward_officer)
    other = replace(BIRTH_OF, applicant=replace(HA, national_id=FATHER, birth_date=None))
    with pytest.raises(BadInput) as told:
        look_up(other, ALL, by=ward_officer)
    assert told.value.code == "somebody_else"
    with pytest.raises(BadInput):
        file_at_counter(other, by=ward_officer)
    with pytest.raises(Forbidden):
        look_up(BIRTH_OF, ALL, by=stranger)
    with pytest.raises(NotFound):
        look_up(replace(BIRTH_OF, uid="d" * 32), ALL, by=ward_officer)
    assert not Exchange.objects.filter(direction="out").exists()


def test_what_is_begun_and_not_filed_within_a_day_is_let_go_with_everything_in_it(registers, ward_officer):
    begin_at_counter(BIRTH_OF, by=ward_officer)
    look_up(BIRTH_OF, ALL, by=ward_officer)
    assert counter.let_go_left() == 0
    with clock.freeze(clock.now() + timedelta(hours=25)):
        assert counter.let_go_left() == 1
    assert Dossier.objects.get().state == "withdrawn"
    assert not Component.objects.exists()


def posted(client, **more):
    person = {"kind": "person", "national_id": MOTHER, "name": HA.name, "birth_date": "1995-03-02"}
    typed = {path: str(value).lower() if isinstance(value, bool) else value for path, value in HER_ANSWERS.items()}
    return client.post(
        NEW, {"code": BIRTH, "channel": "counter", "unit": "19815", **person, **typed, **more}, follow=True
    )


def test_a_source_that_is_wrong_is_said_at_the_counter_and_does_not_hold_the_dossier(
    registers,
    at_the_ward,  # noqa: F811
    ward_officer,
):
    page = posted(at_the_ward, do="find", mail="ha@example.org").content.decode()
    token = re.search(r'name="token" value="([^"]+)"', page)[1]
    page = posted(at_the_ward, do="fetch", token=token, use=list(ALL), told="yes").content.decode()
    assert 'name="right-father.name"' in page
    same = posted(at_the_ward, wrong="father.name", token=token, **{"right-father.name": "Trần Minh Khôi"})
    assert (same.status_code, "Nguồn dữ liệu đang ghi đúng như vậy" in same.content.decode()) == (400, True)
    page = posted(at_the_ward, wrong="father.name", token=token, **{"right-father.name": "Trần Minh Khôi Nguyên"})
    assert 'value="Trần Minh Khôi Nguyên"' in page.content.decode()
    case = Correction.objects.get()
    assert (case.state, case.key) == ("open", "father.name")
    typed = {"father.name": "Trần Minh Khôi Nguyên", "mail": "ha@example.org"}
    posted(at_the_ward, do="file", token=token, told="yes", shown="birth_witness", **typed)
    dossier = Dossier.objects.get()
    assert dossier.state == "accepted"
    assert answers_of(dossier)["father.name"] == "Trần Minh Khôi Nguyên"
    assert dossier.parts.get(key="father.name").state == "disputed"
    corrections.decide(case.uid, corrected=True, answer="Đã sửa.", by=ward_officer)
    assert [each.template for each in Outgoing.objects.all()].count("correction_decided") == 1


def test_only_what_a_source_gave_can_be_called_wrong_and_by_whoever_takes_it_in(registers, ward_officer, stranger):
    begin_at_counter(BIRTH_OF, by=ward_officer)
    with pytest.raises(NotFound):
        counter.dispute(BIRTH_OF, "child.name", "Khác", by=ward_officer)
    look_up(BIRTH_OF, ALL, by=ward_officer)
    with pytest.raises(Forbidden):
        counter.dispute(BIRTH_OF, "father.name", "Khác", by=stranger)
    with pytest.raises(NotFound):
        counter.dispute(replace(BIRTH_OF, uid="d" * 32), "father.name", "Khác", by=ward_officer)
    assert not Correction.objects.exists()


def test_the_page_says_what_would_be_asked_fetches_when_the_person_knows_and_files(registers, at_the_ward, mother):  # noqa: F811
    page = posted(at_the_ward, do="find").content.decode()
    token = re.search(r'name="token" value="([^"]+)"', page)[1]
    assert 'value="register:marriage"' in page
    assert "Trần Minh Khôi" not in page
    assert not Exchange.objects.filter(direction="out").exists()
    refused = posted(at_the_ward, do="fetch", token=token, use=list(ALL))
    assert refused.status_code == 400
    assert "cho người nộp biết" in refused.content.decode()
    assert not Exchange.objects.filter(direction="out").exists()
    page = posted(at_the_ward, do="fetch", token=token, use=list(ALL), told="yes").content.decode()
    assert "Trần Minh Khôi" in page
    assert 'name="father.name"' not in page
    assert Entry.objects.filter(name="people.accessed", subject=f"party:{mother.public_id}").count() >= 2
    done = posted(at_the_ward, do="file", token=token, told="yes", shown="birth_witness", **{"father.name": "Kẻ Khác"})
    dossier = Dossier.objects.get()
    assert done.redirect_chain
    assert (dossier.uid, dossier.state) == (paging.values_of(token)[0], "accepted")
    assert answers_of(dossier)["father.name"] == "Trần Minh Khôi"
