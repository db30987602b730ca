"""What citizens say is wrong in shared data, for the agency that owns them: a list with clocks, and each case."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from huong.base import clock
from huong.base.errors import HuongError, NotFound
from huong.base.text import whole
from huong.files import queries as files
from huong.people import access
from huong.people.access import needs
from huong.people.models import User
from huong.procedures.actions import corrections
from huong.procedures.models import Correction
from huong.procedures.queries.application import source_name, spoken
from huong.procedures.queries.catalogue import document_by_id, procedure_name
from huong.procedures.queries.corrections import corrections_for
from huong.procedures.queries.values import opened, scope_of
from huong.procedures.rules.fields import fields_of

MOST = 100


def _mine(user: Any) -> Any:
    return corrections_for(user).select_related("dossier", "party")


@require_GET
@needs("procedures.handle")
def listing(request: HttpRequest) -> HttpResponseBase:
    """List what is said to be wrong in the data of one's agencies, by the day it must be answered."""
    state = "open" if request.GET.get("state", "open") == "open" else "decided"
    found = _mine(request.user)
    rows = (
        found.filter(state="open").order_by("due_at", "id")
        if state == "open"
        else found.exclude(state="open").order_by("-decided_at", "-id")
    )
    context = {
        "state": state,
        "rows": [_row(each) for each in rows[:MOST]],
        "now": clock.now(),
        "count": found.filter(state="open").count(),
    }
    return render(request, "procedures/desk/corrections.html", context)


def _row(case: Correction) -> dict[str, Any]:
    made = document_by_id(case.dossier.edition_id or 0)
    each = next((one for one in fields_of(made.form) if one.path == case.key), None)
    return {
        "case": case,
        "title": each.title if each else case.key,
        "source": source_name(case.source),
        "procedure": procedure_name(case.dossier.procedure),
        "late": case.state == "open" and case.due_at < clock.now(),
        "field": each,
    }


def _note(person: User, case: Correction) -> None:
    purpose = f"{case.dossier.procedure}/{case.dossier.uid}"
    access.record_access(person, f"party:{case.party.public_id}", [case.key], purpose, agency=case.owner)


@require_http_methods(["GET", "POST"])
@needs("procedures.handle")
def case(request: HttpRequest, uid: str) -> HttpResponseBase:
    """Show one case, what the source says beside what she says; decide with an answer. Looking is written down."""
    held = _mine(request.user).filter(uid=uid).first()
    if held is None or not isinstance(request.user, User):
        raise NotFound(_("There is no such request for correction."))
    error: HuongError | None = None
    if request.method == "POST":
        try:
            corrections.decide(
                uid,
                corrected=request.POST.get("decision") == "corrected",
                answer=request.POST.get("answer", ""),
                by=request.user,
                version=whole(request.POST.get("version", "")),
            )
            messages.success(request, _("Decided. The applicant was told."))
            return redirect("corrections:list")
        except HuongError as refused:
            error = refused
    else:
        _note(request.user, held)
    row, scope = _row(held), scope_of(held.dossier)
    each = row["field"]
    said = {
        name: opened(scope, value, f"{held.uid}:{name}")
        for name, value in (("wrong", held.sealed_wrong), ("right", held.sealed_right), ("answer", held.sealed_answer))
    }
    context = {
        **row,
        "wrong": spoken(each, said["wrong"]) if each else said["wrong"],
        "right": spoken(each, said["right"]) if each else said["right"],
        "answer": said["answer"] or "",
        "typed": request.POST.get("answer", ""),
        "error": error,
    }
    return render(request, "procedures/desk/correction.html", context, status=error.status if error else 200)


@require_GET
@needs("procedures.handle")
def proof(request: HttpRequest, uid: str) -> HttpResponseBase:
    """Return the photo that shows what is right, as PDF. Looking is written down."""
    held = _mine(request.user).filter(uid=uid, proof__isnull=False).first()
    if held is None or not isinstance(request.user, User):
        raise NotFound(_("This file is not kept here."))
    _note(request.user, held)
    return FileResponse(files.open_blob(held.proof), content_type="application/pdf")
