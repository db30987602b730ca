"""A helper fills in a draft for somebody with her code: named in the history, seeing nothing afterwards."""

import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from huong.base import clock, keys, limits
from huong.base.errors import BadInput, NotFound, WrongState
from huong.journal import actions as journal
from huong.people.models import User
from huong.procedures import events
from huong.procedures.actions import acting
from huong.procedures.actions.acting import Actor, Deed, citizen
from huong.procedures.models import Dossier, HelperPass

SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 8
LEAST_MINUTES, MOST_MINUTES = 15, 24 * 60
WRONG_AN_HOUR = 8
CONTEXT = "procedures.helper"


@transaction.atomic
def give_code(uid: str, *, minutes: int, actor: Actor) -> tuple[HelperPass, str]:
    """Make a code by which somebody may fill in this draft; a code given before ends.

    Args:
        minutes: how long it holds, 15 minutes to 24 hours.

    Returns:
        The pass, and the code: it is shown once and kept only as a keyed hash.

    Raises:
        WrongState: the dossier was sent.
        BadInput: too short or too long.

    Records: `procedures.helper_pass`.
    """
    dossier = acting.found(uid)
    if dossier.state != "draft" or actor.helper:
        raise WrongState(_("A helper can fill in a draft only."))
    if not LEAST_MINUTES <= minutes <= MOST_MINUTES:
        raise BadInput(_("A code holds for 15 minutes to 24 hours."), code="bad_minutes", field="minutes")
    now = clock.now()
    HelperPass.objects.filter(dossier=dossier, ended_at=None).update(ended_at=now)
    code = "".join(secrets.choice(SIGNS) for _sign in range(LENGTH))
    made = HelperPass.objects.create(
        dossier=dossier, code_hash=_hash(code), at=now, until=now + timedelta(minutes=minutes)
    )
    _note(dossier, "given", actor.user, minutes=minutes)
    return made, f"{code[:4]}-{code[4:]}"


def _hash(code: str) -> str:
    return keys.keyed_hash("".join(sign for sign in code.upper() if sign in SIGNS), context=CONTEXT)


def enter(code: str, *, by: User) -> Dossier:
    """Come with a code: from now on the draft may be filled in by this person, until the code ends.

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
    if held.helper_id not in {None, by.pk} or held.dossier.state != "draft":
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
    """Let no helper go on with a draft. Returns how many codes ended.

    Records: `procedures.helper_pass`, if one ended.
    """
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


def may_help(dossier: Dossier, user: User) -> bool:
    """Return whether somebody may fill in a draft now with a code they came with; it holds for the whole application."""
    if dossier.state != "draft":
        return False
    held = HelperPass.objects.filter(helper=user, ended_at=None, until__gt=clock.now())
    same = Q(dossier=dossier)
    if dossier.bundle_id:
        same |= Q(dossier__bundle=dossier.bundle_id)
    return held.filter(same).exists()


def standing(dossier: Dossier) -> HelperPass | None:
    """Return the code that holds for a draft now, if there is one."""
    found = HelperPass.objects.filter(dossier=dossier, ended_at=None, until__gt=clock.now())
    return found.order_by("-pk").first()
