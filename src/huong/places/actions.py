"""What people do with places: import the city's outlines and its base map."""

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock, home
from huong.base.errors import BadInput, StorageFull, TooLarge
from huong.base.ids import digest
from huong.base.text import fold
from huong.journal import actions as journal
from huong.places import events, queries
from huong.places.loading import renew
from huong.places.models import Boundary, Unit

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

LARGEST_GEOJSON = 128 * 1024 * 1024
PMTILES_HEADER = 127


def load_boundaries(file: Path, *, by: int | None = None) -> int:
    """Check a city's own GeoJSON and make it the outlines of today's units.

    Checked: every geometry is valid, in degrees and an area; all units are there by code, once, under
    their name; the outlines leave no gap and do not overlap. One fault refuses the whole file.

    Args:
        file: a FeatureCollection whose features carry `code` and `name`.
        by: the id of the person; None at the machine itself.

    Returns:
        How many units got their outline.

    Raises:
        TooLarge: more than 128 MiB.
        BadInput: not such a file; `details["problems"]` lists every fault.

    Records: `places.boundaries_loaded`.
    """
    if file.stat().st_size > LARGEST_GEOJSON:
        raise TooLarge(_("A GeoJSON of outlines may have at most 128 MiB."))
    raw = file.read_bytes()
    units = {unit.code: unit for unit in Unit.objects.on(clock.today()).wards()}
    shapes, problems = _checked(_features(raw), units)
    if problems:
        raise BadInput(
            _("%(file)s cannot be the city's outlines: %(first)s Nothing was changed.")
            % {"file": file.name, "first": problems[0]},
            code="bad_boundaries",
            problems=problems,
        )
    _keep(shapes, units, file.name, digest(raw), by)
    return len(shapes)


@transaction.atomic
def _keep(shapes: "dict[str, BaseGeometry]", units: dict[str, Unit], name: str, seal: str, by: int | None) -> None:
    import shapely

    now = clock.now()
    for code, shape in shapes.items():
        Boundary.objects.update_or_create(
            unit=units[code], defaults={"geometry": shapely.to_wkb(shape), "digest": seal, "loaded_at": now}
        )
    renew("boundaries", source=name[:160], seal=seal)
    journal.record(events.BOUNDARIES_LOADED, "boundaries", by=by, count=len(shapes), digest=seal)


def _features(raw: bytes) -> list[dict[str, Any]]:
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise BadInput(_("This file is not JSON. Please export GeoJSON (WGS 84) from your map program.")) from error
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or not all(isinstance(feature, dict) for feature in features):
        raise BadInput(_("This file is not a GeoJSON FeatureCollection."))
    return features


def _checked(features: list[dict[str, Any]], units: dict[str, Unit]) -> "tuple[dict[str, BaseGeometry], list[str]]":
    from huong.places.geometry import outline_faults

    shapes: dict[str, BaseGeometry] = {}
    problems: list[str] = []
    for feature in features:
        code = str((feature.get("properties") or {}).get("code", ""))
        fault = _fault(feature, code, units, shapes)
        if fault:
            problems.append(fault)
    missing = sorted(set(units) - set(shapes))
    if missing and not problems:
        problems.append(_("These units are missing: %(codes)s.") % {"codes": ", ".join(missing)})
    if not problems:
        sayings = {
            "overlap": _("Some outlines overlap, or neighbours do not share their border."),
            "gap": _("There are gaps between the outlines."),
        }
        problems += [sayings[fault] for fault in outline_faults(list(shapes.values()))]
    return shapes, problems


def _fault(feature: dict[str, Any], code: str, units: dict[str, Unit], shapes: "dict[str, BaseGeometry]") -> str:
    """Take one feature over into `shapes`, or return what is wrong with it."""
    unit = units.get(code)
    if unit is None:
        return _("The code %(code)s is not a unit of today.") % {"code": code or "–"}
    if code in shapes:
        return _("The code %(code)s appears twice.") % {"code": code}
    name = str((feature.get("properties") or {}).get("name", ""))
    if not fold(name).endswith(unit.folded):
        return _("%(code)s is %(ours)s here, but “%(theirs)s” in the file.") % {
            "code": code,
            "ours": unit,
            "theirs": name,
        }
    shape = _shape(feature.get("geometry"))
    if shape is None:
        return _("The outline of %(unit)s is not a valid area in degrees.") % {"unit": unit}
    shapes[code] = shape
    return ""


def _shape(geometry: Any) -> "BaseGeometry | None":
    import shapely

    try:
        shape = shapely.from_geojson(json.dumps(geometry))
    except (shapely.GEOSException, ValueError, TypeError):
        return None
    if shape is None or shape.geom_type not in {"Polygon", "MultiPolygon"} or shape.is_empty or not shape.is_valid:
        return None
    west, south, east, north = shape.bounds
    return shape if west >= -180 and east <= 180 and south >= -90 and north <= 90 else None


def keep_basemap(file: Path, *, by: int | None = None) -> Path:
    """Check a base map (PMTiles, version 3) and keep it in the home as the city's own.

    Args:
        by: the id of the person; None at the machine itself.

    Returns:
        Where it lies now.

    Raises:
        BadInput: it is not a whole PMTiles file of version 3.
        StorageFull: the disk has no room for it.

    Records: `places.basemap_kept`.
    """
    size = file.stat().st_size
    with file.open("rb") as source:
        _require_pmtiles(source.read(PMTILES_HEADER), size)
    home.require_space(size)
    draft = home.path("basemap", "city.part")
    seal = _copy(file, draft)
    target = queries.basemap_path(seal)
    os.replace(draft, target)
    with transaction.atomic():
        renew("basemap", source=file.name[:160], seal=seal)
        journal.record(events.BASEMAP_KEPT, "basemap", by=by, bytes=size, digest=seal)
    for other in target.parent.glob("*.pmtiles"):
        if other != target:
            other.unlink(missing_ok=True)
    return target


def _require_pmtiles(header: bytes, size: int) -> None:
    """Refuse what is not PMTiles version 3. Source: PMTiles specification, version 3, section 3."""
    if len(header) < PMTILES_HEADER or header[:7] != b"PMTiles" or header[7] != 3:
        raise BadInput(_("This is not a PMTiles file of version 3."))
    numbers = [int.from_bytes(header[at : at + 8], "little") for at in range(8, 72, 8)]
    if any(start + length > size for start, length in zip(numbers[::2], numbers[1::2], strict=True)):
        raise BadInput(_("This PMTiles file is cut short. Please copy it again."))


def _copy(file: Path, draft: Path) -> str:
    import hashlib

    try:
        with file.open("rb") as source, draft.open("wb") as out:
            shutil.copyfileobj(source, out, 1024 * 1024)
            out.flush()
            os.fsync(out.fileno())
        with draft.open("rb") as written:
            return hashlib.file_digest(written, "sha256").hexdigest()
    except OSError as error:
        draft.unlink(missing_ok=True)
        if home.is_full(error):
            raise StorageFull from error
        raise
