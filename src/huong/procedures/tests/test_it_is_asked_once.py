"""Asking once: registers, store, vault and the same application fill a dossier in; what fails never stops the form."""

from datetime import timedelta

import orjson
import pytest

from huong.base import clock, ids, keys
from huong.base.errors import WrongState
from huong.exchange import queries as exchange
from huong.exchange.models import DataService, Exchange, Grant, RegisterCopy
from huong.journal.models import Entry
from huong.people.actions import parties
from huong.procedures.actions import begin, citizen, save, submit
from huong.procedures.actions.resolving import resolve, wish
from huong.procedures.errors import FormFaults
from huong.procedures.models import Component, Dossier, Evidence
from huong.procedures.queries import answers_of
from huong.procedures.queries.values import vault_scope
from huong.procedures.tests.conftest import BIRTH, WARD

pytestmark = pytest.mark.django_db
FATHER, MOTHER, SINGLE = "046092999001", "046195999002", "046199999005"
HERS = citizen(None)
HER_ANSWERS = {
    "requester.relation": "mother",
    "father.known": "yes",
    "child.name": "Trần Nguyễn An Nhiên",
    "child.sex": "female",
    "child.birth_date": "2026-11-20",
    "child.birth_place": "home",
}


def draft_of(national_id, name="Nguyễn Thị Thu Hà", answers=HER_ANSWERS, code=BIRTH):
    party = parties.register("person", name=name, national_id=national_id, by=None)
    dossier = begin(code, party=party, actor=HERS, unit="An Cựu")
    save(dossier.uid, answers, actor=HERS)
    return dossier


def part(dossier, key):
    return Component.objects.get(dossier=dossier, key=key)


def test_a_mother_types_six_fields_and_the_registers_know_the_rest(registers):
    dossier = draft_of(MOTHER)
    found = resolve(dossier.uid, actor=HERS)
    answers = answers_of(dossier)
    assert answers["requester.address"] == "27 đường Nguyễn Huệ"
    assert (answers["mother.name"], answers["father.national_id"]) == ("Nguyễn Thị Thu Hà", FATHER)
    assert (answers["father.name"], answers["father.birth_date"]) == ("Trần Minh Khôi", "1992-05-14")
    assert answers["father.married"] == "married"
    assert answers["child.native_place"]
    name = part(dossier, "father.name")
    assert (name.origin, name.locked, name.state) == ("fetched", True, "held")
    assert Exchange.objects.filter(message_id=name.exchange).exists()
    assert name.valid_until - name.fetched_at == timedelta(minutes=15)
    assert part(dossier, "marriage").origin == "cut"
    assert found.of("child.name").reason == "yours"
    assert found.of("birth_witness").outcome == "ask_applicant"
    entry = Entry.objects.get(name="procedures.resolved")
    assert "Khôi" not in str(entry.data)


def test_each_register_is_asked_once_about_each_person(registers):
    dossier = draft_of(MOTHER)
    resolve(dossier.uid, actor=HERS)
    assert Exchange.objects.filter(direction="out").count() == 3  # she, her marriage, the father
    resolve(dossier.uid, actor=HERS)
    assert Exchange.objects.filter(direction="out").count() == 3
    assert Entry.objects.filter(name="procedures.resolved").count() == 1


def test_what_she_left_blank_about_the_father_is_not_fetched_and_goes_when_she_changes_her_mind(registers):
    dossier = draft_of(MOTHER, answers={**HER_ANSWERS, "father.known": "no"})
    resolve(dossier.uid, actor=HERS)
    assert not [key for key in answers_of(dossier) if key.startswith("father.") and key != "father.known"]
    save(dossier.uid, {"father.known": "yes"}, actor=HERS)
    resolve(dossier.uid, actor=HERS)
    assert answers_of(dossier)["father.name"] == "Trần Minh Khôi"
    save(dossier.uid, {"father.known": "no"}, actor=HERS)
    resolve(dossier.uid, actor=HERS)
    assert "father.name" not in answers_of(dossier)


def test_a_father_who_applies_finds_the_mother_by_their_marriage(registers):
    dossier = draft_of(FATHER, "Trần Minh Khôi", {**HER_ANSWERS, "requester.relation": "father"})
    resolve(dossier.uid, actor=HERS)
    answers = answers_of(dossier)
    assert (answers["father.national_id"], answers["mother.national_id"]) == (FATHER, MOTHER)
    assert answers["mother.name"] == "Nguyễn Thị Thu Hà"


def test_a_value_past_its_time_is_fetched_again(registers):
    dossier = draft_of(MOTHER)
    resolve(dossier.uid, actor=HERS)
    first = part(dossier, "father.name")
    RegisterCopy.objects.all().delete()
    Component.objects.filter(dossier=dossier, locked=True).update(valid_until=clock.now())
    resolve(dossier.uid, actor=HERS)
    assert part(dossier, "father.name").exchange != first.exchange


@pytest.mark.parametrize("who", ["046185999902", "046085999905", "046085999906", "046085999907"])
def test_a_register_that_fails_turns_its_fields_into_declare_now_verified_later(registers, who):
    dossier = draft_of(who, "Đặng Thị Lỗi", {**HER_ANSWERS, "father.known": "no"})
    resolve(dossier.uid, actor=HERS)
    address = part(dossier, "requester.address")
    assert (address.state, address.locked, address.why) == ("later", False, "source_down")
    assert answers_of(dossier)["requester.name"] == "Đặng Thị Lỗi"  # known from signing in
    save(dossier.uid, {"requester.address": "2 tổ 1"}, actor=HERS)
    assert part(dossier, "requester.address").state == "later"


def test_a_slow_register_is_not_waited_for(registers):
    dossier = draft_of("046085999901", "Đặng Văn Chậm", {**HER_ANSWERS, "requester.relation": "father"})
    resolve(dossier.uid, actor=HERS, patience=0.4)
    assert part(dossier, "requester.address").state == "later"


def test_a_source_she_does_not_want_is_not_used_and_she_declares(registers):
    dossier = draft_of(MOTHER)
    resolve(dossier.uid, actor=HERS)
    wish(dossier.uid, "register:marriage", use=False, actor=HERS)
    found = resolve(dossier.uid, actor=HERS)
    spouse = part(dossier, "father.national_id")
    assert (spouse.state, spouse.locked, spouse.why) == ("empty", False, "declined")
    assert found.of("father.national_id").reason == "declined"
    assert "father.name" not in answers_of(dossier)
    wish(dossier.uid, "register:marriage", use=True, actor=HERS)
    resolve(dossier.uid, actor=HERS)
    assert answers_of(dossier)["father.name"] == "Trần Minh Khôi"


def test_where_the_law_asks_her_first_nothing_is_fetched_before_she_says_so(registers):
    from huong.procedures.models import ProcedureVersion
    from huong.procedures.queries import catalogue

    version = ProcedureVersion.objects.get(procedure__code=BIRTH)
    ProcedureVersion.objects.filter(pk=version.pk).update(body={**version.body, "consent": ["register:marriage"]})
    catalogue._document.cache_clear()
    dossier = draft_of(MOTHER)
    found = resolve(dossier.uid, actor=HERS)
    assert found.consents == ["register:marriage"]
    assert "father.national_id" not in answers_of(dossier)
    assert not Exchange.objects.filter(endpoint__contains="marriages").exists()
    wish(dossier.uid, "register:marriage", use=True, actor=HERS)
    assert resolve(dossier.uid, actor=HERS).consents == []
    assert answers_of(dossier)["father.national_id"] == FATHER


def described(code, purposes, fields):
    """Describe a register here, with a grant for the ward."""
    member = exchange.member("VN/GOV/G01/population")
    service = DataService.objects.create(
        member=member, code=code, title="Dân cư", kind="http", offered_at=clock.now(),
        fields=[{"name": name} for name in fields],
    )  # fmt: skip
    return Grant.objects.create(
        number="QK-T", service=service, consumer=exchange.member_of_agency(WARD), fields=fields, purposes=purposes,
        why="Thử nghiệm", state="granted", asked_at=clock.now(), due_at=clock.now(), valid_from=clock.now(),
        valid_to=clock.now() + timedelta(days=1),
    )  # fmt: skip


def test_a_grant_that_ends_in_the_middle_makes_the_field_hers_and_says_why(registers):
    grant = described("persons", [BIRTH], ["national_id", "name", "residence"])
    dossier = draft_of(MOTHER)
    resolve(dossier.uid, actor=HERS)
    assert answers_of(dossier)["requester.address"] == "27 đường Nguyễn Huệ"
    assert part(dossier, "mother.birth_date").why == "no_grant" if has(dossier, "mother.birth_date") else True
    Grant.objects.filter(pk=grant.pk).update(valid_to=clock.now())
    Component.objects.filter(dossier=dossier, locked=True).update(valid_until=clock.now())
    found = resolve(dossier.uid, actor=HERS)
    assert found.of("requester.address").reason == "no_grant"
    address = part(dossier, "requester.address")
    assert (address.state, address.locked, address.why) == ("empty", False, "no_grant")
    save(dossier.uid, {"requester.address": "27 Nguyễn Huệ"}, actor=HERS)
    assert answers_of(dossier)["requester.address"] == "27 Nguyễn Huệ"


def has(dossier, key):
    return Component.objects.filter(dossier=dossier, key=key).exists()


def test_a_field_that_is_not_granted_is_not_used(registers):
    described("persons", [BIRTH], ["national_id", "name"])
    dossier = draft_of(MOTHER)
    found = resolve(dossier.uid, actor=HERS)
    assert found.of("requester.address").reason == "no_grant"
    assert answers_of(dossier)["mother.name"] == "Nguyễn Thị Thu Hà"


def test_only_what_this_purpose_may_read_about_another_person_is_fetched(registers):
    from huong.procedures.models import ProcedureVersion
    from huong.procedures.queries import catalogue

    version = ProcedureVersion.objects.get(procedure__code=BIRTH)
    body = {**version.body, "reads": {"person": ["name"], "marriage": ["spouse_id"]}}
    ProcedureVersion.objects.filter(pk=version.pk).update(body=body)
    catalogue._document.cache_clear()
    dossier = draft_of(MOTHER)
    found = resolve(dossier.uid, actor=HERS)
    assert answers_of(dossier)["father.name"] == "Trần Minh Khôi"
    assert found.of("father.birth_date").reason == "not_readable"
    assert answers_of(dossier)["mother.birth_date"] == "1995-03-02"  # her own


def kept_in_vault(party, type_, values, **more):
    uid = ids.new_id()
    sealed = keys.seal_bytes(keys.data_key(vault_scope(party)), orjson.dumps(values), context=uid)
    facts = {"origin": "issued", "issued_at": clock.now(), "name": type_, **more}
    return Evidence.objects.create(uid=uid, party=party, type=type_, sealed=sealed, **facts)


def test_a_paper_in_her_vault_is_used_again_and_one_past_its_time_is_not(registers):
    dossier = draft_of(SINGLE, "Phạm Thị Ngọc Anh", HER_ANSWERS)
    save(dossier.uid, {"father.married": "married"}, actor=HERS)
    wish(dossier.uid, "register:marriage", use=False, actor=HERS)
    paper = kept_in_vault(dossier.applicant, "marriage_certificate", {"number": "12/2021"})
    resolve(dossier.uid, actor=HERS)
    reused = part(dossier, "marriage")
    assert (reused.origin, reused.evidence_id, reused.state) == ("reused", paper.pk, "held")
    Evidence.objects.update(valid_until=clock.now())
    resolve(dossier.uid, actor=HERS, anew=True)
    assert part(dossier, "marriage").state == "empty"


def test_what_was_sent_is_not_filled_in_again(registers):
    dossier = draft_of(MOTHER)
    with pytest.raises(FormFaults):
        submit(dossier.uid, actor=HERS)
    Dossier.objects.filter(pk=dossier.pk).update(state="submitted")
    with pytest.raises(WrongState):
        resolve(dossier.uid, actor=HERS)


def test_the_number_of_queries_does_not_grow_with_the_fields(registers, django_assert_max_num_queries):
    dossier = draft_of(MOTHER)
    resolve(dossier.uid, actor=HERS)
    with django_assert_max_num_queries(16):
        resolve(dossier.uid, actor=HERS)


def test_a_source_that_is_not_connected_is_declared_now(procedures):
    dossier = draft_of(MOTHER)
    found = resolve(dossier.uid, actor=HERS)
    assert found.of("requester.address").outcome == "unavailable"
    assert part(dossier, "requester.address").state == "later"


def test_who_types_one_number_after_the_other_gets_no_more_answers(registers, monkeypatch):
    from huong.procedures.actions import registers as asked_registers

    monkeypatch.setattr(asked_registers, "MOST_ASKS_AN_HOUR", 1)
    dossier = draft_of(SINGLE, "Phạm Thị Ngọc Anh")
    save(dossier.uid, {"father.national_id": "046098999004"}, actor=HERS)
    found = resolve(dossier.uid, actor=HERS)
    assert found.of("father.name").outcome == "unavailable"
    assert Exchange.objects.filter(direction="out").count() == 1
