"""A helper fills in for somebody with her code: a draft, or what an office asked for; named in the history.

A code holds for what it was given for: that of a draft ends when it is sent, that of a supplement lets see and change
only what the office asked for, and ends when that is sent. Afterwards a helper sees nothing.
"""

import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from huong.base import clock, keys, limits
from huong.base.errors import BadInput, Forbidden, NotFound, WrongState
from huong.journal import actions as journal
from huong.people.models import User
from huong.procedures import events
from huong.procedures.actions import acting
from huong.procedures.actions.acting import Actor, Deed, citizen
from huong.procedures.models import Dossier, HelperPass
from huong.procedures.queries.supplement import WANTED

SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 8
LEAST_MINUTES, MOST_MINUTES = 15, 24 * 60
MOST_FOR_SUPPLEMENT = 4 * 60
WRONG_AN_HOUR = 8
CONTEXT = "procedures.helper"
WHAT_FOR = {"draft": False, WANTED: True}
"""The states in which a helper may fill in, and whether that is a supplement."""


@transaction.atomic
def give_code(uid: str, *, minutes: int, actor: Actor) -> tuple[HelperPass, str]:
    """Make a code by which somebody may fill in this draft, or what the office asks for; a code given before ends.

    Args:
        minutes: how long it holds, 15 minutes to 24 hours; for what an office asks for, at most 4 hours.

    Returns:
        The pass, and the code: it is shown once and kept only as a keyed hash.

    Raises:
        WrongState: the dossier was sent, and no office asks for anything.
        Forbidden: a helper may not let in another one.
        BadInput: too short or too long.

    Records: `procedures.helper_pass`.
    """
    dossier = acting.found(uid)
    if actor.helper:
        raise Forbidden(_("Only the applicant can give a code."))
    if dossier.state not in WHAT_FOR:
        raise WrongState(_("A helper can fill in a draft, or what the office asks for."))
    supplement = dossier.state == WANTED
    _require_minutes(minutes, MOST_FOR_SUPPLEMENT if supplement else MOST_MINUTES)
    now = clock.now()
    HelperPass.objects.filter(dossier=dossier, ended_at=None).update(ended_at=now)
    code = "".join(secrets.choice(SIGNS) for _sign in range(LENGTH))
    made = HelperPass.objects.create(
        dossier=dossier,
        code_hash=_hash(code),
        at=now,
        until=now + timedelta(minutes=minutes),
        supplement=supplement,
    )
    _note(dossier, "given", actor.user, minutes=minutes)
    return made, f"{code[:4]}-{code[4:]}"


def _require_minutes(minutes: int, most: int) -> None:
    if not LEAST_MINUTES <= minutes <= most:
        raise BadInput(
            _("A code holds for 15 minutes to %(hours)d hours.") % {"hours": most // 60},
            code="bad_minutes",
            field="minutes",
        )


def _hash(code: str) -> str:
    return keys.keyed_hash("".join(sign for sign in code.upper() if sign in SIGNS), context=CONTEXT)


def enter(code: str, *, by: User) -> Dossier:
    """Come with a code: from now on this person may fill in what it was given for, until it ends.

    Raises:
        TooMany: too many wrong codes within an hour.
        NotFound: no such code, or it has ended; the same words for both.

    Records: `procedures.helper_pass`, `procedures.helped` once: the helper stands in the history by name.
    """
    bucket = f"procedures.helper:{by.pk}"
    found = HelperPass.objects.filter(code_hash=_hash(code), ended_at=None, until__gt=clock.now())
    if limits.is_used_up(bucket, rate=WRONG_AN_HOUR, per=timedelta(hours=1)) or not found.exists():
        limits.take(bucket, rate=WRONG_AN_HOUR, per=timedelta(hours=1))
        raise NotFound(_("This code is not known or has ended. Please ask for a new one."), code="no_such_code")
    return _entered(found.values_list("pk", flat=True)[0], by)


@transaction.atomic
def _entered(pass_id: int, by: User) -> Dossier:
    held = HelperPass.objects.select_for_update(of=("self",)).select_related("dossier").get(pk=pass_id)
    if held.helper_id not in {None, by.pk} or not _fits(held, held.dossier):
        raise NotFound(_("This code is not known or has ended. Please ask for a new one."), code="no_such_code")
    dossier = acting.found(held.dossier.uid)
    if held.helper_id is None:
        held.helper, held.helper_name = by, str(by)[:160]
        held.save(update_fields=["helper", "helper_name"])
        acting.written(dossier, "help", citizen(by, helper=True), Deed(words=held.helper_name), dossier.state)
        _note(dossier, "used", by, minutes=0)
    return dossier


@transaction.atomic
def end(uid: str, *, actor: Actor) -> int:
    """Let no helper go on. Returns how many codes ended.

    Raises:
        Forbidden: a helper may not say so.

    Records: `procedures.helper_pass`, if one ended.
    """
    if actor.helper:
        raise Forbidden(_("Only the applicant can give a code."))
    dossier = acting.found(uid)
    count = HelperPass.objects.filter(dossier=dossier, ended_at=None).update(ended_at=clock.now())
    if count:
        _note(dossier, "ended", actor.user, minutes=0)
    return count


def _note(dossier: Dossier, what: str, by: User | None, *, minutes: int) -> None:
    journal.record(
        events.PASS_CHANGED, f"dossier:{dossier.uid}", by=by.pk if by else None, audience="named", agency=dossier.agency,
        unit=dossier.unit, what=what, minutes=minutes,
    )  # fmt: skip


def _fits(held: HelperPass, dossier: Dossier) -> bool:
    return WHAT_FOR.get(dossier.state) == held.supplement


def may_help(dossier: Dossier, user: User) -> bool:
    """Return whether somebody may fill in now with a code they came with.

    That of a draft holds for the whole application, that of a supplement for the one dossier that is asked about.
    """
    if dossier.state not in WHAT_FOR:
        return False
    supplement = WHAT_FOR[dossier.state]
    held = HelperPass.objects.filter(helper=user, ended_at=None, until__gt=clock.now(), supplement=supplement)
    same = Q(dossier=dossier)
    if dossier.bundle_id and not supplement:
        same |= Q(dossier__bundle=dossier.bundle_id)
    return held.filter(same).exists()


def standing(dossier: Dossier) -> HelperPass | None:
    """Return the code that holds for a dossier now, if there is one."""
    if dossier.state not in WHAT_FOR:
        return None
    found = HelperPass.objects.filter(
        dossier=dossier, ended_at=None, until__gt=clock.now(), supplement=WHAT_FOR[dossier.state]
    )
    return found.order_by("-pk").first()
