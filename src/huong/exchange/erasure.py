"""The exchange's part when a person is erased: copies of register answers, agreements, the words of their questions.

What stays is the proof that data were used: access records and exchanges name a person by a keyed hash only.
"""

from django.db import transaction

from huong.base import clock, keys
from huong.exchange import events
from huong.exchange.models import Consent, PersonPlace, Question, RegisterCheck, RegisterCopy
from huong.exchange.registers.asking import scope_of
from huong.exchange.sharing import shares
from huong.journal import actions as journal
from huong.people.ports import Person

CONTEXT = "store.vn.citizen_id"


@transaction.atomic
def erase(person: Person, *, by: int | None) -> int:
    """Erase what the exchange keeps about a person. Harmless when repeated.

    Returns:
        How many things held something about them.

    Records: `exchange.erased`, if there was something.
    """
    count = _copies(person.national_id) if person.national_id else 0
    count += Consent.objects.filter(party=person.party, revoked_at=None).update(revoked_at=clock.now())
    count += Question.objects.filter(party=person.party).exclude(text="").update(text="")
    count += shares.forget(person.party)
    RegisterCheck.objects.filter(party=person.party).delete()
    if count:
        journal.record(events.ERASED, f"party:{person.party}", by=by, audience="named", things=count)
    return count


def _copies(national_id: str) -> int:
    hashed = keys.keyed_hash(national_id, context=CONTEXT)
    found, _kinds = RegisterCopy.objects.filter(person=hashed).delete()
    PersonPlace.objects.filter(person=hashed).delete()
    keys.destroy(scope_of(hashed))
    return found
