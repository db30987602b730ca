"""What a citizen does with her draft besides filling it in: preview, refuse a source, dispute a value, get help, send."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from huong.base.errors import HuongError
from huong.base.text import whole
from huong.people.access import signed_in
from huong.people.models import User
from huong.procedures.actions import corrections, discard, helping, move_to_current, withdraw
from huong.procedures.actions.acting import Actor
from huong.procedures.actions.bundling import add_offered, begin_twin, leave_out, resolve_all, send_all
from huong.procedures.actions.drafting import AMENDABLE
from huong.procedures.actions.resolving import wish
from huong.procedures.errors import FormChanged, FormFaults
from huong.procedures.models import Dossier
from huong.procedures.pages.citizen_form import next_open, place_of
from huong.procedures.pages.owning import for_owner, owned
from huong.procedures.queries import catalogue
from huong.procedures.queries.application import Application, Shown, application, is_english, place_name, title_of
from huong.procedures.queries.situation import wishes_of
from huong.procedures.queries.supplement import WANTED
from huong.procedures.rules.fields import fields_of, holds


@require_http_methods(["GET"])
@for_owner
def preview(request: HttpRequest, uid: str) -> HttpResponseBase:
    """Show everything before it is sent: what was fetched and from where, what she wrote, what she was spared."""
    held, actor = owned(request, uid)
    if held.state not in AMENDABLE:
        return redirect("procedures:dossier", uid)
    if held.state == "draft":
        resolve_all(uid, actor=actor)
    return _preview(request, held, actor)


def _preview(
    request: HttpRequest, held: Dossier, actor: Actor, *, error: HuongError | None = None, status: int = 200
) -> HttpResponse:
    found = application(held, helper=actor.helper)
    faults = error.details.get("faults", {}) if isinstance(error, FormFaults) else {}
    context = {
        "dossier": held,
        "found": found,
        "title": title_of(found),
        "groups": groups_of(found),
        "sources": sources_of(found),
        "declined": [
            (place, place_name(place))
            for place in sorted({place for each in found.dossiers for place in wishes_of(each)[1]})
        ],
        "consents": consents_of(found),
        "place": place_of(found, found.lead.uid, "preview"),
        "offers": offers_of(found),
        "twins": twins_of(found),
        "error": error,
        "faults": [_named(found, path, sentence) for path, sentence in faults.items()],
        "missing": [each for each in found.papers if (each.need.required or each.asked) and not each.is_there],
        "asked": asked_of(found),
        "helper": actor.helper,
        "onward": next_open(found),
    }
    return render(request, "procedures/citizen/preview.html", context, status=status)


def asked_of(found: Application) -> list[dict[str, Any]]:
    """Return what the office asked for, with its sentence, and whether it is there now."""
    rows = [
        {
            "title": each.title,
            "sentence": each.asked,
            "done": each.state != "wanted",
            "url": f"/procedures/dossiers/{stage.dossier.uid}/{stage.step.key}#{each.field.path}",
        }
        for stage in found.stages
        for each in stage.asks
        if each.asked or each.state == "wanted"
    ]
    return rows + [
        {
            "title": each.name,
            "sentence": each.asked,
            "done": each.is_there,
            "url": f"/procedures/dossiers/{found.lead.uid}/papers#{each.need.key}",
        }
        for each in found.papers
        if not each.fixed and (each.asked or (each.part is not None and each.part.state == "wanted"))
    ]


def groups_of(found: Application) -> list[dict[str, Any]]:
    """Return what each dossier says, step by step."""
    names = {each.uid: catalogue.procedure_name(each.procedure) for each in found.dossiers}
    return [
        {"name": names[stage.dossier.uid], "stage": stage, "url": f"/procedures/dossiers/{stage.dossier.uid}/{stage.step.key}"}
        for stage in found.stages
        if stage.dossier.state in AMENDABLE and any(each.value not in (None, "") and not each.is_copy for each in stage.fields)
    ]  # fmt: skip


def sources_of(found: Application) -> list[dict[str, Any]]:
    """Return the sources that were used, with how many values came from each."""
    used: dict[str, dict[str, Any]] = {}
    for each in _all(found):
        if each.locked and each.place and not each.place.startswith("bundle"):
            place = "vault" if each.place.startswith("vault") else each.place
            row = used.setdefault(place, {"place": place, "name": each.source, "count": 0})
            row["count"] += 1
    return list(used.values())


def _all(found: Application) -> list[Shown]:
    return [each for stage in found.stages for each in stage.fields]


def consents_of(found: Application) -> list[dict[str, str]]:
    """Return the sources for which the law wants her request, and that she was not asked about yet."""
    wanted: dict[str, dict[str, str]] = {}
    for dossier in found.dossiers:
        if dossier.edition_id and dossier.state == "draft":
            agreed, declined = wishes_of(dossier)
            for place in catalogue.document_by_id(dossier.edition_id).consent:
                if place not in agreed | declined:
                    wanted[place] = {"place": place, "name": place_name(place), "uid": dossier.uid}
    return list(wanted.values())


def offers_of(found: Application) -> list[dict[str, str]]:
    """Return procedures that the answers offer, and that are not part of the application yet."""
    there = {each.procedure for each in found.dossiers}
    rows = []
    for dossier in found.dossiers:
        if not dossier.edition_id or dossier.state != "draft":
            continue
        for offer in catalogue.document_by_id(dossier.edition_id).offers:
            counts = holds(offer.when, found.answers[dossier.uid])
            if counts and offer.procedure not in there and catalogue.in_force(offer.procedure):
                name = catalogue.procedure_name(offer.procedure)
                rows.append({"uid": dossier.uid, "code": offer.procedure, "name": name})
    return rows


def twins_of(found: Application) -> list[str]:
    """Return the first dossier, if it says twins and no second child is applied for yet."""
    first = found.dossiers[0]
    says = any(value is True and path.endswith(".twin") for path, value in found.answers.get(first.uid, {}).items())
    alone = len({each.bundle_id for each in found.dossiers}) == 1
    return [first.uid] if says and alone and first.bundle_id and first.state == "draft" else []


def _named(found: Application, path: str, sentence: str) -> dict[str, str]:
    for stage in found.stages:
        for each in stage.fields:
            if each.field.path == path:
                url = f"/procedures/dossiers/{stage.dossier.uid}/{stage.step.key}#{path}"
                return {"title": each.title, "sentence": sentence, "url": url}
    return {"title": path, "sentence": sentence, "url": ""}


@require_POST
@for_owner
def send(request: HttpRequest, uid: str) -> HttpResponseBase:
    """Send the application, or what the office asked for; pressed twice it is sent once."""
    held, actor = owned(request, uid)
    if actor.helper:
        messages.error(request, _("Only the applicant can send this."))
        return redirect(f"/procedures/dossiers/{uid}/preview")
    if held.state == "draft":
        resolve_all(uid, actor=actor)
    try:
        send_all(uid, actor=actor)
    except FormChanged:
        return redirect(f"/procedures/dossiers/{uid}/new")
    except HuongError as error:
        return _preview(request, held, actor, error=error, status=error.status)
    if held.state == WANTED:
        messages.success(request, _("Sent. The office goes on with your dossier."))
    return redirect("procedures:dossier", uid)


@require_http_methods(["GET", "POST"])
@for_owner
def what_is_new(request: HttpRequest, uid: str) -> HttpResponseBase:
    """Show what a newer form asks, and carry the answers over."""
    held, actor = owned(request, uid)
    if held.state != "draft":
        return redirect("procedures:dossier", uid)
    if request.method == "POST":
        for each in application(held, helper=actor.helper).dossiers:
            if each.state == "draft" and each.edition_id and each.edition.state == "retired":  # type: ignore[union-attr]
                move_to_current(each.uid, actor=actor)
        resolve_all(uid, actor=actor)
        return redirect("procedures:dossier", uid)
    rows = [
        _difference(each)
        for each in application(held, helper=actor.helper).dossiers
        if each.edition_id and each.state == "draft"
    ]
    return render(
        request,
        "procedures/citizen/changed.html",
        {
            "dossier": held,
            "rows": [each for each in rows if each["new"] or each["gone"] or each["papers"]],
            "english": is_english(),
        },
    )


def _difference(dossier: Dossier) -> dict[str, Any]:
    before = catalogue.document_by_id(dossier.edition_id or 0)
    now = catalogue.document_by_id(catalogue.current(dossier.procedure)[0].pk)
    old, new = fields_of(before.form), fields_of(now.form)
    known, stays = {each.path for each in old}, {each.path for each in new}
    needed = {need.key for need in before.requirements}
    return {
        "name": catalogue.procedure_name(dossier.procedure),
        "new": [each for each in new if each.path not in known],
        "gone": [each for each in old if each.path not in stays],
        "papers": [need for need in now.requirements if need.key not in needed],
    }


@require_POST
@for_owner
def wishes(request: HttpRequest, uid: str) -> HttpResponseBase:
    """Use a source, or do not use it: what was fetched from it goes, and she declares."""
    held, actor = owned(request, uid)
    place, use = request.POST.get("source", "")[:160], request.POST.get("use") == "yes"
    for each in application(held, helper=actor.helper).dossiers:
        if each.state == "draft" and place in _places(each):
            wish(each.uid, place, use=use, actor=actor)
    resolve_all(uid, actor=actor)
    if use:
        return redirect(f"/procedures/dossiers/{uid}/preview")
    messages.info(request, _("This source is not used. Please fill in what is missing now."))
    return redirect(next_open(application(held, helper=actor.helper)))


def _places(dossier: Dossier) -> frozenset[str]:
    from huong.procedures.actions.resolving import places_of

    return places_of(catalogue.document_by_id(dossier.edition_id)) if dossier.edition_id else frozenset()


@require_http_methods(["GET", "POST"])
@for_owner
def wrong(request: HttpRequest, uid: str, key: str) -> HttpResponseBase:
    """Say that a fetched value is wrong, what is right, with a photo; the dossier goes on."""
    held, actor = owned(request, uid)
    stage = next(
        (
            each
            for each in application(held, helper=actor.helper).stages
            if each.dossier.uid == uid and any(one.field.path == key for one in each.fields)
        ),
        None,
    )
    shown = next((one for one in stage.fields if one.field.path == key), None) if stage else None
    error: HuongError | None = None
    if request.method == "POST":
        file = request.FILES.get("proof")
        proof = file.read(corrections.MOST_PROOF_BYTES) if file else b""
        try:
            right = request.POST.get("right", "")
            corrections.dispute(uid, key, right, proof=proof, proof_name=(file.name if file else "") or "", actor=actor)
            resolve_all(uid, actor=actor)
            messages.success(
                request,
                _("Thank you. Your word counts in this dossier; the owner of the data looks into it and tells you."),
            )
            return redirect(f"/procedures/dossiers/{uid}/preview")
        except HuongError as refused:
            error = refused
    if shown is None or stage is None or (not shown.can_be_wrong and error is None):
        return redirect(f"/procedures/dossiers/{uid}/preview")
    context = {
        "dossier": held,
        "stage": stage,
        "shown": shown,
        "error": error,
        "typed": request.POST.get("right", ""),
        "english": is_english(),
    }
    return render(request, "procedures/citizen/wrong.html", context, status=error.status if error else 200)


@require_POST
@for_owner
def extend(request: HttpRequest, uid: str) -> HttpResponseBase:
    """Take an offered procedure or a second child into the application, or leave a procedure out again."""
    held, actor = owned(request, uid)
    what = request.POST.get("what", "")
    try:
        if what == "offer":
            add_offered(uid, request.POST.get("code", "")[:40], actor=actor)
        elif what == "twin":
            begin_twin(uid, actor=actor)
        elif what == "leave":
            leave_out(uid, actor=actor)
    except HuongError as error:
        messages.error(request, str(error.message))
        return redirect(f"/procedures/dossiers/{uid}/preview")
    others = [each for each in application(held, helper=actor.helper).dossiers if each.state == "draft"]
    if not others:
        return redirect("procedures:list")
    resolve_all(others[0].uid, actor=actor)
    return redirect(next_open(application(others[0])))


@require_POST
@for_owner
def take_back(request: HttpRequest, uid: str) -> HttpResponseBase:
    """Withdraw what was sent, or let a draft go, at her wish."""
    held, actor = owned(request, uid)
    if actor.helper:
        messages.error(request, _("Only the applicant can let this go."))
        return redirect(f"/procedures/dossiers/{uid}/preview")
    try:
        if held.state == "draft":
            discard(uid, actor=actor)
            return redirect("/my/")
        withdraw(uid, actor=actor, words=request.POST.get("words", ""))
    except HuongError as error:
        messages.error(request, str(error.message))
    return redirect("procedures:dossier", uid)


@require_http_methods(["GET", "POST"])
@for_owner
def helper(request: HttpRequest, uid: str) -> HttpResponseBase:
    """Give a helper a code for this draft or this supplement, or let it end."""
    held, actor = owned(request, uid)
    if actor.helper:
        return redirect("procedures:dossier", uid)
    code, error, given = "", None, None
    if request.method == "POST" and request.POST.get("end"):
        helping.end(uid, actor=actor)
    elif request.method == "POST":
        try:
            given, code = helping.give_code(uid, minutes=whole(request.POST.get("minutes", "")) or 0, actor=actor)
        except HuongError as refused:
            error = refused
    context = {
        "dossier": held,
        "code": code,
        "given": given,
        "error": error,
        "standing": helping.standing(held),
        "wants": held.state == WANTED,
        "choices": [(15, _("15 minutes")), (60, _("1 hour")), (240, _("4 hours")), (1440, _("24 hours"))][
            : 3 if held.state == WANTED else 4
        ],
    }
    return render(request, "procedures/citizen/helper.html", context, status=error.status if error else 200)


@require_http_methods(["GET", "POST"])
@signed_in
def help_with(request: HttpRequest) -> HttpResponseBase:
    """Come with somebody's code and fill in their draft."""
    error: HuongError | None = None
    if request.method == "POST" and isinstance(request.user, User):
        try:
            held = helping.enter(request.POST.get("code", "")[:40], by=request.user)
            return redirect("procedures:dossier", held.uid)
        except HuongError as refused:
            error = refused
    return render(request, "procedures/citizen/help.html", {"error": error}, status=error.status if error else 200)
