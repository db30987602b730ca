"""What lies where on the map that moves: clusters of public reports for a box, closer the nearer one looks."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from huong.base.errors import BadInput
from huong.people.access import open_to_all
from huong.reports.pages.citizen_list import chosen, found, mapped
from huong.reports.queries.mapping import Cluster, clusters_in

SECONDS = 60


@require_safe
@open_to_all
def groups(request: HttpRequest) -> HttpResponse:
    """Return the public reports that the list's filters leave, in clusters, as GeoJSON.

    With `box` (west,south,east,north) small enough, clusters are squares of about 110 m with the newest report's
    number; otherwise they are the cells of the whole city. What may be shown only as a count of its ward is in no
    square.

    Raises:
        BadInput: the box is none.
    """
    picked, box = chosen(request), _box(request.GET.get("box", ""))
    near = clusters_in(mapped(picked), box) if box else None
    groups = found(picked).groups if near is None else near
    answer = JsonResponse(
        {"type": "FeatureCollection", "close": near is not None, "features": [_feature(each) for each in groups]},
        content_type="application/geo+json",
    )
    answer["Cache-Control"] = f"public, max-age={SECONDS}"
    return answer


def _box(text: str) -> tuple[float, float, float, float] | None:
    if not text:
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as error:
        raise BadInput(code="no_box") from error
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise BadInput(code="no_box")
    return west, south, east, north


def _feature(each: Cluster) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"total": each.count, "newest": each.newest},
        "geometry": {"type": "Point", "coordinates": [round(each.lon, 5), round(each.lat, 5)]},
    }
