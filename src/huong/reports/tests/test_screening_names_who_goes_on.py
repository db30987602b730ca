"""Screening: accept, merge, refer, petition, reject. Parts of one matter."""

import pytest

from huong.base.errors import BadInput, NotFound, WrongState
from huong.reports import actions, queries
from huong.reports.actions import Draft
from huong.reports.errors import CategoryEnded
from huong.reports.models import Message, Report
from huong.reports.tests.conftest import officer_of

pytestmark = pytest.mark.django_db


def test_a_duplicate_is_merged_and_its_sender_follows_the_first(dispatched, blocked, dispatcher, stranger):
    second = actions.send(blocked, user=stranger).report
    merged = actions.merge(second.number, into=dispatched.number, by=dispatcher)
    assert (merged.state, merged.is_open, merged.merged_into_id) == ("merged", False, dispatched.pk)
    first = Report.objects.get(pk=dispatched.pk)
    assert first.followers == 2
    with pytest.raises(BadInput):
        actions.merge(actions.send(blocked).report.number, into=second.number, by=dispatcher)
    assert actions.unmerge(second.number, by=dispatcher).state == "received"


def test_a_complaint_leaves_for_its_own_channel_and_is_never_public(received, dispatcher):
    with pytest.raises(BadInput):
        actions.hand_to_petitions(received.number, to="to-cao", text="", by=dispatcher)
    with pytest.raises(NotFound):
        actions.hand_to_petitions(received.number, to="ngan-hang", text="Chuyển", by=dispatcher)
    report = actions.hand_to_petitions(received.number, to="to-cao", text="Chuyển kênh tố cáo", by=dispatcher)
    assert (report.state, report.is_public, report.out_channel) == ("petition", False, "to-cao")
    with pytest.raises(WrongState):
        actions.accept(received.number, by=dispatcher)


def test_what_is_out_of_scope_is_sent_to_a_named_channel_and_the_citizen_reads_why(received, dispatcher):
    actions.refer(received.number, to="vneid", text="Bạn liên hệ Công an phường.", by=dispatcher)
    words = [each.text for moment in queries.story(received, "reporter") for each in moment.words]
    assert "Bạn liên hệ Công an phường." in words


def test_routes_follow_category_and_ward(rules, dispatcher):
    def agency(category, unit):
        sent = actions.send(Draft(text="Sự việc", category=category, unit=unit))
        return actions.accept(sent.report.number, by=dispatcher).agency

    assert agency("nuoc-sach.vo-ong", "19815") == "H57.80"
    assert agency("thoat-nuoc.cong-nghet", "19815") == "H57.81"
    assert agency("thoat-nuoc.cong-nghet", "20179") == "H57.138"
    assert agency("van-hoa.di-tich", "19753") == "H57.11"


def test_without_a_ward_the_report_waits_for_a_dispatcher(rules, dispatcher):
    sent = actions.send(Draft(text="Rác đổ trộm", category="ve-sinh.do-trom", place="cầu ngói"))
    report = actions.accept(sent.report.number, by=dispatcher)
    assert (report.state, report.agency) == ("accepted", "H57.50")
    report = actions.dispatch(report.number, to="H57.21", by=dispatcher)
    assert (report.state, report.agency) == ("dispatched", "H57.21")


def test_a_category_that_ended_while_a_draft_held_it_names_others(rules, blocked):
    owner = officer_of("H57.51", "dulieu", "data_office")
    held = queries.rules_of("category")
    body = next(each.body for each in held if each.key == blocked.category)
    actions.change_rule("category", blocked.category, body | {"active_to": "2026-01-01"}, by=owner)
    with pytest.raises(CategoryEnded) as refused:
        actions.send(blocked)
    assert refused.value.details["choices"]


def test_parts_stand_one_level_deep_and_at_most_ten(dispatched, ward_officer):
    for part in range(10):
        actions.split(dispatched.number, draft=Draft(text=f"Phần {part}"), by=ward_officer)
    with pytest.raises(BadInput):
        actions.split(dispatched.number, draft=Draft(text="Thừa"), by=ward_officer)
    child = dispatched.children.first()
    assert child.unit == dispatched.unit
    accepted = actions.accept(child.number, by=ward_officer, to="H57.21")
    with pytest.raises(BadInput):
        actions.split(accepted.number, draft=Draft(text="Cháu"), by=ward_officer)


def test_a_script_in_every_field_stays_words(rules, dispatcher):
    bad = "<script>alert(1)</script>"
    sent = actions.send(Draft(text=bad, place=bad, unit="19815", name=bad, asks={bad: bad}, category="ve-sinh.do-trom"))
    assert Message.objects.get(report=sent.report).text == bad  # words; every door escapes them
    assert sent.report.place == bad


def test_words_only_of_blanks_or_far_too_long_are_refused(rules):
    for text in ("", "  \n ", "\u200b\u202e", "x" * 4001):
        with pytest.raises(BadInput):
            actions.send(Draft(text=text, unit="19815"))


@pytest.mark.parametrize(
    "text", ["Water everywhere in front of my hotel", "CONG NGHET NUOC TRAN", "cong nghet nuoc tran ra duong"]
)
def test_english_capitals_and_no_accents_are_taken_and_found(rules, dispatcher, text):
    sent = actions.send(Draft(text=text, unit="19815", lang="en" if "Water" in text else "vi"))
    found = queries.reports_for(dispatcher, queries.Wanted(text=text.split()[0].lower()))
    assert sent.report in found.items
