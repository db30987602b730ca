"""Figures that are kept up to date, rebuilt and compared."""

import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huong.base.errors import NotFound
from huong.journal import actions, queries, readers, registry, tallies
from huong.journal.models import Count, Cursor, Entry

pytestmark = pytest.mark.django_db


def run_all():
    while readers.run_once():
        pass


@pytest.fixture
def commits():
    tallies.tally("commits", ("store.committed",), lambda entry: (entry.agency, entry.unit) if entry.agency else None)


def commit(agency, unit="", **data):
    actions.record("store.committed", "cay-xanh", agency=agency, unit=unit, **data)


def test_entries_are_counted_under_their_codes(commits):
    commit("H57.1", "19804")
    commit("H57.1", "19804")
    commit("H57.1", "19810")
    commit("H57.2")
    commit("")
    actions.record("store.read", "cay-xanh", agency="H57.1", unit="19804")
    run_all()
    assert tallies.count("commits", "H57.1", "19804") == 2
    assert tallies.count("commits", "H57.9", "19804") == 0
    assert dict(queries.counts("commits", "H57.1")) == {("H57.1", "19804"): 2, ("H57.1", "19810"): 1}
    assert sum(value for _codes, value in queries.counts("commits")) == 4


def test_a_code_that_begins_like_another_is_not_mixed_up_with_it(commits):
    commit("H57.1", "a")
    commit("H57.10", "a")
    run_all()
    assert dict(queries.counts("commits", "H57.1")) == {("H57.1", "a"): 1}


def test_a_tally_may_add_a_weight(commits):
    tallies.tally("rows", ("store.committed",), lambda entry: (entry.agency,), weight=lambda entry: entry.data["rows"])
    commit("H57.1", rows=40)
    commit("H57.1", rows=2)
    run_all()
    assert tallies.count("rows", "H57.1") == 42


def test_counting_again_after_a_failure_counts_nothing_twice(commits):
    tallies.tally("fragile", ("*",), lambda entry: (entry.agency,), weight=lambda entry: 1 // entry.data["rows"])
    commit("H57.1", rows=1)
    commit("H57.1", rows=0)
    run_all()
    assert tallies.count("fragile", "H57.1") == 0  # neither counted nor passed
    assert queries.lag()[0].failures == 1
    tallies.tally("fragile", ("*",), lambda entry: (entry.agency,))
    Cursor.objects.filter(name="tally:fragile").update(retry_at=None)
    run_all()
    assert tallies.count("fragile", "H57.1") == 2


def test_a_tally_that_is_right_differs_nowhere(commits):
    for _turn in range(3):
        commit("H57.1")
    run_all()
    commit("H57.2")  # not yet counted: comparing looks at the same entries as the live figures
    assert tallies.compare("commits") == {}
    run_all()
    assert tallies.count("commits", "H57.2", "") == 1


def test_comparing_finds_a_wrong_figure_and_rebuilding_puts_it_right(commits):
    commit("H57.1")
    commit("H57.2")
    run_all()
    Count.objects.filter(key__startswith="H57.1").update(value=9)
    assert tallies.compare("commits") == {("H57.1", ""): (9, 1)}
    assert tallies.rebuild("commits") == 2
    assert tallies.compare("commits") == {}
    assert queries.entries(names=("journal.rebuilt",))[0].data == {"keys": 2, "entries": 2}
    assert not Cursor.objects.filter(name__contains="~").exists()


def test_a_rebuilt_tally_goes_on_counting(commits):
    commit("H57.1")
    run_all()
    tallies.rebuild("commits")
    commit("H57.1")
    run_all()
    assert tallies.count("commits", "H57.1", "") == 2


def test_an_unknown_tally_is_refused():
    with pytest.raises(NotFound):
        tallies.compare("nothing")


def test_the_commands_compare_and_rebuild(commits, capsys):
    commit("H57.1")
    run_all()
    Count.objects.update(value=5)
    call_command("journal", "compare", "commits", "--json")
    assert '"differing":{"H57.1/":[5,1]}' in capsys.readouterr().out
    call_command("journal", "rebuild", "commits", "--json")
    assert tallies.count("commits", "H57.1", "") == 1


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(st.sampled_from("abc"), st.just("run"))))
def test_however_often_it_runs_a_tally_equals_the_count_of_entries(steps):
    Entry.objects.all().delete()
    Count.objects.all().delete()
    Cursor.objects.all().delete()
    tallies.tally("letters", ("letter.*",), lambda entry: (entry.subject,))
    for step in steps:
        if step == "run":
            readers.run_once()
        else:
            actions.record("letter.seen", step)
    run_all()
    assert {letter: tallies.count("letters", letter) for letter in "abc"} == {
        letter: steps.count(letter) for letter in "abc"
    }


@pytest.mark.django_db(transaction=True)
def test_two_who_count_the_same_entries_at_once_count_them_once():
    others = iter([True])

    def key(entry):
        if next(others, False):  # another process is quicker, between our reading and our writing
            assert tallies.advance(shared, to=queries.head()) == 3
        return (entry.agency,)

    tallies.tally("shared", ("store.committed",), key)
    shared = registry.tallies.get("shared")
    Cursor.objects.create(name=shared.cursor)
    for _each in range(3):
        commit("H57.1")
    assert tallies.advance(shared, to=queries.head()) == 0
    assert tallies.count("shared", "H57.1") == 3
