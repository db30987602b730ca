"""One dossier at the desk: everything that its purpose allows, and exactly the moves that are allowed."""

from typing import Any, cast

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from huong.base import clock
from huong.base.errors import HuongError, KeyDestroyed, NotFound
from huong.files import queries as files
from huong.files.kinds import media_type
from huong.people import access
from huong.people.access import needs
from huong.people.models import User
from huong.people.names import names
from huong.procedures import queries
from huong.procedures.actions import issuing, verifying
from huong.procedures.actions.bulk import Outcome
from huong.procedures.actions.undoing import UNDOABLE
from huong.procedures.models import Action, Dossier
from huong.procedures.pages.desk import looks, many, moves, receipts, rows, telling
from huong.procedures.pages.desk.parts import Parts
from huong.procedures.queries import official, screen
from huong.procedures.queries.lists import READ
from huong.procedures.queries.values import opened, scope_of

FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"


@needs(READ)
def page(request: HttpRequest, uid: str) -> HttpResponse:
    """Show a dossier. That it was opened is recorded, and the person can see it."""
    return _page(request, queries.require_visible(_person(request), uid))


def _person(request: HttpRequest) -> User:
    return cast("User", request.user)


def _page(request: HttpRequest, dossier: Dossier, *, error: HuongError | None = None, tried: str = "") -> HttpResponse:
    person = _person(request)
    actions = list(dossier.actions.select_related("by"))
    parts = queries.parts_of(dossier)
    answers, erased = _answers(dossier, parts)
    asked = queries.is_only_asked(person, dossier)
    groups = screen.groups_of(dossier, parts, answers, without_contact=asked)
    papers = screen.papers_of(dossier, parts, answers)
    _record(request, dossier, groups, papers, answers)
    titles = {each.key: each.title for group in groups for each in group.fields} | {
        each.key: each.title for each in papers
    }
    questions = list(dossier.consultations.select_related("answered_by").order_by("asked_at", "id"))
    open_ones = [each for each in questions if each.answered_at is None]
    named = names({dossier.agency, *(each.to_agency for each in actions), *(each.agency for each in questions)})
    around = moves.Surroundings(
        named,
        list(titles.items()),
        [each.agency for each in open_ones],
        [each.agency for each in open_ones if each.due_at < clock.now()],
    )
    own = set(access.agencies_of(person))
    told = [each for each in actions if _is_for(each, own)] if asked else actions
    may_verify = dossier.is_open and access.has_power(person, "procedures.handle", dossier.agency)
    written = Parts(dossier.uid, may_verify=may_verify, token=get_token(request))
    context = {
        "dossier": dossier,
        "asked": asked,
        "row": rows.row_of(dossier, named),
        "state": telling.state_of(dossier),
        "agency": named.agency(dossier.agency),
        "returns_to": named.agency(dossier.returns_to) if dossier.returns_to else "",
        "groups": written.groups(groups),
        "papers": written.papers(papers),
        "official": [] if asked else official.forms_of(actions, parts),
        "erased": erased,
        "clock": telling.lines(dossier, actions),
        "hops": telling.hops(dossier, actions, named),
        "story": telling.told(told, queries.words_of(told, dossier), named, titles),
        "questions": [_question(dossier, each, named) for each in questions if not asked or each.agency in own],
        "siblings": _siblings(dossier, person),
        "contact": opened(scope_of(dossier), dossier.sealed_contact, "contact") if not (erased or asked) else None,
        "forms": moves.forms_of(dossier, person, around, typed=request.POST if tried else None, tried=tried),
        "error": error,
    }
    return render(request, "procedures/desk/dossier.html", context, status=error.status if error else 200)


def _is_for(action: Action, agencies: set[str]) -> bool:
    """Return whether an agency that was asked reads of an action: no notes of others, and no questions to others."""
    to = action.facts.get("to") if action.verb in {"consult", "answer_consultation"} else None
    return (action.is_public or action.agency in agencies) and (to is None or to in agencies)


def _answers(dossier: Dossier, parts: list[Any]) -> tuple[dict[str, Any], bool]:
    """Return the answers, and whether everything was erased at the person's request."""
    answers = queries.answers_of(dossier, parts)
    return answers, not answers and any(part.sealed for part in parts)


def _record(
    request: HttpRequest,
    dossier: Dossier,
    groups: list[screen.Group],
    papers: list[screen.Shown],
    answers: dict[str, Any],
) -> None:
    """Write down, once per opening, that this officer reads about these persons, for this dossier."""
    if looks.is_open(request, dossier):
        return
    fields = screen.shown_fields(groups) + [each.key for each in papers if each.blob]
    looks.note(_person(request), dossier, dossier.applicant.public_id, fields or ["name"])
    for public_id, step in screen.others_in(dossier, answers).items():
        theirs = [path for path in fields if path.startswith(f"{step}.")]
        if theirs:
            looks.note(_person(request), dossier, public_id, theirs)
    looks.keep_open(request, dossier)


def _question(dossier: Dossier, each: Any, named: Any) -> dict[str, Any]:
    scope = scope_of(dossier)
    try:
        asked, answer = opened(scope, each.sealed_question, "question"), opened(scope, each.sealed_answer, "answer")
    except KeyDestroyed:
        asked = answer = ""
    return {
        "agency": named.agency(each.agency),
        "asked_at": each.asked_at,
        "due_at": each.due_at,
        "question": asked,
        "answer": answer,
        "answered_at": each.answered_at,
        "by": str(each.answered_by) if each.answered_by else "",
        "agrees": each.agrees,
    }


def _siblings(dossier: Dossier, person: User) -> list[dict[str, str]]:
    """Return the other dossiers of the same life event, as far as this officer may see them."""
    if dossier.bundle is None:
        return []
    others = queries.visible_to(person).filter(bundle=dossier.bundle).exclude(pk=dossier.pk).order_by("id")
    return [
        {
            "url": rows.url_of(each.uid),
            "title": queries.procedure_name(each.procedure),
            "state": queries.state_name(each.state, each.edition_id),
        }
        for each in others
    ]


@needs(READ)
@require_POST
def move(request: HttpRequest, uid: str, verb: str) -> HttpResponse:
    """Make a move; a refusal shows the newest state beside what was typed, so nothing is lost."""
    person = _person(request)
    dossier = queries.require_visible(person, uid)
    try:
        moves.run(uid, verb, request.POST, by=person)
    except HuongError as error:
        newest = queries.visible_to(person).select_related("applicant", "assignee", "edition", "bundle")
        return _page(request, newest.filter(pk=dossier.pk).first() or dossier, error=error, tried=verb)
    after = queries.visible_to(person).filter(pk=dossier.pk).first()
    if after is None:
        messages.success(request, _("Done. The dossier is with another agency now."))
        many.show(request, Outcome(done=[uid]), undoable=verb in UNDOABLE)
        return redirect("/desk/dossiers/")
    messages.success(request, f"{rows.number(after)}: {telling.state_of(after)}")
    return redirect(rows.url_of(uid))


@needs("procedures.handle")
@require_POST
def verify(request: HttpRequest, uid: str) -> HttpResponse:
    """Compare one field with its source, or note that a paper's original was seen."""
    person = _person(request)
    dossier = queries.require_visible(person, uid)
    part = request.POST.get("part", "")
    try:
        told = verifying.verify(uid, part=part, by=person)
    except HuongError as error:
        return _page(request, dossier, error=error)
    say = messages.success if told.outcome in {"same", "seen"} else messages.warning
    say(request, telling.outcome_name(told.outcome))
    return redirect(f"{rows.url_of(uid)}#part-{part}")


@needs(READ)
@xframe_options_sameorigin
def paper(request: HttpRequest, uid: str, key: str) -> HttpResponseBase:
    """Send the file of a paper, as it is shown inside the page; a PDF may run nothing. Opened by itself it is recorded.

    Raises:
        NotFound: the dossier has no such paper, or it has no file.
    """
    dossier = queries.require_visible(_person(request), uid)
    held = dossier.parts.filter(kind="paper", key=key, blob__isnull=False).first()
    if held is None or held.blob is None:
        raise NotFound(_("This paper has no file."))
    blob = files.blob(held.blob)
    if blob.kind not in {"pdf", "jpeg", "png"}:
        raise NotFound(_("This paper has no file that can be shown."))
    if not looks.is_open(request, dossier):
        looks.note(_person(request), dossier, dossier.applicant.public_id, [key])
    response = FileResponse(files.open_blob(blob.pk), content_type=media_type(blob.kind))
    response.headers["Content-Disposition"] = "inline"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = FILE_POLICY
    return response


@needs(READ)
def form(request: HttpRequest, uid: str, key: str) -> HttpResponseBase:
    """Send an official form of a dossier (01 to 05), to be read and printed.

    Raises:
        Forbidden: it is not theirs, or their agency was only asked for an opinion: the forms say how she is reached.
        NotFound: the dossier has no such form.
    """
    person = _person(request)
    return receipts.file_of(issuing.form_of(queries.require_whole(person, uid), key, by=person))
