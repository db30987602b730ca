"""Look-ups: every different spelling of a unit or a code is resolved once, before the pass."""

from datetime import date
from typing import TYPE_CHECKING

from huong.base.text import fold
from huong.catalogue import queries as catalogue
from huong.catalogue.rules import ContractSpec, FieldSpec
from huong.places import queries as places
from huong.quality import direct, masks, normalising
from huong.quality.measure import files_sql, quoted
from huong.store import queries as store

if TYPE_CHECKING:
    import duckdb


def begin(spec: ContractSpec, con: "duckdb.DuckDBPyConnection") -> None:
    """Make what both ways of a row need: `_era(day)`, `_ref_<dataset>_<field>(v)`."""
    _eras(con)
    for found in spec.fields:
        if found.reference:
            _reference(found, con)


def prepare_direct(spec: ContractSpec, con: "duckdb.DuckDBPyConnection", way: direct.Compiled) -> None:
    """Make the tables that direct views join: `_spelt_<field>(raw, code, since)`, of tidy spellings only."""
    for name, dated in way.looked_up:
        raw = quoted(f"_raw_{name}")
        era = f"_era({quoted(dated)}::DATE)" if dated else "NULL::DATE"
        tidy = direct.tidy_sql("raw", spec)
        spelt = f"SELECT DISTINCT {raw} AS raw, {era} FROM ({way.over('_source')})"
        rows = con.execute(f"SELECT * FROM ({spelt}) WHERE {tidy}").fetchall()
        _keep_map(spec.by_name[name], con, direct.spelt_table(name), rows, dated=bool(dated))


def prepare(spec: ContractSpec, con: "duckdb.DuckDBPyConnection") -> None:
    """Make the tables that `_normal` joins: `_map_<field>(raw, code, since)`."""
    ctes, last = normalising.stages_sql(spec, con)
    for found in spec.fields:
        if normalising.text_column(found.name) in last:
            _map(found, con, ctes, dated=f"_day_{found.name}" in last)


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
    _keep_map(found, con, normalising.map_table(found.name), rows, dated=dated)


def _keep_map(
    found: FieldSpec,
    con: "duckdb.DuckDBPyConnection",
    name: str,
    rows: list[tuple[str, date | None]],
    *,
    dated: bool,
) -> None:
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} (raw VARCHAR, code VARCHAR, since DATE)")
    resolved = _codes(found, rows) if found.code_list else _units(found, rows, dated=dated)
    for batch in [resolved[at : at + 1000] for at in range(0, len(resolved), 1000)]:
        con.execute(f"INSERT INTO {name} VALUES {', '.join(map(_row_sql, batch))}")


def _row_sql(row: tuple[str, str, date | None]) -> str:
    """Return a row of a map as SQL; with parameters DuckDB would load pandas first."""
    raw, code, since = row
    day = f"DATE '{since.isoformat()}'" if since else "NULL"
    return f"({masks.literal(raw)}, {masks.literal(code)}, {day})"


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


def _reference(found: FieldSpec, con: "duckdb.DuckDBPyConnection") -> None:
    assert found.reference is not None  # noqa: S101 - only asked of fields with a relation
    files = store.files_of(found.reference.dataset)
    source = files_sql(files) if files else "(SELECT NULL WHERE false)"
    column = quoted(found.reference.field) if files else "NULL"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {normalising.reference_table(found)} AS SELECT DISTINCT {column}::VARCHAR AS v FROM {source}"
    )
