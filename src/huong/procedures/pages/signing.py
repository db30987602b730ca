"""`/desk/dossiers/signing/`: a leader reads each result beside its checklist, and signs one by one or many alike."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from huong.base import clock
from huong.base.errors import HuongError, WrongState
from huong.base.text import whole
from huong.people import queries as people
from huong.people.access import needs
from huong.people.models import User
from huong.procedures import actions
from huong.procedures.models import Result
from huong.procedures.queries import results as reads
from huong.procedures.queries.catalogue import procedure_name
from huong.procedures.rules import results

SHOWN = 100


def _person(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]


@needs("procedures.sign")
@never_cache
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """List what waits for somebody's signature, by procedure, the most pressing first, with what they have read already."""
    user = _person(request)
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in reads.to_sign(user)[:SHOWN]:
        groups.setdefault(row.dossier.procedure, []).append(
            {"row": row, "name": reads.name_of(row), "read": row.opened_by == user.pk, "due": row.dossier.due_at}
        )
    context = {
        "groups": [(code, procedure_name(code), rows) for code, rows in groups.items()],
        "count": sum(len(rows) for rows in groups.values()),
        "late": sum(bool(each["due"]) and each["due"] < clock.now() for rows in groups.values() for each in rows),
        "most": results.MOST_AT_ONCE,
        "deputies": _standing_in(user),
    }
    return render(request, "procedures/result/queue.html", context)


def _standing_in(user: User) -> list[str]:
    return [str(post.user) for post in people.posts_of(user) if post.user_id != user.pk]


@needs("procedures.sign")
@never_cache
@require_safe
def read(request: HttpRequest, code: str) -> HttpResponse:
    """Show one result beside its checklist. Reading it is what lets it be signed."""
    user = _person(request)
    try:
        row = actions.open_result(code, by=user)
    except WrongState as refused:
        messages.info(request, refused.message)
        return redirect("results:queue")
    context = {
        "row": row,
        "dossier": row.dossier,
        "name": reads.name_of(row),
        "procedure": procedure_name(row.dossier.procedure),
        "lines": reads.lines_of(reads.document_of_result(row), reads.values_of(row), english=_english()),
        "changes": reads.changes_of(row, english=_english()),
        "checks": _checks(row.checklist),
        "signer": reads.signer_of(user, people.agency(row.agency)),
        "others": [each for each in row.dossier.results.filter(state="proposed") if each.pk != row.pk],
        "next": _next_code(user, row),
    }
    return render(request, "procedures/result/read.html", context)


def _english() -> bool:
    return (get_language() or "vi").startswith("en")


def _checks(checklist: list[Mapping[str, str]]) -> list[str]:
    return [each["name_en"] if _english() else each["name"] for each in checklist]


def _next_code(user: User, row: Result) -> str:
    """Return the code of the next result to read: of the same procedure, not read yet."""
    later = reads.to_sign(user).exclude(pk=row.pk).exclude(opened_by=user.pk)
    return later.filter(dossier__procedure=row.dossier.procedure).values_list("verify_code", flat=True).first() or ""


@needs("procedures.read")
@never_cache
@xframe_options_sameorigin
@require_safe
def file(request: HttpRequest, code: str) -> HttpResponse:
    """Serve the paper of a result to the office: the draft, or the signed one."""
    row = actions.read_paper(code, by=_person(request))
    answer = HttpResponse(reads.file_of(row), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{row.kind}-{row.verify_code}.pdf"'
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "frame-ancestors 'self'"  # it is read beside its checklist
    return answer


@needs("procedures.sign")
@require_POST
def sign(request: HttpRequest, code: str) -> HttpResponse:
    """Sign the results of one dossier."""
    user = _person(request)
    row = reads.result_for(code, user)
    try:
        actions.sign(row.dossier.uid, by=user, version=whole(request.POST.get("version", "")))
    except HuongError as refused:
        messages.error(request, refused.message)
        return redirect("results:read", code)
    messages.success(request, _("%(code)s is signed.") % {"code": row.dossier.code})
    following = _next_code(user, row)
    return redirect("results:read", following) if following else redirect("results:queue")


@needs("procedures.sign")
@require_POST
def sign_many(request: HttpRequest) -> HttpResponse:
    """Sign up to twenty alike, and say of each what became of it."""
    try:
        outcomes = actions.sign_many(request.POST.getlist("dossier"), by=_person(request))
    except HuongError as refused:
        messages.error(request, refused.message)
        return redirect("results:queue")
    signed = sum(not each.refusal for each in outcomes)
    if signed:
        sentence = ngettext("%(n)s dossier is signed.", "%(n)s dossiers are signed.", signed)
        messages.success(request, sentence % {"n": signed})
    for each in outcomes:
        if each.refusal:
            messages.error(request, f"{each.code or each.uid[:8]}: {each.refusal}")
    return redirect("results:queue")


@needs("procedures.sign")
@require_POST
def give_back(request: HttpRequest, code: str) -> HttpResponse:
    """Give a result back for work, with words."""
    user = _person(request)
    row = reads.result_for(code, user)
    try:
        actions.return_for_work(row.dossier.uid, words=request.POST.get("words", ""), by=user)
    except HuongError as refused:
        messages.error(request, refused.message)
        return redirect("results:read", code)
    messages.success(request, _("%(code)s is back with whoever works on it.") % {"code": row.dossier.code})
    return redirect("results:queue")


@needs("procedures.sign")
@never_cache
@require_POST
def revoke(request: HttpRequest, code: str) -> HttpResponse:
    """Revoke a signed result."""
    try:
        actions.revoke(code, why=request.POST.get("why", ""), by=_person(request))
    except HuongError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("It is revoked. Whoever checks it learns so from now on."))
    return redirect("results:signed", code)


@needs("procedures.read")
@never_cache
@require_safe
def signed(request: HttpRequest, code: str) -> HttpResponse:
    """Show one signed result to the office: its paper, how it stands, and taking it back."""
    row = reads.result_for(code, _person(request))
    context = {
        "row": row,
        "dossier": row.dossier,
        "name": reads.name_of(row),
        "standing": reads.standing(code),
        "reasons": [(key, _(sentence)) for key, sentence in results.REVOKED.items()],
    }
    return render(request, "procedures/result/signed.html", context)
