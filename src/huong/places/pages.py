"""The outlines for every map, and the page that tells where an old address lies today."""

from datetime import date

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, require_safe

from huong.base import ranges
from huong.base.errors import NotFound
from huong.places import queries, whereabouts

LONGEST = 300


def _tag(request: HttpRequest) -> str:
    units, boundaries = whereabouts.editions()
    return f'"{units}.{boundaries}.{request.GET.get("detail", "")[:8]}"'


@require_safe
@condition(etag_func=_tag)
def boundaries(request: HttpRequest) -> HttpResponse:
    """Return today's outlines as GeoJSON; `detail=full` gives every vertex."""
    document = whereabouts.boundaries_geojson(full=request.GET.get("detail") == "full")
    answer = HttpResponse(orjson.dumps(document), content_type="application/geo+json")
    answer["Cache-Control"] = "public, max-age=300"
    return answer


@require_safe
def basemap_facts(request: HttpRequest) -> HttpResponse:
    """Say under which address the city's base map lies, or an empty one where the city has none."""
    seal = queries.basemap()
    url = reverse("places:basemap", args=[seal]) if seal else ""
    answer = HttpResponse(orjson.dumps({"url": url, "format": "pmtiles"}), content_type="application/json")
    answer["Cache-Control"] = "public, max-age=300"
    return answer


@require_safe
def basemap(request: HttpRequest, seal: str) -> HttpResponseBase:
    """Serve the base map in the pieces that maps ask for; its address names its content, so it is kept for ever.

    Raises:
        NotFound: this is not the base map in force.
    """
    if seal != queries.basemap():
        raise NotFound(_("There is no such base map here."))
    return ranges.serve(request, queries.basemap_path(seal), content_type="application/vnd.pmtiles", tag=seal)


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Tell which ward or commune an old address lies in today, and list the units."""
    text = request.GET.get("q", "")[:LONGEST].strip()
    day, fault = _day(request.GET.get("on", ""))
    found = queries.resolve(text, as_of=day) if text and not fault else None
    context = {"text": text, "on": request.GET.get("on", ""), "fault": fault, "found": found, "units": queries.units()}
    return render(request, "places/find.html", context, status=400 if fault else 200)


def _day(text: str) -> tuple[date | None, str]:
    if not text.strip():
        return None, ""
    try:
        return date.fromisoformat(text.strip()), ""
    except ValueError:
        return None, _("This is not a date. Please choose a day, or leave it empty.")


@require_safe
def unit(request: HttpRequest, code: str) -> HttpResponse:
    """Show a unit of today: its facts and what it was made of."""
    found = queries.unit(code)
    return render(
        request,
        "places/unit.html",
        {"unit": found, "former": queries.former_units_of(code), "sub_areas": queries.sub_areas_of(code)},
    )


basemap_facts.access = "open"  # type: ignore[attr-defined]
basemap.access = "open"  # type: ignore[attr-defined]
boundaries.access = "open"  # type: ignore[attr-defined]
find.access = "open"  # type: ignore[attr-defined]
unit.access = "open"  # type: ignore[attr-defined]
