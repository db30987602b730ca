"""PostgreSQL commits transactions out of order; readers must not run past those that are late."""

import threading
import time

import psycopg
import pytest
from django.db import connection, transaction

from huong.base.sql import is_postgresql
from huong.journal import actions, readers, seals
from huong.journal.models import Entry, Seal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def postgresql():
    if not is_postgresql():
        pytest.skip("SQLite has one writer, so ids are in the order of commits; this concerns PostgreSQL.")


class Writer(threading.Thread):
    """A second connection that records an entry and commits when it is let go."""

    def __init__(self, subject):
        super().__init__(daemon=True)
        self.subject, self.recorded, self.let_go = subject, threading.Event(), threading.Event()
        self.start()
        assert self.recorded.wait(60)

    def run(self):
        with transaction.atomic():
            actions.record("store.committed", self.subject)
            self.recorded.set()
            self.let_go.wait(60)
        connection.close()

    def commit(self):
        self.let_go.set()
        self.join(60)


def heard_by(name="listener"):
    heard = []
    readers.reader(name)(lambda entries: heard.extend(entry.subject for entry in entries))
    return heard


def run_all():
    while readers.run_once():
        pass


def sealed():
    return sum(Seal.objects.values_list("count", flat=True))


def run_until(heard, expected, *, seconds=60):
    """Run the readers until they have heard what they must; the server's own upkeep may hold them for a moment."""
    limit = time.monotonic() + seconds
    while heard != expected and time.monotonic() < limit:
        if not readers.run_once():
            threading.Event().wait(0.01)
    assert heard == expected


@pytest.fixture
def elsewhere():
    """Return a connection to another database of the same server, with a transaction that holds a number."""
    with psycopg.connect(**connection.get_connection_params() | {"dbname": "postgres"}) as other:
        other.execute("SELECT pg_current_xact_id()")
        yield other
        other.rollback()


def test_an_entry_committed_late_is_still_read_and_nothing_behind_it_before():
    heard = heard_by()
    late = Writer("late")
    actions.record("store.committed", "quick")
    assert Entry.objects.filter(subject="quick").exists()  # committed, with the larger id
    run_all()
    assert heard == []  # "late" may still come before it
    late.commit()
    run_until(heard, ["late", "quick"])


def test_a_transaction_that_began_later_and_commits_first_is_read_second():
    heard = heard_by()
    first, second, third = Writer("first"), Writer("second"), Writer("third")
    third.commit()
    run_all()
    assert heard == []
    first.commit()
    run_until(heard, ["first"])
    run_all()
    assert heard == ["first"]
    second.commit()
    run_until(heard, ["first", "second", "third"])


def test_a_transaction_that_took_its_number_first_and_recorded_last_is_not_skipped():
    heard = heard_by()
    started, go_on = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_current_xact_id()")
            started.set()
            go_on.wait(60)
            actions.record("store.committed", "slow")
        connection.close()

    thread = threading.Thread(target=slow, daemon=True)
    thread.start()
    assert started.wait(60)
    actions.record("store.committed", "quick")
    run_all()
    go_on.set()
    thread.join(60)
    run_until(heard, ["slow", "quick"])  # by transaction, though "quick" has the smaller id
    assert Entry.objects.get(subject="slow").id > Entry.objects.get(subject="quick").id


def test_a_transaction_that_is_undone_holds_nobody_up():
    heard = heard_by()
    with transaction.atomic():
        actions.record("store.committed", "undone")
        transaction.set_rollback(True)
    actions.record("store.committed", "kept")
    run_until(heard, ["kept"])


def test_a_long_transaction_in_another_database_of_the_server_holds_nobody_up(elsewhere):
    heard = heard_by()
    actions.record("store.committed", "here")
    run_until(heard, ["here"])
    assert elsewhere.info.transaction_status == psycopg.pq.TransactionStatus.INTRANS


def test_one_of_ours_still_holds_when_others_run_elsewhere_before_and_after_it(elsewhere):
    heard = heard_by()
    late = Writer("late")
    with psycopg.connect(**connection.get_connection_params() | {"dbname": "postgres"}) as younger:
        younger.execute("SELECT pg_current_xact_id()")
        actions.record("store.committed", "quick")
        run_all()
        assert heard == []
        late.commit()
        run_until(heard, ["late", "quick"])
        younger.rollback()


def test_sealing_stops_before_what_may_still_come():
    late = Writer("late")
    actions.record("store.committed", "quick")
    seals.seal()
    covered = Seal.objects.order_by("-number").first()
    assert covered is None or covered.last_xid < Entry.objects.get(subject="quick").xid
    late.commit()
    limit = time.monotonic() + 60
    while sealed() < Entry.objects.count() and time.monotonic() < limit:
        seals.seal()
    assert seals.verify_here().ok
    assert sealed() == Entry.objects.count()


def test_many_writers_at_once_lose_no_entry():
    heard = heard_by()
    stop = threading.Event()
    reader = threading.Thread(target=readers.run_forever, args=(stop,), daemon=True)

    def write(number):
        for turn in range(25):
            with transaction.atomic():
                actions.record("store.committed", f"{number}:{turn}")
        connection.close()

    writers = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    reader.start()
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    stop.set()
    reader.join(60)
    limit = time.monotonic() + 60
    while len(heard) < 150 and time.monotonic() < limit:
        run_all()
    assert sorted(heard) == sorted(f"{number}:{turn}" for number in range(6) for turn in range(25))
