"""What a killed process left is finished or undone; nothing is lost and nothing enters twice."""

import threading

import pytest

from huong.journal.models import Entry
from huong.store import actions, delta, locks, ports, queries
from huong.store.errors import Busy, NotWritten, Overtaken
from huong.store.models import Commit
from huong.store.storage import storage

pytestmark = pytest.mark.django_db
TYPES = {"id": "BIGINT", "name": "VARCHAR"}


@pytest.fixture
def finisher():
    """Fill the finishers' port, as the intake does, and empty it again."""
    said = []

    def fill(answer):
        ports.finishers.add("test", lambda commit: (lambda done: said.append(done.load)) if answer else None)
        return said

    yield fill
    ports.finishers._held.pop("test", None)


def _left_written(parquet, batch="left", load="7", rows=({"id": 2},)):
    commit = actions.begin("drains", batch=batch, mode="append", load=load)
    return actions.write(commit, [parquet(list(rows), **TYPES)])


def test_a_written_commit_is_finished_through_its_finisher(load, parquet, rows_of, finisher):
    said = finisher(True)
    load("drains", parquet([{"id": 1}], **TYPES))
    commit = _left_written(parquet)
    assert len(actions.recover()) == 1
    commit.refresh_from_db()
    assert (commit.state, commit.version, said) == ("published", 2, ["7"])
    assert rows_of("drains", "id") == [(1,), (2,)]
    assert actions.recover() == []


def test_a_written_commit_that_nobody_can_finish_is_undone_and_can_come_again(load, parquet, rows_of, finisher):
    finisher(False)
    load("drains", parquet([{"id": 1}], **TYPES))
    commit = _left_written(parquet)
    assert len(actions.recover("drains")) == 1
    assert Entry.objects.filter(name="store.abandoned").count() == 1
    with pytest.raises(NotWritten):
        actions.publish(commit)
    assert rows_of("drains", "id") == [(1,)]
    again = load("drains", parquet([{"id": 2}], **TYPES), batch="left")
    assert (again.pk, again.state) == (commit.pk, "published")
    assert rows_of("drains", "id") == [(1,), (2,)]


def test_the_next_commit_builds_on_the_published_version_not_on_what_was_left(load, parquet, rows_of, finisher):
    finisher(False)
    load("drains", parquet([{"id": 1, "name": "a"}], **TYPES), mode="upsert", key=["id"])
    left = actions.begin("drains", batch="left", mode="replace", load="7")
    actions.write(left, [parquet([{"id": 9, "name": "z"}], **TYPES)])
    assert delta.state(storage(), "drains").rows == 1
    load("drains", parquet([{"id": 2, "name": "b"}], **TYPES), mode="upsert", key=["id"])
    assert rows_of("drains", "id") == [(1,), (2,)]
    assert delta.state(storage(), "drains").rows == 2, "the table's newest version has healed as well"
    left.refresh_from_db()
    assert left.state == "rolled_back"


def test_a_version_left_without_its_row_saying_so_is_found_at_the_next_commit(load, parquet, rows_of, finisher):
    finisher(True)
    commit = _left_written(parquet)
    Commit.objects.filter(pk=commit.pk).update(state="committing", delta_version=None, rows=0)
    load("drains", parquet([{"id": 3}], **TYPES))
    assert rows_of("drains", "id") == [(2,), (3,)]


def test_a_commit_begun_and_never_written_is_undone_at_start(parquet):
    actions.begin("drains", batch="b", mode="append", load="7")
    assert len(actions.recover()) == 1
    assert Commit.objects.get().state == "rolled_back"


def test_a_dataset_somebody_is_writing_to_is_left_alone(parquet):
    actions.begin("drains", batch="b", mode="append", load="7")
    inside, leave = threading.Event(), threading.Event()

    def other():
        with locks.held("drains"):
            inside.set()
            leave.wait(60)

    thread = threading.Thread(target=other)
    thread.start()
    inside.wait(60)
    try:
        assert actions.recover() == []
    finally:
        leave.set()
        thread.join()


def test_a_second_writer_is_told_to_come_again(parquet):
    inside, leave = threading.Event(), threading.Event()

    def other():
        with locks.held("drains"):
            inside.set()
            leave.wait(60)

    thread = threading.Thread(target=other)
    thread.start()
    inside.wait(60)
    commit = actions.begin("drains", batch="b", mode="append")
    try:
        with pytest.raises(Busy):
            actions.write(commit, [parquet([{"id": 1}], **TYPES)], wait_seconds=0.05)
    finally:
        leave.set()
        thread.join()
    actions.write(commit, [parquet([{"id": 1}], **TYPES)])


def test_a_commit_that_was_overtaken_is_refused_and_can_be_written_again(load, parquet, rows_of, finisher):
    finisher(False)
    load("drains", parquet([{"id": 1}], **TYPES))
    slow = _left_written(parquet)
    load("drains", parquet([{"id": 5}], **TYPES))
    Commit.objects.filter(pk=slow.pk).update(  # as if its writer had lost the lock without noticing
        state="written", delta_version=slow.delta_version, base=slow.base
    )
    with pytest.raises(Overtaken):
        actions.publish(slow)
    assert rows_of("drains", "id") == [(1,), (5,)]
    actions.write(slow, [parquet([{"id": 2}], **TYPES)])
    actions.publish(slow)
    assert rows_of("drains", "id") == [(1,), (2,), (5,)]


def test_what_belongs_to_a_commit_stands_or_falls_with_it(load, parquet, rows_of):
    load("drains", parquet([{"id": 1}], **TYPES))

    def fails(commit):
        raise RuntimeError("the load's row could not be written")

    with pytest.raises(RuntimeError):
        load("drains", parquet([{"id": 2}], **TYPES), batch="b", also=fails)
    assert rows_of("drains", "id") == [(1,)]
    assert queries.commits("drains").count() == 1
    assert Entry.objects.filter(name="store.committed").count() == 1
    load("drains", parquet([{"id": 2}], **TYPES), batch="b")
    assert rows_of("drains", "id") == [(1,), (2,)]


def test_a_commit_may_not_hide_inside_a_longer_transaction(transactional_db, parquet):
    from django.db import transaction

    with transaction.atomic(), pytest.raises(RuntimeError):
        actions.begin("drains", batch="b", mode="append")
