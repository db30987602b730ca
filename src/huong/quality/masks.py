"""The bitmask of a row: one SQL condition per check, and the repeats of keys."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sqlglot import expressions as sql

from huong.catalogue.rules import Check, ContractSpec, FieldSpec
from huong.catalogue.rules.conditions import parse
from huong.quality import repeats
from huong.quality.measure import files_sql, quoted
from huong.quality.normalising import present_column, reference_table

if TYPE_CHECKING:
    import duckdb


def literal(value: object) -> str:
    """Return a value of a contract as a literal of SQL.

    >>> literal("O'Lý"), literal(5)
    ("'O''Lý'", '5')
    """
    return str(value) if isinstance(value, int | float) else "'" + str(value).replace("'", "''") + "'"


def wrong(spec: ContractSpec, check: Check) -> str | None:
    """Return the condition under which a row breaks a check, over `_normal`; None for keys, which come later."""
    if check.kind in {"key", "unique"}:
        return None
    if check.kind == "rule":
        rule = next(found for found in spec.rules if found.name == check.name)
        return f"NOT coalesce(({safe_condition(rule.condition)}), true)"
    found = spec.by_name[check.field]
    name, present = quoted(found.name), quoted(present_column(found.name))
    if check.kind == "type":
        return f"{present} AND {name} IS NULL"
    if check.kind == "required":
        return f"NOT {present}"
    condition = _FORMS[check.kind](found, name)
    if check.kind == "values" and not found.values and not found.reference:
        return f"{present} AND {name} IS NULL"
    return f"{name} IS NOT NULL AND NOT coalesce({condition}, false)"


def safe_condition(condition: str) -> str:
    """Return a rule's condition with casts that answer null instead of failing."""
    tree = parse(condition).copy()
    for cast in list(tree.find_all(sql.Cast)):
        if type(cast) is sql.Cast:
            cast.replace(sql.TryCast(this=cast.this.copy(), to=cast.to.copy()))
    return str(tree.sql("duckdb"))


def _values(found: FieldSpec, name: str) -> str:
    parts = []
    if found.values:
        listed = ", ".join(literal(value) for value in found.values)
        # list_contains is asked once per different value of a Parquet dictionary, IN once per row
        is_text = found.logical_type == "string"
        parts.append(f"list_contains([{listed}], {name})" if is_text else f"{name} IN ({listed})")
    if found.reference:
        parts.append(f"{name} IN (SELECT v FROM {reference_table(found)})")
    return " AND ".join(parts) or "true"


def _range(found: FieldSpec, name: str) -> str:
    limits = found.limits
    cast = {"date": "::DATE", "timestamp": "::TIMESTAMPTZ"}.get(found.logical_type, "")
    bounds = (
        (limits.minimum, ">="),
        (limits.maximum, "<="),
        (limits.exclusive_minimum, ">"),
        (limits.exclusive_maximum, "<"),
    )
    parts = [f"{name} {sign} {literal(bound)}{cast}" for bound, sign in bounds if bound is not None]
    if limits.multiple_of is not None:
        parts.append(f"{name} % {literal(limits.multiple_of)} = 0")
    return " AND ".join(parts)


def _pattern(found: FieldSpec, name: str) -> str:
    return f"regexp_full_match({name}, {literal(found.limits.pattern or '')})"


def _length(found: FieldSpec, name: str) -> str:
    low, high = found.limits.min_length or 0, found.limits.max_length
    upper = f" AND length({name}) <= {int(high)}" if high is not None else ""
    return f"length({name}) >= {int(low)}{upper}"


_FORMS = {"values": _values, "range": _range, "pattern": _pattern, "length": _length}


def mark(
    spec: ContractSpec, con: "duckdb.DuckDBPyConnection", rows: int, *, existing: Sequence[Path | str] = ()
) -> None:
    """Make the table `_marks(_row, mask, untidy)` of all rows that broke a check or are untidy.

    Args:
        rows: how many rows `_normal` has.
        existing: Parquet files of the table in which a key of an append must not stand yet.
    """
    parts = [
        f"CASE WHEN {condition} THEN {1 << check.bit}::BIGINT ELSE 0 END"
        for check in spec.checks
        if (condition := wrong(spec, check)) is not None
    ]
    uniques = unique_groups(spec)
    maybe = "false"
    for number, (columns, _bit) in enumerate(uniques):
        repeats.keep(con, f"_repeated_{number}", hash_of(columns), "_normal", rows=rows)
        maybe += f" OR coalesce({hash_of(columns)} IN (SELECT h FROM _repeated_{number}), false)"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE _marks AS SELECT * FROM (SELECT _row, ({' + '.join(parts) or '0'})::BIGINT"
        f" AS mask, _untidy AS untidy, ({maybe}) AS maybe FROM _normal) WHERE mask <> 0 OR untidy <> 0 OR maybe"
    )
    for columns, bit in uniques:
        _mark_repeats(spec, con, columns, bit)
    if existing and spec.key and spec.mode == "append":
        _mark_known(spec, con, existing)


def unique_groups(spec: ContractSpec) -> list[tuple[tuple[str, ...], int]]:
    """Return the fields that must be different in every row, together, and the bit of the check."""
    groups: list[tuple[tuple[str, ...], int]] = [
        ((check.field,), check.bit) for check in spec.checks if check.kind == "unique"
    ]
    groups += [(spec.key, check.bit) for check in spec.checks if check.kind == "key"]
    return groups


def hash_of(columns: tuple[str, ...]) -> str:
    """Return the hash of a row's values as SQL; null where one of them is empty."""
    names = [quoted(name) for name in columns]
    filled = " AND ".join(f"{name} IS NOT NULL" for name in names)
    return f"CASE WHEN {filled} THEN hash({', '.join(names)}) END"


def _mark_repeats(spec: ContractSpec, con: "duckdb.DuckDBPyConnection", columns: tuple[str, ...], bit: int) -> None:
    """Give the bit to all but one row of each key: kept is the first in file order that is otherwise acceptable."""
    filled = " AND ".join(f"n.{quoted(name)} IS NOT NULL" for name in columns)
    named = ", ".join(f"n.{quoted(name)}" for name in columns)
    con.execute(
        f"UPDATE _marks SET mask = mask | {1 << bit} WHERE _row IN (SELECT _row FROM (SELECT n._row, row_number()"
        f" OVER (PARTITION BY {named} ORDER BY (m.mask & {spec.reject_mask}) <> 0, n._row) AS place"
        f" FROM _normal n JOIN _marks m USING (_row) WHERE m.maybe AND {filled}) WHERE place > 1)"
    )


def _mark_known(spec: ContractSpec, con: "duckdb.DuckDBPyConnection", existing: Sequence[Path | str]) -> None:
    """Give the key's bit to rows whose key stands in the table already."""
    bit = next(check.bit for check in spec.checks if check.kind == "key")
    same = " AND ".join(f"e.{quoted(name)} = n.{quoted(name)}" for name in spec.key)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE _known AS SELECT n._row FROM _normal n SEMI JOIN {files_sql(existing)} e ON {same}"
    )
    con.execute("INSERT INTO _marks SELECT _row, 0, 0, false FROM _known WHERE _row NOT IN (SELECT _row FROM _marks)")
    con.execute(f"UPDATE _marks SET mask = mask | {1 << bit} WHERE _row IN (SELECT _row FROM _known)")
