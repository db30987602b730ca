"""However people press, a report only moves as the city's rules allow, and every figure still fits."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huong.base.errors import HuongError
from huong.journal.models import Entry
from huong.journal.readers import run_once
from huong.reports import actions, queries
from huong.reports.actions import Draft
from huong.reports.models import Hop, Report
from huong.reports.tests.conftest import officer_of

pytestmark = pytest.mark.django_db
MOVES = {
    "accept": {},
    "merge": {"into": ""},
    "unmerge": {},
    "refer": {"to": "vneid", "text": "x"},
    "reject": {"text": "x"},
    "dispatch": {"to": "H57.8"},
    "hand_over": {"to": "H57.21", "text": "x"},
    "take": {},
    "ask": {"text": "x"},
    "answer": {"text": "x"},
    "close": {"text": "x"},
    "reopen": {"text": "x"},
    "recategorise": {"category": "ve-sinh.do-trom"},
    "prioritise": {"priority": 1},
}
EVENT_OF = {"reject": "rejected", "refer": "referred", "answer": "answered", "close": "closed"}


def press(verb, number, other, by):
    try:
        if verb == "reply":
            actions.reply(number, text="x")
        elif verb == "rate":
            actions.rate(number, level="not_satisfied", text="x", reopen=True)
        else:
            options = MOVES[verb] | ({"into": other} if verb == "merge" else {})
            getattr(actions, verb)(number, by=by, **options)
    except HuongError:
        return


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from([*MOVES, "reply", "rate"]), min_size=3, max_size=12))
def test_states_move_only_along_the_citys_transitions(rules, an_operator, verbs):
    other = actions.send(Draft(text="Khác", unit="19815")).report
    number = actions.send(Draft(text="Rác", category="duong-pho.do-xe", unit="19815")).report.number
    for verb in verbs:
        press(verb, number, other.number, an_operator)
    held = queries.book()
    allowed = {
        (source, target) for move in held.transitions.values() for source in move.sources for target in move.targets
    }
    for entry in Entry.objects.filter(subject=number).order_by("id"):
        was, now = entry.data["was_state"], entry.data["state"]
        assert was in {"", now} or (was, now) in allowed, entry.name
    report = Report.objects.get(pk=int(number[3:]))
    assert report.is_open == held.is_open(report.state)
    assert Hop.objects.filter(report=report, ended_at=None).count() <= 1
    assert report.is_open or not Hop.objects.filter(report=report, ended_at=None).exists()


@pytest.fixture
def an_operator(rules):
    return officer_of("H57.50", "vanhanh", "operator")


def test_the_tallies_say_what_the_rows_say(rules, an_operator):
    numbers = [
        actions.send(Draft(text=f"Rác {each}", category="duong-pho.do-xe", unit=unit)).report.number
        for each, unit in enumerate(["19815", "19815", "19789"])
    ]
    for number in numbers:
        actions.accept(number, by=an_operator)
    actions.hand_over(numbers[0], to="H57.8", text="x", by=an_operator)
    actions.answer(numbers[1], text="x", by=an_operator)
    while run_once():
        pass
    for dimension in ("agency", "unit", "category"):
        rows = {}
        for report in Report.objects.all():
            key = (getattr(report, dimension), report.state)
            rows[key] = rows.get(key, 0) + 1
        assert queries.standing(dimension) == rows
    from huong.base import clock

    figures = queries.by_day(clock.today().isoformat())
    assert (figures["received"], figures["accepted"], figures["answered"]) == (3, 3, 1)
