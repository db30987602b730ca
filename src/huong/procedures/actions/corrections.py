"""A value of a source said to be wrong: her word stands beside it, its owner gets a case with a clock, nobody waits."""

import io
from datetime import datetime, time

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import calendar, clock, ids
from huong.base.errors import BadInput, Forbidden, NotFound, WrongState
from huong.catalogue import queries as catalogue
from huong.files import actions as files
from huong.files import documents
from huong.journal import actions as journal
from huong.people import access
from huong.people.models import User
from huong.procedures import events
from huong.procedures.actions import acting, telling
from huong.procedures.actions.acting import Actor
from huong.procedures.actions.papers import owner_of
from huong.procedures.actions.unsettling import former, unsettle
from huong.procedures.actions.wording import require_keepable
from huong.procedures.models import Component, Correction, Dossier
from huong.procedures.queries import supplement
from huong.procedures.queries.catalogue import document_by_id
from huong.procedures.queries.values import answers_of, opened, parts_of, scope_of, seal
from huong.procedures.rules import fields
from huong.procedures.rules.sources import source

DAYS = 5
CLOSING = time(17, 30)
LONGEST_ANSWER = 4000
MOST_PROOF_BYTES = 26 * 1024 * 1024


def due_of(at: datetime) -> datetime:
    """Return until when an owner answers: the end of the fifth working day.

    Source: Decree 47/2020 article 31 (the owner corrects shared data when told of a fault); the days are the city's.
    """
    return datetime.combine(calendar.add_working_days(clock.local(at).date(), DAYS), CLOSING, clock.zone())


def dispute(uid: str, key: str, right: str, *, proof: bytes = b"", proof_name: str = "", actor: Actor) -> Correction:
    """Say that a value that was fetched is wrong, and what is right; the dossier goes on with her word.

    Args:
        key: the path of the field.
        right: what is right, as she types it.
        proof: a photo or PDF that shows it, if she has one; it is converted before the transaction.

    Raises:
        NotFound: no such dossier, or the field was not fetched.
        BadInput: nothing was typed, the same was typed, or it does not fit the field.
        WrongState: the dossier was sent; while an office waits for something, what it did not ask for.
        Forbidden: a helper says so; the case is opened in her name.

    Records: `procedures.correction_asked` with the agency that answers and by when.
    """
    if actor.helper:
        raise Forbidden(_("Only the applicant can do this."))
    dossier = Dossier.objects.filter(uid=uid).first()
    if dossier is None:
        raise NotFound(_("There is no such dossier."))
    blob = _kept(dossier, proof, proof_name) if proof else None
    return _disputed(uid, key, right, blob, actor)


def _kept(dossier: Dossier, proof: bytes, name: str) -> int:
    pdf = documents.prepare(proof, name=name).pdf
    return files.keep(io.BytesIO(pdf), name="proof.pdf", owner=owner_of(dossier.uid), scope=scope_of(dossier)).pk


@transaction.atomic
def _disputed(uid: str, key: str, right: str, proof: int | None, actor: Actor) -> Correction:
    dossier = acting.found(uid)
    if not _is_hers_to_change(dossier, key):
        raise WrongState(_("This dossier was sent already; it keeps what it says."))
    part = Component.objects.filter(dossier=dossier, kind="field", key=key, locked=True).first()
    if part is None or source(part.source).kind not in {"register", "store"}:
        raise NotFound(_("This field was not fetched from a source; you can simply change it."))
    value = _fitting(dossier, key, right)
    scope, now = scope_of(dossier), clock.now()
    wrong = opened(scope, part.sealed, key)
    if value == wrong:
        raise BadInput(_("This is what the source says already."), code="same_value", field=key)
    case_uid = ids.new_id()
    made = Correction.objects.create(
        uid=case_uid,
        dossier=dossier,
        party=dossier.applicant,
        key=key,
        source=part.source,
        owner=owner_agency(part.source, dossier),
        sealed_wrong=seal(scope, wrong, f"{case_uid}:wrong"),
        sealed_right=seal(scope, value, f"{case_uid}:right"),
        proof=proof,
        at=now,
        due_at=due_of(now),
    )
    Component.objects.filter(pk=part.pk).update(
        state="disputed",
        locked=False,
        origin="declared",
        sealed=seal(scope, value, key),
        why="disputed",
        changed_at=now,
        **({} if dossier.state == "draft" else former(part, now)),
    )
    unsettle(dossier, [key])
    journal.record(
        events.CORRECTION_ASKED, f"correction:{made.uid}", by=actor.user.pk if actor.user else None, audience="named",
        agency=made.owner, part=key, source=made.source, owner=made.owner, due=made.due_at.isoformat(),
    )  # fmt: skip
    return made


def _is_hers_to_change(dossier: Dossier, key: str) -> bool:
    """Return whether a field stands in a draft, or is asked for, or was fetched anew for what the office asked."""
    if dossier.state != supplement.WANTED:
        return dossier.state == "draft"
    parts = parts_of(dossier)
    return key in supplement.changeable(dossier, parts, answers_of(dossier, parts), supplement.sentences_of(dossier))


def _fitting(dossier: Dossier, key: str, right: str) -> object:
    """Return what is right as the field wants it.

    Raises:
        BadInput: nothing was typed, or it does not fit.
    """
    made = document_by_id(dossier.edition_id or 0)
    each = next((one for one in fields.fields_of(made.form) if one.path == key), None)
    if each is None:
        raise NotFound(_("The dossier has no field or paper “%(part)s”.") % {"part": key})
    value = fields.cleaned(each, right)
    if value is None:
        raise BadInput(_("Please write what is right."), code="right_needed", field=key)
    sentence, values = fields.wrong_with(each, value, clock.today())
    if sentence:
        raise BadInput(_(sentence) % {"most": each.longest, **values}, code="form_faults", field=key)
    return value


def owner_agency(text: str, dossier: Dossier) -> str:
    """Return the agency that answers: the owner of a dataset; for a national register the dossier's, which passes it on."""
    one = source(text)
    if one.kind == "store":
        try:
            return catalogue.contract_of(one.name).owner
        except NotFound:
            return dossier.agency
    return dossier.agency


@transaction.atomic
def decide(uid: str, *, corrected: bool, answer: str, by: User, version: int | None = None) -> Correction:
    """Decide on a correction, with an answer that the applicant reads. Her dossier went on meanwhile.

    Args:
        corrected: whether the source was wrong and is corrected; else it was right.

    Raises:
        NotFound: there is no such case.
        Forbidden: `by` does not handle dossiers in the agency that answers.
        BadInput: no answer.
        WrongState: it is decided already, or somebody else was quicker.

    Records: `procedures.correction_decided`; `messages.belled` or `messages.sent` for the applicant.
    """
    case = Correction.objects.select_for_update(of=("self",)).select_related("dossier").filter(uid=uid).first()
    if case is None:
        raise NotFound(_("There is no such request for correction."))
    access.require_power(by, "procedures.handle", case.owner)
    require_keepable(answer, label=_("Your answer"), field="answer", most=LONGEST_ANSWER)
    words = answer.strip()
    if not words:
        raise BadInput(_("Please write a few words: the applicant will read them."), code="text_needed", field="answer")
    state = "corrected" if corrected else "kept"
    changed = Correction.objects.filter(pk=case.pk, state="open", version=version or case.version).update(
        state=state,
        decided_at=clock.now(),
        decided_by=by,
        sealed_answer=seal(scope_of(case.dossier), words, f"{case.uid}:answer"),
        version=case.version + 1,
    )
    if not changed:
        raise WrongState(_("This request was decided already."), code="decided_already")
    Component.objects.filter(dossier=case.dossier, key=case.key, state="disputed").update(
        state="verified" if corrected else "held", why="verified" if corrected else "differs"
    )
    journal.record(
        events.CORRECTION_DECIDED, f"correction:{case.uid}", by=by.pk, audience="named", agency=case.owner, state=state,
        source=case.source,
    )  # fmt: skip
    telling.tell_correction(case, corrected=corrected)
    case.refresh_from_db()
    return case
