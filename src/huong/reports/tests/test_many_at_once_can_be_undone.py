"""One move on many reports: each its own, refusals named, undone for a while, citizens told only afterwards."""

from datetime import timedelta

import pytest

from huong.base import clock
from huong.base.errors import BadInput, NotFound, WrongState
from huong.journal.readers import run_once
from huong.messages.models import Bell
from huong.reports import actions
from huong.reports.actions import Draft, telling
from huong.reports.models import Hop, Message, Report

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(rules, dispatcher):
    return [
        actions.send(Draft(text=f"Rác {number}", category="ve-sinh.do-trom", unit="19815")).report
        for number in range(3)
    ]


def values(report):
    row = Report.objects.filter(pk=report.pk).values().get()
    return {name: value for name, value in row.items() if name not in {"version", "changed_at", "changed_by_id"}}


def test_what_was_done_to_many_is_put_back_exactly(three, dispatcher):
    before = [values(report) for report in three]
    outcome = actions.bulk([each.number for each in three], verb="accept", by=dispatcher)
    assert outcome.done == [each.number for each in three]
    assert Report.objects.filter(state="dispatched").count() == 3
    undone = actions.undo(outcome.uid, by=dispatcher)
    assert undone.done == outcome.done
    assert [values(report) for report in three] == before
    assert Hop.objects.count() == 0
    with pytest.raises(WrongState):
        actions.undo(outcome.uid, by=dispatcher)


def test_answers_that_are_undone_are_withdrawn_and_the_leg_runs_on(three, dispatcher, ward_officer):
    numbers = [each.number for each in three]
    actions.bulk(numbers, verb="accept", by=dispatcher)
    outcome = actions.bulk(numbers, verb="answer", by=ward_officer, text="Đã thu gom")
    actions.undo(outcome.uid, by=ward_officer)
    assert Report.objects.filter(state="dispatched", closed_at=None).count() == 3
    assert Hop.objects.filter(ended_at=None, agency="H57.21").count() == 3
    assert not Message.objects.filter(kind="answer", withdrawn_at=None).exists()


def test_a_report_touched_since_stays_and_is_named(three, dispatcher, ward_officer):
    outcome = actions.bulk([each.number for each in three], verb="accept", by=dispatcher)
    actions.take(three[1].number, by=ward_officer)
    undone = actions.undo(outcome.uid, by=dispatcher)
    assert [number for number, _why in undone.refused] == [three[1].number]
    assert str(ward_officer) in undone.refused[0][1]


def test_refusals_are_named_and_stop_nobody_else(three, dispatcher, neighbour):
    actions.reject(three[0].number, text="Lạm dụng", by=dispatcher)
    outcome = actions.bulk([each.number for each in three], verb="accept", by=dispatcher)
    assert len(outcome.done) == 2
    assert outcome.refused[0][0] == three[0].number
    with pytest.raises(NotFound):
        actions.undo(outcome.uid, by=neighbour)
    with pytest.raises(BadInput):
        actions.bulk(["PA-1"], verb="erase", by=dispatcher)


def test_after_the_window_it_cannot_be_undone(three, dispatcher):
    outcome = actions.bulk([three[0].number], verb="accept", by=dispatcher)
    with clock.freeze(clock.now() + timedelta(minutes=11)), pytest.raises(WrongState):
        actions.undo(outcome.uid, by=dispatcher)


def test_citizens_hear_of_a_move_on_many_only_when_it_stands(rules, dispatcher, ward_officer, stranger):
    report = actions.send(Draft(text="Rác", category="ve-sinh.do-trom", unit="19815"), user=stranger).report
    actions.bulk([report.number], verb="accept", by=dispatcher)
    run_once()
    assert not Bell.objects.filter(user=stranger).exists()
    with clock.freeze(clock.now() + timedelta(minutes=11)):
        assert telling.tell_after_bulk() == 1
        assert telling.tell_after_bulk() == 0
    assert Bell.objects.filter(user=stranger).count() == 1
