"""The first rows of a dataset and its map: one recorded read, in words a person reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from huong.base.errors import HuongError
from huong.catalogue import queries as catalogue
from huong.catalogue.rules import ContractSpec, FieldSpec
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
    labels = {each.name: _labels_of(each) for each in spec.fields}
    table = {
        "version": found.commit,
        "masked": len(names) < len(spec.fields),
        "columns": [
            {
                "name": column,
                "title": spec.by_name[column].title(language()),
                "number": spec.by_name[column].logical_type in ("integer", "number"),
            }
            for column in names
        ],
        "rows": [
            [cell_of(row.get(name), spec.by_name[name], labels[name]) for name in names] for row in found.rows[:SHOWN]
        ],
    }
    marked = [spec_of.name for spec_of in spec.fields if spec_of.logical_type == "point"]
    points = [point for row in found.rows for column in marked if (point := point_of(row.get(column)))]
    return Seen(table, points)


def cell_of(value: Any, field_of: FieldSpec, labels: Mapping[str, str]) -> dict[str, Any]:
    """Return a value as a cell: its text in the reader's form, and whether it is a number.

    Args:
        value: as the serving copy gives it: times and dates may be ISO texts.
        field_of: what the contract says about it.
        labels: what a code means, where the values are codes.
    """
    if value is None or value == "":
        return {"text": "", "number": field_of.logical_type in ("integer", "number")}
    if isinstance(value, int | float) and not isinstance(value, bool):
        return {"text": words.number(value), "number": True}
    return {"text": _text_of(value, field_of, labels), "number": False}


def _text_of(value: Any, field_of: FieldSpec, labels: Mapping[str, str]) -> str:
    point = point_of(value)
    if point:
        return f"{point[1]:.5f}, {point[0]:.5f}"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field_of.logical_type == "timestamp":
        return words.moment(value if isinstance(value, datetime) else datetime.fromisoformat(str(value)))
    if field_of.logical_type == "date":
        return words.day(value if isinstance(value, date) else date.fromisoformat(str(value)[:10]))
    return labels.get(str(value), str(value))[:200]


def _labels_of(field_of: FieldSpec) -> dict[str, str]:
    """Return what the codes of a field mean in the reader's language; empty for other fields."""
    if field_of.semantic == "vn.unit":
        return {unit.code: unit.name for unit in places.units()}
    if not field_of.code_list:
        return {}
    chosen = language()
    return {code: vi if chosen == "vi" else en for code, vi, en in catalogue.codes(field_of.code_list)}


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
