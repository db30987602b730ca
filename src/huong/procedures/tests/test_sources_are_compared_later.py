"""What was declared while a source was down is compared with it later; an officer compares when she wants to."""

import pytest

from huong.exchange.models import AccessRecord
from huong.people.ports import Person
from huong.procedures import holding
from huong.procedures.actions import citizen, save
from huong.procedures.actions.rechecking import verify, verify_later
from huong.procedures.actions.resolving import resolve
from huong.procedures.models import Component, Dossier
from huong.procedures.queries import answers_of
from huong.procedures.tests.test_it_is_asked_once import (
    HER_ANSWERS,
    HERS,
    MOTHER,
    draft_of,
    part,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(registers, ward_officer):
    """Return a dossier that was sent while the register was down; her address is what she typed."""
    dossier = draft_of(MOTHER, answers={**HER_ANSWERS, "father.known": "no"})
    resolve(dossier.uid, actor=HERS, patience=0)
    save(dossier.uid, {"requester.address": "27 đường Nguyễn Huệ", "mother.address": "Nơi khác"}, actor=HERS)
    assert part(dossier, "requester.address").state == "later"
    Dossier.objects.filter(pk=dossier.pk).update(state="submitted")
    return dossier


def test_the_source_is_asked_when_it_is_back(waiting):
    assert verify_later() == 1
    assert part(waiting, "requester.address").state == "verified"
    other = part(waiting, "mother.address")
    assert (other.state, other.why) == ("later", "differs")
    assert answers_of(waiting)["mother.address"] == "Nơi khác"
    assert waiting.actions.filter(verb="verify", who="platform").count() == 1
    assert verify_later() == 0


def test_an_officer_compares_and_the_person_sees_it(waiting, ward_officer):
    from huong.procedures.actions import officer

    found = verify(waiting.uid, ["requester.address"], actor=officer(ward_officer))
    assert found == {"requester.address": "verified"}
    assert AccessRecord.objects.filter(by=ward_officer.pk).exists()


def test_a_person_gets_what_dossiers_say_and_has_it_erased(registers):
    dossier = draft_of(MOTHER)
    party = dossier.applicant
    holder = holding.DossierHolder()
    assert [each.key for each in holder.held(party)] == [f"dossier:{dossier.uid}"]
    assert holder.export(party)["dossiers"][0]["answers"]["child.name"] == HER_ANSWERS["child.name"]
    assert holding.erase(Person(party.public_id, MOTHER), by=None) == 1
    assert holding.erase(Person(party.public_id, MOTHER), by=None) == 0
    assert answers_of(dossier) == {}
    assert Component.objects.filter(dossier=dossier).exists()


def test_a_citizen_cannot_compare(waiting):
    from huong.base.errors import Forbidden

    with pytest.raises(Forbidden):
        verify(waiting.uid, actor=citizen(None))
