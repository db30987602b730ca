"""Followers, the reporter and the agency are told once each; a mail address only after its owner confirmed it."""

import pytest

from huong.base.errors import BadInput, NotFound, TooMany
from huong.journal.readers import run_once
from huong.messages.models import Bell, Outgoing
from huong.reports import actions, queries
from huong.reports.actions import Draft, following
from huong.reports.models import Follow, Report, Reporter

pytestmark = pytest.mark.django_db


def hear():
    while run_once():
        pass


def test_a_signed_in_reporter_and_a_follower_hear_of_the_answer_once(
    rules, blocked, dispatcher, ward_officer, stranger, leader
):
    number = actions.send(blocked, user=stranger).report.number
    actions.accept(number, by=dispatcher)
    actions.follow(number, user=leader)
    hear()
    Bell.objects.all().delete()
    actions.answer(number, text="Xong", by=ward_officer)
    hear()
    hear()
    assert sorted(Bell.objects.values_list("user_id", flat=True)) == sorted([stranger.pk, leader.pk])
    own = Bell.objects.get(user=stranger)
    assert queries.by_link(own.url.split("link=")[1]).number == number
    assert "link=" not in Bell.objects.get(user=leader).url


def test_the_agency_hears_of_what_comes_and_then_only_the_person_who_has_it(dispatched, ward_officer, dispatcher):
    from huong.reports.tests.conftest import officer_of

    colleague = officer_of("H57.21", "dongnghiep")
    hear()
    assert set(Bell.objects.values_list("user_id", flat=True)) == {ward_officer.pk, colleague.pk}
    actions.take(dispatched.number, by=ward_officer)
    actions.ask(dispatched.number, text="Ở đâu?", by=ward_officer)
    hear()
    Bell.objects.all().delete()
    actions.reply(dispatched.number, text="Ở đầu kiệt")
    hear()
    assert list(Bell.objects.values_list("user_id", flat=True)) == [ward_officer.pk]


def test_a_mail_address_is_written_to_once_and_hears_only_after_confirming(dispatched, ward_officer):
    with pytest.raises(BadInput):
        actions.follow(dispatched.number, mail="không phải")
    row = actions.follow(dispatched.number, mail="lan@hue.vn", address="203.0.113.7")
    actions.follow(dispatched.number, mail="lan@hue.vn")
    assert Outgoing.objects.filter(template="report_follow").count() == 1
    actions.take(dispatched.number, by=ward_officer)
    hear()
    assert not Outgoing.objects.filter(template="report_changed").exists()
    token = following.token_of(row)
    assert actions.confirm_follow(token).followers == 1
    actions.answer(dispatched.number, text="Xong", by=ward_officer)
    hear()
    assert Outgoing.objects.filter(template="report_changed").count() == 1
    assert actions.unfollow(dispatched.number, token=token).followers == 0
    with pytest.raises(NotFound):
        actions.confirm_follow("1.wrong")


def test_nobody_has_strangers_written_to_again_and_again(rules, dispatcher):
    numbers = [
        actions.send(Draft(text="x y z", category="ve-sinh.do-trom", unit="19815")).report.number for _n in range(6)
    ]
    for number in numbers:
        actions.accept(number, by=dispatcher)
    rows = [actions.follow(number, mail="nan.nhan@hue.vn") for number in numbers[:5]]
    assert len({row.who for row in rows}) == 1
    with pytest.raises(TooMany):
        actions.follow(numbers[5], mail="nan.nhan@hue.vn")


def test_what_is_not_public_cannot_be_followed(received, stranger):
    with pytest.raises(NotFound):
        actions.follow(received.number, user=stranger)
    assert Follow.objects.count() == 0


def test_a_reporter_with_a_proven_mail_address_gets_the_private_link(rules, blocked, dispatcher):
    report = actions.send(Draft(**{**blocked.__dict__, "mail": "an@hue.vn"})).report
    actions.accept(report.number, by=dispatcher)
    hear()
    assert Outgoing.objects.count() == 0  # not proven: no stranger is written to
    Reporter.objects.filter(report=report).update(verified_at=report.received_at)
    actions.tell(report.number, text="Đã thấy", by=officer(report))
    hear()
    assert Outgoing.objects.get().template == "report_changed"


def officer(report):
    from huong.reports.tests.conftest import officer_of

    return officer_of(Report.objects.get(pk=report.pk).agency, "dangtruc")
