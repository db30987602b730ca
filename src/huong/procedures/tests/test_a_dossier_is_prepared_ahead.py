"""Who turns 75 finds the dossier of the social pension prepared: she confirms, or says no and is left in peace."""

from datetime import date

import pytest

from huong.exchange import knowing
from huong.exchange.models import Member
from huong.journal.models import Entry
from huong.messages.models import Bell
from huong.people.actions import parties
from huong.people.models import Identity, User
from huong.procedures.actions import discard, preparing, submit
from huong.procedures.actions.acting import citizen
from huong.procedures.models import Dossier
from huong.procedures.queries import answers_of

pytestmark = pytest.mark.django_db
PENSION, OLD, YOUNG = "1.014027", "046146999007", "046195999002"


def known(national_id: str, name: str, born: date) -> User:
    """Return the account of somebody for whom an issuer vouched."""
    from huong.base import clock

    party = parties.register("person", name=name, national_id=national_id, birth_date=born, by=None)
    user = User.objects.create(username=f"cd{national_id[-3:]}", full_name=name)
    Identity.objects.create(user=user, party=party, issuer="vneid", subject_hash=national_id, created_at=clock.now())
    return user


@pytest.fixture
def grandmother(registers):
    """Return the account of an old lady of Kim Long; a younger woman has one too."""
    known(YOUNG, "Nguyễn Thị Thu Hà", date(1995, 3, 2))
    return known(OLD, "Tôn Nữ Diệu Bạch", date(1946, 6, 30))


def test_she_is_told_and_only_confirms(grandmother):
    assert preparing.prepare_due() == 1
    dossier = Dossier.objects.get()
    assert (dossier.procedure, dossier.channel, dossier.state) == (PENSION, "proactive", "draft")
    assert dossier.agency == "H57.102"
    assert answers_of(dossier)["requester.name"] == "Tôn Nữ Diệu Bạch"
    assert Bell.objects.get(user=grandmother).url == f"/procedures/dossiers/{dossier.uid}/"
    assert Entry.objects.filter(name="procedures.prepared").count() == 1
    sent = submit(dossier.uid, actor=citizen(grandmother))
    assert (sent.state, sent.fields_asked) == ("submitted", sent.fields_spared + 1)


def test_who_says_no_is_not_asked_again(grandmother):
    preparing.prepare_due()
    assert discard(Dossier.objects.get().uid, actor=citizen(grandmother)).state == "withdrawn"
    assert preparing.prepare_due() == 0


def test_nothing_is_prepared_while_the_register_does_not_answer(grandmother, registers):
    Member.objects.filter(address=registers.base).update(address="http://127.0.0.1:9")  # where nobody answers
    knowing.changed()
    assert preparing.prepare_due() == 0
    assert not Dossier.objects.exists()
