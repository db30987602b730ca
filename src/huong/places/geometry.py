"""Outlines of units in memory: real ones if the city imported them, else a schematic partition.

Imports shapely, so callers import this module inside the function that needs it: an idle web worker
holds none of it.
"""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry import MultiPoint, Point
from shapely.geometry.base import BaseGeometry

METRES = 111_320.0  # one degree of latitude
HULL_BUFFER = 0.05  # degrees around the outermost points; the sea and the mountains are not known
HULL_RATIO = 0.5  # concave hull: 0 follows every point, 1 is convex
NEARBY_METRES = 3_000.0
SHOWN = 4
DECIMALS = 5


@dataclass(frozen=True)
class Seed:
    """A point that belongs to a unit of today."""

    unit_id: int
    lon: float
    lat: float


@dataclass(frozen=True)
class Near:
    """A unit near a point."""

    unit_id: int
    distance_m: float


class Outlines:
    """The outlines of all units of a tier, searchable by point."""

    def __init__(self, outlines: dict[int, BaseGeometry], *, schematic: bool) -> None:
        self.ids = list(outlines)
        self.shapes = list(outlines.values())
        self.schematic = schematic
        middle = shapely.get_coordinates(self.shapes)[:, 1].mean() if self.shapes else 0.0
        self.squeeze = math.cos(math.radians(float(middle)))
        self.flat = [self._flatten(shape) for shape in self.shapes]
        self.tree = shapely.STRtree(self.flat)

    def _flatten(self, shape: BaseGeometry) -> BaseGeometry:
        """Return a shape in metres, good for distances within a city."""
        scale = np.array([METRES * self.squeeze, METRES])
        flat: BaseGeometry = shapely.transform(shape, lambda points: points * scale)
        return flat

    def near(self, lon: float, lat: float, within_m: float = NEARBY_METRES) -> list[Near]:
        """Return the units nearest to a point, at most four; 0 metres for those that hold it."""
        point = self._flatten(Point(lon, lat))
        found = self.tree.query(point, predicate="dwithin", distance=within_m)
        near = [Near(self.ids[at], round(float(self.flat[at].distance(point)), 1)) for at in found]
        return sorted(near, key=lambda one: (one.distance_m, one.unit_id))[:SHOWN]

    def geojson(self, tolerance: float = 0.0) -> dict[int, dict[str, Any]]:
        """Return each outline as a GeoJSON geometry; neighbours keep meeting when they are simplified."""
        shapes = shapely.coverage_simplify(self.shapes, tolerance) if tolerance else self.shapes
        rounded = [shapely.transform(shape, lambda points: np.round(points, DECIMALS)) for shape in shapes]
        return {
            unit_id: json.loads(shapely.to_geojson(shape)) for unit_id, shape in zip(self.ids, rounded, strict=True)
        }


def schematic(seeds: Iterable[Seed], own: dict[int, tuple[float, float]]) -> dict[int, BaseGeometry]:
    """Return a partition of the city by nearness to known points, one outline for each unit.

    A point that two units share says nothing (a place register put both in the middle of the city) and
    is left out. The outer edge is a hull around the points, not the city's border.

    Args:
        seeds: the points of former units, each with the unit that it went over into.
        own: the interior point of each unit of today.
    """
    points = _trusted([*seeds, *(Seed(unit_id, lon, lat) for unit_id, (lon, lat) in own.items())])
    if not points:
        return {}
    squeeze = math.cos(math.radians(sum(lat for _lon, lat in points) / len(points)))
    cloud = MultiPoint([(lon * squeeze, lat) for lon, lat in points])
    hull = shapely.concave_hull(cloud, ratio=HULL_RATIO).buffer(HULL_BUFFER)
    cells = shapely.voronoi_polygons(cloud, extend_to=hull.buffer(1.0), ordered=True)
    gathered: dict[int, list[BaseGeometry]] = {}
    for cell, unit_id in zip(cells.geoms, points.values(), strict=True):
        gathered.setdefault(unit_id, []).append(shapely.intersection(cell, hull))
    back = np.array([squeeze, 1.0])
    return {
        unit_id: shapely.transform(shapely.union_all(pieces), lambda points: points / back)
        for unit_id, pieces in sorted(gathered.items())
    }


def _trusted(seeds: Sequence[Seed]) -> dict[tuple[float, float], int]:
    owners: dict[tuple[float, float], set[int]] = {}
    for seed in seeds:
        owners.setdefault((seed.lon, seed.lat), set()).add(seed.unit_id)
    return {point: next(iter(ids)) for point, ids in owners.items() if len(ids) == 1}


def agreement(real: dict[int, BaseGeometry], guess: dict[int, BaseGeometry]) -> float:
    """Return the share of the real area that a partition gives to the right unit, 0 to 1."""
    whole = sum(shape.area for shape in real.values())
    right = sum(shape.intersection(guess[key]).area for key, shape in real.items() if key in guess)
    return float(right / whole) if whole else 0.0


def outline_faults(shapes: Sequence[BaseGeometry]) -> list[str]:
    """Return what is wrong with a set of outlines as a whole: "overlap", "gap"; empty if they fit."""
    faults = []
    if not shapely.coverage_is_valid(list(shapes), gap_width=0.0005):
        faults.append("overlap")
    union = shapely.union_all(list(shapes))
    if any(part.interiors for part in getattr(union, "geoms", [union])):
        faults.append("gap")
    return faults
