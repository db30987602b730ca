"""Lists: every report once and in order, whatever the scope; clocks as buckets; words with and without accents."""

from datetime import timedelta

import pytest

from huong.base import clock
from huong.reports import actions, queries
from huong.reports.actions import Draft
from huong.reports.models import Report
from huong.reports.queries import Wanted

pytestmark = pytest.mark.django_db


def all_of(user, wanted, size):
    found, after = [], None
    while True:
        page = queries.reports_for(user, wanted, after=after, size=size)
        found += page.items
        after = page.next
        if after is None:
            return found


@pytest.fixture
def mixed(morning, rules, dispatcher):
    """Return reports of a ward: some with its committee, some with a company, one handed over from elsewhere."""
    kinds = ["duong-pho.do-xe", "nuoc-sach.vo-ong", "ve-sinh.do-trom", "cay-xanh.nga-do"] * 3
    numbers = [
        actions.send(Draft(text=f"Việc {at}", category=kind, unit="19815")).report.number
        for at, kind in enumerate(kinds)
    ]
    elsewhere = actions.send(Draft(text="Ở phường khác", category="duong-pho.do-xe", unit="19789")).report.number
    for number in [*numbers, elsewhere]:
        actions.accept(number, by=dispatcher)
    return numbers, elsewhere


@pytest.mark.parametrize("order", ["due", "newest", "oldest", "changed"])
@pytest.mark.parametrize("size", [1, 3, 50])
def test_a_ward_officer_pages_through_agency_and_ward_each_report_once_in_order(mixed, ward_officer, order, size):
    numbers, elsewhere = mixed
    found = all_of(ward_officer, Wanted(scope="all", is_open=True, order=order), size)
    assert sorted(report.number for report in found) == sorted(numbers)
    assert elsewhere not in [report.number for report in found]
    keys = [
        tuple(getattr(report, name.lstrip("-")) for name in queries.order_of(Wanted(is_open=True, order=order)))
        for report in found
    ]
    assert keys == sorted(keys, reverse=order in {"newest", "changed"})


def test_scopes_and_filters_give_what_they_say(mixed, ward_officer, dispatcher):
    own = all_of(ward_officer, Wanted(), 50)
    assert {report.agency for report in own} == {"H57.21"}
    trees = all_of(ward_officer, Wanted(scope="unit", category="cay-xanh"), 50)
    assert {report.category for report in trees} == {"cay-xanh.nga-do"}
    actions.take(own[0].number, by=ward_officer)
    assert [report.pk for report in all_of(ward_officer, Wanted(scope="mine"), 50)] == [own[0].pk]
    assert all_of(dispatcher, Wanted(scope="unit"), 50) == []


def test_clocks_are_buckets_that_cover_every_open_report_with_a_due_time(mixed, ward_officer):
    work = queries.work_of(ward_officer)
    with clock.freeze(clock.now() + timedelta(days=40)):
        late = all_of(ward_officer, Wanted(bucket="late"), 50) + all_of(ward_officer, Wanted(bucket="very_late"), 50)
        assert len(late) == work.open
        assert queries.work_of(ward_officer).late == work.open


@pytest.mark.parametrize("text", ["việc 7", "viec 7", "VIỆC 7"])
def test_words_are_found_with_and_without_accents_and_numbers_as_typed(mixed, ward_officer, text):
    numbers, _elsewhere = mixed
    found = all_of(ward_officer, Wanted(scope="all", text=text), 50)
    assert [report.title for report in found] == ["Việc 7"]
    by_number = all_of(ward_officer, Wanted(scope="all", text=numbers[3].replace("PA-000", "pa ")), 50)
    assert [report.number for report in by_number] == [numbers[3]]


@pytest.mark.parametrize("text", ['"', "' OR 1=1", "a* NEAR(b)", "%%", "\x00", "-", "x" * 5000])
def test_signs_in_a_search_harm_nothing(mixed, ward_officer, text):
    assert all_of(ward_officer, Wanted(scope="all", text=text), 50) == []


def test_words_that_were_edited_or_erased_are_found_as_they_are_now(rules, dispatcher):
    sent = actions.send(Draft(text="Ông Ba đổ rác", unit="19815"))
    assert all_of(dispatcher, Wanted(text="ong ba"), 50)
    actions.erase_reporter(sent.report.number, link=sent.link)
    assert all_of(dispatcher, Wanted(text="ong ba"), 50) == []
    assert Report.objects.count() == 1
