"""The map of public reports: by ward or commune, and in clusters by cell.

Open reports are counted by the database over an index of those alone. Answered ones grow for ever, so how many lie
where is kept by tallies of the journal, in all and for each month; a count over the rows would say the same, some
seconds earlier and far slower. What no tally knows (days of a month begun, a kind within a time) is counted along
indexes that hold all that is asked; a search in words looks at the newest reports only, and the page says so.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time

from django.db.models import Avg, Count, Max, QuerySet, Sum

from huong.base import clock, sql
from huong.journal import queries as journal
from huong.places.cells import cells_in, middle_of
from huong.reports.models import Report
from huong.reports.queries.book import book
from huong.reports.rules import numbers
from huong.reports.rules.marks import months_after

MOST_CLUSTERS = 400
MOST_CELLS = 400
EDGE = 0.006  # degrees, about the width of a cell: one that only touches the box is counted too
FINE_DIGITS = 3  # about 110 m
MOST_FOUND = 5_000  # reports with some words that are looked at for the map of answered ones
# Counted is "*": a count of the primary key is another column to read, and no index of the map holds it.
Spread = Counter[tuple[str, str]]  # by unit and cell


@dataclass(frozen=True)
class Cluster:
    """Reports that lie close together: their middle, how many, and where looked at closely the newest of them."""

    lon: float
    lat: float
    count: int
    newest: str = ""


def counts_by_unit(rows: QuerySet[Report]) -> dict[str, int]:
    """Return how many of some reports lie in each ward or commune (one query)."""
    found = rows.exclude(unit="").order_by().values("unit").annotate(count=Count("*"))
    return {row["unit"]: row["count"] for row in found}


def answered_by_unit(main: str = "") -> dict[str, int]:
    """Return how many answered public reports lie in each ward or commune, from the tally: no report is read.

    Args:
        main: only of this main category.
    """
    figures: Counter[str] = Counter()
    for (unit, kind), value in _standing("unit"):
        if not main or kind == main:
            figures[unit] += value
    return {unit: value for unit, value in figures.items() if value}


def answered_clusters(main: str = "") -> list[Cluster]:
    """Return how many answered public reports lie in each cell, the largest first, from the tally.

    Args:
        main: only of this main category.
    """
    figures: Counter[str] = Counter()
    for codes, value in _standing("kind", main) if main else _standing("cell"):
        figures[codes[-1]] += value
    return _in_cells(figures)


def answered_since(rows: QuerySet[Report], since: datetime) -> Spread:
    """Return how many answered reports came since an instant: whole months from the tally, the days before by a count.

    Args:
        rows: the answered public reports since then.
    """
    months = months_after(clock.local(since).date(), clock.today())
    if not months:
        return spread(rows)
    found = spread(rows.filter(received_at__lt=datetime.combine(months[0], time(), tzinfo=clock.zone())))
    for month in months:
        for (_month, unit, cell), value in _standing("month", f"{month:%Y-%m}"):
            found[unit, cell] += value
    return found


def spread(rows: QuerySet[Report]) -> Spread:
    """Return how many of some reports lie in each unit and cell (one query)."""
    found = rows.order_by().values_list("unit", "cell").annotate(count=Count("*"))
    return Counter({(unit, cell): count for unit, cell, count in found})


def by_unit_of(found: Spread) -> dict[str, int]:
    """Return how many lie in each ward or commune."""
    return _summed(found, 0)


def clusters_of(found: Spread) -> list[Cluster]:
    """Return how many lie in each cell, the largest first."""
    return _in_cells(_summed(found, 1))


def _summed(found: Spread, place: int) -> dict[str, int]:
    figures: Counter[str] = Counter()
    for codes, value in found.items():
        figures[codes[place]] += value
    return {code: value for code, value in figures.items() if code and value}


def _in_cells(figures: dict[str, int]) -> list[Cluster]:
    most = sorted(((value, cell) for cell, value in figures.items() if value), reverse=True)[:MOST_CLUSTERS]
    return [Cluster(*middle_of(cell), value) for value, cell in most]


def _standing(by: str, *first: str) -> Iterator[tuple[tuple[str, ...], int]]:
    """Yield what came onto the map, and with a minus what left it."""
    yield from journal.counts(f"reports.answered.{by}", *first)
    for codes, value in journal.counts(f"reports.unanswered.{by}", *first):
        yield codes, -value


def gathered(rows: QuerySet[Report]) -> tuple[dict[str, int], list[Cluster]]:
    """Return how many of some reports lie in each ward or commune, and in clusters by cell (one query for both).

    The index of open reports is in the order of units and cells, so that the database need not sort them.
    """
    sums = {"count": Count("*"), "placed": Count("lon"), "east": Sum("lon"), "north": Sum("lat")}
    parts = rows.order_by().values("unit", "cell").annotate(**sums).values_list("unit", "cell", *sums)
    by_unit: Counter[str] = Counter()
    cells: dict[str, tuple[int, float, float]] = {}
    for unit, cell, count, placed, east, north in parts:
        by_unit[unit] += count
        if cell and placed:
            before = cells.get(cell, (0, 0.0, 0.0))
            cells[cell] = (before[0] + placed, before[1] + east, before[2] + north)
    most = sorted(cells.values(), key=lambda each: -each[0])[:MOST_CLUSTERS]
    by_unit.pop("", None)
    return dict(by_unit), [Cluster(east / count, north / count, count) for count, east, north in most]


def clusters(rows: QuerySet[Report], *, fine: bool = False) -> list[Cluster]:
    """Return where some reports lie, close ones together, the largest first (one query).

    Args:
        fine: by squares of about 110 m, for the map of one ward; else by the cells of the city's grid.
    """
    return _squares(rows) if fine else _cells(rows.exclude(lon=None))


def clusters_in(rows: QuerySet[Report], box: tuple[float, float, float, float]) -> list[Cluster] | None:
    """Return what lies in a box that is small enough to be looked at closely, by squares of about 110 m (one query).

    Args:
        box: west, south, east, north in degrees.

    Returns:
        The clusters, each with the number of its newest report; None where the box is too large for that.
    """
    west, south, east, north = box
    cells = cells_in((west - EDGE, south - EDGE, east + EDGE, north + EDGE), most=MOST_CELLS)
    return None if cells is None else _squares(rows.filter(cell__in=cells))


def _cells(rows: QuerySet[Report]) -> list[Cluster]:
    found = rows.exclude(cell="").order_by().values("cell").annotate(count=Count("*"), x=Avg("lon"), y=Avg("lat"))
    return [Cluster(row["x"], row["y"], row["count"]) for row in found.order_by("-count")[:MOST_CLUSTERS]]


def _squares(rows: QuerySet[Report]) -> list[Cluster]:
    coarse = [key for key, each in book().categories.items() if each.coarse]
    rows = rows.exclude(lon=None).exclude(category__in=coarse)  # these are shown only as a count of their ward
    rows = rows.order_by().annotate(x=sql.rounded("lon", FINE_DIGITS), y=sql.rounded("lat", FINE_DIGITS))
    found = rows.values("x", "y").annotate(count=Count("*"), mid_lon=Avg("lon"), mid_lat=Avg("lat"), newest=Max("pk"))
    return [
        Cluster(row["mid_lon"], row["mid_lat"], row["count"], numbers.number_of(row["newest"]))
        for row in found.order_by("-count")[:MOST_CLUSTERS]
    ]
