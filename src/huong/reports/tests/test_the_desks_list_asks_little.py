"""The list of the desk asks the database at most eight times, frame and bell included, however long it is."""

import pytest

from huong.messages import actions as messages
from huong.reports import actions
from huong.reports.actions import Draft
from huong.reports.models import Report

pytestmark = pytest.mark.django_db
LIST = "/desk/reports/"
MOST, MOST_OF_ONE = 8, 14


@pytest.fixture
def fifty(rules, dispatcher, ward_officer, blocked):
    """Return an officer with more than a page of reports, kept lists and news."""
    for place in range(55):
        draft = Draft(**{**vars(blocked), "text": f"Cống nghẹt trước nhà số {place}"})
        report = actions.accept(actions.send(draft).report.number, by=dispatcher)
        if place % 9 == 0:
            actions.take(report.number, by=ward_officer)
    actions.save_filter("Của tôi", {"scope": ["mine"]}, by=ward_officer)
    messages.bell(ward_officer.pk, "Có tin", "/desk/", "reports")
    return ward_officer


def signed_in(client, person):
    client.force_login(person)
    session = client.session
    session["huong_second_factor"] = True
    session.save()


@pytest.mark.parametrize(
    "asked",
    ["", "?scope=mine", "?scope=unit", "?scope=all", "?state=dispatched&category=duong-pho", "?bucket=on_time",
     "?q=cong+nghet", "?q=cong+nghet&open=1&order=oldest"],
)  # fmt: skip
@pytest.mark.usefixtures("lasting_memory")
def test_a_page_of_fifty_asks_at_most_eight_times(client, fifty, asked, django_assert_max_num_queries):
    signed_in(client, fifty)
    client.get(LIST)  # rules, names and the side list's figures are in memory from here on
    with django_assert_max_num_queries(MOST):
        page = client.get(LIST + asked)
    assert page.status_code == 200
    assert page.content.decode().count('name="numbers"') == (7 if "mine" in asked else 48 if "state" in asked else 50)


@pytest.mark.usefixtures("lasting_memory")
def test_danger_to_life_above_the_list_costs_one_more_at_most(client, fifty, django_assert_max_num_queries):
    actions.rescue(Draft(text="Nước ngập, có người già", unit="An Cựu"), facts={"people": 2})
    signed_in(client, fifty)
    client.get(LIST)
    with django_assert_max_num_queries(MOST):
        assert "row-danger" in client.get(LIST).content.decode()


@pytest.mark.usefixtures("lasting_memory")
def test_one_report_asks_the_same_however_long_its_story(client, fifty, django_assert_max_num_queries):
    signed_in(client, fifty)
    number = Report.objects.order_by("id")[0].number
    url = f"{LIST}{number}/"
    for place in range(6):
        actions.note(number, text=f"Ghi chú {place}", by=fifty)
    client.get(url)
    with django_assert_max_num_queries(MOST_OF_ONE):
        assert client.get(url).content.decode().count("Ghi chú") >= 6


def test_the_side_lists_figure_is_fresh_after_what_the_officer_did(client, fifty):
    signed_in(client, fifty)
    bell = '<span class="count">{}</span>'
    assert bell.format(1) in client.get("/desk/datasets/").content.decode()
    client.post("/bell", {"all": "1"})
    assert bell.format(1) not in client.get("/desk/datasets/").content.decode()
