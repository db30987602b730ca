"""Small answers for the scripts of the citizens' pages: the ward of a position, the map to tap, the offline worker."""

from datetime import timedelta
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from huong.base import limits
from huong.base.errors import BadInput
from huong.people.access import open_to_all
from huong.people.names import names
from huong.people.sessions import address_of
from huong.places import queries as places
from huong.reports.actions.placing import locate
from huong.reports.actions.sending import hashed_source
from huong.reports.errors import OutsideTheCity
from huong.reports.pages.citizen_drawing import drawing
from huong.ui import maps

NEAREST = 3
SCRIPTS = ("start", "store", "outbox", "form", "photos", "place", "suggest", "drafts")
LOOK = ("ui/js/page.js", "ui/js/theme.js", "ui/js/keys.js", "icons/lucide.svg")


@csrf_exempt
@open_to_all
@require_POST
def whereabouts(request: HttpRequest) -> HttpResponse:
    """Return the wards or communes that may hold a position, nearest first; or that it lies outside the city.

    The position is not kept.

    Raises:
        BadInput: no point, or none on Earth.
        TooMany: more than a hand can ask.
    """
    limits.take(f"reports.where:{hashed_source(address_of(request))}", rate=600, per=timedelta(hours=1))
    try:
        given = orjson.loads(request.body)
        lon, lat = float(given["lon"]), float(given["lat"])
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise BadInput(code="no_point") from error
    try:
        locate(point=(lon, lat))
    except OutsideTheCity as error:
        return JsonResponse({"sure": False, "units": [], "outside": error.message})
    located, named = places.unit_at(lon, lat), names()
    found: list[Any] = [located.unit] if located.unit else [each.unit for each in located.candidates[:NEAREST]]
    return JsonResponse(
        {"sure": located.unit is not None, "units": [named.unit(each.code, otherwise=str(each)) for each in found]}
    )


@require_safe
@open_to_all
def ward_map(request: HttpRequest) -> HttpResponse:
    """Return the outlines of the wards and communes as a drawing to tap."""
    outlines = drawing()
    drawn = maps.coloured(outlines, {}) if outlines else None
    answer = render(
        request, "reports/citizen/parts/ward_map.html", {"map": drawn, "names": dict(names().units_to_choose())}
    )
    answer["Cache-Control"] = "public, max-age=3600"
    return answer


@require_safe
@open_to_all
def worker(request: HttpRequest) -> HttpResponse:
    """Return the worker that opens the form and the rescue page without a line."""
    kept = [static(f"reports/js/{name}.js") for name in SCRIPTS] + [static(name) for name in LOOK]
    plain = [f"/static/reports/js/{name}.js" for name in SCRIPTS]
    context = {"kept": orjson.dumps(sorted({*kept, *plain})).decode()}
    answer = render(request, "reports/citizen/worker.js", context, content_type="text/javascript; charset=utf-8")
    answer["Service-Worker-Allowed"] = "/"
    answer["Cache-Control"] = "no-cache"
    return answer
