"""Durable cursors, at least once, each reader apart from the others."""

import os
import signal
import threading
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import transaction

from huong.base import clock
from huong.base.errors import NotFound, Unavailable
from huong.journal import actions, queries, readers
from huong.journal.models import Cursor, Entry

pytestmark = pytest.mark.django_db


def listening(name="listener", *, names=("*",), start="beginning"):
    """Register a reader that writes down the subjects it is handed."""
    heard = []
    readers.reader(name, names=names, start=start)(lambda entries: heard.extend(entry.subject for entry in entries))
    return heard


def failing_on(subject, name="failing"):
    heard = []

    @readers.reader(name)
    def handle(entries):
        for entry in entries:
            if entry.subject == subject:
                raise Unavailable("secret words")
            heard.append(entry.subject)

    return heard


def test_a_reader_gets_every_entry_in_order_and_once_while_nothing_fails():
    heard = listening()
    for subject in "abc":
        actions.record("store.committed", subject)
    assert readers.run_once() == 3
    assert readers.run_once() == 0
    actions.record("store.committed", "d")
    readers.run_once()
    assert heard == ["a", "b", "c", "d"]


def test_a_reader_gets_only_the_events_it_named():
    heard = listening(names=("store.*", "intake.loaded"))
    for name in ("store.committed", "intake.loaded", "intake.started", "stores.opened"):
        actions.record(name, name)
    readers.run_once()
    assert heard == ["store.committed", "intake.loaded"]
    assert readers.run_once() == 0


def test_a_reader_may_begin_with_what_happens_from_now_on():
    actions.record("store.committed", "old")
    heard = listening(start="now")
    readers.run_once()
    actions.record("store.committed", "new")
    readers.run_once()
    assert heard == ["new"]


def test_more_entries_than_a_batch_all_arrive():
    heard = listening(names=("wanted.*",))
    actions.record_many(actions.EntryDraft(f"{'wanted' if n % 2 else 'other'}.one", str(n)) for n in range(2400))
    while readers.run_once():
        pass
    assert heard == [str(n) for n in range(2400) if n % 2]


def test_a_failing_reader_does_not_stop_the_others():
    failing_on("b")
    heard = listening()
    for subject in "abc":
        actions.record("store.committed", subject)
    readers.run_once()
    assert heard == ["a", "b", "c"]


def test_one_bad_entry_holds_back_none_before_it_and_its_error_is_seen_without_its_words():
    heard = failing_on("c")
    for subject in "abcd":
        actions.record("store.committed", subject)
    readers.run_once()
    assert heard[-2:] == ["a", "b"]
    lag = queries.lag()[0]
    assert (lag.reader, lag.entries, lag.failures) == ("failing", 2, 1)
    assert "Unavailable" in lag.error
    assert "secret" not in lag.error
    assert queries.readiness().warning


def test_history_taken_over_makes_no_reader_late():
    listening()
    actions.record("store.committed", "today")
    readers.run_once()
    actions.record("store.committed", "last year", at=clock.now() - timedelta(days=365))
    assert queries.readiness().ok
    with clock.freeze(clock.now() + timedelta(hours=1)):
        assert not queries.readiness().ok


def test_a_failing_reader_is_tried_again_later_and_later():
    failing_on("a")
    actions.record("store.committed", "a")
    start = clock.now()
    with clock.freeze(start):
        readers.run_once()
        readers.run_once()
    cursor = Cursor.objects.get(name="failing")
    assert (cursor.failures, cursor.retry_at) == (1, start + timedelta(seconds=1))
    with clock.freeze(start + timedelta(seconds=2)):
        readers.run_once()
    cursor.refresh_from_db()
    assert (cursor.failures, cursor.retry_at) == (2, start + timedelta(seconds=4))


def test_a_reader_that_can_work_again_goes_on_where_it_stood():
    failing_on("b")
    for subject in "abc":
        actions.record("store.committed", subject)
    readers.run_once()
    heard = listening("failing")
    with clock.freeze(clock.now() + timedelta(minutes=1)):
        while readers.run_once():
            pass
    assert heard == ["b", "c"]
    assert Cursor.objects.get(name="failing").error == ""


def test_an_operator_lets_a_reader_pass_the_entry_it_cannot_handle():
    heard = failing_on("b")
    for subject in "abc":
        actions.record("store.committed", subject)
    readers.run_once()
    bad = Entry.objects.get(subject="b")
    assert actions.skip("failing", by=1) == bad.id
    readers.run_once()
    assert "c" in heard
    assert queries.entries(names=("journal.skipped",))[0].data == {"entry": bad.id, "reader": "failing"}
    with pytest.raises(NotFound):
        actions.skip("failing")


def test_a_handler_killed_before_its_cursor_moved_gets_the_entry_again():
    heard = []

    @readers.reader("killed")
    def handle(entries):
        heard.extend(entry.subject for entry in entries)
        if len(heard) == 1:
            raise KeyboardInterrupt

    actions.record("store.committed", "a")
    with pytest.raises(KeyboardInterrupt):
        readers.run_once()
    readers.run_once()
    assert heard == ["a", "a"]


@pytest.mark.django_db(transaction=True)
def test_readers_refuse_to_run_inside_a_transaction():
    listening()
    with pytest.raises(RuntimeError), transaction.atomic():
        readers.run_once()


@pytest.mark.django_db(transaction=True)
def test_the_loop_ends_when_it_is_told_to():
    heard, stop = [], threading.Event()

    @readers.reader("listener")
    def handle(entries):
        heard.extend(entry.subject for entry in entries)
        stop.set()

    actions.record("store.committed", "a")
    thread = threading.Thread(target=readers.run_forever, args=(stop,))
    thread.start()
    thread.join(60)
    assert not thread.is_alive()
    assert heard == ["a"]


def test_the_command_tells_how_far_each_reader_is(capsys):
    listening()
    actions.record("store.committed", "a")
    call_command("journal", "lag", "--json")
    assert '"reader":"listener","entries":1' in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_the_readers_process_finishes_its_batch_when_it_is_told_to_end():
    heard = []
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    @readers.reader("listener")
    def handle(entries):
        os.kill(os.getpid(), signal.SIGTERM)
        heard.extend(entry.subject for entry in entries)

    actions.record("store.committed", "a")
    try:
        call_command("readers")
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert heard == ["a"]
    assert Cursor.objects.get(name="listener").entry > 0
