"""Birth as it happens: one application for birth, residence and health card; alone, unmarried, foreign, at home, twins."""

import pytest

from huong.base.errors import BadInput
from huong.people.actions import parties
from huong.procedures.actions import citizen, save
from huong.procedures.actions.bundling import (
    add_offered,
    begin_event,
    begin_twin,
    leave_out,
    submit_all,
)
from huong.procedures.actions.papers import come_later
from huong.procedures.errors import FormFaults
from huong.procedures.models import Component, Dossier, LifeEvent
from huong.procedures.queries import answers_of
from huong.procedures.queries.application import application
from huong.procedures.tests.conftest import BIRTH, resolve_all
from huong.procedures.tests.test_it_is_asked_once import (
    HER_ANSWERS,
    HERS,
    MOTHER,
    SINGLE,
)

pytestmark = pytest.mark.django_db
RESIDENCE, CARD, RECOGNITION = "1.004222", "1.002759", "1.001022"


def begun(national_id=MOTHER, name="Nguyễn Thị Thu Hà"):
    party = parties.register("person", name=name, national_id=national_id, by=None)
    return begin_event("child", party=party, actor=HERS, unit="An Cựu").dossiers


def filled(answers=HER_ANSWERS, who=MOTHER, name="Nguyễn Thị Thu Hà"):
    """Return the dossiers of an application in which she answered about the birth."""
    dossiers = begun(who, name)
    save(dossiers[0].uid, answers, actor=HERS)
    resolve_all(dossiers[0].uid, actor=HERS)
    return dossiers


def test_three_procedures_are_asked_once_and_sent_in_one_go(registers):
    birth, residence, card = filled({**HER_ANSWERS, "child.birth_place": "hospital"})
    assert answers_of(residence)["resident.name"] == HER_ANSWERS["child.name"]
    assert answers_of(residence)["household.head_name"] == "Trần Minh Khôi"
    assert answers_of(card)["applicant.address"] == "27 đường Nguyễn Huệ"
    assert Component.objects.get(dossier=card, key="birth_certificate").origin == "bundle"
    asked = [(one.dossier.procedure, each.field.path) for one in application(birth).walk for each in one.asks]
    assert ("1.004222", "household.relation") in asked
    assert not [path for code, path in asked if code == CARD and path != "child.hospital"]
    with pytest.raises(FormFaults):
        submit_all(birth.uid, actor=HERS)
    save(residence.uid, {"household.relation": "child"}, actor=HERS)
    resolve_all(birth.uid, actor=HERS)
    assert Component.objects.get(dossier=residence, key="kinship").origin == "bundle"
    come_later(birth.uid, "birth_notice", actor=HERS)
    sent = submit_all(birth.uid, actor=HERS)
    assert {each.state for each in sent} == {"submitted"}
    assert [each.uid for each in submit_all(birth.uid, actor=HERS)] == [each.uid for each in sent]
    typed = Component.objects.filter(dossier__in=sent, origin="declared", kind="field").exclude(why="proposed")
    assert typed.exclude(sealed=None).count() == 7
    assert sum(each.papers_spared for each in sent) == 3


def test_if_something_is_missing_none_of_them_is_sent(registers):
    birth, _residence, _card = filled()
    with pytest.raises(FormFaults):
        submit_all(birth.uid, actor=HERS)
    assert not Dossier.objects.exclude(state="draft").exists()


def test_what_she_changes_at_the_birth_changes_in_the_others(registers):
    birth, residence, _card = filled()
    save(birth.uid, {"child.name": "Trần Nguyễn Bảo An"}, actor=HERS)
    resolve_all(birth.uid, actor=HERS)
    assert answers_of(residence)["resident.name"] == "Trần Nguyễn Bảo An"


def test_sent_without_a_look_in_between_the_others_say_what_the_birth_says_now(registers):
    birth, residence, card = filled({**HER_ANSWERS, "child.birth_place": "hospital"})
    save(residence.uid, {"household.relation": "child"}, actor=HERS)
    resolve_all(birth.uid, actor=HERS)
    come_later(birth.uid, "birth_notice", actor=HERS)
    save(birth.uid, {"child.name": "Trần Nguyễn Bảo An"}, actor=HERS)
    submit_all(birth.uid, actor=HERS)
    assert {answers_of(each)[path] for each, path in ((birth, "child.name"), (residence, "resident.name"))} == {
        "Trần Nguyễn Bảo An"
    }
    assert "Trần Nguyễn Bảo An" in answers_of(card).values()
    assert HER_ANSWERS["child.name"] not in answers_of(card).values()


def test_a_mother_alone_leaves_the_father_blank_and_nobody_asks_why(registers):
    birth, *_others = filled({**HER_ANSWERS, "father.known": "no"}, SINGLE, "Phạm Thị Ngọc Anh")
    asked = {each.field.path for stage in application(birth).stages for each in stage.fields}
    assert not {path for path in asked if path.startswith("father.") and path != "father.known"}
    assert answers_of(birth)["mother.name"] == "Phạm Thị Ngọc Anh"
    assert answers_of(birth)["child.native_place"]


def test_parents_who_are_not_married_are_offered_recognition_in_the_same_application(registers):
    birth, *_others = filled(who=SINGLE, name="Phạm Thị Ngọc Anh")
    assert answers_of(birth)["father.married"] == "single"
    save(birth.uid, {"father.national_id": "046098999004"}, actor=HERS)
    resolve_all(birth.uid, actor=HERS)
    added = add_offered(birth.uid, RECOGNITION, actor=HERS)
    assert add_offered(birth.uid, RECOGNITION, actor=HERS).pk == added.pk
    resolve_all(birth.uid, actor=HERS)
    told = answers_of(added)
    assert (told["parent.name"], told["child.name"]) == ("Lê Hoàng Nam", HER_ANSWERS["child.name"])
    assert application(birth).stages[-1].there
    leave_out(added.uid, actor=HERS)
    assert added.uid not in {each.uid for each in application(birth).dossiers}


def test_somebody_whose_number_was_only_typed_is_shown_masked(registers):
    birth, *_others = filled(who=SINGLE, name="Phạm Thị Ngọc Anh")
    save(birth.uid, {"father.national_id": "046098999004"}, actor=HERS)
    resolve_all(birth.uid, actor=HERS)
    stage = application(birth).stage(birth.uid, "father")
    name = next(each for each in stage.fields if each.field.path == "father.name")
    assert (name.text, name.locked) == ("L••• H••• N•••", True)
    mothers = application(birth).stage(birth.uid, "mother")
    assert next(each.text for each in mothers.fields if each.field.path == "mother.name") == "Phạm Thị Ngọc Anh"


def test_married_parents_are_not_offered_recognition(registers):
    birth, *_others = filled()
    with pytest.raises(BadInput):
        add_offered(birth.uid, RECOGNITION, actor=HERS)


def test_a_foreign_father_or_one_without_number_is_typed(registers):
    birth, *_others = filled({**HER_ANSWERS, "father.foreign": True}, SINGLE, "Phạm Thị Ngọc Anh")
    asked = {each.field.path for each in application(birth).stage(birth.uid, "father").asks}
    assert {"father.name", "father.passport", "father.birth_date"} <= asked
    save(birth.uid, {"father.name": "John Smith", "father.passport": "X1234567"}, actor=HERS)
    resolve_all(birth.uid, actor=HERS)
    assert answers_of(birth)["father.name"] == "John Smith"


def test_a_foreign_mother_is_typed_by_the_father(registers):
    answers = {**HER_ANSWERS, "requester.relation": "father", "mother.foreign": True, "father.known": "yes"}
    birth, *_others = filled(answers, "046098999004", "Lê Hoàng Nam")
    assert answers_of(birth)["father.name"] == "Lê Hoàng Nam"
    asked = {each.field.path for each in application(birth).stage(birth.uid, "mother").asks}
    assert {"mother.name", "mother.passport"} <= asked
    assert "mother.national_id" not in asked


def test_a_birth_at_home_asks_for_a_witness_and_not_for_the_hospital(registers):
    birth, *_others = filled({**HER_ANSWERS, "child.birth_place": "home"})
    assert [one.need.key for one in application(birth).papers if one.dossier.procedure == BIRTH] == [
        "birth_witness",
        "marriage",
    ]
    with pytest.raises(BadInput):
        come_later(birth.uid, "birth_witness", actor=HERS)


def test_what_the_hospital_has_not_sent_yet_comes_later(registers):
    birth, *_others = filled({**HER_ANSWERS, "child.birth_place": "hospital"})
    come_later(birth.uid, "birth_notice", actor=HERS)
    resolve_all(birth.uid, actor=HERS)
    assert Component.objects.get(dossier=birth, key="birth_notice").state == "later"


def test_twins_are_one_more_name_and_sex_and_everything_else_is_taken_over(registers):
    birth, *_others = filled({**HER_ANSWERS, "child.twin": True})
    second = begin_twin(birth.uid, actor=HERS)
    assert begin_twin(birth.uid, actor=HERS).bundle.pk == second.bundle.pk
    resolve_all(birth.uid, actor=HERS)
    other = second.dossiers[0]
    told = answers_of(other)
    assert told["mother.name"] == "Nguyễn Thị Thu Hà"
    assert told["father.name"] == "Trần Minh Khôi"
    assert "child.name" not in told
    hers = [
        each.field.path for stage in application(birth).stages for each in stage.asks if stage.dossier.pk == other.pk
    ]
    assert {"child.name", "child.sex", "child.birth_date"} <= set(hers)
    save(other.uid, {"child.name": "Trần Nguyễn Bình An"}, actor=HERS)
    resolve_all(birth.uid, actor=HERS)
    card = next(each for each in second.dossiers if each.procedure == CARD)
    assert answers_of(card)["child.name"] == "Trần Nguyễn Bình An"


def test_a_life_event_without_forms_is_not_offered(procedures):
    LifeEvent.objects.update(procedures=["9.999999"])
    party = parties.register("person", name="Ai Đó", national_id="046199999005", by=None)
    from huong.base.errors import NotFound

    with pytest.raises(NotFound):
        begin_event("child", party=party, actor=citizen(None), unit="An Cựu")
