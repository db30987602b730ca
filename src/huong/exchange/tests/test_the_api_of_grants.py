"""Members, services and grants over the API, with client credentials and with a session."""

import base64
import json
from datetime import timedelta

import pytest
from django.test import Client

from huong.base import calendar, clock
from huong.base.testing.cast import HUE
from huong.exchange import queries
from huong.exchange.tests.conftest import DRAINS, PURPOSE, WARD, at_the_desk
from huong.exchange.tests.test_a_signed_request_is_answered import ROWS
from huong.people.actions import tokens

pytestmark = pytest.mark.django_db
API = "/api/v1/exchange"
WISH = {
    "service": f"{DRAINS}/hydrants", "consumer": WARD, "fields": ["code", "state"], "purposes": [PURPOSE],
    "why": "Cứu trợ khi lũ: cần biết trụ nào hỏng",
}  # fmt: skip


class System:
    """A system of an agency: it changes its credentials for a token, and asks with it."""

    def __init__(self, agency, powers):
        row, secret = tokens.issue("Hệ thống", agency=agency, powers=powers, by=None)
        pair = base64.b64encode(f"{row.id}:{secret}".encode()).decode()
        asked = {"grant_type": "client_credentials"}
        answer = Client().post("/account/oauth/token", asked, HTTP_AUTHORIZATION=f"Basic {pair}")
        self.bearer = f"Bearer {answer.json()['access_token']}"

    def get(self, path):
        return Client().get(API + path, HTTP_AUTHORIZATION=self.bearer)

    def post(self, path, body=None):
        facts = {"content_type": "application/json", "HTTP_AUTHORIZATION": self.bearer}
        return Client(enforce_csrf_checks=True).post(API + path, json.dumps(body or {}), **facts)


@pytest.fixture
def ward(ward_office):
    return System(ward_office, ["exchange.use"])


@pytest.fixture
def owner(drains):
    return System(drains, ["exchange.offer", "exchange.watch"])


@pytest.fixture
def number(offered, ward):
    answer = ward.post("/grants", WISH)
    assert answer.status_code == 201, answer.content
    return answer.json()["number"]


def test_a_grant_is_asked_for_decided_and_used_by_programs_alone(number, ward, owner):
    assert owner.get("/grants?state=requested").json()[0]["number"] == number
    granted = owner.post(f"/grants/{number}/grant", {"days": 30, "fields": ["code"]}).json()
    assert (granted["state"], granted["fields"]) == ("granted", ["code"])
    headers = {"X-Road-Client": WARD, "X-Road-Issue": PURPOSE, "Authorization": ward.bearer}
    assert Client().get(ROWS, headers=headers).status_code == 200
    (use,) = owner.get(f"/services/{queries.service(WISH['service']).id}/use").json()
    assert (use["client"], use["purpose"], use["count"]) == (WARD, PURPOSE, 1)
    assert ward.post(f"/grants/{number}/give-back").json()["state"] == "ended"


def test_members_and_services_are_listed(offered, ward):
    assert DRAINS in {each["identifier"] for each in ward.get("/members").json()}
    (service,) = ward.get("/services?q=hydrants").json()
    assert service["identifier"] == WISH["service"]
    assert {"name", "sensitivity"} <= set(service["fields"][0])


def test_a_grant_is_narrowed_only_downwards(number, ward, owner):
    owner.post(f"/grants/{number}/grant")
    wider = ward.post(f"/grants/{number}/narrow", {"fields": ["code", "pressure"]})
    assert (wider.status_code, wider.json()["code"]) == (400, "bad_input")
    assert ward.post(f"/grants/{number}/narrow", {"rate": 60_000}).status_code == 400
    narrow = ward.post(f"/grants/{number}/narrow", {"fields": ["code"], "rate": 10, "rows": {"state": "broken"}})
    assert (narrow.json()["fields"], narrow.json()["rate"]) == (["code"], 10)
    assert owner.post(f"/grants/{number}/narrow", {"rows": {"state": "good"}}).status_code == 400


def test_a_stop_is_announced_seven_working_days_ahead_and_one_in_danger(number, owner, frozen_clock):
    calendar.load(HUE)
    owner.post(f"/grants/{number}/grant")
    reason = "Đường truyền bị lộ, cần thay khóa trước khi chạy tiếp"
    soon = (clock.now() + timedelta(days=2)).isoformat()
    assert owner.post(f"/grants/{number}/suspend", {"reason": reason, "since": soon}).status_code == 400
    answer = owner.post(f"/grants/{number}/suspend", {"reason": reason, "since": soon, "danger": True})
    assert (answer.status_code, answer.json()["state"]) == (200, "granted")
    assert queries.grant(number).holds_at(clock.now())
    assert not queries.grant(number).holds_at(clock.now() + timedelta(days=2, minutes=1))
    today = clock.now().isoformat()
    assert (
        owner.post(f"/grants/{number}/suspend", {"reason": reason, "since": today, "danger": True}).status_code == 400
    )
    assert owner.post(f"/grants/{number}/resume").json()["stopped_from"] is None
    service = queries.service(WISH["service"]).id
    stop = {"since": soon, "notice": "Rò rỉ dữ liệu"}
    assert owner.post(f"/services/{service}/stop", stop).status_code == 400
    assert owner.post(f"/services/{service}/stop", {**stop, "danger": True}).status_code == 200


def test_programs_of_others_see_and_decide_nothing(number, roads, ward, drains):
    other = System(roads, ["exchange.use", "exchange.offer", "exchange.watch"])
    assert other.get("/grants").json() == []
    assert other.get(f"/grants/{number}").status_code == 404
    assert other.post(f"/grants/{number}/grant").status_code == 404
    assert other.post("/grants", WISH).status_code == 403  # not for somebody else's agency
    service = queries.service(WISH["service"]).id
    assert other.get(f"/services/{service}/use").status_code == 403
    assert other.post("/services/datasets", {"member": DRAINS, "dataset": "hydrants"}).status_code == 403
    assert ward.post(f"/grants/{number}/grant").status_code == 403  # who asks does not decide
    weak = System(drains, ["store.read"])
    assert weak.post(f"/grants/{number}/grant").status_code == 403
    assert weak.get("/grants").status_code == 403  # a token for something else does not read who asks for what
    assert weak.get(f"/grants/{number}").status_code == 403
    assert ward.post("/grants", {**WISH, "rows": {"nowhere": "1"}}).status_code == 400


def test_strangers_and_citizens_are_refused_and_a_cookie_needs_its_token(number, stranger, steward):
    assert Client().get(f"{API}/grants").status_code == 401
    citizen = Client()
    citizen.force_login(stranger)
    for path in ("/members", "/services", "/grants", f"/grants/{number}"):
        assert citizen.get(API + path).status_code == 403
    assert at_the_desk(steward).get(f"{API}/grants").json()[0]["number"] == number
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(steward)
    answer = strict.post(f"{API}/grants/{number}/grant", "{}", content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf")
    assert queries.grant(number).state == "requested"


def test_narrowing_and_stopping_on_pages(number, owner, steward):
    owner.post(f"/grants/{number}/grant")
    desk, address = at_the_desk(steward), f"/desk/exchange/grants/{number}"
    assert 'formaction="' not in desk.get(address).content.decode()
    desk.post(
        f"{address}/narrow",
        {"field": ["code"], "purpose": [PURPOSE], "rate": "5", "row_field": "state", "row_value": "good"},
    )
    found = queries.grant(number)
    assert (found.fields, found.rate, found.rows) == (["code"], 5, {"state": "good"})
    desk.post(f"{address}/narrow", {"field": ["code", "street"], "purpose": [PURPOSE], "rate": "5"})
    desk.post(f"{address}/narrow", {"field": [], "purpose": [PURPOSE]})
    assert queries.grant(number).fields == ["code"]
    since = clock.local(clock.now() + timedelta(days=21)).strftime("%Y-%m-%dT%H:%M")
    desk.post(f"{address}/suspend", {"since": since, "reason": "Chuyển sang hệ thống mới"})
    assert queries.grant(number).stopped_from is not None
    assert "Chuyển sang hệ thống mới" in desk.get(address).content.decode()
    desk.post(f"{address}/resume")
    assert queries.grant(number).stopped_from is None


def test_the_owner_sees_use_day_by_day(number, ward, owner, steward, roads_steward):
    owner.post(f"/grants/{number}/grant")
    headers = {"X-Road-Client": WARD, "X-Road-Issue": PURPOSE, "Authorization": ward.bearer}
    for _time in range(3):
        Client().get(ROWS, headers=headers)
    service = queries.service(WISH["service"])
    assert queries.days_of(service)[-1] == (clock.today(), 3)
    page = at_the_desk(steward).get(f"/desk/exchange/services/{service.id}/use").content.decode()
    assert "An Cựu" in page
    assert "Cứu trợ khi bão lũ" in page
    assert at_the_desk(roads_steward).get(f"/desk/exchange/services/{service.id}/use").status_code == 403
