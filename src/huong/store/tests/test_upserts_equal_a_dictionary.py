"""Whatever is upserted in whatever order, the table is what a dictionary would be."""

import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huong.store import planning, writing
from huong.store.delta import State, create, exists, state
from huong.store.storage import Folder

KEYS = st.integers(0, 8)
ROW = st.tuples(KEYS, st.sampled_from(["A", "B", None]), st.one_of(st.none(), st.integers(0, 2)))
LOADS = st.lists(st.lists(ROW, max_size=8), min_size=1, max_size=4)
SLOW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _apply(place, batch, folder, partition, mode="upsert"):
    """Do what a commit does to the table, without the database around it."""
    import duckdb

    from huong.store.delta import become

    file = folder / "in.parquet"
    with duckdb.connect() as con:
        con.execute("CREATE TABLE t (id BIGINT, ward VARCHAR, n BIGINT)")
        for row in batch:
            con.execute("INSERT INTO t VALUES (?, ?, ?)", list(row))
        con.execute(f"COPY t TO '{file}' (FORMAT parquet)")
    before: State | None = state(place, "t") if exists(place, "t") else None
    with writing.staging_folder() as staging:
        plan = planning.plan(place, "t", before, [file], staging, mode=mode, key=["id"], partition=partition)
        if not plan.changed:
            return plan
        if before is None:
            create(place, "t", plan.columns, plan.partition)
        for name, path in plan.fresh.items():
            place.put("t", name, path, keep=True)
        become(place, "t", plan.files, {}, columns=plan.columns)
    return plan


def _rows(place):
    import duckdb

    if not exists(place, "t"):
        return {}
    files = [str(path) for path in place.fetch("t", [file.name for file in state(place, "t").files])]
    if not files:
        return {}
    with duckdb.connect() as con:
        found = con.execute("SELECT id, ward, n FROM read_parquet(?, hive_partitioning=false)", [files]).fetchall()
    assert len(found) == len({row[0] for row in found}), "a key stands twice"
    return {row[0]: row[1:] for row in found}


@pytest.mark.parametrize("partition", ["", "ward"])
@SLOW
@given(loads=LOADS)
def test_the_table_equals_a_dictionary_after_every_upsert(tmp_path, partition, loads):
    shutil.rmtree(tmp_path / "table", ignore_errors=True)
    place, model = Folder(tmp_path / "table"), {}
    for batch in loads:
        after = model | {row[0]: row[1:] for row in batch}
        plan = _apply(place, batch, tmp_path, partition)
        assert plan.added == len(after) - len(model)
        assert plan.updated == sum(1 for key in model if model[key] != after[key])
        assert plan.changed == (after != model)
        model = after
        assert _rows(place) == model
    assert not _apply(place, loads[-1], tmp_path, partition).changed
