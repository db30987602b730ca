"""For whom somebody acts in this session: for themselves, a child, a firm. Asked again at every request.

Doors of packages above call `require(request, "apply")` and get the party on whose behalf the verb works.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from huong.base.errors import Unauthenticated
from huong.journal import actions as journal
from huong.people import assurance, events, queries, rules
from huong.people.errors import NotYours
from huong.people.models import Party, User

KEY: Final = "huong_acts_for"
KEPT: Final = "_huong_acting"


@dataclass(frozen=True)
class Acting:
    """A party somebody may act for.

    Attributes:
        way: "parent", "owner" or "delegate".
        limits: what they may do for it, from `people.rules.DELEGABLE`.
        until: the last day.
        source: who confirmed it: "openid" or "register:..."; empty for a delegation.
    """

    party: Party
    way: str
    limits: frozenset[str]
    until: date
    delegation: int = 0
    source: str = ""

    @property
    def name(self) -> str:
        """Return the party's name."""
        return str(self.party)


def choices(user: User) -> list[Acting]:
    """Return everybody whom somebody may act for today."""
    own = queries.party_of_user(user)
    if own is None:
        return []
    everything = frozenset(rules.DELEGABLE)
    by_law = [
        Acting(row.represented, row.kind, everything, row.valid_to, source=row.source)
        for row in queries.representations_of(own)
    ]
    lent = [
        Acting(row.firm, "delegate", frozenset(row.limits), row.valid_to, row.id) for row in queries.delegations_to(own)
    ]
    return [*by_law, *lent]


def current(request: HttpRequest) -> Acting | None:
    """Return whom the session acts for, if that still holds; None for oneself. One look per request."""
    public_id = request.session.get(KEY) if request.user.is_authenticated else None
    if not public_id or not isinstance(request.user, User) or assurance.of(request) < assurance.HIGH:
        return None
    if KEPT not in request.__dict__:
        found = (one for one in choices(request.user) if one.party.public_id == public_id)
        request.__dict__[KEPT] = next(found, None)
    kept: Acting | None = request.__dict__[KEPT]
    return kept


@transaction.atomic
def choose(request: HttpRequest, public_id: str) -> Acting | None:
    """Act for a party from now on in this session; an empty id means for oneself again.

    Raises:
        Forbidden: nothing lets the person act for it, or the session is of low assurance.

    Records: `people.acts_for`.
    """
    user = request.user
    if not isinstance(user, User):
        raise Unauthenticated
    before = current(request)
    request.__dict__.pop(KEPT, None)
    if not public_id:
        request.session.pop(KEY, None)
        if before is not None:
            _note(before.party, user, "")
        return None
    assurance.require_high(request)
    found = next((one for one in choices(user) if one.party.public_id == public_id), None)
    if found is None:
        raise NotYours(_("Nothing lets you act for this person or firm."), code="not_represented")
    request.session[KEY] = public_id
    _note(found.party, user, found.way)
    return found


def _note(party: Party, user: User, way: str) -> None:
    journal.record(events.ACTS_FOR, f"party:{party.public_id}", by=user.id, audience="named", way=way)


def require(request: HttpRequest, what: str) -> Party:
    """Return the party for whom something is done: the one acted for, else the person's own.

    Args:
        what: from `people.rules.DELEGABLE`.

    Raises:
        Unauthenticated: nobody is signed in.
        Forbidden: the session is of low assurance; the delegation does not reach that far, or it ended since; or no
            issuer has vouched for the person yet.
    """
    if what not in rules.DELEGABLE:
        raise ValueError(what)
    if not isinstance(request.user, User):
        raise Unauthenticated
    assurance.require_high(request)
    if request.session.get(KEY):
        found = current(request)
        if found is None:
            raise NotYours(_("You can no longer act for this person or firm. Act for yourself first."), code="ended")
        if what not in found.limits:
            raise NotYours(_("Your delegation does not include this. Please ask the firm."), code="beyond_limits")
        return found.party
    own = queries.party_of_user(request.user)
    if own is None:
        raise NotYours(
            _("This needs a surer sign-in: VNeID at level 2, or the second factor of your account."),
            code="higher_assurance_needed",
        )
    return own
