"""Hexagonal cells (H3) for counts that belong to no unit."""

import math
from typing import Any

KM_PER_DEGREE = 111.32
RESOLUTION = 8  # about 0.7 km² a cell


def cell_of(lon: float, lat: float, resolution: int = RESOLUTION) -> str:
    """Return the cell that holds a point.

    >>> cell_of(107.59, 16.46)
    '884160a091fffff'
    """
    import h3

    return str(h3.latlng_to_cell(lat, lon, resolution))


def middle_of(cell: str) -> tuple[float, float]:
    """Return longitude and latitude of a cell's middle.

    >>> middle_of("884160a091fffff")
    (107.590176, 16.460213)
    """
    import h3

    lat, lon = h3.cell_to_latlng(cell)
    return round(lon, 6), round(lat, 6)


def cells_in(box: tuple[float, float, float, float], *, most: int) -> list[str] | None:
    """Return the cells whose middle lies in a box, or None where there would be more than a query should name.

    Args:
        box: west, south, east, north in degrees.
        most: how many may be named.

    >>> len(cells_in((107.58, 16.45, 107.60, 16.47), most=50))
    8
    >>> cells_in((107.0, 16.0, 108.0, 16.7), most=50) is None
    True
    """
    import h3

    west, south, east, north = box
    middle = math.cos(math.radians((south + north) / 2))
    square_km = (east - west) * middle * KM_PER_DEGREE * (north - south) * KM_PER_DEGREE
    if square_km > most * h3.average_hexagon_area(RESOLUTION):
        return None
    corners = [(south, west), (south, east), (north, east), (north, west)]
    return [str(cell) for cell in h3.polygon_to_cells(h3.LatLngPoly(corners), RESOLUTION)]


def outline_of(cell: str) -> dict[str, Any]:
    """Return a cell's outline as a GeoJSON polygon."""
    import h3

    ring = [[round(lon, 6), round(lat, 6)] for lat, lon in h3.cell_to_boundary(cell)]
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
