"""What people call places below the wards: the gazetteer, and the neighbourhoods and villages of a unit."""

import csv
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.errors import BadInput
from huong.base.ids import digest
from huong.base.text import fold, nfc
from huong.journal import actions as journal
from huong.places import events, loading, whereabouts
from huong.places.models import Landmark, SubArea, Unit

if TYPE_CHECKING:
    from huong.places.geometry import Outlines

BATCH = 1000
MOST_FAULTS = 50
Row = dict[str, str]


def load_city(folder: Path) -> int:
    """Load a city's own part of places: its units, then `landmarks.csv` and `sub_areas.csv` where it has them.

    Returns:
        How many units the folder names.
    """
    count = loading.load(folder)
    for name, load in (("landmarks.csv", load_gazetteer), ("sub_areas.csv", load_sub_areas)):
        if (folder / name).exists():
            load(folder / name)
    return count


def load_gazetteer(file: Path, *, by: int | None = None) -> int:
    """Load the places of a city by the names people call them. Idempotent, by key; never deletes.

    Args:
        file: CSV with `name`, `lon`, `lat` (WGS 84, degrees) and, if known, `kind`, `key` and `unit` (code of
            today's unit). Without a key, name, kind and point are the key; without a unit, the point tells it
            where the city's real outlines were imported.
        by: the id of the person; None at the machine itself.

    Returns:
        How many places the file names.

    Raises:
        BadInput: not such a file; `details["problems"]` lists the faults. Nothing was changed.

    Records: `places.landmarks_loaded`.
    """
    units = {unit.code: unit for unit in Unit.objects.on(clock.today()).wards()}
    held = whereabouts.outlines()
    found = _read(file, ("name", "lon", "lat"), lambda row: _landmark(row, units, held))
    own = {place.key: place for place in found}
    changed = ["name", "folded", "kind", "lon", "lat", "unit"]
    _write(Landmark, list(own.values()), ["key"], changed)
    _record("gazetteer", file, events.LANDMARKS_LOADED, len(own), by)
    return len(own)


def load_sub_areas(file: Path, *, by: int | None = None) -> int:
    """Load the neighbourhoods and villages (tổ dân phố, thôn) below today's units. Idempotent; never deletes.

    Args:
        file: CSV with `unit` (code of today's unit), `code`, `kind` (neighbourhood or village), `name`,
            `valid_from` and, if it has ended, `valid_to`.
        by: the id of the person; None at the machine itself.

    Returns:
        How many the file names.

    Raises:
        BadInput: not such a file; `details["problems"]` lists the faults. Nothing was changed.

    Records: `places.sub_areas_loaded`.
    """
    units = {unit.code: unit for unit in Unit.objects.on(clock.today()).wards()}
    found = _read(file, ("unit", "code", "kind", "name", "valid_from"), lambda row: _sub_area(row, units))
    own = {(area.unit_id, area.code, area.valid_from): area for area in found}
    changed = ["kind", "name", "folded", "valid_to"]
    _write(SubArea, list(own.values()), ["unit", "code", "valid_from"], changed)
    _record("sub-areas", file, events.SUB_AREAS_LOADED, len(own), by)
    return len(own)


def _read(file: Path, needed: tuple[str, ...], make: Callable[[Row], Any]) -> list[Any]:
    """Make something of every row, or refuse the file with all that is wrong with it."""
    found, problems = [], []
    for number, row in _rows(file, needed):
        try:
            found.append(make(row))
        except ValueError as error:
            problems.append(_("Line %(line)d: %(why)s") % {"line": number, "why": error})
            if len(problems) == MOST_FAULTS:
                break
    if problems:
        raise BadInput(
            _("%(file)s has rows that cannot be used. Nothing was changed.") % {"file": file.name}, problems=problems
        )
    return found


def _rows(file: Path, needed: tuple[str, ...]) -> Iterator[tuple[int, Row]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            missing = [name for name in needed if name not in (reader.fieldnames or ())]
            if missing:
                raise BadInput(
                    _("%(file)s lacks the columns %(columns)s.") % {"file": file.name, "columns": ", ".join(missing)}
                )
            for row in reader:
                yield reader.line_num, {name: nfc(value or "").strip() for name, value in row.items() if name}
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput(_("%(file)s is not a CSV file in UTF-8.") % {"file": file.name}) from error


def _landmark(row: Row, units: dict[str, Unit], held: "tuple[Outlines, dict[int, Unit]]") -> Landmark:
    name, kind = row["name"], row.get("kind", "")
    lon, lat = _degrees(row["lon"], 180), _degrees(row["lat"], 90)
    if not name or len(name) > 160 or len(kind) > 40:
        raise ValueError(_("the name is missing or too long"))
    code = row.get("unit", "")
    if code and code not in units:
        raise ValueError(_("no unit of today has the code %(code)s") % {"code": code})
    key = row.get("key", "") or digest(f"{fold(name)}|{kind}|{lon:.5f}|{lat:.5f}")[:20]
    unit = units[code] if code else whereabouts.located(held, lon, lat).unit
    return Landmark(key=key[:80], name=name, folded=fold(name), kind=kind, lon=lon, lat=lat, unit=unit)


def _degrees(text: str, most: int) -> float:
    try:
        value = float(text)
    except ValueError:
        value = most + 1.0
    if not -most <= value <= most:
        raise ValueError(_("“%(text)s” is not in degrees") % {"text": text[:40]})
    return value


def _sub_area(row: Row, units: dict[str, Unit]) -> SubArea:
    if row["unit"] not in units:
        raise ValueError(_("no unit of today has the code %(code)s") % {"code": row["unit"]})
    if not row["code"] or len(row["code"]) > 20 or not row["name"] or len(row["name"]) > 120:
        raise ValueError(_("the name or the code is missing or too long"))
    if row["kind"] not in {"neighbourhood", "village"}:
        raise ValueError(_("the kind is neighbourhood or village, not “%(kind)s”") % {"kind": row["kind"][:40]})
    until = row.get("valid_to", "")
    return SubArea(
        unit=units[row["unit"]],
        code=row["code"],
        kind=row["kind"],
        name=row["name"],
        folded=fold(row["name"]),
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_to=date.fromisoformat(until) if until else None,
    )


def _write(model: type[models.Model], rows: list[Any], key: list[str], changed: list[str]) -> None:
    """Write rows in short transactions of a thousand; one that stands is brought up to date."""
    for start in range(0, len(rows), BATCH):
        with transaction.atomic():
            model._default_manager.bulk_create(
                rows[start : start + BATCH], update_conflicts=True, unique_fields=key, update_fields=changed
            )


def _record(part: str, file: Path, event: str, count: int, by: int | None) -> None:
    seal = digest(file.read_bytes())
    with transaction.atomic():
        loading.renew(part, source=file.name[:160], seal=seal)
        journal.record(event, part, by=by, count=count, digest=seal)
