"""A value fetched for one person never stands beside another one's number: it goes at once and is asked anew."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huong.base import clock
from huong.base.errors import BadInput, WrongState
from huong.base.testing import cast
from huong.exchange.models import Exchange, RegisterCopy
from huong.people.models import Identity
from huong.procedures.actions import accept, asking, bundling, request_supplement, save, submit, supply
from huong.procedures.actions.corrections import decide, dispute
from huong.procedures.actions.resolving import resolve
from huong.procedures.errors import NotAskedFor
from huong.procedures.models import Component, ProcedureVersion
from huong.procedures.queries import answers_of
from huong.procedures.queries.catalogue import document_by_id
from huong.procedures.queries.values import former_of, parts_of
from huong.procedures.rules import fields, resting
from huong.procedures.rules.planning import Ask, Known, Situation, plan
from huong.procedures.rules.sources import source
from huong.procedures.tests.conftest import BIRTH, as_citizen, resolve_all
from huong.procedures.tests.test_it_is_asked_once import FATHER, HER_ANSWERS, HERS, MOTHER, SINGLE, draft_of, part

pytestmark = pytest.mark.django_db
OTHER_MAN = "046098999004"
NUMBER, NAME, BORN = "father.national_id", "father.name", "father.birth_date"


def asked():
    return Exchange.objects.filter(direction="out").count()


@pytest.fixture
def single(registers):
    """Return an unmarried mother's draft that names a man, whom the register knows."""
    dossier = draft_of(SINGLE, "Phạm Thị Ngọc Anh")
    save(dossier.uid, {NUMBER: OTHER_MAN}, actor=HERS)
    resolve_all(dossier.uid, actor=HERS)
    assert part(dossier, NAME).locked
    return dossier


@pytest.fixture
def married(registers):
    """Return a married mother's draft: the register of marriages named the father, that of persons his name."""
    dossier = draft_of(MOTHER)
    resolve_all(dossier.uid, actor=HERS)
    return dossier


def test_another_number_takes_the_name_with_it_before_anybody_looks(single):
    save(single.uid, {NUMBER: FATHER}, actor=HERS)
    assert (part(single, NAME).state, part(single, NAME).locked, part(single, NAME).exchange) == ("empty", False, "")
    assert not {NAME, BORN} & answers_of(single).keys()
    resolve_all(single.uid, actor=HERS)
    assert answers_of(single)[NAME] == "Trần Minh Khôi"


def test_a_number_taken_out_takes_the_name_with_it(single):
    save(single.uid, {NUMBER: ""}, actor=HERS)
    assert NAME not in answers_of(single)


def test_another_relation_takes_along_what_signing_in_and_the_registers_gave_for_the_first(registers):
    dossier = draft_of(SINGLE, "Phạm Thị Ngọc Anh")
    resolve_all(dossier.uid, actor=HERS)
    assert answers_of(dossier)["mother.national_id"] == SINGLE
    save(dossier.uid, {"requester.relation": "relative"}, actor=HERS)
    assert not [key for key in answers_of(dossier) if key in {"mother.national_id", "mother.name", "mother.birth_date"}]
    resolve_all(dossier.uid, actor=HERS)
    assert "mother.national_id" not in answers_of(dossier)
    assert part(dossier, "mother.name").state == "empty"


def test_what_was_proposed_and_sent_back_unchanged_by_the_page_goes_too(registers):
    dossier = draft_of(SINGLE, "Phạm Thị Ngọc Anh")
    resolve_all(dossier.uid, actor=HERS)
    save(dossier.uid, {"mother.national_id": SINGLE}, actor=HERS)  # the page sends what it showed
    save(dossier.uid, {"requester.relation": "relative", "mother.national_id": SINGLE}, actor=HERS)
    assert "mother.national_id" not in answers_of(dossier)


def test_what_she_wrote_herself_stays_hers(registers):
    dossier = draft_of(SINGLE, "Phạm Thị Ngọc Anh")
    save(dossier.uid, {"mother.national_id": MOTHER, "mother.passport": "C123"}, actor=HERS)
    save(dossier.uid, {"requester.relation": "relative"}, actor=HERS)
    assert answers_of(dossier)["mother.national_id"] == MOTHER


def test_a_paper_known_from_a_register_goes_with_the_number_it_was_found_by(married):
    assert part(married, "marriage").origin == "cut"
    save(married.uid, {"mother.foreign": True}, actor=HERS)
    assert part(married, "mother.national_id").state == "empty"
    assert part(married, "mother.name").state == "empty"
    assert part(married, "marriage").state == "empty"


def test_the_same_number_sent_again_changes_nothing_and_asks_nobody(single):
    before, count = part(single, NAME), asked()
    RegisterCopy.objects.all().delete()
    for _autosave in range(2):
        save(single.uid, {NUMBER: OTHER_MAN}, actor=HERS)
        resolve_all(single.uid, actor=HERS)
    after = part(single, NAME)
    assert (after.exchange, after.changed_at, after.locked) == (before.exchange, before.changed_at, True)
    assert asked() == count


def test_an_answer_about_the_former_person_that_comes_late_is_not_written(registers, monkeypatch):
    dossier = draft_of(SINGLE, "Phạm Thị Ngọc Anh")
    save(dossier.uid, {NUMBER: OTHER_MAN}, actor=HERS)
    bundling.resolve_all(dossier.uid, actor=HERS)
    real, seen = asking.filling.fill, []

    def late(uid, found, **more):
        if not seen and any(each.key == NAME and each.value for each in found.outcomes):
            save(uid, {NUMBER: FATHER}, actor=HERS)  # between the answer and its writing
            seen.append(real(uid, found, **more))
            assert NAME not in answers_of(dossier)
            return seen[0]
        return real(uid, found, **more)

    monkeypatch.setattr(asking.filling, "fill", late)
    asking.answer.now(dossier.uid)
    assert seen == [1]
    assert (answers_of(dossier)[NUMBER], answers_of(dossier)[NAME]) == (FATHER, "Trần Minh Khôi")


def test_taking_the_number_that_a_source_says_takes_the_other_ones_name_away(registers):
    dossier = draft_of(MOTHER)
    bundling.resolve_all(dossier.uid, actor=HERS)
    save(dossier.uid, {NUMBER: OTHER_MAN}, actor=HERS)  # while the register of marriages is asked
    asking.answer.now(dossier.uid)
    assert part(dossier, NUMBER).why == "said"
    assert answers_of(dossier)[NAME] != "Trần Minh Khôi"
    asking.choose(dossier.uid, NUMBER, use=True, actor=HERS)
    assert NAME not in answers_of(dossier)
    resolve_all(dossier.uid, actor=HERS)
    assert answers_of(dossier)[NAME] == "Trần Minh Khôi"


def test_a_number_said_to_be_wrong_takes_the_name_with_it(married):
    dispute(married.uid, NUMBER, OTHER_MAN, actor=HERS)
    assert NAME not in answers_of(married)
    resolve_all(married.uid, actor=HERS)
    assert answers_of(married)[NAME] not in {"", "Trần Minh Khôi"}


def test_a_name_said_to_be_wrong_about_one_man_is_asked_anew_about_another(single):
    dispute(single.uid, NAME, "Lê Văn Khác", actor=HERS)
    save(single.uid, {NUMBER: FATHER}, actor=HERS)
    assert (part(single, NAME).state, part(single, NAME).why) == ("held", "")
    resolve(single.uid, actor=HERS)
    assert answers_of(single)[NAME] == "Trần Minh Khôi"


def test_it_holds_for_every_source_of_every_procedure(procedures):
    looked_at = 0
    for version in ProcedureVersion.objects.filter(state="published"):
        made = document_by_id(version.pk)
        rests, known = resting.rests_on(made), {each.path for each in fields.fields_of(made.form)}
        named = [(each.path, one) for each in fields.fields_of(made.form) for one in each.sources]
        named += [(need.key, source(each.source)) for need in made.requirements for each in need.accepts if each.source]
        for key, one in named:
            assert one.whom == "applicant" or one.whom in rests[key]
            assert not one.when[0] or one.when[0] in rests[key]
            assert rests[key] <= known
            looked_at += bool(rests[key])
    assert looked_at > 30


@pytest.mark.parametrize(("spouse", "outcome"), [(FATHER, "have"), (OTHER_MAN, "wait")])
def test_a_value_that_ages_does_not_stand_beside_another_number_that_a_source_gives(procedures, spouse, outcome):
    made = document_by_id(ProcedureVersion.objects.get(procedure__code=BIRTH).pk)
    answers = {**HER_ANSWERS, "mother.foreign": False, "father.foreign": False, NUMBER: FATHER, NAME: "Trần Minh Khôi"}
    now = Situation(
        answers=answers,
        applicant={"national_id": MOTHER},
        typed=frozenset(answers) - {NUMBER, NAME},
        ageing=frozenset({NUMBER, NAME, "marriage"}),
        rests=resting.rests_on(made),
        known={
            Ask("register", "marriage", MOTHER): Known({"spouse_id": spouse}),
            Ask("register", "person", spouse): Known(failed="asking"),
        },
    )
    found = {each.key: each for each in plan(made, fields.steps_of(made.form), now)}
    assert (found[NUMBER].value, found[NAME].outcome) == (spouse, outcome)


PATHS = st.sampled_from("abcdefg")


@given(st.dictionaries(PATHS, st.frozensets(PATHS)), st.frozensets(PATHS), st.frozensets(PATHS))
def test_what_goes_is_closed_and_nothing_else_goes(rests, changed, held):
    gone = resting.shaken(rests, changed, held)
    assert gone <= held - changed
    assert all(not rests.get(key, frozenset()) & (changed | gone) for key in held - changed - gone)
    assert gone == resting.shaken(rests, changed | gone, held) | gone
    assert not gone or changed


@pytest.fixture
def asked_for(single, ward_officer):
    """Return the dossier after the office asked for the father's number."""
    save(single.uid, {**HER_ANSWERS, "requester.address": "2 tổ 1", "mother.foreign": False}, actor=HERS)
    Component.objects.update_or_create(
        dossier=single, kind="paper", key="birth_witness",
        defaults={"origin": "uploaded", "state": "held", "changed_at": single.created_at},
    )  # fmt: skip
    submit(single.uid, actor=HERS)
    accept(single.uid, by=ward_officer)
    reasons = [{"part": NUMBER, "why": "wrong", "text": "Số định danh của cha chưa đúng."}]
    request_supplement(single.uid, words="Cần xem lại", reasons=reasons, by=ward_officer)
    return single


def test_in_a_supplement_too_the_name_goes_and_only_it_is_asked_anew(asked_for):
    old, count = answers_of(asked_for)[NAME], asked()
    untouched = {each.key: each.changed_at for each in parts_of(asked_for) if not each.key.startswith("father.")}
    RegisterCopy.objects.all().delete()
    Component.objects.filter(dossier=asked_for, locked=True).update(valid_until=asked_for.created_at)
    save(asked_for.uid, {NUMBER: FATHER}, actor=HERS)
    assert (part(asked_for, NAME).state, part(asked_for, NAME).why) == ("later", "rests_on_change")
    assert former_of(asked_for, parts_of(asked_for))[NAME] == old
    bundling.resolve_all(asked_for.uid, actor=HERS)
    assert part(asked_for, NAME).state == "asking"
    asking.answer.now(asked_for.uid)
    row = part(asked_for, NAME)
    assert (answers_of(asked_for)[NAME], row.locked, row.origin) == ("Trần Minh Khôi", True, "fetched")
    assert row.origin_before == "fetched"
    assert former_of(asked_for, parts_of(asked_for))[NAME] == old  # the officer sees both
    assert asked() == count + 1
    after = {each.key: each.changed_at for each in parts_of(asked_for) if not each.key.startswith("father.")}
    assert {key: after[key] for key in untouched if key != "child.native_place"} == {
        key: untouched[key] for key in untouched if key != "child.native_place"
    }
    save(asked_for.uid, {NAME: "Ai Đó"}, actor=HERS)
    assert answers_of(asked_for)[NAME] == "Trần Minh Khôi"
    assert supply(asked_for.uid, actor=HERS).state == "in_progress"


def test_in_a_supplement_what_is_asked_when_she_sends_is_declared_and_verified_later(asked_for):
    save(asked_for.uid, {NUMBER: FATHER}, actor=HERS)
    bundling.resolve_all(asked_for.uid, actor=HERS)
    save(asked_for.uid, {NAME: "Trần Minh Khôi"}, actor=HERS)
    supply(asked_for.uid, actor=HERS)
    row = part(asked_for, NAME)
    assert (row.state, row.why, answers_of(asked_for)[NAME]) == ("later", "source_down", "Trần Minh Khôi")
    assert not Component.objects.filter(dossier=asked_for, state="asking").exists()


def test_in_a_supplement_what_does_not_rest_on_what_was_asked_for_stays_closed(asked_for):
    save(asked_for.uid, {NUMBER: FATHER}, actor=HERS)
    with pytest.raises(NotAskedFor):
        save(asked_for.uid, {"child.name": "Tên Khác"}, actor=HERS)
    assert bundling.resolve_all(asked_for.uid, actor=HERS)


def test_a_supplement_that_changes_no_key_asks_nobody(asked_for):
    count = asked()
    RegisterCopy.objects.all().delete()
    bundling.resolve_all(asked_for.uid, actor=HERS)
    asking.answer.now(asked_for.uid)
    assert asked() == count
    with pytest.raises(BadInput):  # the number itself is still missing
        supply(asked_for.uid, actor=HERS)


@pytest.fixture
def fetched_anew(asked_for):
    """Return the dossier after she gave another number, whose name the register told anew."""
    save(asked_for.uid, {NUMBER: FATHER}, actor=HERS)
    resolve_all(asked_for.uid, actor=HERS)
    assert part(asked_for, NAME).locked
    return asked_for


def test_what_is_fetched_anew_in_a_supplement_can_be_called_wrong(fetched_anew, ward_officer):
    case = dispute(fetched_anew.uid, NAME, "Trần Minh Khôi Nguyên", actor=HERS)
    row = part(fetched_anew, NAME)
    assert (row.state, row.locked, row.origin, row.origin_before) == ("disputed", False, "declared", "fetched")
    assert answers_of(fetched_anew)[NAME] == "Trần Minh Khôi Nguyên"
    assert former_of(fetched_anew, parts_of(fetched_anew))[NAME] != "Trần Minh Khôi"  # what stood when it was asked for
    assert (case.state, case.owner) == ("open", fetched_anew.agency)
    assert supply(fetched_anew.uid, actor=HERS).state == "in_progress"  # the dossier does not wait
    decide(case.uid, corrected=True, answer="Đã sửa.", by=ward_officer)
    assert part(fetched_anew, NAME).state == "verified"


def test_in_a_supplement_what_was_not_asked_for_and_stayed_is_not_called_wrong(fetched_anew):
    Component.objects.filter(dossier=fetched_anew, key="requester.name").update(
        locked=True, origin="fetched", source="register:person:name"
    )
    with pytest.raises(WrongState):
        dispute(fetched_anew.uid, "requester.name", "Tên Khác", actor=HERS)
    supply(fetched_anew.uid, actor=HERS)
    with pytest.raises(WrongState):
        dispute(fetched_anew.uid, NAME, "Tên Khác", actor=HERS)


def test_her_page_of_a_supplement_offers_to_say_that_the_source_is_wrong(fetched_anew, client):
    user = cast.joined("ngocanh", "Phạm Thị Ngọc Anh")
    Identity.objects.create(
        user=user, party=fetched_anew.applicant, issuer="https://vneid.example", subject_hash="b" * 64,
        created_at=clock.now(),
    )  # fmt: skip
    as_citizen(client, user)
    page = client.get(f"/procedures/dossiers/{fetched_anew.uid}/preview").content.decode()
    wrong = f"/procedures/dossiers/{fetched_anew.uid}/wrong/{NAME}"
    assert wrong in page
    assert client.get(wrong).status_code == 200
    done = client.post(wrong, {"right": "Trần Minh Khôi Nguyên"})
    assert (done.status_code, done["Location"]) == (302, f"/procedures/dossiers/{fetched_anew.uid}/preview")
    assert answers_of(fetched_anew)[NAME] == "Trần Minh Khôi Nguyên"
