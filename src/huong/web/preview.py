"""The first rows of a dataset and its map: one recorded read, in words a person reads."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from huong.base.errors import HuongError
from huong.catalogue.rules import ContractSpec
from huong.people import access
from huong.places import queries as places
from huong.quality import queries as quality
from huong.store import queries as store
from huong.ui import words
from huong.web.datasets import language

READ = 200
SHOWN = 10


@dataclass(frozen=True)
class Seen:
    """What was read: a table of the first rows, the points among them, or why nothing could be read."""

    table: dict[str, Any] | None = None
    points: list[tuple[float, float]] = field(default_factory=list)
    problem: str = ""


def look_at(name: str, spec: ContractSpec, user: Any) -> Seen:
    """Read the first rows of a dataset that somebody may read; a refusal is a sentence, not an error page."""
    agency = access.main_agency(user)
    use = store.Use(agency.code if agency else "", _("a look at the first rows"), person=user)
    try:
        found = store.rows(name, use=use, size=READ)
    except HuongError as error:
        return Seen(problem=error.message)
    if not found.rows:
        return Seen()
    names = [spec_of.name for spec_of in spec.fields if spec_of.name in found.rows[0]]
    table = {
        "version": found.commit,
        "masked": len(names) < len(spec.fields),
        "columns": [{"name": column, "title": spec.by_name[column].title(language())} for column in names],
        "rows": [[cell_of(row.get(column)) for column in names] for row in found.rows[:SHOWN]],
    }
    marked = [spec_of.name for spec_of in spec.fields if spec_of.logical_type == "point"]
    points = [point for row in found.rows for column in marked if (point := point_of(row.get(column)))]
    return Seen(table, points)


def cell_of(value: Any) -> dict[str, Any]:
    """Return a value as a cell: its text in the reader's form, and whether it is a number."""
    point = point_of(value)
    if value is None or value == "":
        return {"text": "", "number": False}
    if isinstance(value, bool):
        return {"text": _("yes") if value else _("no"), "number": False}
    if isinstance(value, int | float):
        return {"text": words.number(value), "number": True}
    if isinstance(value, datetime):
        return {"text": words.moment(value), "number": False}
    if isinstance(value, date):
        return {"text": words.day(value), "number": False}
    return {"text": f"{point[1]:.5f}, {point[0]:.5f}" if point else str(value)[:200], "number": False}


def point_of(value: Any) -> tuple[float, float] | None:
    """Return (longitude, latitude) of a point value, or None."""
    if isinstance(value, dict) and value.get("lon") is not None and value.get("lat") is not None:
        return float(value["lon"]), float(value["lat"])
    return None


def map_of(name: str, seen: Seen | None) -> dict[str, Any]:
    """Return what the map shows: rows per unit where the contract places rows, and the points that were read."""
    units: dict[str, float | None] = {row.unit: float(row.rows) for row in quality.per_unit(name)}
    points = seen.points if seen else []
    if not units and not points:
        return {"has_map": False}
    return {
        "has_map": True,
        "boundaries": places.boundaries_geojson(),
        "map_values": units,
        "map_title": _("Rows by ward and commune"),
        "map_unit": _("rows"),
        "map_points": points,
        "map_points_label": _("the first rows that have a place"),
    }
