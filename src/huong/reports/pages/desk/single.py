"""One report at the desk: its story, its clocks, who has it, what can be done next."""

from typing import Any, cast

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from huong.base.errors import BadInput, HuongError, KeyDestroyed, NotFound
from huong.files import queries as files
from huong.people import access
from huong.people.access import needs
from huong.people.models import User
from huong.people.names import names
from huong.reports import actions, queries
from huong.reports.actions import lines
from huong.reports.actions import photos as photo_verbs
from huong.reports.models import Report, Reporter, ReportPhoto
from huong.reports.pages.desk import moves, rows, telling
from huong.reports.queries import cities

SIZES = {"small", "large"}


@needs("reports.read")
def page(request: HttpRequest, number: str) -> HttpResponse:
    """Show a report with its story and the forms of what may be done."""
    return _page(request, queries.require_visible(_person(request), number, "reporter", "guess"))


def _person(request: HttpRequest) -> User:
    return cast("User", request.user)


def _page(
    request: HttpRequest,
    report: Report,
    *,
    error: HuongError | None = None,
    tried: str = "",
    typed: dict[str, str] | None = None,
    contact: dict[str, str] | None = None,
    original: tuple[int, str] | None = None,
) -> HttpResponse:
    person, reporter = _person(request), _reporter(report)
    may_contact = access.has_power(person, "reports.contact", report.agency)
    hops = queries.hops_of(report)
    named = names({report.agency, *(hop.agency for hop in hops)}, {report.unit} if report.unit else ())
    story = queries.story(report, "staff")
    context = {
        "report": report,
        "row": rows.row_of(report, named),
        "unit": named.unit(report.unit) if report.unit else "",
        "agency": named.agency(report.agency) if report.agency else "",
        "state": queries.state_name(report.state),
        "promise": queries.promise_of(report),
        "story": telling.told(story, named),
        "hops": [telling.leg(hop, named) for hop in hops],
        "similar": queries.similar_to(report) if report.state == "received" else [],
        "parts": list(report.children.order_by("id")),
        "reporter": reporter,
        "others": _others(reporter),
        "contact": contact,
        "lines": list(lines.lines_of(report)) if may_contact else [],
        "elsewhere": cities.elsewhere(report),
        "guess": _guess(report),
        "original": original,
        "error": error,
        "forms": moves.forms_of(report, person, typed=typed or {}, tried=tried),
        "may_contact": may_contact,
        "may_outbox": any(access.has_power(person, power) for power in ("reports.rules", "system.operate")),
        "may_moderate": access.has_power(person, "reports.moderate", report.agency),
    }
    return render(request, "reports/desk/report.html", context, status=error.status if error else 200)


def _guess(report: Report) -> dict[str, object] | None:
    """Return what the model guessed, in words for officers."""
    held = queries.guess_of(report)
    return {"held": held, "name": queries.category_name(held.category)} if held else None


def _reporter(report: Report) -> Reporter | None:
    return getattr(report, "reporter", None)


def _others(held: Reporter | None) -> int:
    """Return how many more reports came from the same phone or mail; one conversation, whatever the channel."""
    if held is None or not (held.phone_hash or held.mail_hash):
        return 0
    field = "phone_hash" if held.phone_hash else "mail_hash"
    return Reporter.objects.filter(**{field: getattr(held, field)}).count() - 1


@needs("reports.read")
@require_POST
def move(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Make a move; a refusal shows the newest state beside what was typed, so nothing is lost."""
    person = _person(request)
    report = queries.require_visible(person, number)
    data = request.POST.dict()
    try:
        _take_photos(request, data, person)
        moved = moves.run(number, verb, data, by=person)
    except HuongError as error:
        newest = queries.visible_to(person).filter(pk=report.pk).select_related("assignee", "parent").first()
        return _page(request, newest or report, error=error, tried=verb, typed=data)
    messages.success(request, f"{moved.number}: {queries.state_name(moved.state)}")
    still = queries.visible_to(person).filter(pk=moved.pk).exists()
    return redirect(rows.url_of(number) if still else "/desk/reports/")


def _take_photos(request: HttpRequest, data: dict[str, str], person: User) -> None:
    """Take the photos of a move in; those taken before a refusal are still there."""
    uids = [uid for uid in data.get("photos", "").split(",") if uid]
    files = [file for file in request.FILES.getlist("files") if file]
    photo_verbs.require_number((*uids, *(str(place) for place in range(len(files)))))
    for file in files:
        uids.append(actions.take_photo(cast("Any", file), name=file.name or "", by=person).uid)
        data["photos"] = ",".join(uids)


@needs("reports.contact")
@require_POST
def contact(request: HttpRequest, number: str) -> HttpResponse:
    """Show name and contact of whoever sent a report, after saying why; the look is recorded."""
    person = _person(request)
    report = queries.require_visible(person, number)
    try:
        found = actions.contact(number, by=person, purpose=request.POST.get("purpose", ""))
    except (BadInput, NotFound, KeyDestroyed) as error:
        return _page(request, report, error=error)
    return _page(request, report, contact=found)


@needs("reports.contact")
@require_POST
def conversation(request: HttpRequest, number: str) -> HttpResponse:
    """Say that the writers of two reports are one person, or that a line is somebody else's."""
    person = _person(request)
    report = queries.require_visible(person, number)
    line = request.POST.get("line", "")
    try:
        if line.isdigit():
            lines.unfold(number, line=int(line), by=person)
            messages.success(request, _("The line is a conversation of its own now."))
        else:
            other = queries.require_visible(person, request.POST.get("other", ""))
            lines.fold(other.number, into=number, by=person)
            messages.success(request, _("What they write by any of these lines is one conversation now."))
    except HuongError as error:
        return _page(request, report, error=error)
    return redirect(f"{rows.url_of(number)}#who")


@needs("reports.moderate")
@require_POST
def words(request: HttpRequest, number: str, words_id: int) -> HttpResponse:
    """Edit words, hide or show them, or read what they said before."""
    person = _person(request)
    report = queries.require_visible(person, number)
    kind = request.POST.get("do", "")
    try:
        if kind == "original":
            purpose = request.POST.get("purpose", "").strip() or _("to check what was edited out")
            text = actions.original_words(number, words_id=words_id, by=person, purpose=purpose)
            return _page(request, report, original=(words_id, text))
        if kind == "edit":
            actions.edit_words(number, words_id=words_id, text=request.POST.get("text", ""), by=person)
        else:
            verb = actions.hide if kind == "hide" else actions.show
            verb(number, words_id=words_id, by=person)
    except HuongError as error:
        return _page(request, report, error=error)
    return redirect(f"{rows.url_of(number)}#words-{words_id}")


@needs("reports.moderate")
@require_POST
def moderate(request: HttpRequest, number: str) -> HttpResponse:
    """Hide or show a whole report or one photo, or blur a part of a photo."""
    person = _person(request)
    report = queries.require_visible(person, number)
    photo, kind = request.POST.get("photo", ""), request.POST.get("do", "")
    try:
        if kind == "blur":
            actions.blur(number, photo=photo, box=_box(request), by=person)
        else:
            verb = actions.hide if kind == "hide" else actions.show
            verb(number, photo=photo, by=person)
    except HuongError as error:
        return _page(request, report, error=error)
    return redirect(rows.url_of(number))


def _box(request: HttpRequest) -> tuple[float, float, float, float]:
    """Return the rectangle that was drawn or typed, in per cent of the picture, as shares."""
    try:
        left, top, width, height = (
            float(request.POST.get(name, "").replace(",", ".")) / 100 for name in ("left", "top", "width", "height")
        )
    except ValueError as error:
        raise BadInput(_("Please say where to blur: four numbers from 0 to 100."), code="bad_box") from error
    return left, top, width, height


@needs("reports.contact")
@require_POST
def erase(request: HttpRequest, number: str) -> HttpResponse:
    """Erase whoever sent a report, because they asked for it; the facts stay."""
    person = _person(request)
    report = queries.require_visible(person, number)
    try:
        count = actions.erase_reporter(number, by=person, all_of_them=request.POST.get("all") == "1")
    except HuongError as error:
        return _page(request, report, error=error)
    messages.success(request, _("Erased in %(count)d reports. What, where and when stays.") % {"count": count})
    return redirect(rows.url_of(number))


@needs("reports.read")
def photo(request: HttpRequest, number: str, uid: str, size: str) -> HttpResponseBase:
    """Send a photo of a report to an officer who may see the report."""
    report = queries.require_visible(_person(request), number)
    held = ReportPhoto.objects.filter(report=report, uid=uid).first()
    if held is None or size not in SIZES:
        raise NotFound
    response = FileResponse(files.open_blob(getattr(held, size)), content_type="image/jpeg")
    response.headers["Cache-Control"] = "private, max-age=600"
    return response


@needs("reports.read")
def printed(request: HttpRequest, number: str) -> HttpResponse:
    """Show a report on one sheet, for the file and for the road; no contact on it."""
    report = queries.require_visible(_person(request), number)
    named = names({report.agency}, {report.unit} if report.unit else ())
    context = {
        "report": report,
        "row": rows.row_of(report, named),
        "state": queries.state_name(report.state),
        "agency": named.agency(report.agency),
        "unit": named.unit(report.unit) if report.unit else "",
        "story": telling.told(queries.story(report, "staff"), named),
        "photos": queries.photos_of(report, "staff"),
    }
    return render(request, "reports/desk/print.html", context)
