"""Signing results: one by one, or up to twenty alike, each after it was opened; a crash leaves nothing half.

Three steps. A short transaction gives the numbers; they stay with the result, so a repetition uses them again. Then,
outside any transaction, the papers are set and signed and kept. A last transaction puts all into force at once. A
process killed before that leaves proposed results and files nobody names; the next signature lets those go.
"""

import io
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock, ids, keys
from huong.base.errors import BadInput, HuongError, NotFound, WrongState
from huong.files import actions as files
from huong.files import queries as kept_files
from huong.people import queries as people
from huong.people.models import User
from huong.procedures.actions import acting
from huong.procedures.actions.acting import Deed, officer
from huong.procedures.actions.numbers import next_of_year
from huong.procedures.actions.proposing import owner_of
from huong.procedures.documents import result_pdf
from huong.procedures.models import Dossier, Evidence, Result
from huong.procedures.queries import results as reads
from huong.procedures.queries import vault
from huong.procedures.queries.values import scope_of, seal, vault_scope
from huong.procedures.rules import results
from huong.procedures.rules.nouns import ResultKind
from huong.procedures.rules.results import Signer
from huong.procedures.signing import credentials


@dataclass(frozen=True)
class Signed:
    """One result that was signed and kept, but is not in force yet."""

    result: Result
    kind: ResultKind
    values: dict[str, Any]
    pdf: int
    vault_pdf: int
    digest: str
    credential: str


@dataclass(frozen=True)
class Outcome:
    """What became of one dossier of many."""

    uid: str
    code: str
    refusal: str = ""


def sign(uid: str, *, by: User, version: int | None = None) -> Dossier:
    """Sign the proposed results of a dossier: they are in force, in the vault of their holder, and can be checked.

    Raises:
        WrongState: nothing waits for a signature, or one of the results was not opened by `by` since it was proposed.
        Forbidden: `by` does not sign for this agency.
        Overtaken: somebody else was quicker; nothing of this signature is kept.
        Unavailable: the signing service or token does not answer; nothing was signed.

    Records: `procedures.decided` with how many results.
    """
    dossier = _ready(uid, by, version)
    agency = people.agency(dossier.agency)
    signer = reads.signer_of(by, agency)
    at = clock.now()
    rows = _numbered(uid, by, dossier.version, at)
    made = [_signed(row, signer, at, by) for row in rows]
    try:
        decided = _in_force(uid, made, signer, by, dossier.version, at)
    except BaseException:
        for each in made:
            _let_go(each, by)
        raise
    for each in made:
        _let_go_of_drafts(each, by)
    return decided


def _ready(uid: str, by: User, version: int | None) -> Dossier:
    """Return a dossier whose results may all be signed now by somebody; what is found here is asked again at the end."""
    dossier = acting.looked_at(uid)
    acting.allowed(dossier, "decide", officer(by), Deed(version=version))
    waiting = list(dossier.results.filter(state="proposed"))
    if not waiting:
        raise WrongState(_("No result of this dossier waits for a signature."))
    _require_opened(waiting, by)
    return dossier


def _require_opened(waiting: Sequence[Result], by: User) -> None:
    if any(row.opened_at is None or row.opened_by != by.pk or row.opened_at < row.proposed_at for row in waiting):
        raise WrongState(_("Please open the result and read it before you sign."), code="not_opened")


@transaction.atomic
def _numbered(uid: str, by: User, version: int, at: datetime) -> list[Result]:
    """Give each result its number, once; it keeps it if the signature breaks off."""
    dossier = acting.found(uid)
    acting.allowed(dossier, "decide", officer(by), Deed(version=version))
    rows = list(dossier.results.filter(state="proposed").select_related("dossier", "party", "replaces"))
    year = clock.local(at).year
    for row in rows:
        if not row.number:
            kind = reads.kind_of(row)
            row.number = results.number_of(kind.number, next_of_year(row.agency, kind.key, year), year)
            Result.objects.filter(pk=row.pk, number="").update(number=row.number)
    return rows


def _signed(row: Result, signer: Signer, at: datetime, by: User) -> Signed:
    """Return a result set on paper, signed and kept, with its credential. No transaction is open."""
    from huong.procedures.signing import pades

    kind, values = reads.kind_of(row), reads.values_of(row)
    row.valid_until = at + timedelta(days=kind.valid_days) if kind.valid_days else None
    agency = people.agency(row.agency)
    hand = pades.Hand(agency.code, agency.name, signer.name, f"{kind.name} {row.number}")
    pdf = pades.signed(result_pdf(reads.paper_of(row, values, signer=signer, at=at)), hand)
    name, owner = f"{kind.key}-{row.verify_code}.pdf", owner_of(row.verify_code)
    here = files.keep(io.BytesIO(pdf), name=name, owner=owner, scope=scope_of(row.dossier), by=by.pk)
    there = files.keep(io.BytesIO(pdf), name=name, owner=owner, scope=vault_scope(row.party), by=by.pk)
    credential = credentials.issued(_claims(row, kind, signer, at), values)
    return Signed(row, kind, values, here.pk, there.pk, ids.digest(pdf), credential)


def _claims(row: Result, kind: ResultKind, signer: Signer, at: datetime) -> dict[str, Any]:
    """Return what every presentation of the credential shows; no personal value is among it."""
    page = row.pk // results.STATUS_PAGE
    found: dict[str, Any] = {
        "iss": reads.issuer(),
        "vct": f"{reads.issuer()}/verify/types/{kind.type}",
        "iat": int(at.timestamp()),
        "jti": row.verify_code,
        "issuing_authority": people.agency(row.agency).name,
        "document_number": row.number,
        "signed_by": signer.shown,
        "status": {"status_list": {"idx": row.pk % results.STATUS_PAGE, "uri": reads.status_uri(page)}},
    }
    if row.valid_until:
        found["exp"] = int(row.valid_until.timestamp())
    return found


@transaction.atomic
def _in_force(uid: str, made: Sequence[Signed], signer: Signer, by: User, version: int, at: datetime) -> Dossier:
    """Put signed results into force, all at once; whoever comes second is refused here."""
    dossier = acting.found(uid)
    acting.allowed(dossier, "decide", officer(by), Deed(version=version))
    rows = list(dossier.results.filter(state="proposed").order_by("id"))
    _require_opened(rows, by)
    if [(row.pk, row.digest) for row in rows] != [(each.result.pk, each.result.digest) for each in made]:
        raise acting.overtaken(dossier)
    for each in made:
        _store(each, signer, by, at)
    deed = Deed(version=version, facts={"results": len(made), "signer": signer.shown}, at=at)
    acting.act(dossier, "decide", officer(by, deputy_for=signer.deputy_for), deed)
    return dossier


def _store(each: Signed, signer: Signer, by: User, at: datetime) -> None:
    row = each.result
    paper = _in_vault(each, at)
    changed = Result.objects.filter(pk=row.pk, state="proposed").update(
        state="signed",
        signed_at=at,
        signed_by=by,
        signer_shown=signer.shown[:200],
        pdf=each.pdf,
        pdf_digest=each.digest,
        sealed_credential=seal(scope_of(row.dossier), each.credential, "credential"),
        evidence=paper,
        valid_until=row.valid_until,
    )
    if not changed:
        raise WrongState(_("This result does not wait for a signature any more."))


def _in_vault(each: Signed, at: datetime) -> Evidence:
    """Put a result into its holder's vault; the paper it replaces, or one of the same number, gives way to it."""
    row = each.result
    number = keys.keyed_hash(row.number, context=f"evidence:{row.agency}")
    uid = ids.new_id()
    paper = Evidence.objects.create(
        uid=uid,
        party=row.party,
        type=each.kind.type,
        name=each.kind.name,
        name_en=each.kind.name_en,
        origin="issued",
        issuer=row.agency,
        number_hash=number,
        sealed=vault.sealed_for(row.party, uid, each.values),
        digest=row.digest,
        blob=each.vault_pdf,
        dossier=row.dossier,
        issued_at=at,
        valid_until=row.valid_until,
        checked=True,
    )
    older = Evidence.objects.filter(party=row.party, type=each.kind.type, superseded_by=None).exclude(pk=paper.pk)
    older.filter(issuer=row.agency, number_hash=number).update(superseded_by=paper)
    if row.replaces_id and row.replaces and row.replaces.evidence_id:
        Evidence.objects.filter(pk=row.replaces.evidence_id, superseded_by=None).update(superseded_by=paper)
    return paper


def _let_go(made: Signed, by: User) -> None:
    """Let files go that a signature made which did not come into force; what its result names stays."""
    named = set(Result.objects.filter(pk=made.result.pk).values_list("draft", "pdf").first() or ())
    _release(made.result.verify_code, {made.pdf, made.vault_pdf} - named, by)


def _let_go_of_drafts(made: Signed, by: User) -> None:
    """Let the draft go, and files of signatures that broke off."""
    code = made.result.verify_code
    _release(code, {each.blob_id for each in kept_files.kept_by(owner_of(code))} - {made.pdf, made.vault_pdf}, by)
    Result.objects.filter(pk=made.result.pk).update(draft=None)


def _release(code: str, blobs: set[int], by: User) -> None:
    """Let files of a result go; one that another signature let go meanwhile is gone already."""
    for blob in blobs & {each.blob_id for each in kept_files.kept_by(owner_of(code))}:
        with suppress(NotFound):  # another signature let it go since it was looked up
            files.release(blob, owner=owner_of(code), by=by.pk)


def sign_many(uids: Sequence[str], *, by: User) -> list[Outcome]:
    """Sign up to twenty results of the same procedure, each after it was opened; one refusal holds back no other.

    Raises:
        BadInput: more than twenty, or of different procedures.

    Records: `procedures.decided` for each.
    """
    wanted = list(dict.fromkeys(uids))
    found = {each.uid: each for each in Dossier.objects.filter(uid__in=wanted[: results.MOST_AT_ONCE + 1])}
    if not wanted or len(wanted) > results.MOST_AT_ONCE:
        raise BadInput(
            _("Please choose one to %(most)s results.") % {"most": results.MOST_AT_ONCE}, code="too_many_at_once"
        )
    if len({each.procedure for each in found.values()}) > 1:
        raise BadInput(_("Only results of the same procedure are signed together."), code="not_alike")
    return [_tried(uid, found.get(uid), by) for uid in wanted]


def _tried(uid: str, dossier: Dossier | None, by: User) -> Outcome:
    code = dossier.code if dossier else ""
    try:
        sign(uid, by=by)
    except HuongError as error:
        return Outcome(uid, code, error.message)
    return Outcome(uid, code)
