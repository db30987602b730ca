"""Matters taken along: the page that opens without a line, what its script asks for, and the list of devices."""

from typing import Any, cast

import orjson
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST, require_safe

from huong.base.errors import BadInput, HuongError, NotFound
from huong.people import access
from huong.people.access import needs, open_to_all, staff_only
from huong.people.models import User
from huong.reports import queries
from huong.reports.actions import taking
from huong.reports.actions.photos import most
from huong.reports.models import Report
from huong.reports.pages.desk import copies
from huong.reports.queries import taken as held

LONGEST_BODY = 64 * 1024
SHORTEST_KEY = 16


@require_safe
@open_to_all
@ensure_csrf_cookie
def page(request: HttpRequest) -> HttpResponse:
    """Show the page that reads what was taken along; it holds nothing of anybody, so a device may keep it."""
    answer = render(request, "reports/desk/taken.html", {"most": taking.MOST, "most_photos": most()})
    answer["Cache-Control"] = "no-cache"
    return answer


def _person(request: HttpRequest) -> User:
    return cast("User", request.user)


def _body(request: HttpRequest) -> dict[str, Any]:
    """Return what the script sent.

    Raises:
        BadInput: no JSON object.
    """
    try:
        found = orjson.loads(request.body[:LONGEST_BODY] or b"{}")
    except orjson.JSONDecodeError as error:
        raise BadInput(code="bad_json") from error
    if not isinstance(found, dict):
        raise BadInput(code="bad_json")
    return found


@needs("reports.handle")
@never_cache
def devices(request: HttpRequest) -> HttpResponse:
    """List on which devices matters were taken along; POST takes one's own along."""
    person = _person(request)
    if request.method == "POST":
        taken = taking.take_along(by=person, device=str(_body(request).get("device", "")))
        return JsonResponse(
            {
                "uid": taken.row.uid,
                "secret": taken.secret,
                "until": taken.row.until.isoformat(),
                "reports": [copies.copy_of(report, person) for report in taken.reports],
            },
            status=201,
        )
    return _devices(request, held.taken_by(person))


@staff_only
@never_cache
@require_safe
def all_devices(request: HttpRequest) -> HttpResponse:
    """List for administrators who took matters along on which device."""
    access.require_power(request.user, "people.manage")
    return _devices(request, held.taken_by_all(), everybody=True)


def _devices(request: HttpRequest, rows: list[Any], *, everybody: bool = False) -> HttpResponse:
    context = {
        "rows": rows,
        "everybody": everybody,
        "may_see_all": access.has_power(request.user, "people.manage"),
        "person": request.user,
    }
    return render(request, "reports/desk/devices.html", context)


@require_safe
@open_to_all
@never_cache
def state(request: HttpRequest, uid: str) -> HttpResponse:
    """Tell a device whether it may keep what was taken along, and which reports it must drop; its id is the right to ask.

    Raises:
        TakenEnded: it must wipe everything.
    """
    row = held.require_running(uid)
    taking.note_contact(row)
    return JsonResponse({"until": row.until.isoformat(), "drop": held.no_longer_theirs(row)})


@needs("reports.handle")
@never_cache
@require_POST
def key(request: HttpRequest, uid: str) -> HttpResponse:
    """Return the secret that opens what the signed-in officer took along."""
    return JsonResponse({"secret": taking.secret_of(uid, by=_person(request))})


@needs("reports.handle")
@never_cache
@require_safe
def now(request: HttpRequest, uid: str, number: str) -> HttpResponse:
    """Return a report of what was taken along as it stands now."""
    person = _person(request)
    row = held.require_unrevoked(uid)
    if row.user_id != person.pk:
        raise NotFound
    return JsonResponse(copies.copy_of(queries.require_visible(person, number), person))


@needs("reports.handle")
@never_cache
@require_POST
def carry(request: HttpRequest, uid: str) -> HttpResponse:
    """Make a move that was made without a line, once; answers with the report as it stands then."""
    person, given = _person(request), _body(request)
    sent_key, version = str(given.get("key", "")), given.get("version")
    if len(sent_key) < SHORTEST_KEY:
        raise BadInput(code="bad_key")
    done = taking.carry_out(
        uid,
        key=sent_key,
        number=str(given.get("number", "")),
        verb=str(given.get("verb", "")),
        by=person,
        text=str(given.get("text", "")),
        public=given.get("public", True) is True,
        photos=_photos(given.get("photos", [])),
        version=version if isinstance(version, int) else None,
    )
    return JsonResponse(
        {
            "number": done.report.number,
            "version": done.version,
            "state": queries.state_name(done.report.state),
            "repeated": done.repeated,
            "report": _still(done.report, person),
        }
    )


def _photos(given: Any) -> tuple[str, ...]:
    """Return the ids of photos that came with a move.

    Raises:
        BadInput: they are no list of ids.
    """
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        raise BadInput(code="bad_photos")
    return tuple(each[:40] for each in given[:100])


@needs("reports.handle")
@never_cache
@require_POST
def photo(request: HttpRequest, uid: str) -> HttpResponse:
    """Take in one photo of a move that was made without a line.

    Raises:
        BadInput: no file came.
    """
    file = request.FILES.get("file")
    if file is None:
        raise BadInput(code="no_file")
    taken = taking.take_photo_in(uid, cast("Any", file), name=file.name or "", by=_person(request))
    return JsonResponse({"id": taken.uid}, status=201)


def _still(report: Report, person: User) -> dict[str, Any] | None:
    """Return the copy of a report that is still the officer's to work on."""
    if not report.is_open or report.assignee_id != person.pk:
        return None
    return copies.copy_of(report, person)


@staff_only
@never_cache
@require_POST
def end(request: HttpRequest, uid: str) -> HttpResponse:
    """End what was taken along on a device: one's own, or as an administrator anybody's."""
    try:
        taking.end_taken(uid, by=_person(request))
    except HuongError as error:
        if "json" in request.headers.get("Accept", ""):
            raise
        messages.error(request, error.message)
        return redirect("/desk/reports/taken")
    if "json" in request.headers.get("Accept", ""):
        return JsonResponse({"ended": True})
    messages.success(request, _("Ended. The device wipes its copy as soon as it has a line."))
    return redirect("/desk/reports/taken/all" if request.POST.get("all") else "/desk/reports/taken")
