"""A contract compiled to one pass over a source: what is accepted, what is refused and why, and how much.

Runs in job processes: imports DuckDB and Ibis. Memory is bounded; what does not fit is spilled into the home.
The steps are few scans, each of only the columns that it needs:

1. *look-ups*: the different spellings of units and codes are resolved once each;
2. *marks*: one pass gives every row its bitmask; only rows that broke something are remembered;
3. *repeats*: of rows with one key the first acceptable one is kept, all others get the key's bit;
4. accepted rows are written, normalised and typed; refused rows are written as they came, with their bits.
"""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from django.conf import settings

from huong.base import home
from huong.catalogue.rules import ContractSpec
from huong.quality import lookups, masks, measure, normalising
from huong.quality.measure import FLAGS, UNCLEAN, quoted
from huong.quality.rules import Facts

ROW_GROUP = 122_880
IN_MEMORY = 100_000
PARQUET = f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP}"


@dataclass(frozen=True)
class Checked:
    """What one pass found.

    Attributes:
        read: rows of the source.
        accepted: rows written to the accepted file.
        refused: rows written to the refused file.
        counts: per check, the refused rows that break it.
        facts: of the accepted rows.
        newest: the newest instant in the contract's event field.
        seconds: how long it took.
    """

    read: int
    accepted: int
    refused: int
    counts: Counter[str] = field(default_factory=Counter)
    facts: Facts = field(default_factory=Facts)
    newest: datetime | None = None
    seconds: float = 0.0

    @property
    def surplus(self) -> int:
        """Return how many rows repeat a key."""
        return self.counts["key"]


@contextmanager
def connect() -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a DuckDB of our own in memory, bounded, in UTC, spilling into the home."""
    spill = home.path("tmp", f"duckdb-{time.time_ns()}", "x").parent
    con = duckdb.connect(":memory:")
    try:
        con.execute(f"SET memory_limit = '{settings.HUONG.query_memory_mb}MB'")
        con.execute("SET temp_directory = ?", [str(spill)])
        con.execute("SET TimeZone = 'UTC'")
        con.execute("SET preserve_insertion_order = false")
        con.execute("SET autoinstall_known_extensions = false")
        con.execute("SET autoload_known_extensions = false")
        yield con
    finally:
        con.close()
        for left in spill.glob("*"):
            left.unlink(missing_ok=True)
        spill.rmdir()


def check(
    spec: ContractSpec,
    source_sql: str,
    con: duckdb.DuckDBPyConnection,
    *,
    accepted: Path,
    refused: Path,
    existing: Sequence[Path | str] = (),
    encryption: str = "",
) -> Checked:
    """Check every row of a source against a contract; write accepted and refused rows.

    Args:
        source_sql: a SELECT whose columns are the source's (`FieldSpec.source`) and `_row`, unique, in file order.
        con: from `connect`.
        accepted: the Parquet file to write: the contract's fields, typed and normalised, `_flags`, `_unclean`.
        refused: the Parquet file to write: `_row`, `_rules` (the bitmask), and the columns as they came.
        existing: Parquet files of the table in which a key of an append must not stand yet.
        encryption: the name of a key known to the connection; the refused file is encrypted under it.
    """
    begun = time.perf_counter()
    con.execute(f"CREATE OR REPLACE TEMP VIEW _source AS {source_sql}")
    lookups.prepare(spec, con)
    read = _one(con, "SELECT count(*) FROM _source")
    _normalise(spec, con, read)
    masks.mark(spec, con, existing=existing)
    masks_found = con.execute(
        f"SELECT mask, count(*) FROM _marks WHERE mask & {spec.reject_mask} <> 0 GROUP BY ALL"
    ).fetchall()
    counts: Counter[str] = Counter()
    for mask, count in masks_found:
        counts.update({found.name: count for found in spec.broken(mask)})
    bad = sum(count for _mask, count in masks_found)
    _write_accepted(spec, con, accepted)
    _write_refused(spec, con, refused, encryption)
    facts = measure.facts_of(spec, con, measure.files_sql([accepted]))
    newest = _newest(spec, con, accepted)
    return Checked(read, facts.rows, bad, counts, facts, newest, time.perf_counter() - begun)


def _normalise(spec: ContractSpec, con: duckdb.DuckDBPyConnection, rows: int) -> None:
    """Normalise once: a small source in memory, a large one into a file of the spill folder."""
    select = normalising.select_sql(spec, con)
    if rows <= IN_MEMORY:
        con.execute(f"CREATE OR REPLACE TEMP TABLE _normal AS {select}")
        return
    folder = _text(con, "SELECT current_setting('temp_directory')")
    file = Path(folder) / "normal.parquet"
    con.execute(f"COPY ({select}) TO '{file}' (FORMAT parquet, COMPRESSION snappy)")
    con.execute(f"CREATE OR REPLACE TEMP VIEW _normal AS SELECT * FROM read_parquet('{file}')")


def _text(con: duckdb.DuckDBPyConnection, query: str) -> str:
    row = con.execute(query).fetchone()
    return str(row[0]) if row else ""


def _one(con: duckdb.DuckDBPyConnection, query: str) -> int:
    row = con.execute(query).fetchone()
    return int(row[0]) if row else 0


def _write_accepted(spec: ContractSpec, con: duckdb.DuckDBPyConnection, target: Path) -> None:
    columns = ", ".join(f"n.{quoted(found.name)}" for found in spec.fields)
    con.execute(
        f"COPY (SELECT {columns}, (coalesce(m.mask, 0) & {spec.flag_mask})::BIGINT AS {FLAGS},"
        f" coalesce(m.unclean, false) AS {UNCLEAN} FROM _normal n LEFT JOIN _marks m USING (_row)"
        f" WHERE coalesce(m.mask, 0) & {spec.reject_mask} = 0) TO '{target}' ({PARQUET})"
    )


def _write_refused(spec: ContractSpec, con: duckdb.DuckDBPyConnection, target: Path, encryption: str) -> None:
    secret = f", ENCRYPTION_CONFIG {{footer_key: '{encryption}'}}" if encryption else ""
    con.execute(
        "COPY (SELECT m._row, m.mask AS _rules, s.* EXCLUDE (_row) FROM _source s"
        f" JOIN (SELECT _row, mask FROM _marks WHERE mask & {spec.reject_mask} <> 0) m USING (_row)"
        f" ORDER BY m._row) TO '{target}' ({PARQUET}{secret})"
    )


def _newest(spec: ContractSpec, con: duckdb.DuckDBPyConnection, accepted: Path) -> datetime | None:
    if not spec.event_field:
        return None
    row = con.execute(
        f"SELECT epoch_us(max({quoted(spec.event_field)})::TIMESTAMPTZ) FROM {measure.files_sql([accepted])}"
    ).fetchone()
    if row is None or row[0] is None:
        return None
    return datetime.fromtimestamp(row[0] / 1_000_000, UTC)
