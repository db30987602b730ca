"""Finds keys that occur more than once, by their hashes: a false alarm costs time, never a row."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

CHUNK_ROWS = 16_000_000  # hashes of so many rows are held at a time, twice: 250 MB


def keep(con: "duckdb.DuckDBPyConnection", table: str, hashes: str, source: str, *, rows: int) -> int:
    """Make a table `(h)` of the hashes that more than one row has; return how many there are.

    Args:
        table: its name.
        hashes: the hash of a row as SQL; null where the row has no key.
        source: a FROM clause.
        rows: how many rows there are at most; so many that memory would not do are taken in portions.
    """
    import numpy

    portions = max(1, -(-rows // CHUNK_ROWS))
    parts = [
        _repeated(con.execute(f"SELECT h FROM (SELECT {hashes} AS h FROM {source}) WHERE {mine}").fetchnumpy()["h"])
        for mine in (
            [f"h % {portions} = {number}" for number in range(portions)] if portions > 1 else ["h IS NOT NULL"]
        )
    ]
    found = {"h": numpy.concatenate(parts)}
    con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT h FROM found")
    return len(found["h"])


def _repeated(hashes: Any) -> Any:
    """Return the values that occur more than once: sorting costs a tenth of grouping."""
    import numpy

    ordered = numpy.sort(hashes)
    return numpy.unique(ordered[1:][ordered[1:] == ordered[:-1]])
