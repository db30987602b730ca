"""Look-ups: every different spelling of a unit or a code is resolved once, before the pass."""

from datetime import date
from typing import TYPE_CHECKING

from huong.base.text import fold
from huong.catalogue import queries as catalogue
from huong.catalogue.rules import ContractSpec, FieldSpec
from huong.places import queries as places
from huong.quality import normalising
from huong.quality.measure import files_sql, quoted
from huong.store import queries as store

if TYPE_CHECKING:
    import duckdb


def prepare(spec: ContractSpec, con: "duckdb.DuckDBPyConnection") -> None:
    """Make the tables that `_normal` joins: `_map_<field>(raw, code, since)`, `_ref_<dataset>_<field>(v)`."""
    _eras(con)
    ctes, last = normalising.stages_sql(spec, con)
    for found in spec.fields:
        if normalising.text_column(found.name) in last.columns:
            _map(found, con, ctes, dated=f"_day_{found.name}" in last.columns)
        if found.reference:
            _reference(found, con)


def _eras(con: "duckdb.DuckDBPyConnection") -> None:
    """Define `_era(day)`: the first day of the division into units that was in force on a day."""
    starts = sorted({unit.valid_from for unit in places.unit_rows()})
    cases = " ".join(
        f"WHEN day >= DATE '{start.isoformat()}' THEN DATE '{start.isoformat()}'" for start in reversed(starts)
    )
    first = f"DATE '{starts[0].isoformat()}'" if starts else "NULL::DATE"
    con.execute(f"CREATE OR REPLACE TEMP MACRO _era(day) AS CASE WHEN day IS NULL THEN NULL {cases} ELSE {first} END")


def _map(found: FieldSpec, con: "duckdb.DuckDBPyConnection", ctes: str, *, dated: bool) -> None:
    """Resolve the different texts of one field, each once."""
    raw = quoted(normalising.text_column(found.name))
    era = f"_era({quoted(f'_day_{found.name}')})" if dated else "NULL::DATE"
    rows = con.execute(f"{ctes} SELECT DISTINCT {raw}, {era} FROM _judged WHERE {raw} IS NOT NULL").fetchall()
    name = normalising.map_table(found.name)
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} (raw VARCHAR, code VARCHAR, since DATE)")
    resolved = _codes(found, rows) if found.code_list else _units(found, rows, dated=dated)
    if resolved:
        con.executemany(f"INSERT INTO {name} VALUES (?, ?, ?)", resolved)


def _codes(found: FieldSpec, rows: list[tuple[str, date | None]]) -> list[tuple[str, str, date | None]]:
    known = catalogue.code_spellings(found.code_list)
    return [(raw, known[fold(raw)], since) for raw, since in rows if fold(raw) in known]


def _units(found: FieldSpec, rows: list[tuple[str, date | None]], *, dated: bool) -> list[tuple[str, str, date | None]]:
    by_day: dict[date | None, list[str]] = {}
    fixed = date.fromisoformat(found.as_of) if found.as_of and not dated else None
    for raw, since in rows:
        by_day.setdefault(since, []).append(raw)
    resolved = []
    for since, texts in by_day.items():
        found_units = places.resolve_many(texts, as_of=since or fixed)
        resolved += [(raw, answer.units[0].code, since) for raw, answer in found_units.items() if answer.kind == "one"]
    return resolved


def reference_table(found: FieldSpec) -> str:
    """Return the table of the values that a related dataset holds."""
    assert found.reference is not None  # noqa: S101 - only asked of fields with a relation
    return quoted(f"_ref_{found.reference.dataset}_{found.reference.field}")


def _reference(found: FieldSpec, con: "duckdb.DuckDBPyConnection") -> None:
    assert found.reference is not None  # noqa: S101 - only asked of fields with a relation
    files = store.files_of(found.reference.dataset)
    source = files_sql(files) if files else "(SELECT NULL WHERE false)"
    column = quoted(found.reference.field) if files else "NULL"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {reference_table(found)} AS SELECT DISTINCT {column}::VARCHAR AS v FROM {source}"
    )
