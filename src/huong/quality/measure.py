"""Counts facts in accepted rows. Runs in job processes: imports DuckDB."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from huong.catalogue.rules import ContractSpec
from huong.quality.rules import Facts, coded_fields

if TYPE_CHECKING:
    import duckdb

FLAGS = "_flags"
UNCLEAN = "_unclean"
UNTIDY = "_untidy"


def quoted(name: str) -> str:
    """Return a name as a quoted identifier of SQL.

    >>> quoted('a"b')
    '"a""b"'
    """
    return '"' + name.replace('"', '""') + '"'


def files_sql(files: Sequence[Path | str]) -> str:
    """Return the FROM clause over Parquet files."""
    listed = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
    return f"read_parquet([{listed}], union_by_name = true, hive_partitioning = false)"


def validity_mask(spec: ContractSpec) -> int:
    """Return the bits of flags that make a row wrong; one that is only empty counts for "complete", not here."""
    return sum(1 << check.bit for check in spec.checks if check.severity == "flag" and check.kind != "required")


def facts_of(spec: ContractSpec, con: "duckdb.DuckDBPyConnection", source: str) -> Facts:
    """Count the facts of accepted rows, in one scan (a second small one for units).

    Args:
        con: a DuckDB connection that may read the source.
        source: a FROM clause over rows with the contract's fields, `_flags` and `_unclean`.
    """
    needed, coded = spec.needed, coded_fields(spec)
    parts = [
        "count(*)::BIGINT",
        f"count(*) FILTER ({FLAGS} & {validity_mask(spec)} <> 0)::BIGINT",
        f"count(*) FILTER ({UNCLEAN})::BIGINT",
    ]
    parts += [f"count({quoted(name)})::BIGINT" for name in (*needed, *coded)]
    row = con.execute(f"SELECT {', '.join(parts)} FROM {source}").fetchone()
    assert row is not None  # noqa: S101 - an aggregate always answers one row
    rows, flagged, unclean, *counts = row
    flags: Counter[str] = Counter()
    if spec.flag_mask:
        masks = con.execute(f"SELECT {FLAGS}, count(*) FROM {source} WHERE {FLAGS} <> 0 GROUP BY ALL").fetchall()
        for mask, count in masks:
            flags.update({check.name: count for check in spec.broken(mask)})
    filled = Counter(dict(zip(needed, counts[: len(needed)], strict=True)))
    present = Counter(dict(zip(coded, counts[len(needed) :], strict=True)))
    return Facts(rows, filled, present, flags, flagged, unclean, _units(spec, con, source))


def _units(spec: ContractSpec, con: "duckdb.DuckDBPyConnection", source: str) -> dict[str, list[int]]:
    if not spec.unit_field:
        return {}
    cells = _cells(spec)
    rows = con.execute(
        f"SELECT {quoted(spec.unit_field)}, count(*), count(*) FILTER ({FLAGS} & {validity_mask(spec)} <> 0), sum({cells})::BIGINT,"
        f" count(*) FILTER ({UNCLEAN}) FROM {source} WHERE {quoted(spec.unit_field)} IS NOT NULL GROUP BY ALL"
    ).fetchall()
    return {str(code): [int(value or 0) for value in counts] for code, *counts in rows}


def _cells(spec: ContractSpec) -> str:
    return " + ".join(f"({quoted(name)} IS NOT NULL)::INT" for name in spec.needed) or "0"


def untidy_of(spec: ContractSpec, con: "duckdb.DuckDBPyConnection", source: str) -> Counter[str]:
    """Count, per field, the values of accepted rows that were not written as they should be.

    Args:
        source: a FROM clause over rows with `_untidy`, one bit per field.
    """
    counts: Counter[str] = Counter()
    rows = con.execute(f"SELECT {UNTIDY}, count(*) FROM {source} WHERE {UNTIDY} <> 0 GROUP BY ALL").fetchall()
    for mask, count in rows:
        counts.update({found.name: count for place, found in enumerate(spec.fields) if mask >> place & 1})
    return counts


def direct_facts(spec: ContractSpec, con: "duckdb.DuckDBPyConnection") -> Facts:
    """Count the facts of the rows that need no more work: those of all rows less those of the rest.

    Both are counted as if they needed none, so that what the rest adds wrongly it also takes away.
    """
    (rows, present, units), (less, absent, elsewhere) = (
        _direct_counts(spec, con, view) for view in ("_direct", "_direct_rest")
    )
    rows -= less
    left = {code: count - elsewhere.get(code, 0) for code, count in units.items()}
    cells = len(spec.needed)  # none of them is empty in a row that needs no more work
    return Facts(
        rows,
        Counter(dict.fromkeys(spec.needed, rows)),
        Counter({name: present[name] - absent[name] if name in present else rows for name in coded_fields(spec)}),
        units={code: [count, 0, cells * count, 0] for code, count in left.items() if count},
    )


def _direct_counts(
    spec: ContractSpec, con: "duckdb.DuckDBPyConnection", view: str
) -> tuple[int, dict[str, int], dict[str, int]]:
    optional = [name for name in coded_fields(spec) if name not in _always_filled(spec)]
    parts = ["count(*)", *(f"count({quoted(name)})" for name in optional)]
    row = con.execute(f"SELECT {', '.join(parts)} FROM {view}").fetchone()
    assert row is not None  # noqa: S101 - an aggregate always answers one row
    rows, *counts = row
    units: dict[str, int] = {}
    if spec.unit_field:
        unit = quoted(spec.unit_field)
        found = con.execute(f"SELECT {unit}, count(*) FROM {view} GROUP BY ALL").fetchall()
        units = {str(code): count for code, count in found if code is not None}
    return rows, dict(zip(optional, counts, strict=True)), units


def _always_filled(spec: ContractSpec) -> frozenset[str]:
    return frozenset((*spec.needed, *spec.key))
