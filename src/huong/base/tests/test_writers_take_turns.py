"""On SQLite, where one writes at a time, whoever waits gets the turn, and whoever waits too long is told so."""

import threading

import pytest
from django.db import OperationalError, connection, transaction

from huong.base.models import Bucket
from huong.base.sql import is_postgresql

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _only_sqlite():
    if is_postgresql():
        pytest.skip("PostgreSQL lets many write at once.")


def add(writer: str, times: int) -> None:
    """Write so often, each time in a transaction that reads first."""
    try:
        for _each in range(times):
            with transaction.atomic():
                row, _made = Bucket.objects.get_or_create(key="all", window=1, defaults={"taken": 0})
                row.taken += 1
                row.save(force_update=True)
                Bucket.objects.create(key=f"{writer}{row.taken}", window=1, taken=1)
    finally:
        connection.close()


def test_nothing_is_lost_between_writers_who_wait_for_each_other():
    writers = [threading.Thread(target=add, args=(name, 25)) for name in "abcd"]
    for each in writers:
        each.start()
    for each in writers:
        each.join()
    assert Bucket.objects.get(key="all").taken == 100
    assert Bucket.objects.exclude(key="all").count() == 100


def test_who_waits_longer_than_the_time_out_is_told_that_it_is_not_their_turn(monkeypatch):
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.05)
    holds, ends = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Bucket.objects.create(key="held", window=1, taken=1)
            holds.set()
            ends.wait(60)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    holds.wait(60)
    with pytest.raises(OperationalError, match="locked"), transaction.atomic():
        Bucket.objects.create(key="mine", window=1, taken=1)
    ends.set()
    holder.join()
    with transaction.atomic():
        Bucket.objects.create(key="mine", window=1, taken=1)
    assert set(Bucket.objects.values_list("key", flat=True)) == {"held", "mine"}
