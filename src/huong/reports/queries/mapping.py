"""The map of public reports, counted by the database: by ward or commune, and in clusters by cell."""

from dataclasses import dataclass

from django.db.models import Avg, Count, QuerySet
from django.db.models.functions import Round

from huong.reports.models import Report
from huong.reports.queries.book import book

MOST_CLUSTERS = 400
FINE_DIGITS = 3  # about 110 m


@dataclass(frozen=True)
class Cluster:
    """Reports that lie close together: their middle, and how many."""

    lon: float
    lat: float
    count: int


def counts_by_unit(rows: QuerySet[Report]) -> dict[str, int]:
    """Return how many of some reports lie in each ward or commune (one query)."""
    found = rows.exclude(unit="").order_by().values("unit").annotate(count=Count("pk"))
    return {row["unit"]: row["count"] for row in found}


def clusters(rows: QuerySet[Report], *, fine: bool = False) -> list[Cluster]:
    """Return where some reports lie, close ones together, the largest first (one query).

    Args:
        fine: by squares of about 110 m, for the map of one ward; else by the cells of the city's grid.
    """
    rows = rows.exclude(lon=None).order_by()
    if fine:
        coarse = [key for key, each in book().categories.items() if each.coarse]
        rows = rows.exclude(category__in=coarse)  # these are shown only as a count of their ward
        rows, keys = rows.annotate(x=Round("lon", FINE_DIGITS), y=Round("lat", FINE_DIGITS)), ["x", "y"]
    else:
        rows, keys = rows.exclude(cell=""), ["cell"]
    found = rows.values(*keys).annotate(count=Count("pk"), mid_lon=Avg("lon"), mid_lat=Avg("lat")).order_by("-count")
    return [Cluster(row["mid_lon"], row["mid_lat"], row["count"]) for row in found[:MOST_CLUSTERS]]
