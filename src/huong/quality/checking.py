"""A contract compiled to one pass over a source: what is accepted, what is refused and why, and how much.

Runs in job processes: imports DuckDB and Ibis. Memory is bounded; what does not fit is spilled into the home.

1. *sieve*: cheap conditions part the rows that need no more work from the rest (`sieve`, `direct`);
2. *look-ups*: the different spellings of units and codes in the rest are resolved once each;
3. *marks*: every row of the rest is normalised and gets its bitmask;
4. *repeats*: of rows with one key the first acceptable one is kept, all others get the key's bit;
5. refused rows are written as they came, with their bits. Accepted rows are a SELECT (`accepted_sql`), which
   whoever needs them writes once.
"""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from django.conf import settings

from huong.base import home
from huong.catalogue.rules import ContractSpec
from huong.quality import lookups, masks, measure, normalising, sieve
from huong.quality.measure import FLAGS, UNCLEAN, UNTIDY, quoted
from huong.quality.rules import Facts

ROW_GROUP = 122_880
IN_MEMORY = 250_000
PARQUET = f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP}"


@dataclass(frozen=True)
class Checked:
    """What one pass found.

    Attributes:
        read: rows of the source.
        accepted: rows that `accepted_sql` gives.
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
        con.execute(f"SET temp_directory = '{str(spill).replace(chr(39), chr(39) * 2)}'")
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
    refused: Path,
    accepted: Path | None = None,
    existing: Sequence[Path | str] = (),
    encryption: str = "",
    sifted: bool | None = None,
) -> Checked:
    """Check every row of a source against a contract; write refused rows, and accepted rows where asked.

    Args:
        source_sql: a SELECT whose columns are the source's (`FieldSpec.source`) and `_row`, unique, in file order.
        con: from `connect`.
        refused: the Parquet file to write: `_row`, `_rules` (the bitmask), and the columns as they came.
        accepted: the Parquet file to write: the rows of `accepted_sql`. None: write them yourself, or not.
        existing: Parquet files of the table in which a key of an append must not stand yet.
        encryption: the name of a key known to the connection; the refused file is encrypted under it.
        sifted: whether rows that need no more work are parted from the rest first; None: where it pays.
    """
    begun = time.perf_counter()
    _clear(con)
    con.execute(f"CREATE OR REPLACE TEMP VIEW _source AS {source_sql}")
    read = _one(con, "SELECT count(*) FROM _source")
    lookups.begin(spec, con)
    rows = 0 if sifted is False else read
    way = sieve.sift(spec, con, rows, existing=existing, always=bool(sifted))
    rest = _look_at_rest(spec, con)
    if way is not None and sieve.met_again(spec, con, way):
        rest = _look_at_rest(spec, con)
    masks.mark(spec, con, rest, existing=existing)
    con.execute(f"CREATE OR REPLACE TEMP VIEW _accepted_rest AS {_accepted_rest(spec)}")
    masks_found = con.execute(
        f"SELECT mask, count(*) FROM _marks WHERE mask & {spec.reject_mask} <> 0 GROUP BY ALL"
    ).fetchall()
    counts: Counter[str] = Counter()
    for mask, count in masks_found:
        counts.update({found.name: count for found in spec.broken(mask)})
    bad = sum(count for _mask, count in masks_found)
    _write_refused(spec, con, refused, encryption)
    facts = measure.facts_of(spec, con, "_accepted_rest")
    facts = replace(facts, untidy=measure.untidy_of(spec, con, "_accepted_rest"))
    if way is not None:
        facts += measure.direct_facts(spec, con)
    found = Checked(read, facts.rows, bad, counts, facts, _newest(spec, con, sifted=way is not None))
    if accepted is not None:
        write_accepted(spec, con, accepted)
    return replace(found, seconds=time.perf_counter() - begun)


def _clear(con: duckdb.DuckDBPyConnection) -> None:
    """Drop what an earlier check of the connection left as a table and this one may need as a view, or the reverse."""
    for kind in ("view", "table"):
        left = con.execute(
            f"SELECT {kind}_name FROM duckdb_{kind}s() WHERE temporary AND {kind}_name IN ('_rest', '_direct_rest', '_normal')"
        ).fetchall()
        for (name,) in left:
            con.execute(f"DROP {kind} {name}")


def _look_at_rest(spec: ContractSpec, con: duckdb.DuckDBPyConnection) -> int:
    """Make `_normal` of `_rest`; return how many rows it has."""
    lookups.prepare(spec, con)
    rows = _one(con, "SELECT count(*) FROM _rest")
    _normalise(spec, con, rows)
    return rows


def accepted_sql(spec: ContractSpec, con: duckdb.DuckDBPyConnection) -> str:
    """Return the SELECT of the accepted rows of the last check: the fields, normalised and typed, `_flags`, `_unclean`."""
    columns = ", ".join(f"CAST({quoted(f.name)} AS {f.stored_type}) AS {quoted(f.name)}" for f in spec.fields)
    rest = f"SELECT {columns}, {FLAGS}, {UNCLEAN} FROM _accepted_rest"
    if not _is_sifted(con):
        return rest
    fine = f"SELECT {columns}, 0::BIGINT AS {FLAGS}, false AS {UNCLEAN} FROM _direct ANTI JOIN _rest USING (_row)"
    return f"{fine} UNION ALL {rest}"


def write_accepted(spec: ContractSpec, con: duckdb.DuckDBPyConnection, target: Path) -> None:
    """Write the accepted rows of the last check as the one file that the store takes as it is."""
    con.execute(f"COPY ({accepted_sql(spec, con)}) TO '{target}' ({PARQUET})")


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


def _is_sifted(con: duckdb.DuckDBPyConnection) -> bool:
    return _one(con, "SELECT count(*) FROM duckdb_views() WHERE view_name = '_direct_rest'") > 0


def _accepted_rest(spec: ContractSpec) -> str:
    columns = ", ".join(f"n.{quoted(found.name)}" for found in spec.fields)
    return (
        f"SELECT {columns}, (coalesce(m.mask, 0) & {spec.flag_mask})::BIGINT AS {FLAGS},"
        f" coalesce(m.untidy, 0) <> 0 AS {UNCLEAN}, coalesce(m.untidy, 0) AS {UNTIDY}"
        f" FROM _normal n LEFT JOIN _marks m USING (_row) WHERE coalesce(m.mask, 0) & {spec.reject_mask} = 0"
    )


def _write_refused(spec: ContractSpec, con: duckdb.DuckDBPyConnection, target: Path, encryption: str) -> None:
    secret = f", ENCRYPTION_CONFIG {{footer_key: '{encryption}'}}" if encryption else ""
    con.execute(
        "COPY (SELECT m._row, m.mask AS _rules, s.* EXCLUDE (_row) FROM _rest s"
        f" JOIN (SELECT _row, mask FROM _marks WHERE mask & {spec.reject_mask} <> 0) m USING (_row)"
        f" ORDER BY m._row) TO '{target}' ({PARQUET}{secret})"
    )


def _newest(spec: ContractSpec, con: duckdb.DuckDBPyConnection, *, sifted: bool) -> datetime | None:
    if not spec.event_field:
        return None
    event = f"epoch_us(max({quoted(spec.event_field)})::TIMESTAMPTZ)"
    parts = [f"SELECT {event} AS newest FROM _accepted_rest"]
    if sifted:
        parts.append(f"SELECT {event} FROM _direct ANTI JOIN _rest USING (_row)")
    row = con.execute(f"SELECT max(newest) FROM ({' UNION ALL '.join(parts)})").fetchone()
    return None if row is None or row[0] is None else datetime.fromtimestamp(row[0] / 1_000_000, UTC)
