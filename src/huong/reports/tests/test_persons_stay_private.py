"""Contact stands apart, sealed; it is read with a power and a purpose, and erased on request."""

from datetime import timedelta

import pytest

from huong.base import clock
from huong.base.errors import BadInput, Forbidden, KeyDestroyed, NotFound
from huong.journal.models import Entry
from huong.messages.models import Outgoing
from huong.reports import actions, queries
from huong.reports.actions import Draft, reporters
from huong.reports.models import Message, Report, Reporter

pytestmark = pytest.mark.django_db
AN = Draft(
    text="Rác đổ trộm, gọi tôi 0914123456",
    category="ve-sinh.do-trom",
    unit="An Cựu",
    name="Lê Thị An",
    phone="0914 123 456",
    mail="an@hue.vn",
)


def test_contact_is_sealed_in_the_database_and_shown_covered(rules):
    report = actions.send(AN).report
    row = Reporter.objects.get(report=report)
    assert "An" not in str(bytes(row.sealed))
    assert row.shown == "•••456"
    assert "0914123456" not in str(Report.objects.filter(pk=report.pk).values().get())


def test_contact_needs_a_power_and_a_purpose_and_each_view_is_written_down(rules, dispatcher, neighbour):
    report = actions.send(AN).report
    with pytest.raises(Forbidden):
        actions.contact(report.number, by=neighbour, purpose="xem")
    with pytest.raises(BadInput):
        actions.contact(report.number, by=dispatcher, purpose=" ")
    assert actions.contact(report.number, by=dispatcher, purpose="Hỏi thêm vị trí")["phone"] == "0914123456"
    seen = Entry.objects.get(name="people.accessed")
    assert (seen.by, seen.audience) == (dispatcher.pk, "named")


def test_the_call_taker_finds_the_matters_of_a_number(rules):
    report = actions.send(AN).report
    assert queries.reports_of_contact("+84914123456") == [report]
    assert queries.reports_of_contact("An@Hue.vn") == [] or queries.reports_of_contact("an@hue.vn") == [report]
    assert queries.reports_of_contact("không") == []


def test_a_person_asks_for_deletion_and_the_facts_stay(rules, dispatcher, ward_officer):
    sent = actions.send(AN)
    other = actions.send(AN).report
    actions.accept(sent.report.number, by=dispatcher)
    assert actions.erase_reporter(sent.report.number, by=None, link=sent.link) == 1
    report = Report.objects.get(pk=sent.report.pk)
    assert (report.title, report.place, report.unit, report.category) == ("", "", "19815", "ve-sinh.do-trom")
    assert not Message.objects.filter(report=report).exclude(text="").exists()
    with pytest.raises(KeyDestroyed):
        actions.contact(report.number, by=ward_officer, purpose="xem")
    with pytest.raises(NotFound):
        queries.by_link(sent.link)  # the private link ends with it
    assert Reporter.objects.get(report=other).erased_at is None


def test_an_officer_who_is_asked_erases_all_reports_of_the_person(rules, dispatcher):
    first, second = (actions.send(AN).report for _time in range(2))
    assert actions.erase_reporter(first.number, by=dispatcher, all_of_them=True) == 2
    assert Reporter.objects.get(report=second).erased_at is not None
    assert Entry.objects.filter(name="reports.reporter_erased").count() == 2


def test_the_contact_of_a_report_that_ended_long_ago_is_forgotten_and_its_words_stay(rules, dispatcher, ward_officer):
    number = actions.send(AN).report.number
    actions.accept(number, by=dispatcher)
    report = actions.answer(number, text="Đã dọn", by=ward_officer)
    assert reporters.forget_contacts() == 0
    with clock.freeze(clock.now() + timedelta(days=366)):
        assert reporters.forget_contacts() == 1
        assert reporters.forget_contacts() == 0
    assert Message.objects.filter(report=report, kind="description").exclude(text="").exists()
    assert Reporter.objects.get(report=report).sealed is None


def test_without_the_link_nobody_is_erased(rules):
    sent = actions.send(AN)
    with pytest.raises(NotFound):
        actions.erase_reporter(sent.report.number, link=f"{sent.report.number}.{'0' * 40}")


def test_a_mail_address_is_proven_by_a_code_that_lives_for_five_tries(rules):
    report = actions.send(AN).report
    actions.send_code(report)
    assert Outgoing.objects.get().template == "verify"
    for _try in range(5):
        with pytest.raises(BadInput):
            actions.confirm(report, "x")
    with pytest.raises(BadInput) as ended:
        actions.confirm(report, "000000")
    assert ended.value.code == "code_expired"


@pytest.mark.parametrize("contact", [{"phone": "12345"}, {"mail": "an at hue"}])
def test_a_contact_that_is_none_is_said_and_nothing_is_written(rules, contact):
    with pytest.raises(BadInput):
        actions.send(Draft(text="Rác", unit="19815", **contact))
    assert Report.objects.count() == 0
