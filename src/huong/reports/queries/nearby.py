"""What is near, and what is the same: suggested before sending and while screening."""

import math
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import QuerySet

from huong.base import clock
from huong.reports.models import Report
from huong.reports.queries.book import book
from huong.reports.queries.lists import public
from huong.reports.rules import similarity as rules

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
        text: the words, place included.
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
    wanted, days = rules.words_in(text), (clock.now() - since).total_seconds()
    found = []
    for each in candidates:
        away = metres_between(point, each.point) if point and each.point else None
        if away is None or away <= metres:
            likeness = rules.Likeness(
                None if away is None else 1 - away / metres,
                rules.kind_in_common(each.category, category),
                rules.in_common(wanted, rules.words_in(each.words.folded)),
                max(0.0, (each.received_at - since).total_seconds() / days),
            )
            found.append(Similar(each, away, likeness.score))
    return sorted((each for each in found if each.score >= rules.ENOUGH), key=lambda each: -each.score)[:limit]


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
