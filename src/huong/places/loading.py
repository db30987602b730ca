"""Loading the units of a city from its folder: today's, the former ones and what became of them."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.errors import BadInput
from huong.base.ids import digest, new_id
from huong.base.text import fold, tone_normal
from huong.journal import actions as journal
from huong.places import events
from huong.places.models import Edition, Succession, Unit

Key = tuple[str, date]


def load(folder: Path) -> int:
    """Load the units of a city and their succession. Idempotent, by key; never deletes.

    Args:
        folder: holds `units*.csv` and `succession*.csv`.

    Returns:
        How many units the folder names.

    Raises:
        BadInput: a row cannot be read, or names a unit that no file holds.

    Records: `places.units_loaded`, when something changed.
    """
    files = [*sorted(folder.glob("units*.csv")), *sorted(folder.glob("succession*.csv"))]
    rows = [row for file in files if file.name.startswith("units") for row in _rows(file)]
    changes = [row for file in files if file.name.startswith("succession") for row in _rows(file)]
    with transaction.atomic():
        changed = _units(rows) + _successions(changes)
        if changed:
            seal = digest(b"".join(file.read_bytes() for file in files))
            renew("units", source=folder.name, seal=seal)
            journal.record(events.UNITS_LOADED, folder.name, count=changed, digest=seal)
    return len(rows)


def renew(part: str, *, source: str, seal: str) -> None:
    """Give a part a new edition, so that every process notices; the caller holds the transaction."""
    Edition.objects.update_or_create(
        part=part,
        defaults={"stamp": new_id(), "source": source, "digest": seal, "loaded_at": clock.now()},
    )


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _key(row: dict[str, str], code: str, day: str) -> Key:
    try:
        return row[code], date.fromisoformat(row[day])
    except (KeyError, ValueError) as error:
        raise BadInput(_("A row of the city's units has no code or no day: %(row)s") % {"row": row}) from error


def _facts(row: dict[str, str]) -> dict[str, Any]:
    name = tone_normal(row["name"].strip())
    return {
        "valid_to": date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        "tier": row["tier"],
        "kind": row["kind"],
        "name": name,
        "name_en": row["name_en"],
        "folded": fold(name),
        "former_district": tone_normal(row["former_district"]),
        "former_district_code": row["former_district_code"],
        "area_km2": Decimal(row["area_km2"]) if row["area_km2"] else None,
        "lon": float(row["lon"]) if row["lon"] else None,
        "lat": float(row["lat"]) if row["lat"] else None,
    }


def _units(rows: list[dict[str, str]]) -> int:
    held = {(unit.code, unit.valid_from): unit for unit in Unit.objects.all()}
    fresh, changed = [], []
    for row in rows:
        key, facts = _key(row, "code", "valid_from"), _facts(row)
        unit = held.get(key)
        if unit is None:
            fresh.append(Unit(code=key[0], valid_from=key[1], **facts))
        elif any(getattr(unit, name) != value for name, value in facts.items()):
            for name, value in facts.items():
                setattr(unit, name, value)
            changed.append(unit)
    Unit.objects.bulk_create(fresh, batch_size=500)
    if changed:
        Unit.objects.bulk_update(changed, list(_facts(rows[0])), batch_size=200)
    return len(fresh) + len(changed) + _parents(rows)


def _parents(rows: list[dict[str, str]]) -> int:
    """Set the unit above, as it is on the lower unit's last day (today for those that go on)."""
    held = list(Unit.objects.all())
    wanted = {_key(row, "code", "valid_from"): row["parent"] for row in rows if row["parent"]}
    changed = []
    for unit in held:
        code = wanted.get((unit.code, unit.valid_from))
        if not code:
            continue
        above = [other for other in held if other.code == code and other.tier == "city" and _covers(other, unit)]
        if not above:
            raise BadInput(_("The unit %(unit)s names a parent that is not loaded.") % {"unit": unit.code})
        if unit.parent_id != above[0].id:
            unit.parent_id = above[0].id
            changed.append(unit)
    Unit.objects.bulk_update(changed, ["parent"], batch_size=200)
    return len(changed)


def _covers(above: Unit, unit: Unit) -> bool:
    day = unit.valid_to or max(unit.valid_from, above.valid_from)
    return above.valid_from <= day and (above.valid_to is None or day <= above.valid_to)


def _successions(rows: list[dict[str, str]]) -> int:
    ids = {(unit.code, unit.valid_from): unit.id for unit in Unit.objects.all()}
    held = set(Succession.objects.values_list("old_id", "new_id"))
    fresh = []
    for row in rows:
        old, new = _key(row, "old_code", "old_valid_from"), _key(row, "new_code", "new_valid_from")
        if old not in ids or new not in ids:
            raise BadInput(_("A succession names a unit that is not loaded: %(row)s") % {"row": row})
        if (ids[old], ids[new]) not in held:
            fresh.append(Succession(old_id=ids[old], new_id=ids[new], on=date.fromisoformat(row["on"])))
    Succession.objects.bulk_create(fresh, batch_size=500)
    return len(fresh)
