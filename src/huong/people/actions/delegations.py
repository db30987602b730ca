"""A firm lets a named person act for it: within limits, until a day, revocable by either side."""

from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.errors import BadInput, NotFound, WrongState
from huong.journal import actions as journal
from huong.people import events, queries, rules
from huong.people.actions import parties
from huong.people.errors import NotYours
from huong.people.models import Delegation, Party, Representation, User


def require_owner(firm: Party, *, by: User) -> Party:
    """Return the party of somebody who owns a firm.

    Raises:
        Forbidden: they do not, or their ownership was not confirmed within a year.
    """
    own = queries.party_of_user(by)
    owned = Representation.objects.filter(
        holder=own, represented=firm, kind="owner", valid_to__gte=clock.today(), represented__kind="organisation"
    )
    if own is None or not owned.exists():
        raise NotYours(_("Only who represents the firm by law can do this."), code="not_the_owner")
    return own


def give(firm: Party, *, national_id: str, name: str, limits: list[str], until: date, by: User) -> Delegation:
    """Let a named person act for a firm.

    Args:
        national_id: twelve digits of the person.
        limits: what they may do, from `people.rules.DELEGABLE`.
        until: the last day, at most a year from today.

    Raises:
        Forbidden: `by` does not own the firm.
        BadInput: no limits, unknown ones, no such day, the owner themselves, or somebody who has a
            delegation of the firm already.

    Records: `people.delegated`; `people.party_registered` if the person is new.
    """
    owner = require_owner(firm, by=by)
    _require_sound(national_id, limits, until)
    try:
        return _given(firm, owner, national_id, name, limits, until, by)
    except IntegrityError as error:
        raise BadInput(_("This person acts for the firm already. End that first."), code="already_given") from error


def _require_sound(national_id: str, limits: list[str], until: date) -> None:
    if not limits or set(limits) - set(rules.DELEGABLE):
        raise BadInput(_("Please say what the person may do."), code="no_limits")
    today = clock.today()
    if not today <= until <= today + timedelta(days=rules.DELEGATED_DAYS):
        raise BadInput(_("The last day lies between today and one year from now."), code="bad_day")
    if not rules.NATIONAL_ID.fullmatch(national_id):
        raise BadInput(_("The number has twelve digits. Please check it."), code="bad_national_id")


@transaction.atomic
def _given(
    firm: Party, owner: Party, national_id: str, name: str, limits: list[str], until: date, by: User
) -> Delegation:
    holder = parties.register("person", name=name, national_id=national_id, by=by)
    if holder.id == owner.id:
        raise BadInput(_("You represent the firm yourself; no delegation is needed."), code="oneself")
    Delegation.objects.filter(firm=firm, holder=holder, revoked_at=None, valid_to__lt=clock.today()).update(
        revoked_at=clock.now()
    )
    row = Delegation.objects.create(
        firm=firm,
        holder=holder,
        limits=sorted(set(limits)),
        valid_from=clock.today(),
        valid_to=until,
        given_by=by,
        created_at=clock.now(),
    )
    journal.record(
        events.DELEGATED,
        f"party:{firm.public_id}",
        by=by.id,
        audience="named",
        holder=f"party:{holder.public_id}",
        limits=",".join(row.limits),
        until=until.isoformat(),
    )
    return row


@transaction.atomic
def revoke(delegation_id: int, *, by: User) -> Delegation:
    """End a delegation at once.

    Raises:
        NotFound: there is no such delegation.
        Forbidden: `by` neither owns the firm nor holds the delegation.
        WrongState: it has ended already.

    Records: `people.delegation_revoked`.
    """
    row = Delegation.objects.filter(id=delegation_id).select_related("firm", "holder").first()
    if row is None:
        raise NotFound(_("There is no such delegation."))
    own = queries.party_of_user(by)
    if own is None or own.id != row.holder_id:
        require_owner(row.firm, by=by)
    if not Delegation.objects.filter(id=row.id, revoked_at=None).update(revoked_at=clock.now()):
        raise WrongState(_("This delegation has ended already."))
    journal.record(
        events.DELEGATION_REVOKED,
        f"party:{row.firm.public_id}",
        by=by.id,
        audience="named",
        holder=f"party:{row.holder.public_id}",
    )
    row.refresh_from_db()
    return row
