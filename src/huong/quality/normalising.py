"""From the columns of a source to the typed, normalised fields of a contract, as one SELECT.

Written with Ibis; DuckDB runs it. A value that cannot be read becomes null beside a mark that something was
given, so a wrong type is a bit in the row's mask and never an error.
"""

from typing import TYPE_CHECKING, Any

from huong.base.text import fold
from huong.catalogue.rules import ContractSpec, FieldSpec
from huong.catalogue.rules.words import is_looked_up
from huong.catalogue.types import Context, semantic_type
from huong.catalogue.types.base import functions
from huong.quality.measure import quoted

if TYPE_CHECKING:
    import duckdb

PLACEHOLDERS = ("n/a", "na", "null", "none", "-", "--", "không rõ", "chưa rõ", "?")
ROW = "_row"


def present_column(name: str) -> str:
    """Return the hidden column that says whether the source gave a field any value."""
    return f"_has_{name}"


def text_column(name: str) -> str:
    """Return the hidden column that holds a looked-up field's tidy text."""
    return f"_text_{name}"


def map_table(name: str) -> str:
    """Return the table that maps a looked-up field's texts to codes."""
    return quoted(f"_map_{name}")


def source_table(con: "duckdb.DuckDBPyConnection") -> Any:
    """Return the view `_source` as an Ibis table of the types that it has."""
    import ibis
    from ibis.backends.sql.datatypes import DuckDBType

    described = con.execute("DESCRIBE _source").fetchall()
    return ibis.table({name: DuckDBType.from_string(kind) for name, kind, *_ in described}, name="_source")


def columns_of(found: FieldSpec, table: Any) -> list[Any]:
    """Return the source's columns that carry a field; empty if none does."""
    names = [name for name in (found.source or (found.name,)) if name in table.columns]
    if not names and found.name in table.columns:
        names = [found.name]
    return [table[name] for name in names]


def tidy(raw: Any, placeholders: tuple[str, ...]) -> Any:
    """Return a text without stray spaces, in composed letters; null for nothing and for placeholders."""
    text = functions().nfc(raw.cast("string")).strip()
    nothing = sorted({fold(word) for word in placeholders} | {word.lower() for word in placeholders} | {""})
    return text.lower().isin(nothing).ifelse(None, text)


def as_text(found: FieldSpec, table: Any, placeholders: tuple[str, ...]) -> tuple[Any, Any]:
    """Return (tidy text, whether it was untidy) of a field whose column is a text, or is looked up."""
    raw = columns_of(found, table)[0].cast("string")
    text = tidy(raw, placeholders)
    return text, (raw != text).fill_null(raw.notnull() & (raw != ""))


def _typed(found: FieldSpec, column: Any) -> Any | None:
    """Return a column that needs no reading, as the stored type; None if it must be read as text."""
    kind, logical = column.type(), found.logical_type
    if logical == "timestamp" and kind.is_timestamp():
        return column if kind.timezone else functions().in_zone(found.zone or Context.zone, column)
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


def select_sql(spec: ContractSpec, con: "duckdb.DuckDBPyConnection") -> str:
    """Return the SELECT over `_source` that gives `_row`, the fields, `_has_<field>` and `_untidy`.

    Args:
        con: a connection with the view `_source` and the maps of looked-up fields.
    """
    import ibis

    table = source_table(con)
    columns: dict[str, Any] = {ROW: table[ROW]}
    untidy: list[Any] = []
    looked_up: list[str] = []
    for found in spec.fields:
        if not columns_of(found, table):
            columns[found.name] = ibis.null(_ibis_type(found))
            columns[present_column(found.name)] = ibis.literal(False)
        elif is_looked_up(found):
            text, dirty = as_text(found, table, spec.placeholders or PLACEHOLDERS)
            columns[text_column(found.name)] = text
            columns[present_column(found.name)] = text.notnull()
            untidy.append(dirty)
            looked_up.append(found.name)
            columns |= day_of(found, spec, table)
        else:
            value, present, dirty = _field(found, spec, table)
            columns[found.name], columns[present_column(found.name)] = value, present
            untidy += [dirty] if dirty is not None else []
    columns["_untidy"] = ibis.or_(*untidy) if untidy else ibis.literal(False)
    inner = ibis.to_sql(table.select(**columns), dialect="duckdb")
    return _with_maps(inner, looked_up)


def _ibis_type(found: FieldSpec) -> str:
    return {
        "string": "string",
        "integer": "int64",
        "number": "float64",
        "boolean": "boolean",
        "date": "date",
        "timestamp": "timestamp('UTC')",
        "point": "struct<lon: float64, lat: float64>",
    }[found.logical_type]


def _field(found: FieldSpec, spec: ContractSpec, table: Any) -> tuple[Any, Any, Any]:
    """Return value, whether the source gave one, and whether it was untidy (None: cannot be)."""
    column = columns_of(found, table)
    kind = semantic_type(found.semantic, found.logical_type)
    context = Context(zone=found.zone or Context.zone, crs=found.crs)
    if len(column) == 2:
        return _pair(kind, column, context, spec.placeholders or PLACEHOLDERS)
    typed = _typed(found, column[0])
    if typed is not None:
        return _valid(kind, typed, context), column[0].notnull(), None
    text, dirty = as_text(found, table, spec.placeholders or PLACEHOLDERS)
    value = _valid(kind, kind.normalise(text, context), context)
    if kind.exact:
        dirty = dirty | (value.cast("string") != text).fill_null(False)
    return value, text.notnull(), dirty


def _pair(kind: Any, columns: list[Any], context: Context, placeholders: tuple[str, ...]) -> tuple[Any, Any, Any]:
    """Return a point made of two columns: latitude or north first, then longitude or east."""
    plain = semantic_type("", "number")
    numbers, given = [], []
    for column in columns:
        if column.type().is_numeric():
            numbers.append(column.cast("float64"))
            given.append(column.notnull())
        else:
            text = tidy(column, placeholders)
            numbers.append(plain.normalise(text, context))
            given.append(text.notnull())
    return _valid(kind, kind.normalise((numbers[0], numbers[1]), context), context), given[0] | given[1], None


def _valid(kind: Any, value: Any, context: Context) -> Any:
    return value if kind.valid is None else kind.valid(value, context).ifelse(value, None)


def day_of(found: FieldSpec, spec: ContractSpec, table: Any) -> dict[str, Any]:
    """Return the column that dates a looked-up value row by row, where the contract names a field for it."""
    if not found.as_of or found.as_of not in spec.by_name:
        return {}
    value, _present, _dirty = _field(spec.by_name[found.as_of], spec, table)
    return {f"_day_{found.name}": value.cast("date")}


def _with_maps(inner: str, looked_up: list[str]) -> str:
    hidden = [quoted(text_column(name)) for name in looked_up]
    if not looked_up:
        return inner
    joins, values = [], []
    for number, name in enumerate(looked_up):
        day = quoted(f"_day_{name}")
        dated = f'"_day_{name}"' in inner
        era = f" AND m{number}.since IS NOT DISTINCT FROM _era({day})" if dated else ""
        hidden += [day] if dated else []
        joins.append(f"LEFT JOIN {map_table(name)} m{number} ON i.{quoted(text_column(name))} = m{number}.raw{era}")
        values.append(f"m{number}.code AS {quoted(name)}")
    return f"WITH i AS ({inner}) SELECT i.* EXCLUDE ({', '.join(hidden)}), {', '.join(values)} FROM i {' '.join(joins)}"  # noqa: S608
