"""Earlier versions can be read and restored; personal ones end with their retention."""

from datetime import UTC, datetime, timedelta

import pytest

from huong.base import clock
from huong.journal.models import Entry
from huong.store import actions, maintenance, queries, source
from huong.store.errors import NoCommit, Retired
from huong.store.models import Commit

pytestmark = pytest.mark.django_db
TYPES = {"id": "BIGINT", "name": "VARCHAR"}
NOON = datetime(2026, 11, 24, 5, tzinfo=UTC)


def test_a_version_and_an_instant_show_what_was_there(load, parquet, rows_of):
    for hour in range(3):
        with clock.freeze(NOON + timedelta(hours=hour)):
            load("drains", parquet([{"id": hour}], **TYPES))
    assert rows_of("drains", "id", as_of=2) == [(0,), (1,)]
    assert rows_of("drains", "id", as_of=NOON + timedelta(minutes=90)) == [(0,), (1,)]
    assert rows_of("drains", "id") == [(0,), (1,), (2,)]
    with pytest.raises(NoCommit):
        queries.files_of("drains", NOON - timedelta(hours=1))
    with pytest.raises(NoCommit):
        queries.files_of("drains", 9)


def test_a_rollback_is_a_new_commit_and_can_be_rolled_back(load, parquet, rows_of):
    load("drains", parquet([{"id": 1}], **TYPES))
    load("drains", parquet([{"id": 2}], **TYPES))
    back = actions.rollback("drains", 1, by=None)
    assert (back.version, back.mode, back.rows, back.deleted, back.added) == (3, "rollback", 1, 1, 0)
    assert rows_of("drains", "id") == [(1,)]
    assert Entry.objects.get(name="store.rolled_back").data["to"] == 1
    again = actions.rollback("drains", 2)
    assert (again.version, again.added) == (4, 1)
    assert rows_of("drains", "id") == [(1,), (2,)]


def test_a_rollback_to_the_present_changes_nothing(load, parquet):
    first = load("drains", parquet([{"id": 1}], **TYPES))
    assert actions.rollback("drains", 1).pk == first.pk


def test_a_rollback_to_a_version_that_never_was_is_refused(load, parquet):
    load("drains", parquet([{"id": 1}], **TYPES))
    with pytest.raises(NoCommit):
        actions.rollback("drains", 7)


def test_a_batch_that_was_rolled_back_may_come_again(load, parquet, rows_of):
    load("drains", parquet([{"id": 1}], **TYPES), batch="a")
    file = parquet([{"id": 2}], **TYPES)
    load("drains", file, batch="b")
    actions.rollback("drains", 1)
    again = load("drains", file, batch="b")
    assert again.version == 4
    assert rows_of("drains", "id") == [(1,), (2,)]
    assert load("drains", file, batch="b").version == 4


def test_merging_small_files_changes_no_row_and_no_version(load, parquet, rows_of):
    for number in range(9):
        load("drains", parquet([{"id": number}], **TYPES))
    before = rows_of("drains", "id")
    done = maintenance.maintain("drains")
    assert (done.files_before, done.files_after) == (9, 1)
    assert rows_of("drains", "id") == before
    assert queries.current("drains").version == 9
    assert rows_of("drains", "id", as_of=4) == before[:4]
    load("drains", parquet([{"id": 99}], **TYPES))
    assert rows_of("drains", "id") == [*before, (99,)]
    assert Entry.objects.filter(name="store.maintained").count() == 1
    assert maintenance.maintain("drains").files_after == 2


def test_merging_keeps_partitions_apart(load, parquet, rows_of):
    rows = "SELECT i AS id, CASE WHEN i % 2 = 0 THEN 'A' END AS ward FROM range({0}, {0} + 4) t(i)"
    for number in range(3):
        load("drains", parquet(rows.format(number * 4)), partition="ward")
    before = rows_of("drains", "id", "ward")
    maintenance.maintain("drains", least=2)
    partitions = {file.partition for file in source.state_of(queries.current("drains")).files}
    assert partitions == {(("ward", "A"),), (("ward", None),)}
    assert rows_of("drains", "id", "ward") == before


def test_a_merge_killed_before_the_row_was_moved_harms_nothing(load, parquet, rows_of):
    for number in range(9):
        load("drains", parquet([{"id": number}], **TYPES))
    held = queries.current("drains").delta_version
    maintenance.maintain("drains")
    Commit.objects.filter(version=9).update(delta_version=held)
    assert len(rows_of("drains", "id")) == 9
    load("drains", parquet([{"id": 9}], **TYPES))
    assert len(rows_of("drains", "id")) == 10
    assert maintenance.maintain("drains").files_after == 1
    assert len(rows_of("drains", "id")) == 10


def test_time_travel_of_a_personal_dataset_ends_with_its_retention(allowance, rows_of, use):
    from .conftest import PERSONS

    allowance([PERSONS[0] | {"amount": 1_000_000}])
    first = [path for path in queries.files_of("allowance", 1) if path not in queries.files_of("allowance")]
    assert first
    assert maintenance.maintain("allowance").retired == 0
    with clock.freeze(clock.now() + timedelta(days=31)):
        for path in first:  # the table's own clock looks at the files' age
            assert path.exists()
        assert maintenance.maintain("allowance").retired == 1
        with pytest.raises(Retired):
            queries.table("allowance", 1)
        with pytest.raises(Retired):
            actions.rollback("allowance", 1)
    assert len(rows_of("allowance", "amount")) == 3


def test_time_travel_of_other_datasets_stays(hydrants, load, parquet, rows_of):
    load("hydrants", parquet("SELECT 'HD-03' AS code, 'good' AS state"), mode="upsert", key=["code"])
    with clock.freeze(clock.now() + timedelta(days=4000)):
        assert maintenance.maintain("hydrants").retired == 0
    assert len(rows_of("hydrants", "code", as_of=1)) == 12


def test_files_of_retired_versions_and_of_killed_writers_are_removed_and_no_others(
    allowance, rows_of, monkeypatch, house
):
    from .conftest import PERSONS

    allowance([PERSONS[0] | {"amount": 1_000_000}])
    gone = [path for path in queries.files_of("allowance", 1) if path not in queries.files_of("allowance")]
    stray = house / "store" / "allowance" / "stray.parquet"
    stray.write_bytes(b"left by a killed writer")
    monkeypatch.setattr(maintenance, "FIRST_CARE", timedelta(0))
    assert maintenance.maintain("allowance").retired == 0
    assert all(path.exists() for path in gone), "time travel still needs them"
    assert not stray.exists()
    with clock.freeze(clock.now() + timedelta(days=31)):
        maintenance.maintain("allowance")
    assert not any(path.exists() for path in gone)
    assert len(rows_of("allowance", "amount")) == 3


def test_a_commit_that_waits_to_be_published_keeps_its_files(load, parquet, rows_of, monkeypatch):
    load("drains", parquet([{"id": 1}], **TYPES))
    commit = actions.begin("drains", batch="b", mode="append", load="")
    actions.write(commit, [parquet([{"id": 2}], **TYPES)])
    monkeypatch.setattr(maintenance, "FIRST_CARE", timedelta(0))
    maintenance.maintain("drains")
    actions.publish(commit)
    assert rows_of("drains", "id") == [(1,), (2,)]
