"""Positions: kept as longitude and latitude in WGS 84."""

from functools import lru_cache
from typing import Any, Final

from huong.catalogue.types.base import Context, Expr, SemanticType

DEGREE: Final = 8
TOLERANCE_DEGREES: Final = 1e-8  # about one millimetre
_WKT: Final = r"(?i)^(?:SRID=4326;)?POINT\s*\(\s*(-?\d+(?:\.\d+)?)\s+(-?\d+(?:\.\d+)?)\s*\)$"
_JSON: Final = r"\"coordinates\"\s*:\s*\[\s*(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)"
_PAIR: Final = r"^\(?\s*(-?\d+(?:\.\d+)?)\s*[,;\s]\s*(-?\d+(?:\.\d+)?)\s*\)?$"


def _point(column: Any, context: Context) -> Expr:
    """Return a position from a pair (north or latitude, east or longitude), from WKT, GeoJSON or "lat, lon"."""
    first, second = column if isinstance(column, tuple) else _parts(column)
    if context.crs == "EPSG:4326":
        return _struct(second, first)
    lon, lat = unprojected(second, first, context.crs)
    return _struct(lon, lat)


def _parts(text: Expr) -> tuple[Expr, Expr]:
    import ibis

    if not text.type().is_string():
        return ibis.null("float64"), ibis.null("float64")
    wkt, pair, json = (text.re_search(pattern) for pattern in (_WKT, _PAIR, _JSON))

    def part(wkt_group: int, pair_group: int) -> Expr:
        return ibis.cases(
            (wkt, text.re_extract(_WKT, wkt_group)),
            (pair, text.re_extract(_PAIR, pair_group)),
            (json, text.re_extract(_JSON, wkt_group)),
            else_=ibis.null("string"),
        ).try_cast("float64")

    return part(2, 1), part(1, 2)


def _struct(lon: Expr, lat: Expr) -> Expr:
    import ibis

    whole = ibis.struct({"lon": lon, "lat": lat})
    return ibis.ifelse(lon.notnull() & lat.notnull(), whole, ibis.null(whole.type()))


def _on_earth(point: Expr, _context: Context) -> Expr:
    lon, lat = point["lon"], point["lat"]
    return lon.between(-180, 180) & lat.between(-90, 90) & ((lon != 0) | (lat != 0))


def unprojected(east: Expr, north: Expr, crs: str) -> tuple[Expr, Expr]:
    """Return longitude and latitude of projected coordinates, as plain arithmetic.

    A polynomial is fitted to pyproj's own answer over the system's area of use when the contract is
    compiled; its error there is below `TOLERANCE_DEGREES`, or the system is refused.
    """
    found = fitted(crs)
    x = (east - found.centre[0]) / found.scale[0]
    y = (north - found.centre[1]) / found.scale[1]
    return _polynomial(found.lon, x, y), _polynomial(found.lat, x, y)


def _polynomial(rows: tuple[tuple[float, ...], ...], x: Expr, y: Expr) -> Expr:
    """Evaluate by Horner's scheme: rows are the powers of x, their entries those of y."""
    total: Any = 0.0
    for row in reversed(rows):
        inner: Any = 0.0
        for coefficient in reversed(row):
            inner = inner * y + coefficient
        total = total * x + inner
    return total


class Fitted:
    """A projection as two polynomials of scaled coordinates."""

    def __init__(self, centre: tuple[float, float], scale: tuple[float, float], lon: Any, lat: Any) -> None:
        self.centre = centre
        self.scale = scale
        self.lon = lon
        self.lat = lat


@lru_cache(maxsize=16)
def fitted(crs: str) -> Fitted:
    """Fit the polynomials of a reference system.

    Raises:
        ValueError: the system is unknown, has no area of use, or cannot be fitted well enough.
    """
    import numpy
    from pyproj import CRS, Transformer
    from pyproj.exceptions import CRSError

    try:
        system = CRS.from_user_input(crs)
    except CRSError as error:
        raise ValueError(crs) from error
    area = system.area_of_use
    if area is None or not system.is_projected:
        raise ValueError(crs)
    there = Transformer.from_crs("EPSG:4326", system, always_xy=True)
    back = Transformer.from_crs(system, "EPSG:4326", always_xy=True)
    west, south, east, north = area.west, area.south, area.east, area.north
    lon, lat = numpy.meshgrid(_nodes(west, east, 25), _nodes(south, north, 25))
    x, y = there.transform(lon.ravel(), lat.ravel())
    x, y = numpy.asarray(x), numpy.asarray(y)
    centre = (float(x.mean()), float(y.mean()))
    scale = (float(numpy.ptp(x) / 2), float(numpy.ptp(y) / 2))
    u, v = (x - centre[0]) / scale[0], (y - centre[1]) / scale[1]
    powers = [(i, j) for i in range(DEGREE + 1) for j in range(DEGREE + 1 - i)]
    matrix = numpy.stack([u**i * v**j for i, j in powers], axis=1)
    true = numpy.stack(back.transform(x, y), axis=1)
    found, *_ = numpy.linalg.lstsq(matrix, true, rcond=None)
    if float(numpy.abs(matrix @ found - true).max()) > TOLERANCE_DEGREES:
        raise ValueError(crs)
    return Fitted(centre, scale, _table(powers, found[:, 0]), _table(powers, found[:, 1]))


def _nodes(low: float, high: float, count: int) -> Any:
    """Return Chebyshev nodes, between which a fitted polynomial does not swing."""
    import numpy

    angles = (2 * numpy.arange(count) + 1) * numpy.pi / (2 * count)
    return (low + high) / 2 + (high - low) / 2 * numpy.cos(angles)


def _table(powers: list[tuple[int, int]], coefficients: Any) -> tuple[tuple[float, ...], ...]:
    rows: list[list[float]] = [[0.0] * (DEGREE + 1) for _ in range(DEGREE + 1)]
    for (i, j), coefficient in zip(powers, coefficients, strict=True):
        rows[i][j] = float(coefficient)
    return tuple(tuple(row[: DEGREE + 1 - i]) for i, row in enumerate(rows))


def _coordinate(column: Expr, _context: Context) -> Expr:
    if column.type().is_string():
        return column.replace(",", ".").try_cast("float64")
    return column.try_cast("float64")


TYPES: Final = (
    SemanticType(
        name="geo.point",
        base="point",
        normalise=_point,
        valid=_on_earth,
        describe_vi="Vị trí trên mặt đất, giữ theo WGS 84; nhận “vĩ độ, kinh độ”, WKT, GeoJSON, hai cột, và VN-2000 khi có mã EPSG.",
        describe_en="Position on the ground, kept in WGS 84; takes “latitude, longitude”, WKT, GeoJSON, two columns, and VN-2000 where an EPSG code says so.",
        examples=(
            ("16.4637, 107.5909", "{'lon': 107.5909, 'lat': 16.4637}"),
            ("POINT (107.5909 16.4637)", "{'lon': 107.5909, 'lat': 16.4637}"),
            ('{"type":"Point","coordinates":[107.5909,16.4637]}', "{'lon': 107.5909, 'lat': 16.4637}"),
        ),
        bad=("107.5909, 16.4637", "0, 0", "trung tâm"),
    ),
    SemanticType(
        name="geo.latitude",
        base="number",
        normalise=_coordinate,
        valid=lambda number, _context: number.between(-90, 90),
        describe_vi="Vĩ độ theo WGS 84, độ thập phân.",
        describe_en="Latitude in WGS 84, decimal degrees.",
        examples=(("16.4637", "16.4637"), ("16,4637", "16.4637")),
        bad=("107.59", "bắc"),
    ),
    SemanticType(
        name="geo.longitude",
        base="number",
        normalise=_coordinate,
        valid=lambda number, _context: number.between(-180, 180),
        describe_vi="Kinh độ theo WGS 84, độ thập phân.",
        describe_en="Longitude in WGS 84, decimal degrees.",
        examples=(("107.5909", "107.5909"),),
        bad=("1075909", "đông"),
    ),
)
