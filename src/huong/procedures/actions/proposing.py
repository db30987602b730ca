"""What comes before a signature: an officer proposes the result with its checklist, a leader reads it or gives it back."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.errors import BadInput, WrongState
from huong.base.ids import digest
from huong.files import actions as files
from huong.files import queries as kept_files
from huong.journal import actions as journal
from huong.people import access
from huong.people import queries as people
from huong.people.models import Party, User
from huong.procedures import events
from huong.procedures.actions import acting
from huong.procedures.actions.acting import Deed, officer
from huong.procedures.documents import result_pdf
from huong.procedures.models import Dossier, Result
from huong.procedures.queries import results as reads
from huong.procedures.queries.catalogue import document_by_id
from huong.procedures.queries.values import answers_of, scope_of, seal
from huong.procedures.rules import fields, results
from huong.procedures.rules.nouns import Document, ResultKind

SAME_READING = timedelta(hours=1)


@dataclass(frozen=True)
class Draft:
    """A result with its paper, not written down yet."""

    kind: ResultKind
    row: Result
    values: dict[str, Any]
    pdf: bytes


def owner_of(code: str) -> str:
    """Return under which name the files of a result are kept."""
    return f"procedures:result:{code}"


def propose(
    uid: str,
    *,
    checks: Mapping[str, str],
    by: User,
    kinds: Sequence[str] = (),
    corrected: Mapping[str, Any] | None = None,
    version: int | None = None,
) -> Dossier:
    """Propose the results of a dossier for signature: the leader finds the papers beside the checklist.

    The papers are set before the transaction begins. Proposed again, the same results are renewed.

    Args:
        checks: key of a line of the checklist to "yes".
        kinds: which results of the procedure; all of them if left out.
        corrected: path to value, for a result that is being corrected: what it shall say instead of what was
            proposed last, or signed.

    Raises:
        BadInput: a line of the checklist is not confirmed, the procedure has no such result, or a correction changes
            nothing.
        Forbidden, WrongState, Overtaken: as always.

    Records: `procedures.proposed` with how many results.
    """
    seen = acting.looked_at(uid)
    deed = Deed(version=version)
    acting.allowed(seen, "propose", officer(by), deed)
    made = document_by_id(seen.edition_id or 0)
    _require_checked(made, checks)
    drafts = [draft_of(seen, made, kind, checks, corrected or {}, by) for kind in _chosen(made, kinds)]
    if all(draft.row.replaces is not None and draft.row.replaces.digest == draft.row.digest for draft in drafts):
        raise BadInput(
            _(
                "The correction says just what the signed paper says. Please change what is wrong, or leave it as it is."
            ),
            code="nothing_corrected",
        )
    blobs = [keep_draft(seen, draft, by) for draft in drafts]
    return _proposed(uid, drafts, blobs, by=by, version=seen.version)


def _require_checked(made: Document, checks: Mapping[str, str]) -> None:
    if open_ := results.unchecked([each.key for each in made.checks], checks):
        raise BadInput(
            _("Please confirm every line of the checklist; the leader signs beside it."),
            code="checklist_open",
            field="checks",
            checks=open_,
        )


def _chosen(made: Document, kinds: Sequence[str]) -> list[ResultKind]:
    chosen = [each for each in made.results if not kinds or each.key in kinds]
    if not chosen:
        raise BadInput(_("This procedure has no result that is made here."), code="no_result")
    return chosen


def draft_of(
    dossier: Dossier,
    made: Document,
    kind: ResultKind,
    checks: Mapping[str, str],
    corrected: Mapping[str, Any],
    by: User | None,
) -> Draft:
    """Return a result and its paper, not written down yet."""
    answers = answers_of(dossier)
    old = dossier.results.filter(kind=kind.key, state="signed").order_by("-id").first()
    proposed = dossier.results.filter(kind=kind.key, state="proposed").first()
    said = (
        proposed if proposed and proposed.replaces_id else old
    )  # a correction that was given back goes on from itself
    values = (reads.values_of(said) if said else {path: answers.get(path) for path in kind.fields}) | {
        path: _read(made, path, value) for path, value in corrected.items() if old and path in kind.fields
    }
    row = proposed or Result(dossier=dossier, kind=kind.key, verify_code=results.new_code())
    row.party, row.agency, row.replaces = _whose(kind, answers, dossier), dossier.agency, old
    row.checklist = [
        {"key": each.key, "name": each.name, "name_en": each.name_en, "answer": checks[each.key]}
        for each in made.checks
    ]
    row.valid_until = clock.now() + timedelta(days=kind.valid_days) if kind.valid_days else None
    row.proposed_at, row.proposed_by, row.opened_at, row.opened_by = clock.now(), by, None, None
    row.sealed = seal(scope_of(dossier), values, reads.CONTEXT)
    row.digest = digest(orjson.dumps(values, option=orjson.OPT_SORT_KEYS))
    return Draft(kind, row, values, result_pdf(reads.paper_of(row, values)))


def _read(made: Document, path: str, typed: Any) -> Any:
    each = next(each for each in fields.fields_of(made.form) if each.path == path)
    value = fields.cleaned(each, typed)
    if faults := fields.faults_of(made.form, {path: value}, only=frozenset({path}), today=clock.today()):
        raise BadInput(_("“%(name)s” is not right yet.") % {"name": each.title}, code=faults[0].path, field=path)
    return value


def _whose(kind: ResultKind, answers: Mapping[str, Any], dossier: Dossier) -> Party:
    number = str(answers.get(kind.subject, "")) if kind.subject != "applicant" else ""
    return (people.party_of(number) if number else None) or dossier.applicant


def keep_draft(dossier: Dossier, draft: Draft, by: User | None) -> int:
    """Keep the paper of a draft, and return the id of its content. No transaction is open."""
    name, owner = f"{draft.kind.key}.pdf", owner_of(draft.row.verify_code)
    return files.keep(
        io.BytesIO(draft.pdf), name=name, owner=owner, scope=scope_of(dossier), by=by.pk if by else None
    ).pk


@transaction.atomic
def _proposed(uid: str, drafts: list[Draft], blobs: list[int], *, by: User, version: int) -> Dossier:
    dossier = acting.found(uid)
    deed = Deed(version=version, facts={"results": len(drafts)}, public=False)
    acting.act(dossier, "propose", officer(by), deed)
    for draft, blob in zip(drafts, blobs, strict=True):
        draft.row.dossier, draft.row.draft = dossier, blob
        draft.row.save()
    return dossier


@transaction.atomic
def open_result(code: str, *, by: User) -> Result:
    """Let a leader read a proposed result beside its checklist; without that it cannot be signed.

    Raises:
        NotFound: there is none.
        Forbidden: `by` does not sign for this agency.
        WrongState: it does not wait for a signature.

    Records: `procedures.result_opened`, and `people.accessed` for whoever the result is about.
    """
    result = reads.result_for(code, by)
    access.require_power(by, "procedures.sign", result.agency)
    if result.state != "proposed" or result.dossier.state != "signing":
        raise WrongState(_("This result does not wait for a signature any more."))
    Result.objects.filter(pk=result.pk, state="proposed").update(opened_at=clock.now(), opened_by=by.pk)
    journal.record(
        events.RESULT_OPENED,
        f"result:{code}",
        by=by.pk,
        agency=result.agency,
        audience="named",
        dossier=result.dossier.uid,
    )
    _note_reading(result, by)
    result.refresh_from_db()
    return result


def _note_reading(result: Result, by: User) -> None:
    access.record_access(
        by,
        f"party:{result.party.public_id}",
        reads.kind_of(result).fields,
        f"{result.dossier.procedure}/{result.dossier.code}",
        agency=result.agency,
    )


@transaction.atomic
def read_paper(code: str, *, by: User) -> Result:
    """Return a result whose paper somebody of the office opens, and write that down for whoever it is about.

    The paper beside a checklist that was opened within the hour is the same reading.

    Raises:
        NotFound: there is none.
        Forbidden: another agency's.

    Records: `people.accessed`.
    """
    result = reads.result_for(code, by)
    just_opened = result.opened_by == by.pk and result.opened_at and clock.now() - result.opened_at < SAME_READING
    if not just_opened:
        _note_reading(result, by)
    return result


@transaction.atomic
def return_for_work(uid: str, *, words: str, by: User, version: int | None = None) -> Dossier:
    """Give a proposed result back to whoever works on it, with words on what is to be done.

    Records: `procedures.returned`.
    """
    dossier = acting.found(uid)
    acting.act(dossier, "return_for_work", officer(by), Deed(words=words, version=version, public=False))
    dossier.results.filter(state="proposed").update(opened_at=None, opened_by=None)
    return dossier


@transaction.atomic
def correct(uid: str, *, words: str, by: User, version: int | None = None) -> Dossier:
    """Begin to correct a result that says something wrong; the new one replaces it when it is signed.

    Records: `procedures.correcting`.
    """
    dossier = acting.found(uid)
    acting.act(dossier, "correct", officer(by), Deed(words=words, version=version))
    return dossier


@transaction.atomic
def keep(uid: str, *, words: str, by: User, version: int | None = None) -> Dossier:
    """Leave a result as it is that was to be corrected: it was right. What was proposed in its place is let go.

    Raises:
        WrongState: no result of this dossier is being corrected.

    Records: `procedures.kept`.
    """
    dossier = acting.found(uid)
    begun = dossier.actions.filter(verb="correct").order_by("-number").first()
    if begun is None or dossier.state not in {"correcting", "in_progress"}:
        raise WrongState(_("No result of this dossier is being corrected."), code="not_correcting")
    acting.act(dossier, "keep", officer(by), Deed(words=words, version=version), to=begun.from_state)
    for row in dossier.results.filter(state="proposed"):
        owner = owner_of(row.verify_code)
        for kept in kept_files.kept_by(owner):
            files.release(kept.blob_id, owner=owner, by=by.pk)
        row.delete()
    return dossier
