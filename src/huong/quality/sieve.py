"""Parts the rows that need no more work from the rest: `_rest` is what the stages and masks have to look at.

Whatever may break a check, is untidy, or may repeat another row's key is in the rest, and all rows of one key
are. So what is left out of it is accepted as the view `_direct` gives it.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from huong.catalogue.rules import ContractSpec
from huong.quality import direct, lookups, masks, normalising, repeats
from huong.quality.measure import files_sql, quoted

if TYPE_CHECKING:
    import duckdb

FEW_ROWS = 50_000  # below, sifting costs more than it saves
SAMPLE_ROWS = 20_000
MOST = 0.4  # a rest larger than this share is not worth to be parted


def sift(
    spec: ContractSpec,
    con: "duckdb.DuckDBPyConnection",
    rows: int,
    *,
    existing: Sequence[Path | str] = (),
    always: bool = False,
) -> direct.Compiled | None:
    """Make `_rest` of `_source`, and the views `_direct` and `_direct_rest`; None if all rows are the rest.

    Args:
        rows: how many rows the source has.
        existing: Parquet files of the table in which a key of an append must not stand yet.
        always: also sift where it does not pay.
    """
    way = direct.compiled(spec, normalising.shape_of(con)) if always or rows > FEW_ROWS else None
    if way is not None and _parted(spec, con, way, rows, existing=existing, always=always):
        con.execute(f"CREATE OR REPLACE TEMP VIEW _direct_rest AS {way.view('_rest')}")
        return way
    con.execute("CREATE OR REPLACE TEMP VIEW _rest AS SELECT * FROM _source")
    return None


def _parted(
    spec: ContractSpec,
    con: "duckdb.DuckDBPyConnection",
    way: direct.Compiled,
    rows: int,
    *,
    existing: Sequence[Path | str],
    always: bool,
) -> bool:
    """Make `_rest` of the rows that need more work; leave none and return False if it is not worth it."""
    lookups.prepare_direct(spec, con, way)
    con.execute(f"CREATE OR REPLACE TEMP VIEW _direct AS {way.view('_source')}")
    if not (always or _pays(con, way, f"(SELECT * FROM _direct LIMIT {SAMPLE_ROWS})")):
        return False
    also = "".join(f" OR ({suspect})" for suspect in _suspects(spec, con, rows, existing))
    con.execute(
        f"CREATE TEMP TABLE _rest AS SELECT _row, {way.raw} FROM _direct WHERE ({way.is_fine}) IS NOT TRUE{also}"
    )
    found = con.execute("SELECT count(*) FROM _rest").fetchone()
    if always or (found and found[0] <= MOST * rows):
        return True
    con.execute("DROP TABLE _rest")
    return False


def _pays(con: "duckdb.DuckDBPyConnection", way: direct.Compiled, sample: str) -> bool:
    found = con.execute(f"SELECT count(*), count(*) FILTER (({way.is_fine}) IS NOT TRUE) FROM {sample}").fetchone()
    seen, rest = found or (0, 0)
    return bool(rest <= MOST * seen)


def _suspects(
    spec: ContractSpec, con: "duckdb.DuckDBPyConnection", rows: int, existing: Sequence[Path | str]
) -> Iterator[str]:
    """Yield the conditions under which a row may repeat a key, of this source or of the table."""
    for number, (columns, _bit) in enumerate(masks.unique_groups(spec)):
        table, hashes = f"_seen_again_{number}", masks.hash_of(columns)
        if repeats.keep(con, table, hashes, "_direct", rows=rows):
            yield f"{hashes} IN (SELECT h FROM {table})"
    if existing and spec.key and spec.mode == "append":
        same = " AND ".join(f"e.{quoted(name)} = d.{quoted(name)}" for name in spec.key)
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE _stands AS SELECT d._row FROM _direct d"
            f" SEMI JOIN {files_sql(existing)} e ON {same}"
        )
        yield "_row IN (SELECT _row FROM _stands)"


def met_again(spec: ContractSpec, con: "duckdb.DuckDBPyConnection", way: direct.Compiled) -> bool:
    """Add the rows to the rest whose key is what an untidy key of the rest came to; return whether there are any.

    Needs `_normal` of the rest.
    """
    grown = False
    for columns, _bit in masks.unique_groups(spec):
        hashes = masks.hash_of(columns)
        con.execute(
            "CREATE OR REPLACE TEMP TABLE _untidy_keys AS SELECT n.h FROM"
            f" (SELECT _row, {hashes} AS h FROM _normal) n JOIN (SELECT _row, {hashes} AS h FROM _direct_rest) r"
            " USING (_row) WHERE n.h IS DISTINCT FROM r.h AND n.h IS NOT NULL"
        )
        if not con.execute("SELECT 1 FROM _untidy_keys LIMIT 1").fetchone():
            continue
        added = con.execute(
            f"INSERT INTO _rest SELECT _row, {way.raw} FROM _direct WHERE _row NOT IN (SELECT _row FROM _rest)"
            f" AND {hashes} IN (SELECT h FROM _untidy_keys)"
        ).fetchone()
        grown = grown or bool(added and added[0])
    return grown
