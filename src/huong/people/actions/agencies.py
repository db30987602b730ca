"""Loading the city's agencies and letting one succeed another."""

import csv
from datetime import date
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.errors import BadInput, WrongState
from huong.base.ids import digest
from huong.journal import actions as journal
from huong.people import access, events
from huong.people.models import Agency, User
from huong.places.queries import unit_rows

FILE = "agencies.csv"


def load(folder: Path) -> int:
    """Load the agencies of a city from its folder. Idempotent, by code; never deletes.

    Returns:
        How many agencies the folder names.

    Raises:
        BadInput: a row names a unit that is not known, or has no code.

    Records: `people.agencies_loaded`, when something changed.
    """
    file = folder / FILE
    if not file.exists():
        return 0
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    with transaction.atomic():
        units = {(unit.code, unit.valid_from): unit.id for unit in unit_rows()}
        changed = sum(_load_one(row, units) for row in rows)
        if changed:
            journal.record(events.AGENCIES_LOADED, FILE, count=changed, digest=digest(file.read_bytes()))
    access.forget_holdings()
    return len(rows)


def _load_one(row: dict[str, str], units: dict[tuple[str, date], int]) -> bool:
    unit_id = None
    if row["unit"]:
        unit_id = units.get((row["unit"], date.fromisoformat(row["unit_valid_from"])))
        if unit_id is None:
            raise BadInput(_("%(file)s names the unit %(unit)s, which is not loaded.") % {"file": FILE, **row})
    facts = {
        "name": row["name"],
        "name_en": row["name_en"],
        "tier": row["tier"],
        "kind": row["kind"],
        "unit_id": unit_id,
        "is_example": row["is_example"] == "1",
        "valid_from": date.fromisoformat(row["valid_from"]),
    }
    found = Agency.objects.filter(code=row["code"]).first()
    if found is None:
        Agency.objects.create(code=row["code"], **facts)
        return True
    if all(getattr(found, name) == value for name, value in facts.items()):
        return False
    Agency.objects.filter(id=found.id).update(**facts)
    return True


@transaction.atomic
def succeed(old: Agency, *, heir: Agency, on: date | None = None, by: User | None) -> Agency:
    """Let one agency go over into another: it ends, and the heir answers for what it left.

    Args:
        on: the last day of the old agency; today if left out.

    Raises:
        Forbidden: `by` may not manage people.
        BadInput: an agency cannot be its own heir, or the heir has ended itself.
        WrongState: the agency has ended already.

    Records: `people.agency_succeeded`.
    """
    if by is not None:
        access.require_power(by, "people.manage")
    on = on or clock.today()
    if heir.id == old.id or heir.valid_to is not None:
        raise BadInput(_("Please name another agency that goes on existing."))
    if not Agency.objects.filter(id=old.id, valid_to=None).update(valid_to=on, heir=heir):
        raise WrongState(_("%(agency)s has ended already.") % {"agency": old})
    Agency.objects.filter(heir=old).update(heir=heir)
    journal.record(
        events.AGENCY_SUCCEEDED,
        old.code,
        by=by.id if by else None,
        agency=heir.code,
        heir=heir.code,
        on=on.isoformat(),
    )
    access.forget_holdings()
    old.refresh_from_db()
    return old
