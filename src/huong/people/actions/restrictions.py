"""Restricting the use of what is held about somebody, and lifting it."""

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.errors import BadInput, Conflict, NotFound
from huong.journal import actions as journal
from huong.people import access, events, queries
from huong.people.models import Party, Restriction, User


@transaction.atomic
def restrict(party: Party, scope: str, *, agency: str, ground: str, by: User) -> Restriction:
    """Let a thing held about somebody be kept but not used by others, except for what law demands.

    Args:
        scope: what, as `people.ports.Held.key` names it.
        agency: the agency that answers for it.

    Raises:
        Forbidden: `by` may not decide for that agency.
        BadInput: no ground.
        Conflict: it is restricted already.

    Records: `people.restricted`.

    Source: Law on personal data protection 91/2025/QH15 (the right to have processing restricted).
    """
    access.require_power(by, "people.correct", agency)
    if len(ground.strip()) < 5:
        raise BadInput(_("Please name the ground."))
    if Restriction.objects.filter(party=party, scope=scope, lifted_at=None).exists():
        raise Conflict(_("This is restricted already."))
    row = Restriction.objects.create(
        party=party,
        person=queries.joined_hash(party.public_id, context=queries.JOINED),
        scope=scope,
        agency=agency,
        ground=ground.strip()[:300],
        since=clock.now(),
        decided_by=by,
    )
    subject = f"party:{party.public_id}"
    journal.record(events.RESTRICTED, subject, by=by.id, audience="named", scope=scope, agency=agency)
    return row


@transaction.atomic
def lift(party: Party, scope: str, *, by: User) -> None:
    """Lift a restriction: at the wish of the person concerned, or by the agency that decided.

    Raises:
        NotFound: nothing is restricted there, or it is not for `by` to lift.

    Records: `people.restriction_lifted`.
    """
    row = Restriction.objects.filter(party=party, scope=scope, lifted_at=None).first()
    own = queries.party_of_user(by)
    is_own = own is not None and own.id == party.id
    if row is None or not (is_own or access.has_power(by, "people.correct", row.agency)):
        raise NotFound(_("Nothing is restricted there."))
    Restriction.objects.filter(id=row.id).update(lifted_at=clock.now())
    subject = f"party:{party.public_id}"
    journal.record(events.RESTRICTION_LIFTED, subject, by=by.id, audience="named", scope=scope)
