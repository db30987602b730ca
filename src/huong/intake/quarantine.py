"""Pages of refused rows, with what is wrong and what was repaired; and their export for a spreadsheet."""

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson
from django.utils.translation import gettext as _

from huong.base import home, paging
from huong.base.errors import NotFound
from huong.catalogue import queries as catalogue
from huong.intake import queries
from huong.intake.models import Load, Repair
from huong.intake.pipeline import overlay, quarantine
from huong.intake.pipeline.columns import literal
from huong.intake.rules.cells import neutral
from huong.intake.rules.mapping import expected_columns
from huong.intake.types import ROW, RULES, STRUCTURE_BIT
from huong.people import access

if TYPE_CHECKING:
    import duckdb

    from huong.catalogue.rules import ContractSpec
    from huong.people.models import User

HIDDEN = "•••"
MEMORY = "256MB"


@dataclass(frozen=True)
class RefusedRow:
    """One row in quarantine.

    Attributes:
        load: the id of the load that brought it.
        row: its number in the file.
        rules: (name, what is wrong) of each rule that it broke.
        cells: its values as they came, with the repairs applied.
        state: "open" or "repaired".
        bad: the columns whose values broke a rule.
    """

    load: str
    row: int
    rules: list[tuple[str, str]]
    cells: dict[str, str | None]
    state: str
    bad: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class QuarantinePage:
    """One page of refused rows, and the cursor of the next."""

    rows: list[RefusedRow]
    columns: list[str]
    next: str | None = None


@contextmanager
def light_connection() -> Iterator["duckdb.DuckDBPyConnection"]:
    """Open a small DuckDB of our own for one look at refused rows."""
    import duckdb

    con = duckdb.connect(":memory:")
    try:
        con.execute(f"SET memory_limit = {literal(MEMORY)}; SET threads = 1; SET TimeZone = 'UTC'")
        con.execute(f"SET temp_directory = {literal(str(home.path('tmp', 'x').parent))}")
        con.execute("SET autoinstall_known_extensions = false; SET autoload_known_extensions = false")
        yield con
    finally:
        con.close()


@contextmanager
def repaired_rows(
    load: Load,
    con: "duckdb.DuckDBPyConnection",
    *,
    replayed: Sequence[int] = (),
    repairs: Sequence[Repair] | None = None,
) -> Iterator[tuple[str, list[str]]]:
    """Give a SELECT of a load's refused rows with their repairs applied, and the columns as they came.

    Args:
        replayed: repairs to be taken as replayed already.
        repairs: those to apply; all that there are now, if left out.

    Raises:
        KeyDestroyed: the rows were erased.
    """
    spec = queries.spec_of(load)
    repairs = list(queries.repairs_of(load.id)) if repairs is None else repairs
    for repair in repairs:
        if repair.pk in replayed:
            repair.state = "replayed"
    with quarantine.opened(load) as file:
        columns = quarantine.text_columns(con, file)
        yield overlay.select_sql(columns, file, repairs, lambda rule: queries.mask_of(spec, rule)), columns


def recount(load: Load, *, replayed: Sequence[int] = ()) -> dict[str, Any]:
    """Return the fields of a load that say what waits in its quarantine, counted anew."""
    spec = queries.spec_of(load)
    with light_connection() as con, repaired_rows(load, con, replayed=replayed) as (sql, _columns):
        waiting, repaired, counts = overlay.counted(con, sql, lambda mask: queries.rules_in(spec, mask))
    return {"open_rows": waiting, "repaired_rows": repaired, "open": counts}


def page(
    dataset: str, *, user: "User", rule: str = "", load: str = "", after: str | None = None, size: int = 50
) -> QuarantinePage:
    """Return one page of the rows of a dataset that wait in quarantine, newest load first.

    Identifying columns are shown only to those who may read personal data, and the reading is recorded.

    Args:
        rule: only rows that broke this rule.
        load: only rows of this load.
        after: the cursor of the page before.
        size: rows of a page, at most 500.

    Raises:
        Forbidden: the person has no power over the dataset.
        BadInput: the cursor is damaged.

    Records: `people.accessed` where identifying values were shown.
    """
    size = max(1, min(size, 500))
    waiting = _waiting(dataset, user, load, rule)
    start, row = paging.values_of(after) if after else ("", 0)
    rows: list[RefusedRow] = []
    columns: dict[str, None] = {}
    for found in waiting:
        if start and found.id > start:
            continue
        got, names = _rows_of(found, user, rule, row if found.id == start else 0, size + 1 - len(rows))
        rows += got
        columns |= dict.fromkeys(names)
        if len(rows) > size:
            break
    more = len(rows) > size
    rows = rows[:size]
    next_ = paging.cursor_of([rows[-1].load, rows[-1].row]) if more else None
    return QuarantinePage(rows, list(columns), next_)


def _waiting(dataset: str, user: "User", load: str, rule: str) -> list[Load]:
    found = Load.objects.filter(dataset=dataset, state="done", open_rows__gt=0).order_by("-id")
    found = found.filter(pk=load) if load else found
    waiting = [one for one in found if not rule or one.open.get(rule)]
    for owner in {one.owner for one in waiting}:
        access.require_power(user, "intake.load", owner)
    return waiting


def row(load_id: str, number: int, *, user: "User") -> RefusedRow:
    """Return one refused row.

    Raises:
        NotFound: the load has no such row waiting.
        Forbidden: the person has no power over the dataset.
    """
    found = queries.load(load_id)
    access.require_power(user, "intake.load", found.owner)
    rows, _columns = _rows_of(found, user, "", number - 1, 1)
    if not rows or rows[0].row != number:
        raise NotFound(_("Row %(row)s does not wait in quarantine.") % {"row": number})
    return rows[0]


def _rows_of(load: Load, user: "User | None", rule: str, after: int, size: int) -> tuple[list[RefusedRow], list[str]]:
    """Return waiting rows of one load beyond a row number."""
    spec = queries.spec_of(load)
    mask = f" AND ({RULES} & {queries.mask_of(spec, rule)}::BIGINT) <> 0" if rule else ""
    with light_connection() as con, repaired_rows(load, con) as (sql, columns):
        alive = f"_state IN ({literal(overlay.OPEN)}, {literal(overlay.REPAIRED)})"
        answer = con.execute(
            f"SELECT * FROM ({sql}) WHERE {ROW} > ? AND {alive}{mask} ORDER BY {ROW} LIMIT ?",
            [after, size],
        )
        names = [entry[0] for entry in answer.description]
        found = [dict(zip(names, values, strict=True)) for values in answer.fetchall()]
    hidden = _hidden(spec, user, load, shown=bool(found))
    said = queries.messages_of(spec)
    return [_refused(load, spec, cells, columns, hidden, said) for cells in found], columns


def _refused(
    load: Load,
    spec: "ContractSpec",
    cells: dict[str, Any],
    columns: list[str],
    hidden: frozenset[str],
    said: dict[str, str],
) -> RefusedRow:
    mask = int(cells[RULES])
    refusing = mask & (spec.reject_mask | 1 << STRUCTURE_BIT)
    names = queries.rules_in(spec, refusing)
    fields = {check.field for check in spec.broken(refusing)}
    bad = frozenset(column for column, found in expected_columns(spec).items() if found.name in fields)
    shown = {name: HIDDEN if name in hidden and cells[name] is not None else cells[name] for name in columns}
    state = "repaired" if cells["_state"] == overlay.REPAIRED else "open"
    return RefusedRow(load.id, int(cells[ROW]), [(name, said.get(name, name)) for name in names], shown, state, bad)


def _hidden(spec: "ContractSpec", user: "User | None", load: Load, *, shown: bool) -> frozenset[str]:
    """Return the columns whose values this person may not see; what they do see is recorded."""
    identifying = frozenset(column for column, found in expected_columns(spec).items() if found.identifying) | (
        frozenset({"_raw"}) if spec.identifying else frozenset()
    )
    if not identifying or user is None:
        return frozenset()
    if not access.has_power(user, "store.read_personal", load.owner):
        return identifying
    if shown:
        access.record_access(
            user, f"load:{load.id}", sorted(identifying), _("repair of refused rows"), agency=load.owner
        )
    return frozenset()


def export(dataset: str, *, user: "User", rule: str = "") -> Iterator[str]:
    """Return the waiting rows of a dataset as the lines of a CSV file; formulas are made harmless.

    Raises:
        Forbidden: the person has no power over the dataset.
    """
    columns = list(expected_columns(catalogue.contract_of(dataset)))
    first = page(dataset, user=user, rule=rule, size=500)
    extra = [name for name in first.columns if name not in columns]
    yield _line(["load", "row", "problems", *columns, *extra], bom=True)
    for found in _all_rows(dataset, first, user, rule):
        cells = [found.cells.get(name) for name in (*columns, *extra)]
        yield _line([found.load, found.row, _problems(found), *cells])


def export_json(dataset: str, *, user: "User", rule: str = "") -> Iterator[bytes]:
    """Return the waiting rows of a dataset as lines of JSON; formulas are made harmless, as in the CSV file.

    Raises:
        Forbidden: the person has no power over the dataset.
    """
    first = page(dataset, user=user, rule=rule, size=500)
    for found in _all_rows(dataset, first, user, rule):
        cells = {neutral(name): None if cell is None else neutral(cell) for name, cell in found.cells.items()}
        facts = {"load": found.load, "row": found.row, "problems": _problems(found), "cells": cells}
        yield orjson.dumps(facts, option=orjson.OPT_APPEND_NEWLINE)


def _problems(found: RefusedRow) -> str:
    return "; ".join(text for _name, text in found.rules)


def _all_rows(dataset: str, first: QuarantinePage, user: "User", rule: str) -> Iterator[RefusedRow]:
    current: QuarantinePage | None = first
    while current:
        yield from current.rows
        current = page(dataset, user=user, rule=rule, after=current.next, size=500) if current.next else None


def _line(cells: Sequence[object], *, bom: bool = False) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([neutral(cell) for cell in cells])
    return ("\ufeff" if bom else "") + out.getvalue()
