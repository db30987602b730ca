"""A map of the city's units drawn by the server: five steps of violet, points on top, no tiles, no script."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import cos, radians
from typing import Any

WIDTH = 600.0
STEPS = 5


@dataclass(frozen=True)
class Shape:
    """One unit on the map."""

    code: str
    name: str
    path: str
    step: int
    value: float | None


@dataclass(frozen=True)
class UnitMap:
    """What the template draws."""

    view_box: str
    shapes: list[Shape]
    points: list[tuple[str, str]]
    most: list[Shape]
    legend: list[tuple[int, float]]
    schematic: bool


def steps(values: Iterable[float], count: int = STEPS) -> list[float]:
    """Return the lower limits of up to five steps with about equally many units in each.

    >>> steps([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    [1, 3, 5, 7, 9]
    >>> steps([4, 4, 4])
    [4]
    """
    ordered = sorted(values)
    if not ordered:
        return []
    return sorted({ordered[len(ordered) * place // count] for place in range(count)})


def step_of(value: float | None, limits: list[float]) -> int:
    """Return 1 to 5 for a value (5 the most), 0 for an unknown one."""
    if value is None or not limits:
        return 0
    passed = sum(1 for limit in limits if value >= limit)
    return max(1, passed + (STEPS - len(limits)) if passed else 1)


def _rings(geometry: Mapping[str, Any]) -> Iterator[list[list[float]]]:
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    for polygon in polygons:
        yield from polygon


class _Projection:
    """Longitude and latitude to the drawing, even in both directions at the city's latitude."""

    def __init__(self, coordinates: list[list[float]]) -> None:
        self.west = min(point[0] for point in coordinates)
        self.north = max(point[1] for point in coordinates)
        east, south = max(point[0] for point in coordinates), min(point[1] for point in coordinates)
        self.squeeze = cos(radians((self.north + south) / 2))
        self.scale = WIDTH / (((east - self.west) * self.squeeze) or 1)
        self.height = (self.north - south) * self.scale

    def xy(self, point: Iterable[float]) -> tuple[str, str]:
        lon, lat, *_rest = point
        return (
            f"{(lon - self.west) * self.squeeze * self.scale:.1f}",
            f"{(self.north - lat) * self.scale:.1f}",
        )


@dataclass(frozen=True)
class Drawing:
    """The outlines of units as paths, and where a place lies on them: the same for every figure that colours it."""

    projection: _Projection
    outlines: list[tuple[str, str, str]]  # code, name, path
    schematic: bool

    @property
    def view_box(self) -> str:
        """The size of the drawing."""
        return f"0 0 {WIDTH:.0f} {self.projection.height:.0f}"


def drawing(boundaries: Mapping[str, Any]) -> Drawing | None:
    """Return the outlines of a feature collection of units as paths, or None where there are no boundaries.

    Args:
        boundaries: GeoJSON; each feature's properties hold `code` and `name`; `schematic` may stand at the top.
    """
    features = [item for item in boundaries.get("features", ()) if item.get("geometry")]
    if not features:
        return None
    projection = _Projection([point for item in features for ring in _rings(item["geometry"]) for point in ring])
    outlines = []
    for item in features:
        known = item["properties"]
        path = "".join(
            "M" + "L".join(" ".join(projection.xy(point)) for point in ring) + "Z" for ring in _rings(item["geometry"])
        )
        outlines.append((known["code"], known.get("name", known["code"]), path))
    return Drawing(projection, outlines, schematic=bool(boundaries.get("schematic")))


def coloured(drawn: Drawing, values: Mapping[str, float | None], points: Iterable[tuple[float, float]] = ()) -> UnitMap:
    """Return a drawing with a figure for each unit in five steps.

    Args:
        values: the figure of each unit by code; units without one stay grey.
        points: (longitude, latitude) of things to mark.
    """
    limits = steps(value for value in values.values() if value is not None)
    shapes = [
        Shape(code, name, path, step_of(values.get(code), limits), values.get(code))
        for code, name, path in drawn.outlines
    ]
    ranked = sorted((shape for shape in shapes if shape.value), key=lambda shape: -(shape.value or 0))
    return UnitMap(
        view_box=drawn.view_box,
        shapes=shapes,
        points=[drawn.projection.xy(point) for point in points],
        most=ranked[:5],
        legend=[(STEPS - len(limits) + place + 1, limit) for place, limit in enumerate(limits)],
        schematic=drawn.schematic,
    )


def unit_map(
    boundaries: Mapping[str, Any],
    values: Mapping[str, float | None],
    points: Iterable[tuple[float, float]] = (),
) -> UnitMap | None:
    """Return the drawing of a feature collection of units with their figures; see `drawing` and `coloured`."""
    drawn = drawing(boundaries)
    return None if drawn is None else coloured(drawn, values, points)
