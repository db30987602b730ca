"""What the store's tests share: small Parquet files, and a load in one line."""

from pathlib import Path

import pytest


@pytest.fixture
def parquet(tmp_path):
    """Write rows (a list of dicts, or a DuckDB SELECT) to a Parquet file as the intake would."""
    import duckdb

    def make(rows, **types) -> Path:
        path = tmp_path / f"in-{len(list(tmp_path.iterdir()))}.parquet"
        with duckdb.connect() as con:
            con.execute("SET TimeZone='UTC'")
            if isinstance(rows, str):
                con.execute(f"COPY ({rows}) TO '{path}' (FORMAT parquet)")
            else:
                names = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
                con.execute(f"CREATE TABLE t ({names})")
                marks = ", ".join("?" * len(types))
                for row in rows:
                    con.execute(f"INSERT INTO t VALUES ({marks})", [row.get(name) for name in types])
                con.execute(f"COPY t TO '{path}' (FORMAT parquet)")
        return path

    return make


@pytest.fixture
def load(db):
    """Commit files to a dataset: begin, write, publish."""
    from huong.store import actions

    def run(dataset, *paths, mode="append", key=(), batch=None, also=None, **options):
        from huong.base import ids

        with actions.locked(dataset):
            commit = actions.begin(dataset, batch=batch or ids.new_id(), mode=mode)
            if not commit.is_published:
                actions.write(commit, list(paths), key=key, **options)
                actions.publish(commit, also=also)
        return commit

    return run


@pytest.fixture
def rows_of(db):
    """Return the rows readers see, as a sorted list of tuples of the named columns."""
    from huong.store import queries

    def read(dataset, *names, as_of=None):
        found = queries.run(queries.table(dataset, as_of).select(list(names))).to_pylist()
        return sorted((tuple(row[name] for name in names) for row in found), key=repr)

    return read
