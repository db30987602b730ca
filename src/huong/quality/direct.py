"""Most rows come as they should: what such a row holds, and the cheap conditions by which it is known.

A row that meets all conditions breaks no check, is tidy, and its fields are what `_direct` says; so the
stages of `normalising` would come to the same (a test compares both ways on whatever comes). All other rows
go through the stages.
"""

import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from huong.catalogue.rules import ContractSpec, FieldSpec
from huong.catalogue.rules.words import is_looked_up
from huong.catalogue.types import semantic_type
from huong.quality import masks, normalising, patterns
from huong.quality.measure import quoted
from huong.quality.normalising import ROW, Shape

SPACES = (" ", "\t", "\n", "\r", "\v", "\f")
ROWS = "_rows_that_come"
FINITE = frozenset({"number.plain", "number.decimal_vi"})
FREE = frozenset({"", "text.free"})


@dataclass
class Plain:
    """How a field is read from a row that comes as it should.

    Attributes:
        columns: Ibis columns: the value under the field's name, and what the conditions need beside it.
        value: the value again, if it has a validator.
        fine: conditions of SQL that hold for such a row.
        covers: the kinds of checks that hold with them.
    """

    columns: dict[str, Any]
    fine: list[str] = field(default_factory=list)
    covers: frozenset[str] = frozenset({"type", "required"})


@dataclass(frozen=True)
class Compiled:
    """SQL over rows of the source: the plain values, how looked-up fields are joined to them, and the conditions.

    Attributes:
        plain: the SELECT of the values and of the source's columns (`_s0`, `_s1`, ...).
        looked_up: looked-up field to the field that dates it (or an empty text).
        fine: conditions, all of which a row meets that needs no more work.
        columns: the source's columns but `_row`, in their order.
    """

    plain: str
    looked_up: tuple[tuple[str, str], ...]
    fine: tuple[str, ...]
    columns: tuple[str, ...]

    def view(self, source: str) -> str:
        """Return the SELECT of the plain values of rows of a table, looked-up fields included."""
        joins, values = [], []
        for number, (name, dated) in enumerate(self.looked_up):
            era = f" AND m{number}.since IS NOT DISTINCT FROM _era({quoted(dated)}::DATE)" if dated else ""
            joins.append(f"LEFT JOIN {spelt_table(name)} m{number} ON d.{quoted(f'_raw_{name}')} = m{number}.raw{era}")
            values.append(f", m{number}.code AS {quoted(name)}")
        return f"SELECT d.*{''.join(values)} FROM ({self.over(source)}) d {' '.join(joins)}"

    def over(self, source: str) -> str:
        """Return the SELECT of the plain values of rows of a table, without looked-up fields."""
        return self.plain.replace(f'"{ROWS}"', f'"{source}"')

    @property
    def raw(self) -> str:
        """Return the source's columns of a direct view under their own names."""
        return ", ".join(f"_s{number} AS {quoted(name)}" for number, name in enumerate(self.columns))

    @property
    def is_fine(self) -> str:
        """Return the condition that a row needs no more work."""
        return " AND ".join(f"({condition})" for condition in self.fine) or "true"


def spelt_table(name: str) -> str:
    """Return the table that maps the tidy spellings of a looked-up field, as they came, to codes."""
    return quoted(f"_spelt_{name}")


@lru_cache(maxsize=128)
def compiled(spec: ContractSpec, shape: Shape) -> Compiled | None:
    """Return how rows that come as they should are read and known; None if no row can (a needed column is missing).

    Compiled once for a contract and the shape of its source.
    """
    import ibis

    table = normalising.table_of(shape, ROWS)
    raw = [name for name, _kind in shape if name != ROW]
    columns: dict[str, Any] = {ROW: table[ROW]} | {f"_s{number}": table[name] for number, name in enumerate(raw)}
    fine: list[str] = []
    covered: set[str] = set()
    looked_up: list[tuple[str, str]] = []
    for found in spec.fields:
        plain = _plain(found, spec, table)
        if plain is None:
            return None
        if is_looked_up(found) and f"_raw_{found.name}" in plain.columns:
            looked_up.append((found.name, found.as_of if found.as_of and found.as_of in spec.by_name else ""))
        columns |= plain.columns
        fine += plain.fine
        covered |= {f"{found.name}.{kind}" for kind in plain.covers}
    fine += _other_checks(spec, covered)
    first = table.select(**columns)
    values = ibis.table(first.schema(), name="_plain")
    validity = {
        f"_valid_{found.name}": kind.valid(values[found.name], normalising.context_of(found))
        for found in spec.fields
        if (kind := semantic_type(found.semantic, found.logical_type)).valid is not None
        and found.name in values.columns
    }
    second = values.mutate(**validity) if validity else values
    texts = [ibis.to_sql(each, dialect="duckdb") for each in (first, second)]
    return Compiled(f"WITH _plain AS ({texts[0]}) {texts[1]}", tuple(looked_up), tuple(fine), tuple(raw))


def _other_checks(spec: ContractSpec, covered: set[str]) -> list[str]:
    conditions = [masks.wrong(spec, check) for check in spec.checks if check.name not in covered]
    return [f"NOT ({condition})" for condition in conditions if condition is not None]


def _needed(found: FieldSpec, spec: ContractSpec) -> bool:
    return found.is_needed or found.name in spec.key


def _plain(found: FieldSpec, spec: ContractSpec, table: Any) -> Plain | None:
    import ibis

    held = normalising.columns_of(found, table)
    if not held:
        absent = Plain({found.name: ibis.null(normalising.ibis_type(found))})
        return None if _needed(found, spec) else absent
    if len(held) == 2:
        return _pair(found, spec, held)
    if is_looked_up(found):
        return _looked_up(found, spec, held[0])
    ready = normalising.typed(found, held[0])
    if ready is not None:
        given = {found.name: ready, f"_raw_{found.name}": held[0]}
        return Plain(given, [_or_empty(found, spec, _possible_typed(found, held[0]))])
    return _text(found, spec, held[0].cast("string"))


def _or_empty(found: FieldSpec, spec: ContractSpec, condition: str) -> str:
    """Return the condition of a field that may be empty, unless it is needed."""
    empty = f"{quoted(f'_raw_{found.name}')} IS NULL"
    return condition if _needed(found, spec) else f"{empty} OR ({condition})"


def _possible_typed(found: FieldSpec, raw: Any) -> str:
    """Return the condition for a typed column, where possible over the column itself: Parquet knows its bounds."""
    kind = semantic_type(found.semantic, found.logical_type)
    if kind.surely and (raw.type().is_timestamp() or raw.type().is_date()):
        first, last = kind.surely
        return f"{quoted(f'_raw_{found.name}')} BETWEEN '{first}' AND '{last}'"
    return _possible(found)


def _possible(found: FieldSpec) -> str:
    kind = semantic_type(found.semantic, found.logical_type)
    if kind.valid is None or (kind.name in FINITE and _is_bounded(found)):
        return f"{quoted(found.name)} IS NOT NULL"
    return quoted(f"_valid_{found.name}")  # which is null for null


def _is_bounded(found: FieldSpec) -> bool:
    """Return whether the contract's range alone keeps out what is not finite."""
    limits = found.limits
    low = (limits.minimum, limits.exclusive_minimum)
    high = (limits.maximum, limits.exclusive_maximum)
    return any(bound is not None for bound in low) and any(bound is not None for bound in high)


def _pair(found: FieldSpec, spec: ContractSpec, held: list[Any]) -> Plain:
    kind, context = semantic_type(found.semantic, found.logical_type), normalising.context_of(found)
    numbers = [column.cast("float64") if column.type().is_numeric() else column.cast("string") for column in held]
    names = (f"_raw_{found.name}", f"_raw2_{found.name}")
    columns = dict(zip(names, numbers, strict=True))
    columns[found.name] = normalising.pair_of(kind, context, *numbers)
    tidy = [tidy_sql(quoted(name), spec) for name in names if columns[name].type().is_string()]
    whole = " AND ".join([_possible(found), *tidy])
    none = " AND ".join(f"{quoted(name)} IS NULL" for name in names)
    return Plain(columns, [whole if _needed(found, spec) else f"({none}) OR ({whole})"])


def _looked_up(found: FieldSpec, spec: ContractSpec, column: Any) -> Plain:
    fine = _or_empty(found, spec, f"{quoted(found.name)} IS NOT NULL")
    more = frozenset() if found.values or found.reference else frozenset({"values"})
    return Plain({f"_raw_{found.name}": column.cast("string")}, [fine], frozenset({"type", "required"}) | more)


def _text(found: FieldSpec, spec: ContractSpec, text: Any) -> Plain:
    kind = semantic_type(found.semantic, found.logical_type)
    name, raw = quoted(found.name), quoted(f"_raw_{found.name}")
    columns = {found.name: text, f"_raw_{found.name}": text}
    if kind.name in FREE:
        condition, more = _free(found, spec, raw)
        return Plain(columns, [_or_empty(found, spec, condition)], frozenset({"type", "required", *more}))
    columns[found.name] = kind.read(text, normalising.context_of(found))
    same = f" AND {name} = {raw}" if kind.base == "string" else ""
    return Plain(columns, [_or_empty(found, spec, f"{tidy_sql(raw, spec)} AND {_possible(found)}{same}")])


def _free(found: FieldSpec, spec: ContractSpec, raw: str) -> tuple[str, tuple[str, ...]]:
    """Return the cheapest condition under which a free text is tidy, and the checks that it implies."""
    nothing = normalising.nothing_of(spec)
    if found.values and all(_is_tidy(value, nothing) for value in found.values):
        listed = ", ".join(masks.literal(value) for value in found.values)
        return f"list_contains([{listed}], {raw})", () if found.reference else ("values",)
    pattern = found.limits.pattern
    if pattern and patterns.is_tidy(pattern, nothing):
        glob = patterns.glob_of(pattern)
        quick = f"{raw} GLOB {masks.literal(glob)}" if glob else f"regexp_full_match({raw}, {masks.literal(pattern)})"
        return quick, ("pattern",)
    return tidy_sql(raw, spec), ()


def _is_tidy(value: str, nothing: tuple[str, ...]) -> bool:
    return value == unicodedata.normalize("NFC", value).strip() and value.lower() not in nothing and value >= "!"


def tidy_sql(raw: str, spec: ContractSpec) -> str:
    """Return the condition under which `laid_out` and `named` leave a text as it is."""
    nothing = normalising.nothing_of(spec)
    ends = " AND ".join(f"NOT suffix({raw}, chr({ord(space)}))" for space in SPACES)
    listed = ", ".join(masks.literal(word) for word in nothing)
    return (
        f"nfc_normalize({raw}) = {raw} AND {raw} >= '!' AND {ends}"
        f" AND (length({raw}) > {max(map(len, nothing))} OR NOT list_contains([{listed}], lower({raw})))"
    )
