"""Where a report is: a point, a ward or commune by any of its names, a landmark in words."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from huong.base import city, clock
from huong.base.errors import NotFound
from huong.places import queries as places
from huong.places.cells import cell_of
from huong.places.models import Unit
from huong.reports.errors import OutsideTheCity, PlaceUnclear
from huong.reports.rules import masking

LONGEST = 200


@dataclass(frozen=True)
class Place:
    """A place as a report keeps it: today's unit, the point, its cell, the words."""

    lon: float | None
    lat: float | None
    unit: str
    unit_on: date
    text: str

    def columns(self) -> dict[str, object]:
        """Return the columns of a report."""
        return {
            "lon": self.lon,
            "lat": self.lat,
            "unit": self.unit,
            "unit_then": self.unit,
            "unit_on": self.unit_on,
            "cell": cell_of(self.lon, self.lat) if self.lon is not None and self.lat is not None else "",
            "place": self.text,
        }


def locate(*, point: tuple[float, float] | None = None, unit: str = "", text: str = "", lenient: bool = False) -> Place:
    """Return the place that somebody gave.

    Args:
        point: longitude and latitude.
        unit: a ward or commune: today's code, or any name, old ones too.
        text: a landmark or an address in words.
        lenient: for rescue: never refuse; what is unclear stays unknown.

    Raises:
        OutsideTheCity: the point lies in the sea or in another province.
        PlaceUnclear: the unit typed means none, or several; `details["choices"]` names them.
    """
    try:
        chosen = _unit(unit)
        lon, lat, under = _point(point)
    except (OutsideTheCity, PlaceUnclear):
        if not lenient:
            raise
        chosen, (lon, lat), under = None, _on_earth(point), None
    held = under or chosen
    words = masking.masked(masking.clean(text, longest=LONGEST)).text
    return Place(lon, lat, held.code if held else "", clock.today(), words)


def _unit(text: str) -> Unit | None:
    text = text.strip()
    if not text:
        return None
    if text.isdigit():
        try:
            return places.unit(text)
        except NotFound as error:
            raise PlaceUnclear(error.message, field="unit", choices=[]) from error
    found = places.resolve(text[:200])
    if found.kind != "one":
        choices = [{"code": each.code, "name": str(each)} for each in found.units if each.is_current]
        raise PlaceUnclear(found.note, field="unit", choices=choices)
    return found.units[0]


def _point(point: tuple[float, float] | None) -> tuple[float | None, float | None, Unit | None]:
    if point is None:
        return None, None, None
    lon, lat = round(float(point[0]), 6), round(float(point[1]), 6)
    located = places.unit_at(lon, lat) if _in_bounds(lon, lat) else None
    if located is None or not located.candidates:
        raise OutsideTheCity(
            _(
                "This point lies outside the city (in the sea, or in another province). Please move it, or name the ward."
            ),
            field="point",
        )
    return lon, lat, located.unit


def _on_earth(point: tuple[float, float] | None) -> tuple[float | None, float | None]:
    """Return a point as it was given, if it is one at all."""
    if point is None or not (abs(point[0]) <= 180 and abs(point[1]) <= 90):
        return None, None
    return round(float(point[0]), 6), round(float(point[1]), 6)


def _in_bounds(lon: float, lat: float) -> bool:
    west, south, east, north = city.facts().get("bounds", [-180, -90, 180, 90])
    return bool(west <= lon <= east and south <= lat <= north)
