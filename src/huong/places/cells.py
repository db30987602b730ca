"""Hexagonal cells (H3) for counts that belong to no unit."""

from typing import Any

RESOLUTION = 8  # about 0.7 km² a cell


def cell_of(lon: float, lat: float, resolution: int = RESOLUTION) -> str:
    """Return the cell that holds a point.

    >>> cell_of(107.59, 16.46)
    '884160a091fffff'
    """
    import h3

    return str(h3.latlng_to_cell(lat, lon, resolution))


def outline_of(cell: str) -> dict[str, Any]:
    """Return a cell's outline as a GeoJSON polygon."""
    import h3

    ring = [[round(lon, 6), round(lat, 6)] for lat, lon in h3.cell_to_boundary(cell)]
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
