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
from huong.people.models import Delegation, Identity, Party, Representation, Restriction, User


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


def correct(party: Party, field: str, value: str, *, ground: str, by: User) -> Party:
    """Correct the name or the birth date kept of somebody, for a ground such as the certificate shown.

    Args:
        field: "name" or "birth_date".
        value: the right name, or the day as people write it ("14/05/1992") or as ISO 8601.

    Raises:
        Forbidden: `by` may not correct what is kept of persons.
        BadInput: no such field, no ground, an empty name, a day that does not exist or lies ahead.
        WrongState: the party was erased.

    Records: `people.party_corrected` with the field, never the value.

    Source: Law on personal data protection 91/2025/QH15 (the right to have data corrected).
    """
    access.require_power(by, "people.correct")
    if len(ground.strip()) < 5:
        raise BadInput(_("Please name the ground."))
    if party.erased_at is not None:
        raise WrongState(_("This was erased already."))
    return _corrected(party, field, _facts_of(party, field, value), by)


def _facts_of(party: Party, field: str, value: str) -> dict[str, object]:
    if field == "name" and value.strip():
        name = text.nfc(" ".join(value.split()))[:160]
        return {"name": name, "folded": text.fold(name)}
    if field == "birth_date" and party.kind == "person":
        day = rules.day(value)
        if day is None or day > clock.today():
            raise BadInput(_("This is not a day in the past. Write it as 14/05/1992."), field="value")
        key, context = keys.data_key(f"party:{party.public_id}"), f"party:{party.public_id}:birth_date"
        return {"sealed_birth_date": keys.seal_bytes(key, json.dumps(day.isoformat()).encode(), context=context)}
    raise BadInput(_("Please choose what is wrong, and write what is right."))


@transaction.atomic
def _corrected(party: Party, field: str, facts: dict[str, object], by: User) -> Party:
    Party.objects.filter(id=party.id, erased_at=None).update(**facts)
    journal.record(events.PARTY_CORRECTED, f"party:{party.public_id}", by=by.id, audience="named", field=field)
    party.refresh_from_db()
    return party


def erase(party: Party, *, by: User | None) -> Party:
    """Erase a person or organisation: from every package that keeps something about them, then from here.

    The party itself comes last, so that an erasure that was interrupted can be done again.

    Args:
        by: who erases; None only at the machine itself.

    Raises:
        Forbidden: `by` may not erase persons.
        WrongState: erased already.
        Unavailable: the keys are not in this home, so nothing could be found; nothing was erased.

    Records: `people.party_erased` with how many things were erased elsewhere, and the entries of each package.
    """
    if by is not None:
        access.require_power(by, "people.erase")
    if party.erased_at is not None:
        raise WrongState(_("This was erased already."))
    person = ports.Person(party.public_id, queries.number_of(party.public_id))
    things = sum(eraser(person, by=by.id if by else None) for eraser in ports.erasers.values())
    _empty(party, by, things)
    party.refresh_from_db()
    return party


@transaction.atomic
def _empty(party: Party, by: User | None, things: int) -> None:
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
    actor = by.id if by else None
    journal.record(events.PARTY_ERASED, f"party:{party.public_id}", by=actor, audience="named", things=things)


def _close_accounts(party: Party) -> None:
    """Forget how the party signed in and for whom it acted; accounts without a post are closed and lose the name."""
    accounts = list(Identity.objects.filter(party=party).values_list("user_id", flat=True))
    Identity.objects.filter(party=party).delete()
    Representation.objects.filter(Q(holder=party) | Q(represented=party)).delete()
    Delegation.objects.filter(Q(holder=party) | Q(firm=party)).delete()
    Restriction.objects.filter(party=party).update(lifted_at=clock.now(), ground="", person="")
    User.objects.filter(id__in=accounts, posts=None).update(full_name="", is_active=False)
