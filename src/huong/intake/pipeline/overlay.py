"""Repairs laid over refused rows: the file stays as it is, what was decided is applied when it is read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from huong.base import keys
from huong.intake.models import Load, Repair
from huong.intake.pipeline import quarantine
from huong.intake.pipeline.columns import literal, quoted
from huong.intake.types import RULES

if TYPE_CHECKING:
    import duckdb

OPEN, REPAIRED, REPLAYED, DROPPED = "", "repaired", "replayed", "dropped"
MaskOf = Callable[[str], int]


@dataclass(frozen=True)
class Change:
    """What one repair does, opened: cells set, or one value replaced in a column."""

    values: dict[str, str | None]
    column: str = ""
    old: str | None = None
    new: str | None = None

    def seal(self, load: Load) -> bytes:
        """Return the change as bytes, encrypted under the load's key if its dataset is personal."""
        data = orjson.dumps({"values": self.values, "column": self.column, "old": self.old, "new": self.new})
        return keys.seal_bytes(keys.data_key(load.scope), data, context=load.id) if load.scope else data


def change_of(repair: Repair) -> Change:
    """Return what a repair does.

    Raises:
        KeyDestroyed: its load was erased.
    """
    data, load = bytes(repair.sealed), repair.load
    plain: dict[str, Any] = orjson.loads(
        keys.open_bytes(keys.data_key(load.scope), data, context=load.id) if load.scope else data
    )
    return Change(plain["values"], plain["column"], plain["old"], plain["new"])


def select_sql(columns: Sequence[str], file: Path, repairs: Sequence[Repair], mask_of: MaskOf) -> str:
    """Return a SELECT of refused rows as text, with every repair applied and `_state` saying what became of a row.

    Args:
        repairs: in the order in which they were made; undone ones do nothing.
        mask_of: the bits of a rule.
    """
    levels = [quarantine.as_text_sql(columns, file)]
    for group in _groups([repair for repair in repairs if repair.state != "undone"]):
        levels.append(_applied(f"_level_{len(levels) - 1}", columns, group, mask_of))
    if len(levels) == 1:
        return levels[0]
    named = ", ".join(f"_level_{number} AS MATERIALIZED ({sql})" for number, sql in enumerate(levels))
    return f"WITH {named} SELECT * FROM _level_{len(levels) - 1}"


def _groups(repairs: Sequence[Repair]) -> list[list[Repair]]:
    """Return repairs in their order, those of different rows that follow one another taken together.

    Each level names the state of a row several times. Levels that are woven into one expression would double it with
    every repair, so they are few, and each is computed before the next.
    """
    groups: list[list[Repair]] = []
    rows: set[int] = set()
    for repair in repairs:
        if repair.row is None or not rows or repair.row in rows:
            groups.append([])
            rows = set()
        groups[-1].append(repair)
        rows |= set() if repair.row is None else {repair.row}
    return groups


def _applied(before: str, columns: Sequence[str], group: Sequence[Repair], mask_of: MaskOf) -> str:
    cases: dict[str, list[str]] = {}
    for repair in group:
        change = change_of(repair)
        where = condition(repair.row, mask_of(repair.rule) if repair.rule else 0, change)
        sets = {change.column: change.new} if change.column else change.values
        for name in columns:
            if name in sets:
                cases.setdefault(name, []).append(f"WHEN {where} THEN {_value(sets[name])}")
        cases.setdefault("_state", []).append(f"WHEN {where} THEN {literal(_state(repair))}")
    cells = [f"CASE {' '.join(whens)} ELSE {quoted(name)} END AS {quoted(name)}" for name, whens in cases.items()]
    return f"SELECT * REPLACE ({', '.join(cells)}) FROM {before}"


def _state(repair: Repair) -> str:
    if repair.kind == "drop":
        return DROPPED
    return REPLAYED if repair.state == "replayed" else REPAIRED


def _value(value: str | None) -> str:
    return "NULL::VARCHAR" if value is None else literal(value)


def condition(row: int | None, mask: int, change: Change) -> str:
    """Return which rows a repair concerns: one, or all open or repaired ones that broke a rule."""
    alive = f"_state IN ({literal(OPEN)}, {literal(REPAIRED)})"
    if row is not None:
        return f"(_row = {int(row)} AND {alive})"
    found = f"({RULES} & {mask}::BIGINT) <> 0 AND {alive}"
    if change.column and change.old is not None:
        old = f"{quoted(change.column)} = {literal(change.old)}"
        found += (
            f" AND ({quoted(change.column)} IS NULL OR {quoted(change.column)} = '')"
            if not change.old
            else f" AND {old}"
        )
    return f"({found})"


def counted(
    con: "duckdb.DuckDBPyConnection", sql: str, names_of: Callable[[int], Sequence[str]]
) -> tuple[int, int, dict[str, int]]:
    """Return rows that wait (not replayed, not dropped), rows repaired among them, and waiting rows per check."""
    rows = con.execute(f"SELECT {RULES}, _state, count(*) FROM ({sql}) GROUP BY ALL").fetchall()
    waiting = repaired = 0
    counts: dict[str, int] = {}
    for mask, state, count in rows:
        if state in (OPEN, REPAIRED):
            waiting += count
            repaired += count if state == REPAIRED else 0
            for name in names_of(mask):
                counts[name] = counts.get(name, 0) + count
    return waiting, repaired, counts
