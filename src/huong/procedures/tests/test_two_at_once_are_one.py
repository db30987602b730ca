"""Two who do something at the very same moment: one wins, the other is told, and nothing is done twice or half."""

import threading
from contextvars import copy_context

import pytest
from django.db import connections

from huong.base.errors import HuongError
from huong.exchange.models import Exchange
from huong.procedures.actions import (
    accept,
    asking,
    begin,
    bundling,
    citizen,
    hand_over,
    helping,
    refuse,
    request_supplement,
    save,
    start,
    submit,
    supply,
    withdraw,
)
from huong.procedures.models import Action, Component, Dossier, HelperPass, Question
from huong.procedures.queries import answers_of
from huong.procedures.tests.conftest import BIRTH, OTHER_WARD, officer_of
from huong.procedures.tests.test_it_is_asked_once import FATHER, HERS, draft_of

pytestmark = pytest.mark.django_db(transaction=True)
REASONS = [{"part": "child.name", "why": "wrong", "text": "Xin xem lại."}]


def at_once(*doings):
    """Do several things in threads of their own at the same moment; return what came of each."""
    told, barrier = [None] * len(doings), threading.Barrier(len(doings))

    def go(number, do):
        try:
            barrier.wait(60)
            told[number] = do()
        except HuongError as error:
            told[number] = error
        finally:
            connections.close_all()

    hands = [threading.Thread(target=copy_context().run, args=(go, *each)) for each in enumerate(doings)]
    [hand.start() for hand in hands]
    [hand.join(60) for hand in hands]
    assert not any(hand.is_alive() for hand in hands)
    return told


def won(told):
    return [each for each in told if not isinstance(each, HuongError)]


def is_whole(dossier):
    """Whether actions are numbered without a gap, and the row says what the last of them left."""
    numbers = list(Action.objects.filter(dossier=dossier).order_by("number").values_list("number", flat=True))
    row = Dossier.objects.get(pk=dossier.pk)
    last = Action.objects.filter(dossier=dossier).order_by("-number").first()
    return numbers == list(range(numbers[0], numbers[0] + len(numbers))) and row.state == last.to_state


def test_two_officers_accept_and_it_has_one_code(sent, ward_officer):
    other = officer_of("H57.21", "ancuu2")
    told = at_once(lambda: accept(sent.uid, by=ward_officer), lambda: accept(sent.uid, by=other))
    assert len(won(told)) == 1
    assert Action.objects.filter(dossier=sent, verb="accept").count() == 1
    assert Dossier.objects.get(pk=sent.pk).code.endswith("-0001")
    assert is_whole(sent)


def test_one_refuses_while_another_asks_for_something(accepted, ward_officer):
    other = officer_of("H57.21", "ancuu2")
    told = at_once(
        lambda: refuse(accepted.uid, words="Không đủ.", reasons=REASONS, by=ward_officer),
        lambda: request_supplement(accepted.uid, words="Xin bổ sung.", reasons=REASONS, by=other),
    )
    assert len(won(told)) == 1
    assert is_whole(accepted)


def test_one_hands_over_while_another_begins(accepted, ward_officer):
    other, version = officer_of("H57.21", "ancuu2"), accepted.version
    told = at_once(
        lambda: hand_over(accepted.uid, to=OTHER_WARD, words="Theo thẩm quyền.", by=ward_officer, version=version),
        lambda: start(accepted.uid, by=other, version=version),
    )
    assert len(won(told)) == 1
    assert is_whole(accepted)


def test_she_withdraws_while_the_office_accepts(sent, ward_officer):
    told = at_once(
        lambda: withdraw(sent.uid, words="Thôi.", actor=citizen(None)), lambda: accept(sent.uid, by=ward_officer)
    )
    assert won(told)  # an accepted one can still be withdrawn
    assert is_whole(sent)


def test_sent_from_two_tabs_it_is_sent_once(draft):
    told = at_once(*[lambda: submit(draft.uid, actor=citizen(None))] * 3)
    assert [each.state for each in told] == ["submitted"] * 3
    assert Action.objects.filter(dossier=draft, verb="submit").count() == 1


def test_a_helper_who_types_while_she_sends_changes_nothing_afterwards(accepted, ward_officer):
    request_supplement(accepted.uid, words="Xin bổ sung.", reasons=REASONS, by=ward_officer)
    save(accepted.uid, {"child.name": "Trần An Nhi"}, actor=citizen(None))
    told = at_once(
        lambda: supply(accepted.uid, actor=citizen(None)),
        lambda: save(accepted.uid, {"child.name": "Tên Muộn"}, actor=citizen(None, helper=True)),
    )
    assert Dossier.objects.get(pk=accepted.pk).state == "in_progress"
    late = isinstance(told[1], HuongError)
    assert answers_of(accepted)["child.name"] == ("Trần An Nhi" if late else "Tên Muộn")
    assert is_whole(accepted)


def test_two_come_with_one_code_and_one_gets_in(draft):
    one, other = officer_of("H57.21", "giup1"), officer_of("H57.21", "giup2")
    _given, code = helping.give_code(draft.uid, minutes=60, actor=citizen(None))
    told = at_once(lambda: helping.enter(code, by=one), lambda: helping.enter(code, by=other))
    assert len(won(told)) == 1
    assert HelperPass.objects.get().helper in {one, other}
    assert Action.objects.filter(dossier=draft, verb="help").count() == 1


def test_two_begin_the_same_and_each_has_an_own_draft(procedures, mother):
    told = at_once(*[lambda: begin(BIRTH, party=mother, actor=citizen(None), unit="An Cựu")] * 2)
    assert len({each.uid for each in told}) == 2


def test_two_pages_put_each_question_once_and_two_jobs_send_it_once(registers):
    dossier = draft_of(FATHER, "Trần Minh Khôi", {"household.relation": "other"}, code="1.004222")
    at_once(*[lambda: bundling.resolve_all(dossier.uid, actor=HERS)] * 2)
    assert Question.objects.filter(dossier=dossier).count() == 3
    at_once(*[lambda: asking.answer.now(dossier.uid)] * 2)
    assert Exchange.objects.filter(direction="out").count() == 3
    bundling.resolve_all(dossier.uid, actor=HERS)
    assert not Component.objects.filter(dossier=dossier, state="asking").exists()
