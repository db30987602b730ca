"""A draft in the citizen's hands: one page per step, papers, preview, sending. Everything works without scripts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huong.base import clock
from huong.base.errors import HuongError, NotFound
from huong.files import queries as files
from huong.procedures.actions import asking, papers, save
from huong.procedures.actions.acting import Actor
from huong.procedures.actions.bundling import resolve_all
from huong.procedures.actions.drafting import AMENDABLE
from huong.procedures.errors import FormFaults, NotAskedFor
from huong.procedures.models import Dossier
from huong.procedures.pages.owning import for_owner, owned, typed_before
from huong.procedures.queries.application import Application, Stage, application, is_english, title_of
from huong.procedures.queries.catalogue import procedure_name, state_name
from huong.procedures.queries.said import said
from huong.procedures.rules.fields import FormField, unkeepable


@dataclass(frozen=True)
class Place:
    """Where somebody is in the walk: number of this page, how many there are, where back and on lead."""

    number: int
    total: int
    back: str
    on: str


def address(stage: Stage) -> str:
    """Return the address of a page of the walk."""
    return f"/procedures/dossiers/{stage.dossier.uid}/{stage.step.key}"


def place_of(found: Application, uid: str, step: str) -> Place:
    """Return where a page lies: steps first, then papers, then the preview."""
    walk = found.walk
    pages = [address(each) for each in walk]
    here = f"/procedures/dossiers/{uid}/{step}"
    papers = any(not each.fixed for each in found.papers)
    after = [f"/procedures/dossiers/{found.lead.uid}/papers"] if papers else []
    last = f"/procedures/dossiers/{found.lead.uid}/preview"
    whole = [*pages, *after, last]
    if here not in whole:
        order = [address(each) for each in found.stages]
        seen = order.index(here) if here in order else len(order)  # the papers, of which none counts
        later = [page for page in whole if page not in order or order.index(page) > seen]
        return Place(1, len(whole), "", later[0] if later else last)
    at = whole.index(here)
    return Place(at + 1, len(whole), whole[at - 1] if at else "", whole[at + 1] if at + 1 < len(whole) else last)


def next_open(found: Application) -> str:
    """Return the page where something is still missing: a step, the papers, else the preview."""
    for stage in found.walk:
        if stage.is_open:
            return address(stage)
    uid = found.lead.uid
    lacking = any((each.need.required or each.asked) and not (each.is_there or each.fixed) for each in found.papers)
    return f"/procedures/dossiers/{uid}/{'papers' if lacking else 'preview'}"


@require_GET
@for_owner
def dossier(request: HttpRequest, uid: str) -> HttpResponseBase:
    """Lead to where a draft, or what an office asks for, goes on; show the receipt of what was sent."""
    held, actor = owned(request, uid)
    found = application(held, helper=actor.helper)
    if held.state in AMENDABLE:
        return redirect(next_open(found))
    rows = [(each, procedure_name(each.procedure), state_name(each.state, each.edition_id)) for each in found.dossiers]
    context = {"dossier": held, "found": found, "title": title_of(found), "rows": rows}
    return render(request, "procedures/citizen/receipt.html", context)


@require_http_methods(["GET", "POST"])
@for_owner
def step(request: HttpRequest, uid: str, step: str) -> HttpResponseBase:
    """Show one step with what is there and what is hers to say; save it and go on."""
    held, actor = owned(request, uid)
    if held.state not in AMENDABLE:
        return redirect("procedures:dossier", uid)
    if request.method == "POST":
        try:
            return _saved(request, held, step, actor)
        except NotAskedFor as refused:
            return _page(request, held, step, actor, refused=refused, status=refused.status)
    kept = typed_before(request)
    if kept:
        stage = application(held, helper=actor.helper).stage(uid, step)
        typed = {each.path: value for each, value in _typed_fields(stage, kept) if not unkeepable(each, value)}
        save(uid, typed, actor=actor, meanwhile=meanwhile_of(kept))
    return _page(request, held, step, actor, notice=_("What you had typed is still here.") if kept else "")


def meanwhile_of(post: Any) -> frozenset[str]:
    """Return the fields whose source was still being asked when the page was made."""
    given = post.getlist("asking") if isinstance(post, QueryDict) else [post.get("asking", "")]
    return frozenset(path[:120] for path in given if path)


def typed_of(stage: Stage, post: Any) -> dict[str, Any]:
    """Return what a page sent, by path: boxes that were left empty say no. What is fixed counts if it was sent."""
    found: dict[str, Any] = {}
    meanwhile = meanwhile_of(post)
    for each in stage.fields:
        if each.locked and not each.fixed and each.field.path not in meanwhile:
            continue
        if each.field.kind == "yesno" and not each.fixed:
            found[each.field.path] = post.get(each.field.path) == "true"
        elif each.field.path in post:
            found[each.field.path] = post.get(each.field.path, "")
    return found


def _saved(request: HttpRequest, held: Dossier, step: str, actor: Actor) -> HttpResponseBase:
    stage = application(held, helper=actor.helper).stage(held.uid, step)
    typed, meanwhile = typed_of(stage, request.POST), meanwhile_of(request.POST)
    try:
        faults = save(held.uid, typed, actor=actor, meanwhile=meanwhile)
    except FormFaults as refused:
        odd = refused.details["faults"]
        save(held.uid, _without(typed, odd), actor=actor, meanwhile=meanwhile)
        shown = {path: str(typed[path]) for path in odd}
        return _page(request, held, step, actor, faults=odd, typed=shown, status=422)
    resolve_all(held.uid, actor=actor)
    if "again" in request.POST:
        return redirect(f"/procedures/dossiers/{held.uid}/{step}")
    found = application(held, helper=actor.helper)
    paths = {each.field.path for each in found.stage(held.uid, step).asks if each.state != "asking"}
    wrong = {path: sentence for path, sentence in said(faults).items() if path in paths}
    if wrong:
        return _page(request, held, step, actor, faults=wrong, status=422)
    if _has_more(stage, found.stage(held.uid, step)):
        return redirect(f"/procedures/dossiers/{held.uid}/{step}")
    return redirect(place_of(found, held.uid, step).on)


def _typed_fields(stage: Stage, post: Any) -> list[tuple[FormField, Any]]:
    known = {each.field.path: each.field for each in stage.fields}
    return [(known[path], value) for path, value in typed_of(stage, post).items()]


def _without(typed: dict[str, Any], odd: Mapping[str, str]) -> dict[str, Any]:
    """Return what can be saved of what was typed."""
    return {path: value for path, value in typed.items() if path not in odd}


def _has_more(before: Stage, after: Stage) -> bool:
    """Return whether what was answered brought further questions on the same page."""
    known = {each.field.path for each in before.fields}
    return any(
        each.said or (each.field.path not in known and each.value in (None, "") and each.state != "asking")
        for each in after.asks
    )


def _page(
    request: HttpRequest,
    held: Dossier,
    step: str,
    actor: Actor,
    *,
    faults: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
    refused: HuongError | None = None,
    notice: str = "",
    status: int = 200,
) -> HttpResponse:
    found = looked_at(held, actor)
    stage = found.stage(held.uid, step)
    stage = as_typed(stage, typed or {})
    times = [each.part.changed_at for each in stage.asks if each.part is not None]
    context = {
        "dossier": held,
        "found": found,
        "stage": stage,
        "title": title_of(found),
        "place": place_of(found, held.uid, step),
        "faults": faults or {},
        "unsaved": bool(typed),
        "refused": refused,
        "notice": notice,
        "helper": actor.helper,
        "saved_at": max(times) if times else None,
        "now": clock.now(),
        "english": is_english(),
    }
    return render(request, "procedures/citizen/step.html", context, status=status)


def as_typed(stage: Stage, typed: Mapping[str, str]) -> Stage:
    """Return a page with what was typed and could not be kept, so that it can be put right there."""
    shown = [replace(each, value=typed.get(each.field.path, each.value)) for each in stage.fields]
    return replace(stage, fields=tuple(shown))


def looked_at(held: Dossier, actor: Actor) -> Application:
    """Return an application for a page; where sources are still asked, with what they have said by now."""
    found = application(held, helper=actor.helper)
    if found.asking and held.state in AMENDABLE:
        resolve_all(held.uid, actor=actor)
        found = application(held, helper=actor.helper)
    return found


@require_POST
@for_owner
def choose(request: HttpRequest, uid: str, step: str) -> HttpResponseBase:
    """Take what a source says in the place of her own word, or keep her word; what else she typed is saved before."""
    held, actor = owned(request, uid)
    stage = application(held, helper=actor.helper).stage(uid, step)
    save(uid, typed_of(stage, request.POST), actor=actor, meanwhile=meanwhile_of(request.POST))
    use = "take" in request.POST
    path = request.POST.get("take" if use else "keep", "")[:120]
    asking.choose(uid, path, use=use, actor=actor)
    return redirect(f"/procedures/dossiers/{uid}/{step}#{path}")


@require_POST
@for_owner
def autosave(request: HttpRequest, uid: str, step: str) -> HttpResponseBase:
    """Save what is typed while she types; answers when, for the line under the button."""
    held, actor = owned(request, uid)
    try:
        typed, meanwhile = (
            typed_of(application(held, helper=actor.helper).stage(uid, step), request.POST),
            meanwhile_of(request.POST),
        )
        try:
            save(uid, typed, actor=actor, confirmed=False, meanwhile=meanwhile)
        except FormFaults as refused:
            rest = _without(typed, refused.details["faults"])
            save(uid, rest, actor=actor, confirmed=False, meanwhile=meanwhile)
            raise
    except HuongError as error:
        return JsonResponse({"detail": str(error.message)}, status=error.status)
    return JsonResponse({"saved": clock.local(clock.now()).strftime("%H:%M")})


@require_http_methods(["GET", "POST"])
@for_owner
def paper_list(request: HttpRequest, uid: str) -> HttpResponseBase:
    """Show the papers that count: what is known already, what she adds as photo or PDF."""
    held, actor = owned(request, uid)
    if held.state not in AMENDABLE:
        return redirect("procedures:dossier", uid)
    error: HuongError | None = None
    notice = ""
    if request.method == "POST":
        try:
            notice = _paper(request, held)
        except HuongError as refused:
            error = refused
        if error is None and not notice:
            return redirect(f"/procedures/dossiers/{uid}/papers")
    found = looked_at(held, actor)
    context = {
        "dossier": held,
        "found": found,
        "title": title_of(found),
        "place": place_of(found, found.lead.uid, "papers"),
        "error": error,
        "fault": request.POST.get("paper", ""),
        "notice": notice,
        "helper": actor.helper,
    }
    return render(request, "procedures/citizen/papers.html", context, status=error.status if error else 200)


def _paper(request: HttpRequest, held: Dossier) -> str:
    """Take in, take away or put off a paper; returns a sentence if there is something to say."""
    (of, actor), key = owned(request, request.POST.get("dossier", held.uid)), request.POST.get("paper", "")[:120]
    if digest := request.POST.get("remove"):
        papers.remove(of.uid, key, digest[:64], actor=actor)
        return ""
    if request.POST.get("later"):
        papers.come_later(of.uid, key, actor=actor)
        return ""
    cleaned = False
    for file in request.FILES.getlist("files"):
        _part, changed = papers.add(of.uid, key, file.file or file, name=file.name or "", actor=actor)  # type: ignore[arg-type]
        cleaned = cleaned or changed
    return (
        _("The file held a script; it was taken out. Please look whether the paper is still whole.") if cleaned else ""
    )


@require_GET
@for_owner
def paper(request: HttpRequest, uid: str, key: str) -> HttpResponseBase:
    """Return a paper that she sent, as PDF."""
    held, actor = owned(request, uid)
    part = held.parts.filter(kind="paper", key=key, blob__isnull=False).first()
    seen = {(each.dossier.pk, each.need.key) for each in application(held, helper=actor.helper).papers}
    if part is None or part.blob is None or (held.pk, key) not in seen:
        raise NotFound(_("This file is not kept here."))
    answer = FileResponse(files.open_blob(part.blob), content_type="application/pdf", filename=f"{key}.pdf")
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
