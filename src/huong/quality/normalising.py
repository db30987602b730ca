"""From the columns of a source to the typed, normalised fields of a contract, as one SELECT.

Written with Ibis; DuckDB runs it. A value that cannot be read becomes null beside a mark that something was
given, so a wrong type is a bit in the row's mask and never an error.
"""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from huong.base.text import fold
from huong.catalogue.rules import ContractSpec, FieldSpec
from huong.catalogue.rules.words import is_looked_up
from huong.catalogue.types import Context, semantic_type
from huong.catalogue.types.base import functions
from huong.catalogue.types.moments import local_to_utc
from huong.quality.measure import quoted

if TYPE_CHECKING:
    import duckdb

Shape = tuple[tuple[str, str], ...]
PLACEHOLDERS = ("n/a", "na", "null", "none", "-", "--", "không rõ", "chưa rõ", "?")
ROW = "_row"
LAST_BIT = 61
ODD = r"[\x{0300}-\x{036F}\x{00A0}\x{200B}\x{FEFF}\t\r\n]|^ | $|^$"  # what a tidy text does not hold


def present_column(name: str) -> str:
    """Return the hidden column that says whether the source gave a field any value."""
    return f"_has_{name}"


def text_column(name: str) -> str:
    """Return the hidden column that holds a looked-up field's tidy text."""
    return f"_text_{name}"


def map_table(name: str) -> str:
    """Return the table that maps a looked-up field's texts to codes."""
    return quoted(f"_map_{name}")


def reference_table(found: FieldSpec) -> str:
    """Return the table of the values that a related dataset holds."""
    assert found.reference is not None  # noqa: S101 - only asked of fields with a relation
    return quoted(f"_ref_{found.reference.dataset}_{found.reference.field}")


def shape_of(con: "duckdb.DuckDBPyConnection") -> Shape:
    """Return the columns of the source and their types."""
    return tuple((name, kind) for name, kind, *_ in con.execute("DESCRIBE _source").fetchall())


def table_of(shape: Shape, name: str) -> Any:
    """Return rows of the source as an Ibis table."""
    import ibis
    from ibis.backends.sql.datatypes import DuckDBType

    return ibis.table({column: DuckDBType.from_string(kind) for column, kind in shape}, name=name)


def columns_of(found: FieldSpec, table: Any) -> list[Any]:
    """Return the source's columns that carry a field; empty if none does."""
    names = [name for name in (found.source or (found.name,)) if name in table.columns]
    if not names and found.name in table.columns:
        names = [found.name]
    return [table[name] for name in names]


def laid_out(raw: Any) -> Any:
    """Return a text in composed letters, without stray spaces at its ends.

    Composing costs 900 ns a text, looking whether it is needed 50: so it is looked first.
    """
    text = raw.cast("string")
    return text.re_search(ODD).ifelse(functions().nfc(text).strip(), text)


def nothing_of(spec: ContractSpec) -> tuple[str, ...]:
    """Return the texts, in small letters, that stand for nothing under a contract."""
    words = spec.placeholders or PLACEHOLDERS
    return tuple(sorted({fold(word) for word in words} | {word.lower() for word in words} | {""}))


def named(text: Any, nothing: tuple[str, ...]) -> Any:
    """Return null for nothing and for placeholders such as "N/A", else the text."""
    import ibis

    longest = max(len(word) for word in nothing)
    short = text.lower().isin(nothing).ifelse(ibis.null("string"), text)
    return (text.length() <= longest).ifelse(short, text)


def typed(found: FieldSpec, column: Any) -> Any | None:
    """Return a column that needs no reading, as the stored type; None if it must be read as text."""
    kind, logical = column.type(), found.logical_type
    if logical == "timestamp" and kind.is_timestamp():
        return column if kind.timezone else local_to_utc(column, found.zone or Context.zone)
    if logical == "date" and (kind.is_date() or kind.is_timestamp()):
        return column.cast("date")
    if logical in {"number", "integer"} and kind.is_numeric():
        return _number(column, logical)
    return column if logical == "boolean" and kind.is_boolean() else None


def _number(column: Any, logical: str) -> Any:
    if logical == "number":
        return column.cast("float64")
    if column.type().is_integer():
        return column.cast("int64")
    return (column == column.floor()).ifelse(column.try_cast("int64"), None)


def ibis_type(found: FieldSpec) -> str:
    """Return the Ibis type in which a field is stored."""
    return {
        "string": "string",
        "integer": "int64",
        "number": "float64",
        "boolean": "boolean",
        "date": "date",
        "timestamp": "timestamp('UTC')",
        "point": "struct<lon: float64, lat: float64>",
    }[found.logical_type]


def laid(spec: ContractSpec, table: Any) -> Any:
    """Return the first stage: `_row`, and for each field its text(s), or its column where it is typed already.

    `_text_<field>` (and `_text2_<field>` for the second column of a point) beside `_was_<field>`; or `_raw_<field>`.
    """
    columns: dict[str, Any] = {ROW: table[ROW]}
    for found in spec.fields:
        held = columns_of(found, table)
        if len(held) == 2:
            columns |= _laid_pair(found, held)
        elif held:
            ready = None if is_looked_up(found) else typed(found, held[0])
            if ready is not None:
                columns[f"_raw_{found.name}"] = ready
                columns[f"_gave_{found.name}"] = held[0].notnull()
                continue
            columns[text_column(found.name)] = laid_out(held[0])
            columns[f"_was_{found.name}"] = held[0].cast("string")
    return table.select(**columns)


def _laid_pair(found: FieldSpec, held: list[Any]) -> dict[str, Any]:
    names = (text_column(found.name), f"_text2_{found.name}")
    return {
        name: column.cast("float64") if column.type().is_numeric() else laid_out(column)
        for name, column in zip(names, held, strict=True)
    }


def tidied(spec: ContractSpec, table: Any) -> Any:
    """Return the second stage: placeholders are null."""
    nothing = nothing_of(spec)
    columns: dict[str, Any] = {}
    for name in table.columns:
        column = table[name]
        if name.startswith(("_text_", "_text2_")) and column.type().is_string():
            columns[name] = named(column, nothing)
        else:
            columns[name] = column
    return table.select(**columns)


def read(spec: ContractSpec, table: Any) -> Any:
    """Return the third stage: what the tidy texts say, not yet whether that is possible; `_dirty_<field>`."""
    columns: dict[str, Any] = {
        name: table[name] for name in table.columns if not name.startswith(("_text2_", "_raw_", "_was_"))
    }
    for name in table.columns:
        if name.startswith("_was_"):
            field, was = name.removeprefix("_was_"), table[name]
            badly = (was != table[text_column(field)]).fill_null(was != "")
            columns[f"_dirty_{field}"] = badly.fill_null(False)
    for found in spec.fields:
        kind, context = semantic_type(found.semantic, found.logical_type), context_of(found)
        if f"_raw_{found.name}" in table.columns:
            columns[found.name] = table[f"_raw_{found.name}"]
        elif f"_text2_{found.name}" in table.columns:
            columns[found.name], columns[f"_gave_{found.name}"] = _read_pair(found, kind, context, table)
        elif text_column(found.name) in table.columns and not is_looked_up(found):
            columns[found.name] = kind.read(table[text_column(found.name)], context)
    return table.select(**columns)


def context_of(found: FieldSpec) -> Context:
    """Return what a field says about its values beyond its type."""
    return Context(zone=found.zone or Context.zone, crs=found.crs)


def _read_pair(found: FieldSpec, kind: Any, context: Context, table: Any) -> tuple[Any, Any]:
    """Return a point made of two columns (latitude or north first), and whether either was given."""
    first, second = table[text_column(found.name)], table[f"_text2_{found.name}"]
    return pair_of(kind, context, first, second), first.notnull() | second.notnull()


def pair_of(kind: Any, context: Context, first: Any, second: Any) -> Any:
    """Return a point made of two numbers, or of two tidy texts that tell numbers."""
    plain = semantic_type("", "number")
    numbers = [plain.read(column, context) if column.type().is_string() else column for column in (first, second)]
    return kind.normalise((numbers[0], numbers[1]), context)


def judged(spec: ContractSpec, table: Any) -> Any:
    """Return the last stage: the fields (null where the value is not possible), `_has_<field>`, `_untidy`.

    `_untidy` has one bit per field, in their order; all fields beyond the 62nd share the last.
    """
    import ibis

    columns: dict[str, Any] = {ROW: table[ROW]}
    untidy: dict[int, Any] = {}
    for place, found in enumerate(spec.fields):
        kind, name = semantic_type(found.semantic, found.logical_type), found.name
        text = table[text_column(name)] if text_column(name) in table.columns else None
        if f"_gave_{name}" in table.columns:
            columns[present_column(name)] = table[f"_gave_{name}"]
        else:
            columns[present_column(name)] = ibis.literal(False) if text is None else text.notnull()
        if f"_dirty_{name}" in table.columns:
            _also(untidy, place, table[f"_dirty_{name}"])
        if name in table.columns:
            value = table[name]
            if kind.exact and text is not None:
                _also(untidy, place, (value.cast("string") != text).fill_null(False))
            columns[name] = value if kind.valid is None else kind.valid(value, context_of(found)).ifelse(value, None)
        elif text is not None:
            columns[text_column(name)] = text
            columns |= _dated(found, spec, table)
        else:
            columns[name] = ibis.null(ibis_type(found))
    bits = [found.ifelse(1 << bit, 0).cast("int64") for bit, found in untidy.items()]
    columns["_untidy"] = sum(bits, start=ibis.literal(0, "int64"))
    return table.select(**columns)


def _also(untidy: dict[int, Any], place: int, condition: Any) -> None:
    bit = min(place, LAST_BIT)
    untidy[bit] = untidy[bit] | condition if bit in untidy else condition


def _dated(found: FieldSpec, spec: ContractSpec, table: Any) -> dict[str, Any]:
    """Return the day of each row for a looked-up field whose contract names a field for it."""
    if found.as_of and found.as_of in spec.by_name and found.as_of in table.columns:
        return {f"_day_{found.name}": table[found.as_of].cast("date")}
    return {}


def stages_sql(spec: ContractSpec, con: "duckdb.DuckDBPyConnection") -> tuple[str, frozenset[str]]:
    """Return the stages over `_rest` as the CTEs `_laid`, `_tidy`, `_read`, `_judged`, and the last one's columns.

    They stay apart so that no expression is written out more than once in another. Compiled once for a
    contract and the shape of its source.
    """
    return _stages(spec, shape_of(con))


@lru_cache(maxsize=128)
def _stages(spec: ContractSpec, shape: Shape) -> tuple[str, frozenset[str]]:
    import ibis

    parts, source = [], table_of(shape, "_rest")
    for name, stage in (("_laid", laid), ("_tidy", tidied), ("_read", read), ("_judged", judged)):
        expression = stage(spec, source)
        parts.append(f"{name} AS ({ibis.to_sql(expression, dialect='duckdb')})")
        source = ibis.table(expression.schema(), name=name)
    return "WITH " + ", ".join(parts), frozenset(source.columns)


def select_sql(spec: ContractSpec, con: "duckdb.DuckDBPyConnection") -> str:
    """Return the SELECT over `_rest` that gives `_row`, the fields, `_has_<field>` and `_untidy`.

    Args:
        con: a connection with the views `_source` and `_rest`, and the maps of looked-up fields.
    """
    ctes, last = stages_sql(spec, con)
    looked_up = [found.name for found in spec.fields if text_column(found.name) in last]
    if not looked_up:
        return f"{ctes} SELECT * FROM _judged"
    hidden, joins, values = [], [], []
    for number, name in enumerate(looked_up):
        dated = f"_day_{name}" in last
        hidden += [quoted(text_column(name)), *([quoted(f"_day_{name}")] if dated else [])]
        era = f" AND m{number}.since IS NOT DISTINCT FROM _era({quoted(f'_day_{name}')})" if dated else ""
        joins.append(f"LEFT JOIN {map_table(name)} m{number} ON i.{quoted(text_column(name))} = m{number}.raw{era}")
        values.append(f"m{number}.code AS {quoted(name)}")
    return f"{ctes} SELECT i.* EXCLUDE ({', '.join(hidden)}), {', '.join(values)} FROM _judged i {' '.join(joins)}"
