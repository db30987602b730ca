"""From a point to its unit, and the outlines for maps; kept in memory for one edition of the places.

`queries` offers these to others; shapely is imported on first use only.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.errors import BadInput
from huong.places.models import Boundary, Edition, Succession, Unit

if TYPE_CHECKING:
    from huong.places.geometry import Outlines, Seed

MAP_TOLERANCE = 0.001  # degrees, about 110 m: enough for a map of the city


@dataclass(frozen=True)
class Candidate:
    """A unit that may hold a point, and how far its outline is from it."""

    unit: Unit
    distance_m: float


@dataclass(frozen=True)
class Located:
    """Where a point lies.

    Attributes:
        schematic: whether the outlines are only schematic; then a person must choose.
        candidates: the units that may hold the point, nearest first; empty outside the city.
    """

    schematic: bool
    candidates: tuple[Candidate, ...]

    @property
    def unit(self) -> Unit | None:
        """The unit that holds the point, if real outlines say so and no other touches it."""
        inside = [candidate.unit for candidate in self.candidates if candidate.distance_m == 0.0]
        return inside[0] if len(inside) == 1 and not self.schematic else None


def editions() -> tuple[str, str]:
    """Return the stamps of the editions of units and boundaries in force, in one query."""
    stamps = dict(Edition.objects.values_list("part", "stamp"))
    return stamps.get("units", ""), stamps.get("boundaries", "")


@lru_cache(maxsize=4)
def _outlines(_units: str, _boundaries: str, day: date) -> "tuple[Outlines, dict[int, Unit]]":
    import shapely

    from huong.places import geometry

    units = {unit.id: unit for unit in Unit.objects.on(day).wards()}
    rows = Boundary.objects.filter(unit_id__in=units).values_list("unit_id", "geometry")
    real = {unit_id: shapely.from_wkb(bytes(wkb)) for unit_id, wkb in rows}
    if real and len(real) == len(units):
        return geometry.Outlines(real, schematic=False), units
    own = {unit.id: (unit.lon, unit.lat) for unit in units.values() if unit.lon is not None and unit.lat is not None}
    shapes = geometry.schematic(_seeds(units), own)
    return geometry.Outlines(shapes, schematic=True), units


def _seeds(units: dict[int, Unit]) -> "list[Seed]":
    """Return the points of the units that went over into these."""
    from huong.places.geometry import Seed

    rows = Succession.objects.filter(new_id__in=units).values_list("new_id", "old__lon", "old__lat")
    return [Seed(new, lon, lat) for new, lon, lat in rows if lon is not None and lat is not None]


def is_schematic() -> bool:
    """Return whether today's outlines are only schematic."""
    return outlines()[0].schematic


def outlines(on: date | None = None) -> "tuple[Outlines, dict[int, Unit]]":
    """Return the outlines of the wards and communes of a day, and the units by id."""
    return _outlines(*editions(), on or clock.today())


def unit_at(lon: float, lat: float, on: date | None = None) -> Located:
    """Return the unit at a point, or the candidates where only a person can tell.

    Args:
        lon: degrees east, WGS 84.
        lat: degrees north.
        on: the day whose units are wanted; today if left out.

    Raises:
        BadInput: the numbers are no point on Earth.
    """
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise BadInput(
            _("%(lon)s, %(lat)s is not a point in degrees (longitude, latitude).") % {"lon": lon, "lat": lat}
        )
    return located(outlines(on), lon, lat)


def located(held: "tuple[Outlines, dict[int, Unit]]", lon: float, lat: float) -> Located:
    """Return the unit at a point among outlines that were taken once, for those who ask for many points."""
    shapes, units = held
    near = shapes.near(lon, lat)
    if not shapes.schematic and any(one.distance_m == 0.0 for one in near):
        near = [one for one in near if one.distance_m == 0.0]
    return Located(shapes.schematic, tuple(Candidate(units[one.unit_id], one.distance_m) for one in near))


def boundaries_geojson(*, full: bool = False) -> dict[str, Any]:
    """Return the outlines of today's units as GeoJSON, with `schematic` saying whether they are only that.

    Args:
        full: every vertex; else simplified for a map of the city.
    """
    shapes, units = outlines()
    features = [
        {
            "type": "Feature",
            "id": units[unit_id].code,
            "properties": {
                "code": units[unit_id].code,
                "name": units[unit_id].name,
                "name_en": units[unit_id].name_en,
                "kind": units[unit_id].kind,
                "point": [units[unit_id].lon, units[unit_id].lat],
            },
            "geometry": geometry,
        }
        for unit_id, geometry in shapes.geojson(0.0 if full or shapes.schematic else MAP_TOLERANCE).items()
    ]
    return {
        "type": "FeatureCollection",
        "schematic": shapes.schematic,
        "illustrative": True,
        "features": sorted(features, key=lambda feature: str(feature["id"])),
    }
