"""What `record` and `record_many` promise to every verb."""

from datetime import UTC, datetime

import pytest
from django.db import transaction

from huong.base import clock, logs
from huong.journal import actions, queries
from huong.journal.models import Entry

pytestmark = pytest.mark.django_db


def test_an_entry_says_what_happened_to_what_when_and_by_whom():
    at = datetime(2026, 11, 26, 7, 0, tzinfo=UTC)
    logs.set_request_id("req-1")
    try:
        actions.record(
            "store.committed",
            "cay-xanh",
            by=7,
            at=at,
            agency="H57.20",
            unit="19804",
            audience="public",
            rows=3,
            ok=True,
        )
    finally:
        logs.set_request_id("")
    entry = queries.entries_about("cay-xanh")[0]
    assert (entry.name, entry.by, entry.at, entry.agency, entry.unit) == ("store.committed", 7, at, "H57.20", "19804")
    assert (entry.audience, entry.data, entry.request_id) == ("public", {"rows": 3, "ok": True}, "req-1")


def test_recording_is_one_insert(django_assert_num_queries):
    with django_assert_num_queries(1):
        actions.record("store.committed", "cay-xanh", rows=3)


def test_an_entry_knows_its_number_when_asked():
    entry = actions.record("store.committed", "cay-xanh")
    assert entry.xid == Entry.objects.get(pk=entry.pk).xid


def test_an_entry_is_undone_with_the_change_it_belongs_to():
    with transaction.atomic():
        actions.record("store.committed", "cay-xanh")
        transaction.set_rollback(True)
    assert Entry.objects.count() == 0


def test_the_clock_of_the_house_gives_the_time():
    at = datetime(2026, 2, 17, tzinfo=UTC)
    with clock.freeze(at):
        assert actions.record("store.committed", "cay-xanh").at == at


@pytest.mark.parametrize("value", [[1], {"a": 1}, b"x", datetime(2026, 1, 1, tzinfo=UTC)])
def test_an_entry_holds_scalars_only(value):
    with pytest.raises(TypeError, match="scalars only"):
        actions.record("store.committed", "cay-xanh", thing=value)
    assert Entry.objects.count() == 0


@pytest.mark.parametrize("value", ["x" * 1001, "a\x00b", float("nan"), float("inf"), 2**63, 1e300])
def test_an_entry_refuses_words_at_length_and_numbers_that_are_none(value):
    with pytest.raises(ValueError, match=r"entry|number"):
        actions.record("store.committed", "cay-xanh", thing=value)


def test_many_entries_are_written_in_few_statements(django_assert_max_num_queries):
    drafts = (actions.EntryDraft("live.observed", f"sensor-{n}", data={"value": n}) for n in range(2500))
    with django_assert_max_num_queries(40):
        assert actions.record_many(drafts) == 2500
    assert Entry.objects.count() == 2500


def test_of_many_entries_all_stand_or_none_does():
    drafts = [actions.EntryDraft("live.observed", "s", data={"v": 1})] * 1500
    drafts.append(actions.EntryDraft("live.observed", "s", data={"v": []}))
    with pytest.raises(TypeError):
        actions.record_many(drafts)
    assert Entry.objects.count() == 0


def test_entries_are_found_by_event_time_person_and_agency():
    early, late = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
    actions.record("store.committed", "a", at=early, by=1, agency="H57.1")
    actions.record("store.read", "a", at=late, by=2, agency="H57.2")
    actions.record("stores.opened", "b", at=late, by=2)
    assert [entry.name for entry in queries.entries(names=("store.*",))] == ["store.read", "store.committed"]
    assert [entry.name for entry in queries.entries(since=late, subject="a")] == ["store.read"]
    assert [entry.name for entry in queries.entries(until=late)] == ["store.committed"]
    assert len(queries.entries(by=2)) == 2
    assert [entry.subject for entry in queries.entries(agency="H57.1")] == ["a"]
    newest = queries.entries(limit=1)[0]
    assert newest.id not in {entry.id for entry in queries.entries(before=newest.id)}


def test_the_agencies_that_used_something_are_known():
    since = datetime(2026, 6, 1, tzinfo=UTC)
    for agency, name, at in (
        ("H57.1", "store.read", since),
        ("H57.1", "store.read", since),
        ("H57.2", "store.committed", since),
        ("H57.3", "store.read", datetime(2026, 5, 1, tzinfo=UTC)),
        ("", "store.read", since),
    ):
        actions.record(name, "cay-xanh", agency=agency, at=at)
    assert queries.agencies_that(("store.read",), subject="cay-xanh", since=since) == {"H57.1"}


def test_the_journal_goes_on_in_order_after_its_rows_moved_to_another_server():
    moved = actions.record("store.committed", "a")
    Entry.objects.filter(pk=moved.pk).update(xid=10**12)  # as if another server had numbered it
    actions.settle()
    after = actions.record("store.committed", "b")
    assert (after.xid, after.id) > (10**12, moved.id)
    assert queries.entries(names=("journal.shifted",), limit=1)
    before = Entry.objects.count()
    actions.settle()
    assert Entry.objects.count() == before
