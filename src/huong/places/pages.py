"""The outlines for every map."""

import orjson
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import condition, require_safe

from huong.places import whereabouts


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


boundaries.access = "open"  # type: ignore[attr-defined]
