"""Erasing persons from what intake keeps, and ending what a contract keeps only for a time.

The store seals each person under a key of their own. A raw file and the file of refused rows hold many
persons under one key, so they are rewritten: refused rows of the others stay, under a new key; the raw file
goes as a whole, since all its rows are in the store or in quarantine by then. Then the old key is destroyed.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock, home, ids, keys
from huong.base.errors import HuongError, KeyDestroyed
from huong.catalogue import queries as catalogue
from huong.files import actions as files
from huong.intake import events, queries
from huong.intake.actions.receiving import staged
from huong.intake.errors import Busy
from huong.intake.models import RUNNING, Load, Repair
from huong.intake.pipeline import overlay, quarantine
from huong.intake.pipeline.columns import files_sql, literal, quoted
from huong.intake.quarantine import light_connection, recount, repaired_rows
from huong.intake.types import RAW, ROW
from huong.journal import actions as journal

if TYPE_CHECKING:
    import duckdb

    from huong.people.ports import Person

LONG = 9
"""From so many digits on, a number is looked for whatever stands between its digits."""


def forget(dataset: str, persons: Sequence[str], *, by: int | None) -> int:
    """Erase persons from the raw files and refused rows of a personal dataset. Harmless when repeated.

    Args:
        persons: their national ids, or the dataset's own keys, as they may stand in a file.
        by: the id of the person acting.

    Returns:
        How many loads held something about them.

    Raises:
        Busy: a load of this dataset is running; nothing was erased.

    Records: `intake.erased` and `files.erased` for each load.
    """
    loads = Load.objects.filter(dataset=dataset).exclude(scope="")
    if loads.filter(state__in=RUNNING).exists():
        raise Busy(_("A load of this dataset is running. Please erase again when it has finished."))
    alive = keys.data_keys([load.scope for load in loads])
    found = [load for load in loads.order_by("id") if alive.get(load.scope) is not None]
    return sum(_forget_in(load, persons, by) for load in found)


def forget_everywhere(persons: Sequence[str], *, by: int | None) -> int:
    """Erase persons from every personal dataset; return how many loads held something about them.

    Raises:
        Busy: a load of a personal dataset is running.

    Records: `intake.erased` for each load.
    """
    names = Load.objects.exclude(scope="").values_list("dataset", flat=True).distinct()
    return sum(forget(name, persons, by=by) for name in sorted(set(names)))


def erase(person: "Person", *, by: int | None) -> int:
    """Erase a person from what intake keeps, as `people.ports.Eraser` asks; return how many loads named them.

    Raises:
        Busy: a load of a personal dataset is running.

    Records: `intake.erased` and `files.erased` for each load.
    """
    return forget_everywhere([person.national_id], by=by) if person.national_id else 0


def _forget_in(load: Load, persons: Sequence[str], by: int | None) -> bool:
    """Erase persons from one load; return whether it held something about them."""
    refused = load.state == "done" and quarantine.path_of_load(load).exists()
    rows = _rows_of(load, persons) if refused else []
    if not rows and not _in_raw(load, persons) and not _in_repairs(load, persons):
        return False
    if load.state == "done":
        _rewrite(load, rows, persons, by)
    else:
        _end(load, by, _("Erased at the wish of a person named in it. Please send it again without them."))
    return True


def _rows_of(load: Load, persons: Sequence[str]) -> list[int]:
    """Return the refused rows that name one of the persons, as they came or as they were repaired."""
    with light_connection() as con, quarantine.opened(load) as file, repaired_rows(load, con) as (repaired, columns):
        plain = quarantine.as_text_sql(columns, file)
        where = _names(columns, persons)
        sql = f"SELECT {ROW} FROM ({plain}) WHERE {where} UNION SELECT {ROW} FROM ({repaired}) WHERE {where}"
        return [int(row[0]) for row in con.execute(sql).fetchall()]


def _names(columns: Iterable[str], persons: Sequence[str]) -> str:
    """Return the condition that a row names one of the persons in some cell, however the number is written."""
    parts = [f"trim({quoted(name)}::VARCHAR) = {literal(person)}" for name in columns for person in persons]
    for person in persons:
        digits = _digits(person)
        if len(digits) >= LONG:
            parts += [_has_number(name, digits) for name in columns]
    return " OR ".join(parts) or "false"


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit()).lstrip("0")


def _has_number(column: str, digits: str) -> str:
    bare = rf"regexp_replace({quoted(column)}::VARCHAR, '[^0-9]', '', 'g')"
    if column == RAW:
        return f"contains({bare}, {literal(digits)})"
    return f"ltrim({bare}, '0') = {literal(digits)}"


def _in_raw(load: Load, persons: Sequence[str]) -> bool:
    """Return whether the raw file names one of the persons; one that cannot be read is taken to do so."""
    try:
        with staged(load, queries.spec_of(load)) as table, light_connection() as con:
            texts = [found.text for found in table.ragged]
            if any(_digits(person) in _digits(text) for person in persons for text in texts if _digits(person)):
                return True
            where = _names(table.columns, persons)
            row = con.execute(f"SELECT count(*) FROM {files_sql(table.files)} WHERE {where}").fetchone()
            return bool(row and row[0])
    except KeyDestroyed:
        return False  # it is gone already
    except HuongError:
        return True


def _in_repairs(load: Load, persons: Sequence[str]) -> bool:
    return any(_tells(overlay.change_of(repair), persons) for repair in queries.repairs_of(load.id))


def _tells(change: overlay.Change, persons: Sequence[str]) -> bool:
    said = [value for value in (*change.values.values(), change.old, change.new) if value]
    wanted = set(persons) | {_digits(person) for person in persons if len(_digits(person)) >= LONG}
    return any(value.strip() in wanted or _digits(value) in wanted for value in said)


def _rewrite(load: Load, rows: Sequence[int], persons: Sequence[str], by: int | None) -> None:
    """Keep what the others left in quarantine under a new key, then destroy the old one with the raw file."""
    old_file, old_scope = quarantine.path_of_load(load), load.scope
    repairs = [(repair, overlay.change_of(repair)) for repair in queries.repairs_of(load.id)]
    scope = quarantine.next_scope(load)
    if old_file.exists():
        plain = home.path("tmp", f"forget-{ids.new_id()}.parquet")
        try:
            with light_connection() as con, quarantine.opened(load) as file:
                _without(con, file, rows, plain)
            load.scope = scope
            quarantine.keep(load, plain)
        finally:
            plain.unlink(missing_ok=True)
    load.scope = scope
    with transaction.atomic():
        for repair, change in repairs:
            gone = repair.row in rows or _tells(change, persons)
            sealed = (overlay.Change({}) if gone else change).seal(load)
            Repair.objects.filter(pk=repair.pk).update(sealed=sealed)
        Load.objects.filter(pk=load.pk).update(scope=scope)
        files.erase(old_scope, by=by)
        journal.record(events.ERASED, load.dataset, by=by, agency=load.owner, load=load.id)
    if old_file.exists():
        old_file.unlink()
        Load.objects.filter(pk=load.pk).update(**recount(Load.objects.get(pk=load.pk)))


def _without(con: "duckdb.DuckDBPyConnection", file: Path, rows: Sequence[int], to: Path) -> None:
    numbers = ", ".join(map(str, rows)) or "-1"
    con.execute(
        f"COPY (SELECT * FROM {files_sql([file])} WHERE {ROW} NOT IN ({numbers}) ORDER BY {ROW})"
        f" TO {literal(str(to))} (FORMAT parquet, COMPRESSION zstd)"
    )


@transaction.atomic
def _end(load: Load, by: int | None, message: str) -> None:
    """Destroy the key of a load: raw file, refused rows and repairs are worth nothing from then on."""
    files.erase(load.scope, by=by)
    open_now = {"open": {}, "open_rows": 0, "repaired_rows": 0}
    if load.state != "done":
        open_now |= {"state": "failed", "problem": "erased", "message": message}
    Load.objects.filter(pk=load.pk).update(**open_now)
    journal.record(events.ERASED, load.dataset, by=by, agency=load.owner, load=load.id)


def end_retention() -> int:
    """Erase raw files and refused rows of personal datasets that are older than their contract keeps them.

    Returns:
        How many loads were erased.

    Records: `intake.erased` for each.
    """
    count = 0
    for name in sorted(set(Load.objects.exclude(scope="").values_list("dataset", flat=True))):
        days = catalogue.contract_of(name).retention_days
        if days is None:
            continue
        over = Load.objects.filter(dataset=name, made_at__lt=clock.now() - timedelta(days=days)).exclude(scope="")
        loads = list(over.exclude(state__in=RUNNING))
        alive = keys.data_keys([load.scope for load in loads])
        for load in loads:
            if alive.get(load.scope) is not None:
                _end(load, None, _("Its retention has ended, so the file was erased."))
                quarantine.path_of_load(load).unlink(missing_ok=True)
                count += 1
    return count
