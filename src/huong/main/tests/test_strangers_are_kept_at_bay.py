"""What somebody without an account can try: fill the disk, hold every thread, read a one-time link in the log."""

import io
import logging
import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory

from huong.base.logs import LineFormatter
from huong.main.middleware import BodyMiddleware

pytestmark = pytest.mark.django_db
LARGE = b"x" * (5 * 1024 * 1024)


class Unread(io.BytesIO):
    """A body that must not be read."""

    def read(self, *_size):
        raise AssertionError("the body was read")


def test_a_stranger_s_large_form_is_refused_unread():
    stranger = Client(enforce_csrf_checks=True)
    stranger.get("/account/")
    answer = stranger.post("/preferences", {"f": SimpleUploadedFile("x.bin", LARGE)})
    assert answer.status_code == 413
    answer = stranger.generic(
        "POST",
        "/account/",
        b"",
        content_type="multipart/form-data; boundary=b",
        headers={"Authorization": "Bearer made-up"},
        CONTENT_LENGTH=str(len(LARGE)),
        **{"wsgi.input": Unread()},
    )
    assert answer.status_code == 413


def test_people_who_are_signed_in_send_files(client, steward):
    client.force_login(steward)
    answer = client.post("/preferences", {"theme": "dark", "f": SimpleUploadedFile("x.bin", LARGE)})
    assert answer.status_code == 302


def test_one_address_holds_only_half_of_the_threads_of_a_worker(settings):
    settings.HUONG = settings.HUONG.model_copy(update={"threads": 8})
    entered, go_on, codes = threading.Semaphore(0), threading.Event(), []

    def slow(request):
        answer = middleware.process_view(request, None, (), {})
        if answer is None:
            entered.release()
            go_on.wait(60)
        codes.append(answer.status_code if answer else 200)
        return answer

    def send(address):
        return middleware(RequestFactory().post("/api/v1/x", b"{}", content_type="text/csv", REMOTE_ADDR=address))

    middleware = BodyMiddleware(slow)
    waiting = [threading.Thread(target=send, args=["203.0.113.7"]) for _number in range(4)]
    for thread in waiting:
        thread.start()
    for _number in range(4):
        assert entered.acquire(timeout=60)
    assert send("203.0.113.7").status_code == 429
    other = threading.Thread(target=send, args=["203.0.113.8"])
    other.start()
    assert entered.acquire(timeout=60)
    go_on.set()
    for thread in [*waiting, other]:
        thread.join()
    assert sorted(codes) == [200, 200, 200, 200, 200, 429]
    assert not middleware.taken


def test_a_one_time_link_is_not_written_into_the_log():
    record = logging.LogRecord("x", logging.INFO, "", 0, "%s %s", ("GET", "/account/join/JWlDKsP0-ep_1 200"), None)
    line = LineFormatter().format(record)
    assert "JWlDKsP0" not in line
    assert "/account/join/" in line


@pytest.mark.parametrize("number", ["²", "٣", "9" * 5000, "-1", "1e3"])
def test_a_number_in_odd_digits_is_no_number_at_any_door_for_strangers(client, hue, number):
    answers = [
        client.get(f"/reports/follow/PA-000001?token={number}.x"),
        client.post("/reports/unfollow/PA-000001", {"token": f"{number}.x"}),
        client.post("/account/oauth/token", {"grant_type": "client_credentials", "client_id": number, "client_secret": "x"}),
    ]  # fmt: skip
    assert all(400 <= answer.status_code < 500 for answer in answers), [answer.status_code for answer in answers]


def test_what_one_person_sees_stays_in_no_cache_of_a_shared_machine(client, steward):
    client.force_login(steward)
    session = client.session
    session["huong_second_factor"] = True
    session.save()
    for path in ("/desk/", "/desk/dossiers/", "/desk/reports/", "/desk/exchange/", "/account/me"):
        assert "no-store" in client.get(path).headers["Cache-Control"], path


def test_what_everybody_sees_may_be_kept(client, hue):
    assert "no-store" not in client.get("/about/lotus").headers.get("Cache-Control", "")
    assert "no-store" not in client.get("/places/boundaries.geojson").headers.get("Cache-Control", "")


def test_the_code_that_shows_a_paper_for_an_hour_reaches_no_log(client, caplog):
    with caplog.at_level("INFO"):
        client.get("/share/abcDEF123456")
    assert "/share/***" in caplog.text
    assert "abcDEF123456" not in caplog.text


@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/reports?since=9999-12-31T23:59:59-14:00",
        "/api/v1/reports?since=0001-01-01T00:00:00%2B14:00",
        "/open311/v2/requests.json?updated_after=9999-12-31T23:59:59-14:00",
        "/open311/v2/requests.json?start_date=0001-01-01T00:00:00%2B14:00",
    ],
)
def test_a_time_beyond_all_calendars_is_no_error_of_ours(client, address):
    assert client.get(address).status_code < 500  # PostgreSQL knows such times, and finds nothing


def test_half_a_letter_is_refused_with_a_sentence(client):
    body = '{"text": "\\ud800"}'
    answer = client.post("/api/v1/reports", body, content_type="application/json")
    assert answer.status_code in {400, 422}
