"""Tokens of systems: issued once, kept as a hash, scoped to an agency and some powers."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock, ids
from huong.base.errors import BadInput, Forbidden, WrongState
from huong.journal import actions as journal
from huong.people import access, events, rules
from huong.people.auth import hashed
from huong.people.models import Agency, ApiToken, User

LONGEST = timedelta(days=366)
PREFIX = "huong_"


@transaction.atomic
def issue(name: str, *, agency: Agency, powers: list[str], days: int = 90, by: User | None) -> tuple[ApiToken, str]:
    """Give a system a token. The token itself is returned this once and never again.

    Args:
        name: which system, as people call it.
        powers: what it may do in the agency, from `people.rules.POWERS`.
        days: how long it works, at most 366.
        by: who issues it; None only at the machine itself.

    Returns:
        The row, and the token in clear.

    Raises:
        Forbidden: `by` may not manage people, or lacks a power that the token would have.
        BadInput: an unknown power, none at all, or too long a life.

    Records: `people.token_issued`.
    """
    unknown = sorted(set(powers) - set(rules.POWERS))
    if unknown or not powers:
        raise BadInput(_("Please name powers that exist. Known are: %(known)s.") % {"known": ", ".join(rules.POWERS)})
    if not 0 < days <= LONGEST.days:
        raise BadInput(_("A token works for 1 to %(days)d days.") % {"days": LONGEST.days})
    if "people.manage" in powers:
        raise Forbidden(_("A system may not manage people."))
    if by is not None:
        access.require_power(by, "people.manage", agency)
    secret = PREFIX + ids.token()
    now = clock.now()
    user = User.objects.create(
        username=f"system-{ids.new_id()}", full_name=name, kind="system", password="!" + ids.token()
    )
    token = ApiToken.objects.create(
        name=name,
        user=user,
        agency=agency,
        powers=sorted(set(powers)),
        hashed=hashed(secret),
        created_by=by,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    journal.record(
        events.TOKEN_ISSUED,
        f"token:{token.id}",
        by=by.id if by else None,
        agency=agency.code,
        powers=",".join(token.powers),
        expires=token.expires_at.isoformat(),
    )
    return token, secret


@transaction.atomic
def revoke(token: ApiToken, *, by: User | None) -> ApiToken:
    """Stop a token at once.

    Raises:
        Forbidden: `by` may not manage people.
        WrongState: it is revoked already.

    Records: `people.token_revoked`.
    """
    if by is not None:
        access.require_power(by, "people.manage", token.agency)
    if not ApiToken.objects.filter(id=token.id, revoked_at=None).update(revoked_at=clock.now()):
        raise WrongState(_("This token was revoked already."))
    User.objects.filter(id=token.user_id).update(is_active=False)
    journal.record(events.TOKEN_REVOKED, f"token:{token.id}", by=by.id if by else None, agency=token.agency.code)
    access.forget_holdings()
    token.refresh_from_db()
    return token
