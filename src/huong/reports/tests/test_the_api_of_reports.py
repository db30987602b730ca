"""Reports over the API: everybody without cookie, officers with theirs; few queries."""

import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from huong.people.actions import tokens
from huong.people.models import Agency
from huong.reports import actions
from huong.reports.actions import Draft
from huong.reports.models import Report

pytestmark = pytest.mark.django_db
API = "/api/v1/reports"
BODY = {"text": "Cống nghẹt, nước tràn", "category": "thoat-nuoc.cong-nghet", "unit": "phường An Cựu"}


@pytest.fixture
def citizen():
    """Return a browser or program without any account that checks for CSRF as in production."""
    return Client(enforce_csrf_checks=True)


def post(client, path, body, **headers):
    return client.post(f"{API}{path}", body, content_type="application/json", headers=headers)


@pytest.fixture
def ward_token(rules, admin):
    agency = Agency.objects.get(code="H57.21")
    powers = ["reports.read", "reports.handle", "reports.screen"]
    _token, secret = tokens.issue("ward", agency=agency, powers=powers, by=admin)
    return {"Authorization": f"Bearer {secret}"}


def test_a_citizen_sends_without_account_and_cookie_and_three_times_is_once(rules, citizen):
    answers = [post(citizen, "", BODY, **{"Idempotency-Key": "draft-7-of-an-random"}) for _time in range(3)]
    assert [answer.status_code for answer in answers] == [201, 200, 200]
    assert len({answer.json()["number"] for answer in answers}) == 1
    assert not citizen.cookies
    assert Report.objects.count() == 1


def test_a_key_that_could_be_guessed_is_refused_before_it_gives_a_receipt_away(rules, citizen):
    refused = post(citizen, "", BODY, **{"Idempotency-Key": "1"})
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_key")


def test_a_session_without_csrf_token_sends_as_nobody(rules, citizen, stranger):
    citizen.force_login(stranger)
    number = post(citizen, "", BODY).json()["number"]
    assert not hasattr(Report.objects.get(pk=int(number[3:])), "reporter")


@pytest.mark.usefixtures("lasting_memory")
def test_sending_takes_few_queries(rules, citizen):
    post(citizen, "", BODY)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert post(citizen, "", BODY, **{"Idempotency-Key": "k" * 20, "X-Device": "d"}).status_code == 201
    counted = [query["sql"] for query in asked if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(counted) <= 12, counted


def test_a_photo_comes_first_and_a_pdf_is_refused_with_a_sentence(rules, citizen):
    out = io.BytesIO()
    Image.new("RGB", (50, 40)).save(out, "JPEG")
    out.seek(0)
    out.name = "anh.jpg"
    photo = citizen.post(f"{API}/photos", {"file": out}).json()
    sent = post(citizen, "", BODY | {"photos": [photo["id"]]}).json()
    link = {"X-Report-Link": sent["link"]}
    picture = citizen.get(f"{API}/{sent['number']}/photos/{photo['id']}?small=true", headers=link)
    assert b"".join(picture.streaming_content)[:3] == b"\xff\xd8\xff"
    assert citizen.get(f"{API}/{sent['number']}/photos/{photo['id']}").status_code == 404
    pdf = io.BytesIO(b"%PDF-1.7 x")
    pdf.name = "anh.jpg"
    refused = citizen.post(f"{API}/photos", {"file": pdf})
    assert (refused.status_code, refused.json()["code"]) == (400, "not_a_photo")


def test_what_was_not_screened_nobody_else_sees_and_the_sender_does(rules, citizen):
    sent = post(citizen, "", BODY | {"phone": "0914123456"}).json()
    assert citizen.get(f"{API}/{sent['number']}").status_code == 404
    own = citizen.get(f"{API}/{sent['number']}", headers={"X-Report-Link": sent["link"]})
    assert own.json()["story"][0]["words"][0]["text"] == BODY["text"]
    assert "0914" not in own.content.decode()


def test_the_public_page_shows_what_the_category_makes_public_only(rules, citizen, dispatcher):
    number = post(citizen, "", BODY | {"category": "moi-truong.tieng-on", "place": "23 Hùng Vương"}).json()["number"]
    hidden = post(citizen, "", BODY | {"category": "trat-tu.ma-tuy"}).json()["number"]
    for each in (number, hidden):
        actions.accept(each, by=dispatcher)
    page = citizen.get(API).json()
    assert [each["number"] for each in page["reports"]] == [number]
    assert page["reports"][0]["place"] == ""  # the category shows the place only roughly
    assert citizen.get(f"{API}/{hidden}").status_code == 404


def test_the_citizen_answers_a_question_rates_and_has_it_opened_again(rules, citizen, dispatcher, ward_officer):
    sent = post(citizen, "", BODY | {"category": "duong-pho.do-xe"}).json()
    number, link = sent["number"], {"X-Report-Link": sent["link"]}
    actions.accept(number, by=dispatcher)
    actions.ask(number, text="Lúc mấy giờ?", by=ward_officer)
    answered = post(citizen, f"/{number}/reply", {"text": "Buổi tối"}, **link).json()
    assert answered["report"]["state"] == "in_progress"
    assert post(citizen, f"/{number}/reply", {"text": "x"}).status_code == 404
    actions.answer(number, text="Đã nhắc", by=ward_officer)
    rated = post(citizen, f"/{number}/rating", {"level": "not_satisfied", "text": "Vẫn vậy", "reopen": True}, **link)
    assert rated.json()["report"]["state"] == "reopened"


def test_a_system_of_the_ward_works_on_its_own_reports_only(rules, citizen, dispatcher, ward_token):
    own = post(citizen, "", BODY | {"category": "duong-pho.do-xe"}).json()["number"]
    foreign = post(citizen, "", BODY | {"category": "duong-pho.do-xe", "unit": "19789"}).json()["number"]
    for number in (own, foreign):
        actions.accept(number, by=dispatcher)
    page = citizen.get(f"{API}/work", headers=ward_token).json()
    assert [each["number"] for each in page["reports"]] == [own]
    detail = citizen.get(f"{API}/work/{own}", headers=ward_token).json()
    assert "answer" in detail["moves"]
    done = post(citizen, f"/work/{own}/answer", {"text": "Xong"}, **ward_token)
    assert done.json()["report"]["state"] == "answered"
    assert post(citizen, f"/work/{foreign}/answer", {"text": "Xong"}, **ward_token).status_code == 403
    assert citizen.get(f"{API}/work/{foreign}", headers=ward_token).status_code == 403
    assert citizen.get(f"{API}/work").status_code == 401


def test_the_loser_of_two_presses_gets_409_with_who_and_when(rules, citizen, dispatcher, ward_officer, ward_token):
    number = post(citizen, "", BODY | {"category": "duong-pho.do-xe"}).json()["number"]
    version = actions.accept(number, by=dispatcher).version
    actions.take(number, by=ward_officer)
    late = post(citizen, f"/work/{number}/take", {"version": version}, **ward_token)
    assert late.status_code == 409
    assert str(ward_officer) in late.json()["detail"]
    assert late.json()["state"] == "in_progress"


def test_who_holds_no_post_takes_nothing_down_for_others(rules, stranger):
    client = Client()
    client.force_login(stranger)
    assert post(client, "/work", BODY).status_code == 403
    assert client.get(f"{API}/work").json()["reports"] == []
    assert Report.objects.count() == 0


def test_a_move_that_lacks_something_or_is_none_says_so(received, citizen, ward_token):
    path = f"/work/{received.number}"
    assert post(citizen, f"{path}/merge", {}, **ward_token).json()["code"] == "move_incomplete"
    assert post(citizen, f"{path}/fly", {}, **ward_token).status_code == 404


@pytest.mark.usefixtures("lasting_memory")
def test_a_list_of_fifty_takes_at_most_eight_queries(rules, dispatcher):
    for number in range(51):
        actions.send(Draft(text=f"Rác {number}", unit="19815", category="ve-sinh.do-trom"))
    client = Client()
    client.force_login(dispatcher)
    session = client.session
    session["huong_second_factor"] = True
    session.save()
    with CaptureQueriesContext(connection) as asked:
        page = client.get(f"{API}/work?scope=all&is_open=true").json()
    assert len(page["reports"]) == 50
    assert page["next"]
    assert len(asked) <= 8, [query["sql"][:120] for query in asked]
    with CaptureQueriesContext(connection) as asked:
        detail = client.get(f"{API}/work/{page['reports'][0]['number']}")
    assert detail.status_code == 200
    assert len(asked) <= 12, [query["sql"][:120] for query in asked]


def test_suggestions_come_from_words_and_place_and_nothing_is_kept(rules, citizen, dispatcher):
    first = post(citizen, "", BODY | {"lon": 107.6045, "lat": 16.452}).json()["number"]
    actions.accept(first, by=dispatcher)
    entries = Report.objects.count()
    asked = {"text": "cong nghet nuoc tran ra duong", "lon": 107.6046, "lat": 16.4521}
    found = post(citizen, "/suggest", asked).json()
    assert found["categories"][0][0] == "thoat-nuoc.cong-nghet"
    assert found["similar"][0]["report"]["number"] == first
    assert Report.objects.count() == entries


def test_categories_are_listed_with_both_names(rules, citizen):
    rows = citizen.get(f"{API}/categories").json()
    assert rows[0]["danger"]
    assert {"thoat-nuoc", "thoat-nuoc.cong-nghet"} <= {row["key"] for row in rows}
