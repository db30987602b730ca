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
    cells = " + ".join(f"({quoted(name)} IS NOT NULL)::INT" for name in spec.needed) or "0"
    rows = con.execute(
        f"SELECT {quoted(spec.unit_field)}, count(*), count(*) FILTER ({FLAGS} & {validity_mask(spec)} <> 0), sum({cells})::BIGINT,"
        f" count(*) FILTER ({UNCLEAN}) FROM {source} WHERE {quoted(spec.unit_field)} IS NOT NULL GROUP BY ALL"
    ).fetchall()
    return {str(code): [int(value or 0) for value in counts] for code, *counts in rows}
