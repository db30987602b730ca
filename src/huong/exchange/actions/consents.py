"""Agreeing to one purpose, and taking it back. Silence is no; nothing is bundled."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock, ids
from huong.base.errors import BadInput, Forbidden, NotFound, WrongState
from huong.exchange import events
from huong.exchange.models import Consent, Grant
from huong.journal import actions as journal
from huong.people import queries as people
from huong.people.models import Party

LONGEST_DAYS = 366


@transaction.atomic
def give(party: Party, *, grant: Grant, purpose: str, days: int = 90) -> Consent:
    """Agree that a consumer may use one's data for one purpose, for some time.

    Args:
        party: the person concerned, signed in as themselves.
        grant: what the consumer may have once the person agrees.
        purpose: one of the grant's purposes.

    Raises:
        BadInput: the grant needs no consent, or not for this purpose, or for too long.
        NotFound: the person has no national id here, so nothing can be found of them.

    Records: `exchange.consented`.

    Source: Law on personal data protection 91/2025/QH15 (per purpose, not bundled, printable, revocable).
    """
    if not grant.needs_consent or purpose not in grant.purposes or not 0 < days <= LONGEST_DAYS:
        raise BadInput(_("There is nothing to agree to here, or for another time."))
    person = people.joined_hash(party.public_id, context="store.vn.citizen_id")
    if not person:
        raise NotFound(_("Your identity is not known here yet. Please sign in with VNeID."))
    now = clock.now()
    facts = {"party": party.public_id, "service": grant.service, "consumer": grant.consumer, "purpose": purpose}
    found = Consent.objects.filter(**facts, revoked_at=None, valid_to__gt=now).first()
    if found is not None:
        return found
    consent = Consent.objects.create(
        number=ids.new_id(),
        person=person,
        fields=grant.fields,
        given_at=now,
        valid_to=now + timedelta(days=days),
        **facts,
    )
    journal.record(
        events.CONSENTED,
        f"consent:{consent.number}",
        agency=grant.service.member.agency,
        audience="named",
        purpose=purpose,
        service=str(grant.service),
    )
    return consent


@transaction.atomic
def take_back(number: str, *, party: Party) -> Consent:
    """Take an agreement back; from this moment nothing is given under it.

    Raises:
        NotFound: there is no such agreement.
        Forbidden: it is somebody else's.
        WrongState: it was taken back already.

    Records: `exchange.consent_revoked`.
    """
    consent = Consent.objects.select_related("service__member").filter(number=number).first()
    if consent is None:
        raise NotFound(_("There is no such agreement."))
    if consent.party != party.public_id:
        raise Forbidden(_("Only the person concerned takes an agreement back."))
    if not Consent.objects.filter(id=consent.id, revoked_at=None).update(revoked_at=clock.now()):
        raise WrongState(_("You have taken this back already."))
    journal.record(
        events.CONSENT_REVOKED,
        f"consent:{number}",
        agency=consent.service.member.agency,
        audience="named",
        purpose=consent.purpose,
    )
    consent.refresh_from_db()
    return consent
