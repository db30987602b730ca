"""A citizen sees each look at their data with its reason, asks back, agrees and takes back, and takes their data along."""

import json
from datetime import timedelta

import pytest
from django.test import Client

from huong.base import clock
from huong.base.errors import Conflict, Forbidden, NotFound, WrongState
from huong.exchange import handlers, queries, watching
from huong.exchange.actions import consents, questions
from huong.exchange.models import AccessRecord, Consent, Question
from huong.exchange.tests.conftest import (
    DRAINS,
    HOA,
    ONE,
    PURPOSE,
    SEARCH,
    WARD,
    at_the_desk,
    give,
    signed_in_surely,
)
from huong.exchange.tests.test_a_signed_request_is_answered import is_refused
from huong.journal.models import Entry
from huong.messages.models import Bell
from huong.people import access
from huong.people.actions import parties

pytestmark = pytest.mark.django_db


@pytest.fixture
def looked(personal, outside, steward, hoa):
    """Let the outside member look her up once."""
    give(personal, outside.identifier, ["citizen_id", "name", "ward"], steward, legal_basis="Nghị định 20/2021/NĐ-CP")
    answer = outside.call(SEARCH, method="POST", body=ONE, issue=f"{PURPOSE}/H57.21-261124-0042")
    assert answer.status_code == 200
    return AccessRecord.objects.get()


def test_each_look_stands_on_her_page_with_its_reason(looked, browser):
    text = browser.get("/my/access").content.decode()
    assert "Công ty Cấp nước" in text
    assert "H57.21-261124-0042" in text
    assert "Cứu trợ khi bão lũ" in text
    assert f"/my/access/{looked.id}/ask" in text


def test_a_look_on_a_screen_stands_there_too(hoa, officer, browser, members):
    access.record_access(officer, f"party:{hoa.public_id}", ["name", "birth_date"], "1.001193/H57.21-1")
    handlers.note(list(Entry.objects.filter(name="people.accessed")))
    handlers.note(list(Entry.objects.filter(name="people.accessed")))  # handed over twice, kept once
    (seen,) = AccessRecord.objects.all()
    assert (seen.agency, seen.by, seen.role) == ("H57.21", officer.pk, "officer")
    text = browser.get("/my/access").content.decode()
    assert "Ủy ban nhân dân phường An Cựu" in text
    assert "Đăng ký khai sinh" in text


def test_a_refused_request_is_shown_as_refused(personal, outside, steward, browser):
    give(personal, outside.identifier, ["citizen_id", "name"], steward, needs_consent=True)
    is_refused(outside.call(SEARCH, method="POST", body=ONE), 403, "Server.ServerProxy.AccessDenied")
    assert AccessRecord.objects.get().refused
    assert "tile-bad" in browser.get("/my/access").content.decode()


def test_others_see_nothing_of_it(looked, officer):
    browser = signed_in_surely(Client(), officer)
    assert "Công ty Cấp nước" not in browser.get("/my/access").content.decode()
    assert Client().get("/my/access").status_code == 302


@pytest.mark.parametrize("page", ["access", "data", "data/export", "data/ask?key=party:x", "data/lift"])
def test_a_phone_code_or_a_password_alone_opens_nothing_of_it(looked, hoa, stranger, page):
    """Somebody else may hold the phone number by now: the account is hers, the session is not sure enough."""
    browser = Client()
    browser.force_login(stranger)
    answer = browser.post(f"/my/{page}") if page == "data/lift" else browser.get(f"/my/{page}")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/higher?next=%2Fmy%2F")


def test_what_the_law_hides_appears_on_its_day(personal, outside, steward, browser):
    give(
        personal,
        outside.identifier,
        ["citizen_id"],
        steward,
        purposes=["inspection"],
        legal_basis="Luật Thanh tra 2022",
    )
    outside.call(SEARCH, method="POST", body=ONE, issue="inspection")
    assert AccessRecord.objects.count() == 1
    assert "Công ty Cấp nước" not in browser.get("/my/access").content.decode()
    with clock.freeze(clock.now() + timedelta(days=30)):
        signed_in_surely(browser, browser_user(browser))
        assert "Công ty Cấp nước" in browser.get("/my/access").content.decode()


def browser_user(browser):
    from huong.people.models import User

    return User.objects.get(pk=browser.session["_auth_user_id"])


def test_she_asks_back_and_the_agency_answers_in_time(looked, browser, hoa, steward, officer):
    page = browser.post(f"/my/access/{looked.id}/ask", {"text": "Vì sao xem dữ liệu của tôi?"})
    assert page.status_code == 302
    question = Question.objects.get()
    assert question.agency == "H57.8"  # the outside member is no agency of the city: who gave it, answers
    assert question.due_at > question.asked_at
    assert Bell.objects.filter(user_id=steward.pk, kind="exchange", text__contains="citizen").count() == 1
    with pytest.raises(Forbidden):
        questions.answer(question.number, text="Một câu trả lời đủ dài", by=officer)
    desk = at_the_desk(steward)
    assert "Vì sao xem dữ liệu của tôi?" in desk.get("/desk/exchange/questions/").content.decode()
    desk.post(
        "/desk/exchange/questions/", {"number": question.number, "text": "Để biết nhà bạn có cần bơm nước không."}
    )
    assert "Để biết nhà bạn có cần bơm nước không." in browser.get("/my/access").content.decode()
    with pytest.raises(WrongState):
        questions.answer(question.number, text="Một câu trả lời đủ dài", by=steward)
    with pytest.raises(Conflict):
        questions.ask_why(looked.id, party=hoa)


def test_nobody_asks_about_somebody_else_s_data(looked):
    other = parties.register("person", name="Trần Văn Bình", national_id="046090005678", by=None)
    with pytest.raises(NotFound):
        questions.ask_why(looked.id, party=other)


def test_consent_opens_one_purpose_and_closes_again(personal, outside, steward, hoa, browser):
    grant = give(personal, outside.identifier, ["citizen_id", "name"], steward, needs_consent=True)
    address = f"/my/consents/{grant.number}/{PURPOSE}"
    assert outside.call(SEARCH, method="POST", body=ONE).status_code == 403
    assert browser.get(address).status_code == 200
    assert Consent.objects.count() == 0  # looking is not agreeing
    browser.post(address)
    assert outside.call(SEARCH, method="POST", body=ONE).status_code == 200
    everybody = outside.call(SEARCH, method="POST", body=b"{}")
    is_refused(everybody, 403, "Server.ServerProxy.AccessDenied")
    consent = Consent.objects.get()
    other = parties.register("person", name="Trần Văn Bình", national_id="046090005678", by=None)
    with pytest.raises(Forbidden):
        consents.take_back(consent.number, party=other)
    browser.post(f"/my/consents/{consent.number}/take-back")
    assert outside.call(SEARCH, method="POST", body=ONE).status_code == 403


def test_she_sees_what_is_held_and_takes_it_along(looked, browser):
    text = browser.get("/my/data").content.decode()
    assert "allowance" in text
    found = json.loads(browser.get("/my/data/export").content)
    assert found["store"]["dataset:allowance"]["owner"] == "H57.8"
    assert found["exchange"]["accesses"][0]["matter"] == f"{PURPOSE}/H57.21-261124-0042"
    assert HOA not in json.dumps(found)
    browser.post("/my/data/ask", {"key": "dataset:allowance", "kind": "correct", "text": "Sai tên đệm"})
    assert Question.objects.get(kind="correct").agency == "H57.8"


def test_the_national_tracker_learns_who_used_her_data(looked, outside, members, data_officer):
    service = queries.service("VN/GOV/H57/data/usage")
    give(
        service,
        outside.identifier,
        list(service.field_names),
        None,
        purposes=["national.tracker"],
        legal_basis="Luật BVDLCN",
    )
    base = "/r1/VN/GOV/H57/data/usage"
    body = json.dumps({"userCode": f"VN{HOA}", "periodStart": "2026-11-01", "periodEnd": "2026-11-30"}).encode()
    asked = {"method": "POST", "body": body, "issue": "national.tracker"}
    found = outside.call(f"{base}/findUsage", **asked, headers={"x_road_userid": f"VN{HOA}"}).json()
    assert found["totalUsages"] == 1
    assert found["usages"][0]["receiverCode"] == outside.identifier
    is_refused(outside.call(f"{base}/findUsage", **asked), 400, "Client.BadRequest")
    assert outside.call(f"{base}/heartbeat", issue="national.tracker").json()["status"] == "OK"
    assert "periodStart" in outside.call(f"{base}/usagePeriod", issue="national.tracker").json()


def test_unusual_reading_is_seen_by_the_agency_itself(hoa, officer, members):
    others = [parties.register("person", name="Người", national_id=f"0460900{n:05d}", by=None) for n in range(6)]
    for other in others:
        access.record_access(officer, f"party:{other.public_id}", ["name"], "operations")
    handlers.note(list(Entry.objects.filter(name="people.accessed")))
    (row,) = watching.reading_in("H57.21")
    assert (row.by, row.persons, row.in_a_row, row.is_unusual) == (officer.pk, 6, 6, True)


@pytest.mark.parametrize(
    "path", ["/desk/exchange/", "/desk/exchange/offer", "/desk/onboarding/", "/desk/exchange/reading"]
)
def test_the_officers_pages_open_and_others_find_them_closed(looked, steward, stranger, path):
    assert at_the_desk(steward).get(path).status_code == 200
    assert at_the_desk(stranger).get(path).status_code == 403


def test_an_officer_asks_and_the_owner_grants_on_pages_alone(offered, officer, steward):
    ward, owner = at_the_desk(officer), at_the_desk(steward)
    address = f"/desk/exchange/services/{offered.id}"
    assert ward.get(f"{address}/ask").status_code == 200
    facts = {
        "consumer": WARD,
        "field": ["code", "state"],
        "purpose": [PURPOSE],
        "why": "Cần biết trụ nước nào hỏng khi lũ",
    }
    assert ward.post(f"{address}/ask", facts | {"why": "cần"}).status_code == 400
    made = ward.post(f"{address}/ask", facts)
    number = made["Location"].rpartition("/")[2]
    assert number in owner.get("/desk/exchange/").content.decode()
    owner.post(f"/desk/exchange/grants/{number}/grant", {"field": ["code"], "days": "30"})
    granted = queries.grant(number)
    assert (granted.state, granted.fields) == ("granted", ["code"])
    assert ward.post(f"/desk/exchange/grants/{number}/suspend", {"reason": "Một lý do đủ dài"}).status_code == 302
    assert queries.grant(number).state == "granted"  # only the owner suspends
    assert owner.get(address).status_code == 200
    assert DRAINS in owner.get(address).content.decode()


def test_whoever_is_erased_leaves_no_words_and_no_copies_only_the_proof(looked, hoa, data_officer, browser):
    browser.post(f"/my/access/{looked.id}/ask", {"text": "Vì sao xem dữ liệu của tôi?"})
    parties.erase(hoa, by=data_officer)
    assert Question.objects.get().text == ""
    assert AccessRecord.objects.count() == 1
    assert Entry.objects.filter(name="exchange.erased").count() == 1
    assert "Công ty Cấp nước" not in browser.get("/my/access").content.decode()


def test_the_owner_announces_a_stop_on_the_page(offered, steward):
    desk = at_the_desk(steward)
    address = f"/desk/exchange/services/{offered.id}"
    begin = clock.local(clock.now() + timedelta(days=14))
    facts = {
        "since": f"{begin:%Y-%m-%dT%H:%M}",
        "until": f"{begin + timedelta(hours=2):%Y-%m-%dT%H:%M}",
        "notice": "Nâng cấp",
    }
    desk.post(f"{address}/stop", facts | {"since": "khi nào"})
    offered.refresh_from_db()
    assert offered.stopped_from is None
    desk.post(f"{address}/stop", facts)
    offered.refresh_from_db()
    assert offered.is_stopped_at(begin + timedelta(hours=1))
    assert "Nâng cấp" in desk.get(address).content.decode()
    desk.post(f"{address}/stop", {"resume": "1"})
    offered.refresh_from_db()
    assert offered.stopped_from is None
