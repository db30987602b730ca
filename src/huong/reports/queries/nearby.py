"""What is near, and what is the same: suggested before sending and while screening."""

import math
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import QuerySet

from huong.base import clock
from huong.reports.models import Report
from huong.reports.queries.book import book
from huong.reports.queries.lists import public
from huong.reports.queries.words import words_of

METRES_PER_DEGREE = 111_320.0
CANDIDATES = 300


@dataclass(frozen=True)
class Similar:
    """A report that may be the same matter.

    Attributes:
        metres: how far, None where one of both has no point.
        score: 0 to 1: nearness, same kind, common words, time.
    """

    report: Report
    metres: float | None
    score: float


def metres_between(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the distance of two points (longitude, latitude) in metres, good for a few kilometres.

    >>> round(metres_between((107.59, 16.46), (107.59, 16.461)))
    111
    """
    east = (b[0] - a[0]) * METRES_PER_DEGREE * math.cos(math.radians((a[1] + b[1]) / 2))
    north = (b[1] - a[1]) * METRES_PER_DEGREE
    return math.hypot(east, north)


def near(rows: QuerySet[Report], point: tuple[float, float], metres: float) -> QuerySet[Report]:
    """Return the rows in a square around a point, by the cells around it."""
    import h3

    cells = h3.grid_disk(h3.latlng_to_cell(point[1], point[0], 8), max(1, math.ceil(metres / 700)))
    south = metres / METRES_PER_DEGREE
    west = south / math.cos(math.radians(point[1]))
    return rows.filter(
        cell__in=list(cells),
        lon__range=(point[0] - west, point[0] + west),
        lat__range=(point[1] - south, point[1] + south),
    )


def similar(
    *,
    category: str = "",
    point: tuple[float, float] | None = None,
    unit: str = "",
    text: str = "",
    only_public: bool = True,
    leave_out: int | None = None,
    limit: int = 5,
) -> list[Similar]:
    """Return open or lately answered reports that may be the same matter, the most likely first.

    Args:
        category: a key; others of its main category count less.
        point: where; without it the unit must be the same and words common.
        only_public: for citizens; officers see all.
        leave_out: the id of the report that is compared.
    """
    held = book()
    metres = float(held.setting("duplicate_metres", 150))
    since = clock.now() - timedelta(days=int(held.setting("duplicate_days", 84)))
    rows = (public() if only_public else Report.objects.filter(merged_into=None)).filter(received_at__gte=since)
    if point is not None:
        rows = near(rows, point, metres)
    elif unit:
        rows = rows.filter(unit=unit, is_open=True)
    else:
        return []
    candidates = rows.exclude(pk=leave_out or 0).select_related("words").order_by("-id")[:CANDIDATES]
    wanted = set(words_of(text)) if len(text) < 400 else set(words_of(text[:400]))
    scored = (_scored(each, category, point, wanted, metres) for each in candidates)
    found = [each for each in scored if each is not None and each.score >= 0.35]
    return sorted(found, key=lambda each: -each.score)[:limit]


def _scored(
    report: Report, category: str, point: tuple[float, float] | None, words: set[str], metres: float
) -> Similar | None:
    distance = metres_between(point, report.point) if point and report.point else None
    if distance is not None and distance > metres:
        return None
    nearness = 1 - distance / metres if distance is not None else 0.0
    same = 1.0 if report.category == category else 0.5 if _main(report.category) == _main(category) else 0.0
    own = set(report.words.folded.split())
    common = len(words & own) / max(1, len(words)) if words else 0.0
    age = (clock.now() - report.received_at).days
    recent = max(0.0, 1 - age / 84)
    return Similar(report, distance, round(0.35 * nearness + 0.3 * same + 0.25 * common + 0.1 * recent, 3))


def _main(category: str) -> str:
    return category.split(".", maxsplit=1)[0]


def similar_to(report: Report, *, limit: int = 5) -> list[Similar]:
    """Return what may be the same matter as a report, for screening."""
    return similar(
        category=report.category,
        point=report.point,
        unit=report.unit,
        text=report.words.folded,
        only_public=False,
        leave_out=report.pk,
        limit=limit,
    )
