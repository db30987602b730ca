"""A commit is visible as a whole or not at all, and enters once."""

import pytest

from huong.base.errors import StorageFull
from huong.store import actions, delta, queries
from huong.store.errors import KeyMissing, NoCommit, WrongSchema
from huong.store.models import Commit
from huong.store.storage import storage

pytestmark = pytest.mark.django_db
TYPES = {"id": "BIGINT", "name": "VARCHAR"}


def test_an_append_becomes_version_one_and_readers_see_its_rows(load, parquet, rows_of):
    commit = load("drains", parquet([{"id": 1, "name": "Cống hộp"}], **TYPES))
    assert (commit.version, commit.state, commit.rows, commit.added) == (1, "published", 1, 1)
    assert rows_of("drains", "id", "name") == [(1, "Cống hộp")]


def test_readers_do_not_see_what_is_written_but_not_published(load, parquet, rows_of):
    load("drains", parquet([{"id": 1}], **TYPES))
    commit = actions.begin("drains", batch="b", mode="append")
    actions.write(commit, [parquet([{"id": 2}], **TYPES)])
    assert commit.state == "written"
    assert rows_of("drains", "id") == [(1,)]
    actions.publish(commit)
    assert rows_of("drains", "id") == [(1,), (2,)]


def test_the_same_batch_enters_once(load, parquet, rows_of):
    file = parquet([{"id": 1}], **TYPES)
    first, second = load("drains", file, batch="same"), load("drains", file, batch="same")
    assert first.pk == second.pk
    assert rows_of("drains", "id") == [(1,)]


def test_a_written_commit_is_not_written_again(parquet, rows_of):
    commit = actions.begin("drains", batch="b", mode="append")
    actions.write(commit, [parquet([{"id": 1}], **TYPES)])
    before = commit.delta_version
    actions.write(commit, [parquet([{"id": 1}], **TYPES)])
    assert commit.delta_version == before
    actions.publish(commit)
    assert rows_of("drains", "id") == [(1,)]


def test_a_version_written_by_a_killed_process_is_found_by_its_batch(parquet, rows_of):
    commit = actions.begin("drains", batch="b", mode="append")
    actions.write(commit, [parquet([{"id": 1}], **TYPES)])
    written = commit.delta_version
    Commit.objects.filter(pk=commit.pk).update(state="committing", delta_version=None, rows=0)
    actions.write(commit, [parquet([{"id": 1}], **TYPES)])
    assert (commit.delta_version, commit.rows) == (written, 1)
    actions.publish(commit)
    assert rows_of("drains", "id") == [(1,)]


def test_an_upsert_updates_by_key_and_adds_the_rest(load, parquet, rows_of):
    load("drains", parquet([{"id": 1, "name": "a"}, {"id": 2, "name": "b"}], **TYPES), mode="upsert", key=["id"])
    commit = load(
        "drains", parquet([{"id": 2, "name": "B"}, {"id": 3, "name": "c"}], **TYPES), mode="upsert", key=["id"]
    )
    assert (commit.added, commit.updated, commit.deleted, commit.rows) == (1, 1, 0, 3)
    assert rows_of("drains", "id", "name") == [(1, "a"), (2, "B"), (3, "c")]


def test_an_upsert_of_what_is_there_changes_nothing(load, parquet):
    file = parquet([{"id": 1, "name": "a"}, {"id": 2, "name": None}], **TYPES)
    load("drains", file, mode="upsert", key=["id"])
    said = []
    again = load("drains", file, mode="upsert", key=["id"], also=lambda commit: said.append(commit.state))
    assert (again.state, again.version, again.rows) == ("unchanged", None, 2)
    assert said == ["unchanged"]
    assert queries.current("drains").version == 1
    assert delta.state(storage(), "drains").version == 1


def test_of_rows_with_one_key_the_last_one_counts(load, parquet, rows_of):
    load("drains", parquet([{"id": 1, "name": "a"}, {"id": 1, "name": "b"}], **TYPES), mode="upsert", key=["id"])
    assert rows_of("drains", "id", "name") == [(1, "b")]


def test_rows_without_a_key_are_refused_and_nothing_is_written(load, parquet):
    with pytest.raises(KeyMissing) as refused:
        load("drains", parquet([{"id": None, "name": "a"}], **TYPES), mode="upsert", key=["id"])
    assert refused.value.details["rows"] == 1
    assert queries.current("drains") is None


def test_a_replacement_counts_what_it_adds_changes_and_removes(load, parquet, rows_of):
    load("drains", parquet([{"id": 1, "name": "a"}, {"id": 2, "name": "b"}], **TYPES), mode="replace", key=["id"])
    commit = load(
        "drains", parquet([{"id": 2, "name": "B"}, {"id": 3, "name": "c"}], **TYPES), mode="replace", key=["id"]
    )
    assert (commit.added, commit.updated, commit.deleted, commit.rows) == (1, 1, 1, 2)
    assert rows_of("drains", "id", "name") == [(2, "B"), (3, "c")]


def test_a_replacement_by_the_same_rows_in_another_order_changes_nothing(load, parquet):
    load("drains", parquet([{"id": 1, "name": "a"}, {"id": 2, "name": "b"}], **TYPES), mode="replace")
    again = load("drains", parquet([{"id": 2, "name": "b"}, {"id": 1, "name": "a"}], **TYPES), mode="replace")
    assert again.state == "unchanged"


def test_a_replacement_by_nothing_empties_the_dataset(load, parquet, rows_of):
    load("drains", parquet([{"id": 1}], **TYPES), mode="replace")
    commit = load("drains", parquet([], **TYPES), mode="replace")
    assert (commit.version, commit.rows, commit.deleted) == (2, 0, 1)
    assert rows_of("drains", "id") == []


def test_a_replacement_may_bring_other_columns_and_the_past_keeps_its_own(load, parquet, rows_of):
    load("drains", parquet([{"id": 1}], **TYPES), mode="replace")
    load("drains", parquet([{"id": "x", "depth": 1.5}], id="VARCHAR", depth="DOUBLE"), mode="replace")
    assert rows_of("drains", "id", "depth") == [("x", 1.5)]
    assert rows_of("drains", "id", as_of=1) == [(1,)]
    actions.rollback("drains", 1)
    assert rows_of("drains", "id") == [(1,)]


def test_a_new_column_is_added_and_older_rows_have_no_value_there(load, parquet, rows_of):
    load("drains", parquet([{"id": 1}], **TYPES))
    load("drains", parquet([{"id": 2, "depth": 1.5}], depth="DOUBLE", **TYPES))
    load("drains", parquet([{"id": 3}], **TYPES))
    assert rows_of("drains", "id", "depth") == [(1, None), (2, 1.5), (3, None)]


def test_a_column_of_another_type_is_refused_by_name(load, parquet):
    load("drains", parquet([{"id": 1}], **TYPES))
    with pytest.raises(WrongSchema) as refused:
        load("drains", parquet([{"id": "one"}], id="VARCHAR", name="VARCHAR"))
    assert refused.value.details["column"] == "id"


def test_a_time_partitions_by_month_of_the_city(load, parquet, rows_of):
    rows = "SELECT i AS id, TIMESTAMPTZ '2026-01-31 16:59:00+00' + to_minutes(i) AS at FROM range(3) t(i)"
    commit = load("readings", parquet(rows), partition="at", event="at")
    state = delta.state(storage(), "readings", commit.delta_version)
    assert sorted(file.partition for file in state.files) == [(("_month", "2026-01"),), (("_month", "2026-02"),)]
    assert commit.data_at.isoformat() == "2026-01-31T17:01:00+00:00"


def test_an_upsert_into_partitions_moves_a_row_whose_partition_changed(load, parquet, rows_of):
    types = {"id": "BIGINT", "ward": "VARCHAR", "n": "BIGINT"}
    rows = [{"id": i, "ward": "A/B" if i % 2 else None, "n": 0} for i in range(6)]
    load("drains", parquet(rows, **types), mode="upsert", key=["id"], partition="ward")
    change = [{"id": 1, "ward": "C", "n": 1}, {"id": 3, "ward": "A/B", "n": 1}, {"id": 9, "ward": None, "n": 9}]
    commit = load("drains", parquet(change, **types), mode="upsert", key=["id"], partition="ward")
    assert (commit.added, commit.updated, commit.rows) == (1, 2, 7)
    assert rows_of("drains", "id", "ward", "n") == sorted(
        [(0, None, 0), (1, "C", 1), (2, None, 0), (3, "A/B", 1), (4, None, 0), (5, "A/B", 0), (9, None, 9)], key=repr
    )


def test_a_key_of_several_fields_matches_only_as_a_whole(load, parquet, rows_of):
    types = {"ward": "VARCHAR", "day": "DATE", "n": "BIGINT"}
    load("rain", parquet([{"ward": "A", "day": "2026-01-01", "n": 1}], **types), mode="upsert", key=["ward", "day"])
    load("rain", parquet([{"ward": "A", "day": "2026-01-02", "n": 2}], **types), mode="upsert", key=["ward", "day"])
    assert [n for _ward, n in rows_of("rain", "ward", "n")] == [1, 2]


def test_points_and_instants_survive(load, parquet, rows_of):
    rows = "SELECT 1::BIGINT AS id, {lon: 107.58::DOUBLE, lat: 16.46::DOUBLE} AS at, DATE '2026-01-02' AS day"
    load("drains", parquet(rows), mode="upsert", key=["id"])
    again = load("drains", parquet(rows), mode="upsert", key=["id"])
    assert again.state == "unchanged"
    assert rows_of("drains", "at")[0][0] == {"lon": 107.58, "lat": 16.46}


def test_nothing_is_loaded_when_there_are_no_rows(load, parquet):
    assert load("drains", parquet([], **TYPES)).state == "unchanged"
    with pytest.raises(NoCommit):
        queries.table("drains")


def test_a_full_disk_is_refused_before_anything_is_written(load, parquet, monkeypatch):
    from huong.base import home

    file = parquet([{"id": 1}], **TYPES)
    monkeypatch.setattr(home, "RESERVE_BYTES", 2**60)
    with pytest.raises(StorageFull):
        load("drains", file)
    assert queries.current("drains") is None
