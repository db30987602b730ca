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
from huong.procedures.actions.drafting import wait_no_longer
from huong.procedures.actions.numbers import next_number
from huong.procedures.actions.wording import require_keepable
from huong.procedures.errors import AskedBefore, FormFaults
from huong.procedures.models import Component, Dossier
from huong.procedures.queries import supplement
from huong.procedures.queries.catalogue import document_by_id
from huong.procedures.queries.said import called, paper_called, said
from huong.procedures.queries.values import answers_of, parts_of
from huong.procedures.rules import fields, needs
from huong.procedures.rules.codes import dossier_code

Reasons = Sequence[Mapping[str, str]]
LONGEST_REASON, LONGEST_WHY = 2000, 40


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
    _mark_wanted(dossier, [reason["part"] for reason in reasons])
    return dossier


def _mark_wanted(dossier: Dossier, wanted: Sequence[str]) -> None:
    """Mark fields and papers as asked for, those too that were never there."""
    rows = Component.objects.filter(dossier=dossier, key__in=wanted)
    there = set(rows.values_list("key", flat=True))
    rows.update(state="wanted", locked=False)
    kinds, now = _kinds(dossier), clock.now()
    Component.objects.bulk_create(
        Component(dossier=dossier, kind=kinds[key], key=key, state="wanted", changed_at=now)
        for key in dict.fromkeys(wanted)
        if key not in there
    )


def _kinds(dossier: Dossier) -> dict[str, str]:
    """Return what the form of a dossier knows: paths of fields and keys of papers, with which of the two they are."""
    if dossier.edition_id is None:
        return {}
    made = document_by_id(dossier.edition_id)
    return {each.path: "field" for each in fields.fields_of(made.form)} | {
        need.key: "paper" for need in made.requirements
    }


def _known(dossier: Dossier, reasons: Reasons) -> Reasons:
    """Return reasons whose parts the dossier has, and whose words can be kept.

    Raises:
        BadInput: a part that the dossier does not have; words that are too long, or hold a sign that cannot be kept.
    """
    parts = {*dossier.parts.values_list("key", flat=True), *_kinds(dossier)}
    titles = _titles(dossier)
    for reason in reasons:
        if reason.get("part") not in parts:
            raise BadInput(
                _("The dossier has no field or paper “%(part)s”.") % {"part": reason.get("part", "")},
                code="no_such_part",
            )
        label, field = titles.get(reason["part"], reason["part"]), f"text-{reason['part']}"
        for words, most in ((reason.get("text", ""), LONGEST_REASON), (reason.get("why", ""), LONGEST_WHY)):
            require_keepable(words, label=label, field=field, most=most)
    return reasons


@transaction.atomic
def supply(uid: str, *, actor: Actor, version: int | None = None) -> Dossier:
    """Send what was missing; the dossier goes back to where it was, and its clock goes on.

    What was asked for must be there; `drafting.save` and `papers.add` take it in before.

    Raises:
        BadInput: something that was asked for is still missing; `details["parts"]` says what.
        FormFaults: what was supplied is wrong, or it makes a further field or paper compulsory that is missing.

    Records: `procedures.supplied`.
    """
    dossier = acting.found(uid)
    acting.allowed(dossier, "supply", actor, Deed(version=version))
    parts = parts_of(dossier)
    if missing := [part.key for part in parts if part.state == "wanted"]:
        titles = _titles(dossier)
        raise BadInput(
            _("Something asked for is still missing: %(parts)s.")
            % {"parts": ", ".join(titles.get(key, key) for key in missing)},
            code="still_missing",
            parts=missing,
        )
    _require_right(dossier, parts)
    wait_no_longer(dossier)
    acting.act(dossier, "supply", actor, Deed(version=version))
    return dossier


def _titles(dossier: Dossier) -> dict[str, str]:
    if dossier.edition_id is None:
        return {}
    made = document_by_id(dossier.edition_id)
    return {each.path: called(each) for each in fields.fields_of(made.form)} | {
        need.key: paper_called(need) for need in made.requirements
    }


def _require_right(dossier: Dossier, parts: list[Component]) -> None:
    """Refuse what was supplied if it is wrong, or makes compulsory what is missing.

    Raises:
        FormFaults: as `supply` says.
    """
    if dossier.edition_id is None:
        return
    made, answers = document_by_id(dossier.edition_id), answers_of(dossier, parts)
    mine = supplement.changeable(dossier, parts, answers, supplement.sentences_of(dossier))
    faults = fields.faults_of(made.form, answers, only=mine, today=clock.today())
    lacking = [need for need in needs.missing(made, answers, parts) if need.key in mine]
    if faults or lacking:
        raise FormFaults(
            _("Some fields or papers need another look."),
            faults=said(faults),
            papers=[need.key for need in lacking],
        )


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

    Raises:
        BadInput: the words are too long or hold a sign that cannot be kept.

    Records: `procedures.withdrawn`.
    """
    dossier = acting.found(uid)
    acting.act(dossier, "withdraw", actor, Deed(words=words, version=version))
    return dossier
