"""Persons and organisations that the city deals with."""

import json
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from huong.base import clock, ids, keys, text
from huong.base.errors import BadInput, WrongState
from huong.journal import actions as journal
from huong.people import access, events, ports, queries, rules
from huong.people.models import Delegation, Identity, Party, Representation, User


def register(kind: str, *, name: str, national_id: str = "", birth_date: date | None = None, by: User | None) -> Party:
    """Return the party with a national id, registered now if it is new.

    Args:
        kind: "person" or "organisation".
        national_id: 12 digits of a person, or the number of an organisation; empty if not known.
        by: who registers; None where the person does so alone.

    Raises:
        BadInput: no name, or no such kind.

    Records: `people.party_registered`, for a new party.
    """
    if kind not in {"person", "organisation"} or not name.strip():
        raise BadInput(_("A person or an organisation needs a name."))
    national_id = national_id.strip()
    found = queries.party_of(national_id) if national_id else None
    if found is not None:
        return found
    try:
        return _new(kind, name, national_id, birth_date, by)
    except IntegrityError:
        other = queries.party_of(national_id)
        if other is None:
            raise
        return other


@transaction.atomic
def _new(kind: str, name: str, national_id: str, birth_date: date | None, by: User | None) -> Party:
    public_id = ids.new_id()
    key = keys.data_key(f"party:{public_id}")

    def sealed(field: str, value: str) -> bytes | None:
        context = f"party:{public_id}:{field}"
        return keys.seal_bytes(key, json.dumps(value).encode(), context=context) if value else None

    party = Party.objects.create(
        public_id=public_id,
        kind=kind,
        name=text.nfc(name.strip()),
        folded=text.fold(name),
        sealed_national_id=sealed("national_id", national_id),
        sealed_birth_date=sealed("birth_date", birth_date.isoformat() if birth_date else ""),
        national_id_hash=queries.hash_of(national_id) if national_id else "",
        national_id_shown=rules.masked(national_id),
        created_at=clock.now(),
    )
    journal.record(events.PARTY_REGISTERED, f"party:{public_id}", by=by.id if by else None, audience="named", kind=kind)
    return party


def erase(party: Party, *, by: User) -> Party:
    """Erase a person or organisation: from every package that keeps something about them, then from here.

    The party itself comes last, so that an erasure that was interrupted can be done again.

    Raises:
        Forbidden: `by` may not erase persons.
        WrongState: erased already.
        Unavailable: the keys are not in this home, so nothing could be found; nothing was erased.

    Records: `people.party_erased` with how many things were erased elsewhere, and the entries of each package.
    """
    access.require_power(by, "people.erase")
    if party.erased_at is not None:
        raise WrongState(_("This was erased already."))
    person = ports.Person(party.public_id, queries.number_of(party.public_id))
    things = sum(eraser(person, by=by.id) for eraser in ports.erasers.values())
    _empty(party, by, things)
    party.refresh_from_db()
    return party


@transaction.atomic
def _empty(party: Party, by: User, things: int) -> None:
    emptied = Party.objects.filter(id=party.id, erased_at=None).update(
        name="",
        folded="",
        sealed_national_id=None,
        sealed_birth_date=None,
        national_id_hash="",
        national_id_shown="",
        erased_at=clock.now(),
    )
    if not emptied:
        raise WrongState(_("This was erased already."))
    _close_accounts(party)
    keys.destroy(f"party:{party.public_id}")
    journal.record(events.PARTY_ERASED, f"party:{party.public_id}", by=by.id, audience="named", things=things)


def _close_accounts(party: Party) -> None:
    """Forget how the party signed in and for whom it acted; accounts without a post are closed and lose the name."""
    accounts = list(Identity.objects.filter(party=party).values_list("user_id", flat=True))
    Identity.objects.filter(party=party).delete()
    Representation.objects.filter(Q(holder=party) | Q(represented=party)).delete()
    Delegation.objects.filter(Q(holder=party) | Q(firm=party)).delete()
    User.objects.filter(id__in=accounts, posts=None).update(full_name="", is_active=False)
