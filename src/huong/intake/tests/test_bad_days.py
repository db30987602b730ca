"""A full disk, a lying archive of a workbook, two processes at once: nothing is harmed, everything is said."""

import threading

import pytest
from django.db import connection, connections

from huong.base import home
from huong.base.errors import StorageFull
from huong.intake import actions, queries
from huong.intake.errors import Busy, Unreadable
from huong.intake.models import Load
from huong.intake.pipeline.alone import alone
from huong.store import queries as store

pytestmark = pytest.mark.django_db(transaction=True)
GOOD = "ma,duong,do_sau,ngay_dat\nC-001,Nguyễn Huệ,1.5,2020-01-02\n"


def test_a_full_disk_refuses_with_a_sentence_and_the_load_goes_on_later(drains_data, steward, write, monkeypatch):
    import io

    load = actions.receive("drains", io.BytesIO(GOOD.encode()), name="x.csv", by=steward)
    actions.start(load.pk, by=steward)
    with monkeypatch.context() as full:
        full.setattr(home, "free_bytes", lambda: 1000)
        with pytest.raises(StorageFull):
            actions.run(load.pk)
        with pytest.raises(StorageFull):
            actions.load_file("drains", write("y.csv", GOOD + "\n"), by=steward)
    load.refresh_from_db()
    assert (load.state, load.problem) == ("stopped", "storage_full")
    assert store.current("drains") is None
    assert actions.run(load.pk).state == "done"


def test_a_load_runs_in_one_process_only(drains_data, steward):
    import io

    load = actions.receive("drains", io.BytesIO(GOOD.encode()), name="x.csv", by=steward)
    actions.start(load.pk, by=steward)
    with alone(load.pk), pytest.raises(Busy):
        actions.run(load.pk)
    assert actions.run(load.pk).state == "done"
    assert actions.run(load.pk).commit_after == 1


def test_the_same_file_sent_by_two_at_once_is_in_once(drains_data, steward, write):
    if connection.vendor == "sqlite":
        pytest.skip("the test database lies in shared memory, where threads do not wait for one another")
    path, ended, refused = write("x.csv", GOOD), [], []

    def load():
        try:
            ended.append(actions.load_file("drains", path, by=steward).pk)
        except Busy:
            refused.append(1)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=load) for _number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(ended)) == 1
    assert len(ended) + len(refused) == 3
    assert store.current("drains").version == 1
    assert Load.objects.filter(state="done").count() == 1


def test_killed_loads_are_taken_up_again(drains_data, steward):
    import io

    load = actions.receive("drains", io.BytesIO(GOOD.encode()), name="x.csv", by=steward)
    Load.objects.filter(pk=load.pk).update(state="checking")
    with alone(load.pk):
        assert actions.resume_killed() == 0
    assert actions.resume_killed() == 1
    assert actions.run(load.pk).state == "done"


def test_what_killed_loads_left_is_cleared_away_after_a_day(house, db):
    import os

    from huong.intake.actions.sources import sweep

    old, new = house / "tmp" / "load-abc-1", house / "tmp" / "load-def.lock"
    old.mkdir()
    new.touch()
    os.utime(old, (0, 0))
    assert sweep() == 1
    assert (old.exists(), new.exists()) == (False, True)


def test_lists_of_loads_ask_the_database_a_constant_number_of_times(
    drains_data, make_dataset, steward, write, django_assert_num_queries
):
    make_dataset("log", mode="append")
    actions.load_file("drains", write("x.csv", GOOD + "C-2,,1,\n"), by=steward)
    actions.load_file("log", write("y.csv", GOOD + "C-3,,1,\n"), by=steward)
    with django_assert_num_queries(1):
        assert queries.waiting_of(["drains", "log"]) == {"drains": 1, "log": 1}
    with django_assert_num_queries(1):
        assert set(queries.last_loads(["drains", "log"])) == {"drains", "log"}


def test_a_file_that_ends_its_process_again_and_again_is_refused_so_that_others_get_their_turn(
    drains_data, steward, monkeypatch
):
    import io

    class Ended(BaseException):
        pass

    def end(*_args, **_facts):
        raise Ended

    load = actions.receive("drains", io.BytesIO(GOOD.encode()), name="x.csv", by=steward)
    actions.start(load.pk, by=steward)
    with monkeypatch.context() as deadly:
        deadly.setattr("huong.intake.readers.delimited.stage", end)
        for _time in range(5):
            with pytest.raises(Ended):
                actions.run(load.pk)
        with pytest.raises(Unreadable):
            actions.run(load.pk)
    load.refresh_from_db()
    assert (load.state, load.problem) == ("failed", "breaks_off")
    actions.resume(load.pk, by=steward)
    assert actions.run(load.pk).state == "done"
