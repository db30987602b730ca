"""A citizen sends, the city screens, an agency answers, the citizen rates."""

from datetime import timedelta

import pytest

from huong.base import clock
from huong.base.errors import BadInput, Forbidden, WrongState
from huong.journal.models import Entry
from huong.reports import actions, queries
from huong.reports.actions import Draft
from huong.reports.errors import OutsideTheCity, Overtaken, PlaceUnclear
from huong.reports.models import Hop, Message, Report
from huong.reports.tests.conftest import officer_of

pytestmark = pytest.mark.django_db


def test_the_whole_way_from_the_citizen_to_the_rating(rules, blocked, dispatcher, ward_officer, morning):
    sent = actions.send(blocked, key="draft-1")
    number = sent.report.number
    assert sent.report.state == "received"
    assert sent.report.agency == "H57.50"
    report = actions.accept(number, by=dispatcher)
    assert (report.state, report.agency, report.is_public) == ("dispatched", "H57.21", True)
    assert report.due_at > morning
    actions.take(number, by=ward_officer)
    report = actions.answer(number, text="Đã nhắc nhở chủ xe.", by=ward_officer)
    assert (report.state, report.is_open) == ("answered", False)
    report = actions.rate(number, level="not_satisfied", answers=("tai-dien",), text="Xe lại đậu", reopen=True)
    assert (report.state, report.reopened, report.rating) == ("reopened", 1, "")
    actions.answer(number, text="Đã xử phạt.", by=ward_officer)
    report = actions.rate(number, level="satisfied")
    assert report.rating == "satisfied"
    names = [moment.event for moment in queries.story(report, "public")]
    assert names == ["received", "accepted", "taken", "answered", "rated", "reopened", "answered", "rated"]


def test_no_words_reach_the_journal(received):
    assert all("Cống" not in str(entry.data) for entry in Entry.objects.all())


def test_the_same_sending_three_times_is_one_report_even_days_later(rules, blocked):
    first = actions.send(blocked, key="k")
    with clock.freeze(clock.now() + timedelta(days=9)):
        again = [actions.send(blocked, key="k") for _time in range(2)]
    assert {sent.report.pk for sent in again} == {first.report.pk}
    assert all(sent.repeated and sent.link == first.link for sent in again)
    assert Report.objects.count() == 1


def test_a_point_in_the_sea_or_in_another_province_is_said(rules):
    for point in ((108.9, 16.9), (105.85, 21.03), (107.9, 16.7)):
        with pytest.raises(OutsideTheCity):
            actions.send(Draft(text="Rác trôi", point=point))
    assert Report.objects.count() == 0


def test_an_old_ward_name_finds_the_ward_of_today_and_an_unclear_one_asks(rules):
    sent = actions.send(Draft(text="Rác nhiều ngày", unit="phường An Đông, Huế"))
    assert sent.report.unit == "19815"
    with pytest.raises(PlaceUnclear):
        actions.send(Draft(text="Rác nhiều ngày", unit="Phường Không Có"))


def test_an_officer_of_another_ward_cannot_act_or_see(dispatched, neighbour):
    with pytest.raises(Forbidden):
        actions.answer(dispatched.number, text="Xong", by=neighbour)
    with pytest.raises(Forbidden):
        queries.require_visible(neighbour, dispatched.number)


def test_a_move_that_is_not_allowed_is_refused_with_a_sentence(received, dispatcher):
    with pytest.raises(WrongState) as refused:
        actions.answer(received.number, text="Xong", by=dispatcher)
    assert "Chờ sàng lọc" in refused.value.message or "Waiting" in refused.value.message


def test_two_officers_at_once_one_wins_and_the_other_is_told_who_and_when(received, dispatcher):
    second = officer_of("H57.50", "muon")
    actions.accept(received.number, by=dispatcher, version=received.version)
    with pytest.raises(Overtaken) as lost:
        actions.accept(received.number, by=second, version=received.version)
    assert str(dispatcher) in lost.value.message


def test_asking_the_citizen_stops_the_clocks_and_the_answer_lets_them_go_on(dispatched, ward_officer):
    start = dispatched.due_at
    asked = actions.ask(dispatched.number, text="Xe biển số mấy?", by=ward_officer)
    assert asked.due_at is None
    assert asked.left_us
    actions.reply(dispatched.number, text="Tôi không nhớ")
    report = Report.objects.get(pk=dispatched.pk)
    assert report.state == "in_progress"
    assert report.due_at >= start
    assert Hop.objects.get(report=report, ended_at=None).due_at is not None


def test_a_hand_over_names_the_receiver_gives_a_reason_and_a_clock_of_its_own(dispatched, ward_officer):
    with pytest.raises(BadInput):
        actions.hand_over(dispatched.number, to="H57.8", text=" ", by=ward_officer)
    report = actions.hand_over(dispatched.number, to="H57.8", text="Đường do Sở quản lý", by=ward_officer)
    assert report.agency == "H57.8"
    legs = queries.hops_of(report)
    assert [leg.agency for leg in legs] == ["H57.21", "H57.8"]
    assert legs[-1].reason.text == "Đường do Sở quản lý"


def test_numbers_of_persons_in_the_words_are_covered_and_the_original_is_sealed(rules, dispatcher):
    sent = actions.send(Draft(text="Gọi 0914 123 456, CCCD 046090001234", unit="19815", category="ve-sinh.do-trom"))
    message = Message.objects.get(report=sent.report)
    assert "0914" not in message.text
    assert "0460" not in sent.report.title
    actions.accept(sent.report.number, by=dispatcher)
    operator = officer_of("H57.50", "vanhanh", "operator")
    plain = actions.original_words(sent.report.number, words_id=message.pk, by=operator, purpose="kiểm tra")
    assert "046090001234" in plain
