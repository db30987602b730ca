"""What the counter does with a dossier that came in: accept, ask once for what is missing, refuse with reasons."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.errors import BadInput
from huong.people.models import User
from huong.procedures.actions import acting
from huong.procedures.actions.acting import Actor, Deed, officer
from huong.procedures.actions.numbers import next_number
from huong.procedures.errors import AskedBefore
from huong.procedures.models import Component, Dossier
from huong.procedures.rules.codes import dossier_code

Reasons = Sequence[Mapping[str, str]]


@transaction.atomic
def accept(uid: str, *, by: User, version: int | None = None, at: datetime | None = None) -> Dossier:
    """Accept a dossier: it has its code, the receipt can be printed, the clock runs.

    Args:
        at: the true time of receipt, for one typed in later; now if left out.

    Raises:
        NotFound, Forbidden, WrongState, Overtaken: as always.
        DayIsFull: all codes of the day are given.

    Records: `procedures.accepted`.

    Source: Decree 61/2018 article 17; Circular 01/2018/TT-VPCP article 19 (code at acceptance).
    """
    dossier = acting.found(uid)
    true_time = at or clock.now()
    acting.allowed(dossier, "accept", officer(by), Deed(version=version))
    day = clock.local(true_time).date()
    code = dossier_code(dossier.agency, day, next_number(dossier.agency, day))
    columns = {"code": code, "accepted_at": true_time}
    acting.act(dossier, "accept", officer(by), Deed(version=version, at=true_time, columns=columns))
    return dossier


@transaction.atomic
def request_supplement(uid: str, *, words: str, reasons: Reasons, by: User, version: int | None = None) -> Dossier:
    """Ask the applicant, once, for everything that is missing or wrong; the clock stands meanwhile.

    Args:
        reasons: `{"part": path or key, "why": code, "text": sentence}` for each field or paper.

    Raises:
        AskedBefore: it was asked for before; the law allows one request that lists everything.
        BadInput: a part that the dossier does not have.

    Records: `procedures.supplement_requested`.

    Source: Decree 61/2018 article 17 (form 02).
    """
    dossier = acting.found(uid)
    deed = Deed(words=words, reasons=_known(dossier, reasons), version=version, facts={"parts": len(reasons)})
    acting.allowed(dossier, "request_supplement", officer(by), deed)
    if dossier.supplements:
        raise AskedBefore(
            _(
                "A supplement was asked for already. The law allows one request that lists everything: decide on what is there."
            )
        )
    deed = Deed(**{**deed.__dict__, "columns": {"supplements": 1}})
    acting.act(dossier, "request_supplement", officer(by), deed)
    wanted = [reason["part"] for reason in reasons]
    Component.objects.filter(dossier=dossier, key__in=wanted).update(state="wanted", locked=False)
    return dossier


def _known(dossier: Dossier, reasons: Reasons) -> Reasons:
    parts = set(dossier.parts.values_list("key", flat=True))
    for reason in reasons:
        if reason.get("part") not in parts:
            raise BadInput(
                _("The dossier has no field or paper “%(part)s”.") % {"part": reason.get("part", "")},
                code="no_such_part",
            )
    return reasons


@transaction.atomic
def supply(uid: str, *, actor: Actor, version: int | None = None) -> Dossier:
    """Send what was missing; the dossier goes back to where it was, and its clock goes on.

    What was asked for must be there; `drafting.save` and `papers.add` take it in before.

    Records: `procedures.supplied`.
    """
    dossier = acting.found(uid)
    acting.allowed(dossier, "supply", actor, Deed(version=version))
    if missing := list(dossier.parts.filter(state="wanted").values_list("key", flat=True)):
        raise BadInput(
            _("Something asked for is still missing: %(parts)s.") % {"parts": ", ".join(missing)},
            code="still_missing",
            parts=missing,
        )
    acting.act(dossier, "supply", actor, Deed(version=version))
    return dossier


@transaction.atomic
def refuse(uid: str, *, words: str, reasons: Reasons, by: User, version: int | None = None) -> Dossier:
    """Refuse a dossier, with reasons and the exact fields or papers they concern.

    Records: `procedures.refused`.

    Source: Decree 61/2018 article 17 (form 03).
    """
    dossier = acting.found(uid)
    deed = Deed(words=words, reasons=_known(dossier, reasons), version=version, facts={"parts": len(reasons)})
    acting.act(dossier, "refuse", officer(by), deed)
    return dossier


@transaction.atomic
def withdraw(uid: str, *, actor: Actor, words: str = "", version: int | None = None) -> Dossier:
    """Withdraw a dossier at the applicant's wish.

    Records: `procedures.withdrawn`.
    """
    dossier = acting.found(uid)
    acting.act(dossier, "withdraw", actor, Deed(words=words, version=version))
    return dossier
