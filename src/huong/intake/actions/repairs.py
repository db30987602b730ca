"""What a steward does with refused rows: repair one or all of a rule, drop with a reason, take it back."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock, keys
from huong.base.errors import BadInput, NotFound, WrongState
from huong.intake import events, queries
from huong.intake.models import RUNNING, Load, Repair
from huong.intake.pipeline import overlay
from huong.intake.pipeline.alone import alone
from huong.intake.quarantine import light_connection, recount, repaired_rows
from huong.intake.rules.mapping import expected_columns
from huong.journal import actions as journal
from huong.people import access

if TYPE_CHECKING:
    from huong.people.models import User

BULK_KINDS = ("replace", "code", "unit", "empty")
MAX_REPAIRS = 500


def repair_row(load_id: str, row: int, values: Mapping[str, str | None], *, by: "User") -> Repair:
    """Give cells of one refused row other values.

    Args:
        row: its number, as quarantine shows it.
        values: column to new value; None or "" empties the cell.

    Raises:
        Forbidden: `by` may not repair for the owner.
        NotFound: the row does not wait in quarantine.
        BadInput: a column is not the dataset's.

    Records: `intake.repaired`.
    """
    load = _repairable(load_id, by)
    _require_columns(load, values)
    change = overlay.Change({name: value or None for name, value in values.items()})
    return _keep(load, Repair(load=load, row=row, kind="edit"), change, by=by)


def repair_rule(
    load_id: str,
    rule: str,
    *,
    kind: Literal["replace", "code", "unit", "empty"],
    column: str,
    old: str | None = None,
    new: str | None = None,
    by: "User",
) -> Repair:
    """Repair all rows of a load that broke a rule.

    Args:
        rule: the rule's name.
        kind: "replace" a value by another, "code": map a spelling to a code, "unit": set the unit, "empty".
        column: the column that changes.
        old: only cells with exactly this value; all if None.
        new: the new value.

    Raises:
        Forbidden: `by` may not repair for the owner.
        NotFound: no such rule, or no waiting row is concerned.
        BadInput: a value is missing.

    Records: `intake.repaired`.
    """
    load = _repairable(load_id, by)
    _require_columns(load, {column: new})
    if kind not in BULK_KINDS or (kind != "empty" and not new) or (kind in ("replace", "code") and old is None):
        raise BadInput(_("Please say which value is to be replaced, and by what."), code="value_needed")
    change = overlay.Change({}, column, old, None if kind == "empty" else new)
    return _keep(load, Repair(load=load, rule=rule, kind=kind), change, by=by)


def drop(load_id: str, *, row: int | None = None, rule: str = "", reason: str, by: "User") -> Repair:
    """Drop refused rows for good: one, or all that broke a rule. They stay in the raw file.

    Raises:
        Forbidden: `by` may not repair for the owner.
        NotFound: no waiting row is concerned.
        BadInput: no reason, or neither row nor rule.

    Records: `intake.dropped`.
    """
    load = _repairable(load_id, by)
    if (row is None) == (not rule):
        raise BadInput(_("Please name one row, or one rule."), code="row_or_rule")
    if len(reason.strip()) < 5:
        raise BadInput(_("Please write in a few words why these rows are dropped."), code="reason_needed")
    repair = Repair(load=load, row=row, rule=rule, kind="drop", reason=reason.strip()[:500])
    return _keep(load, repair, overlay.Change({}), by=by)


def undo(repair_id: int, *, by: "User") -> Repair:
    """Take a repair or a drop back, as long as its rows were not replayed.

    Raises:
        Forbidden: `by` may not repair for the owner.
        NotFound: there is no such repair.
        Busy: somebody replays the load at this moment.
        WrongState: its rows were replayed or are on their way, or it was undone already.

    Records: `intake.repair_undone`.
    """
    repair = Repair.objects.select_related("load").filter(pk=repair_id).first()
    if repair is None:
        raise NotFound(_("There is no such repair."))
    load = _repairable(repair.load_id, by)
    with alone(load.pk):
        free = not _is_being_replayed(load, repair)
        if not free or not Repair.objects.filter(pk=repair.pk, state="made").update(state="undone"):
            raise WrongState(_("These rows were replayed already, or the repair was taken back before."))
    try:
        counts = recount(load)
    except BaseException:
        Repair.objects.filter(pk=repair.pk, state="undone").update(state="made")
        raise
    with transaction.atomic():
        Load.objects.filter(pk=load.pk).update(**counts)
        journal.record(events.UNDONE, load.dataset, by=by.pk, agency=load.owner, load=load.id, repair=repair.pk)
    repair.state = "undone"
    return repair


def _is_being_replayed(load: Load, repair: Repair) -> bool:
    running = load.replayed_by.filter(state__in=RUNNING)
    return any(repair.pk in found.detail.get("repairs", ()) for found in running)


def _repairable(load_id: str, by: "User") -> Load:
    load = queries.load(load_id)
    access.require_power(by, "intake.repair", load.owner)
    if load.state != "done":
        raise WrongState(_("This load is not done yet, so there is nothing to repair."))
    return load


def _require_columns(load: Load, values: Mapping[str, object]) -> None:
    known = expected_columns(queries.spec_of(load))
    odd = [name for name in values if name not in known]
    if odd or not values:
        raise BadInput(_("The dataset has no column “%(name)s”.") % {"name": ", ".join(odd)}, code="no_such_column")


def _keep(load: Load, repair: Repair, change: overlay.Change, *, by: "User") -> Repair:
    """Count the rows concerned, then write the repair down; the scan happens outside the transaction."""
    if Repair.objects.filter(load=load, state="made").count() >= MAX_REPAIRS:
        raise WrongState(_("There are many repairs of this load already. Please replay them first, then go on."))
    repair.by, repair.at, repair.sealed = by, clock.now(), change.seal(load)
    repair.rows = _concerned(load, repair, change)
    if not repair.rows:
        raise NotFound(_("No row that waits in quarantine is concerned by this."))
    with transaction.atomic():
        repair.save(force_insert=True)
        name = events.DROPPED if repair.kind == "drop" else events.REPAIRED
        journal.record(
            name,
            load.dataset,
            by=by.pk,
            agency=load.owner,
            load=load.id,
            repair=repair.pk,
            kind=repair.kind,
            rule=repair.rule,
            rows=repair.rows,
        )
    Load.objects.filter(pk=load.pk).update(**recount(load))
    return repair


def _concerned(load: Load, repair: Repair, change: overlay.Change) -> int:
    spec = queries.spec_of(load)
    mask = queries.mask_of(spec, repair.rule) if repair.rule else 0
    with light_connection() as con, repaired_rows(load, con) as (sql, columns):
        if change.column and change.column not in columns:
            return 0
        found = con.execute(
            f"SELECT count(*) FROM ({sql}) WHERE {overlay.condition(repair.row, mask, change)}"
        ).fetchone()
    return int(found[0]) if found else 0


@transaction.atomic
def erase(load_id: str, *, by: "User", reason: str) -> Load:
    """Erase the raw file and the refused rows of a load of a personal dataset by destroying their key.

    Raises:
        Forbidden: `by` may not repair for the owner.
        WrongState: the load is not encrypted.
        BadInput: no reason.

    Records: `intake.erased`.
    """
    load = _repairable(load_id, by)
    if not load.scope:
        raise WrongState(_("This dataset holds no personal data, so there is no key to destroy."))
    if len(reason.strip()) < 5:
        raise BadInput(_("Please write in a few words why this is erased."), code="reason_needed")
    keys.destroy(load.scope)
    Load.objects.filter(pk=load.pk).update(open={}, open_rows=0, repaired_rows=0)
    journal.record(events.ERASED, load.dataset, by=by.pk, agency=load.owner, load=load.id)
    load.refresh_from_db()
    return load
