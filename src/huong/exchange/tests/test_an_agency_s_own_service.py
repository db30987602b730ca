"""A service in an agency's own house, answered by a real HTTP server: well, slowly, with 500, by half, from elsewhere."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from huong.exchange import queries, written
from huong.exchange.actions import grants
from huong.exchange.models import AccessRecord, DataService
from huong.exchange.provider import backends
from huong.exchange.tests.conftest import DRAINS, PURPOSE, at_the_desk, give
from huong.exchange.tests.test_a_signed_request_is_answered import is_refused
from huong.journal.models import Entry

pytestmark = pytest.mark.django_db
FAILED = "Server.ServerProxy.ServiceFailed"
FIND = f"/r1/{DRAINS}/vehicles/find"
RECORD = {"plate": "75A-123.45", "kind": "xe bồn", "owner_id": "046090001234", "secret": "không được ra"}


class House:
    """The agency's own server: `way` says how it answers."""

    def __init__(self):
        self.way, self.seen = "well", []
        house = self

        class Door(BaseHTTPRequestHandler):
            def _answer(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                house.seen.append((self.command, self.path, dict(self.headers), body))
                getattr(house, house.way)(self)
                self.close_connection = True

            do_GET = do_POST = _answer  # noqa: N815

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def send(self, door, status, body, **headers):
        door.send_response(status)
        for name, value in headers.items():
            door.send_header(name, value)
        door.send_header("Content-Length", str(len(body)))
        door.end_headers()
        door.wfile.write(body)

    def well(self, door):
        self.send(door, 200, json.dumps(RECORD).encode())

    def slow(self, door):
        time.sleep(0.6)
        self.well(door)

    def failing(self, door):
        self.send(door, 500, b"{}")

    def half(self, door):
        body = json.dumps(RECORD).encode()
        door.send_response(200)
        door.send_header("Content-Length", str(len(body)))
        door.end_headers()
        door.wfile.write(body[: len(body) // 2])

    def elsewhere(self, door):
        self.send(door, 302, b"", Location="http://169.254.169.254/latest")

    def another_path(self, door):
        self.send(door, 307, b"", Location="/other")

    def no_json(self, door):
        self.send(door, 200, b"<html>Xin chao</html>")

    def nothing(self, door):
        self.send(door, 404, b"{}")


@pytest.fixture
def house(settings):
    settings.HUONG = settings.HUONG.model_copy(update={"outgoing_hosts": "127.0.0.1"})
    made = House()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def vehicles(house, members, steward, outside):
    """Offer the service on the page, and grant the outside member two of its four fields."""
    facts = {
        "member": DRAINS, "code": "vehicles", "title": "Xe chuyên dùng", "address": house.address,
        "fields": "plate; Biển số\nkind; Loại xe\nowner_id; Chủ xe; sensitive\nsecret; Nội bộ; personal",
        "endpoints": "POST /find; Tra cứu xe",
    }  # fmt: skip
    answer = at_the_desk(steward).post("/desk/exchange/offer-address", facts)
    assert answer.status_code == 302, answer.content.decode()
    service = queries.service(f"{DRAINS}/vehicles")
    law = "Nghị định 194/2025/NĐ-CP"
    give(service, outside.identifier, ["plate", "kind"], steward, legal_basis=law)
    return service


def ask(outside, **changes):
    return outside.call(FIND, method="POST", body=b'{"plate": "75A-123.45"}', **changes)


def test_it_answers_and_only_granted_fields_leave(vehicles, outside, house):
    answer = ask(outside)
    assert answer.json() == {"plate": "75A-123.45", "kind": "xe bồn"}
    method, path, headers, body = house.seen[0]
    assert (method, path, json.loads(body)) == ("POST", "/find", {"plate": "75A-123.45"})
    assert headers["X-Road-Client"] == outside.identifier
    assert headers["X-Road-Issue"] == PURPOSE
    assert AccessRecord.objects.count() == 1  # the owner of the vehicle sees it


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("slow", "không trả lời"),
        ("failing", "500"),
        ("half", "không trả lời"),
        ("elsewhere", "302"),
        ("another_path", "307"),
        ("no_json", "JSON"),
    ],
)
def test_what_it_answers_badly_is_refused_and_says_which_hop_failed(vehicles, outside, house, way, said, monkeypatch):
    monkeypatch.setattr(backends, "PATIENCE", 0.3)
    house.way = way
    message = is_refused(ask(outside), 502, FAILED)
    assert said in message
    assert len(house.seen) == 1  # nothing is followed
    assert Entry.objects.filter(name="exchange.refused").count() == 1
    health = queries.health_of(str(vehicles))
    assert (health.failed, health.last_fault) == (1, FAILED)


def test_conditions_on_rows_hold_for_its_answers_too(vehicles, outside, steward):
    grants.narrow(vehicles.grants.get().number, rows={"kind": "xe cứu hỏa"}, by=steward)
    is_refused(ask(outside), 404, FAILED + ".NotFound")
    assert AccessRecord.objects.count() == 0  # nothing of the owner was given


def test_what_it_does_not_know_is_no_failure(vehicles, outside, house):
    house.way = "nothing"
    is_refused(ask(outside), 404, FAILED + ".NotFound")


def test_a_house_that_is_down_or_not_allowed_is_said(vehicles, outside, house, settings):
    house.server.shutdown()
    house.server.server_close()
    is_refused(ask(outside), 502, FAILED)
    settings.HUONG = settings.HUONG.model_copy(update={"outgoing_hosts": ""})
    is_refused(ask(outside), 502, FAILED)
    house.server = type("Closed", (), {"shutdown": lambda _self: None, "server_close": lambda _self: None})()


@pytest.mark.parametrize(
    "changes",
    [
        {"fields": "plate; Biển số; geheim"},
        {"fields": "bien so; Biển số"},
        {"fields": ""},
        {"endpoints": "FETCH /find"},
        {"endpoints": "POST find"},
        {"address": "file:///etc/passwd"},
        {"code": "listMethods"},
        {"code": "a/b"},
        {"member": "VN/GOV/H57.9/data"},
    ],
)
def test_what_is_no_service_is_not_offered(house, members, steward, changes):
    facts = {
        "member": DRAINS, "code": "vehicles", "title": "Xe", "address": house.address,
        "fields": "plate; Biển số", "endpoints": "POST /find", **changes,
    }  # fmt: skip
    assert at_the_desk(steward).post("/desk/exchange/offer-address", facts).status_code == 400
    assert DataService.objects.filter(kind="http").count() == 0


def test_lines_are_read_as_officers_write_them():
    assert written.endpoints("get /a/*; Xem") == [{"method": "GET", "path": "/a/*", "summary": "Xem"}]
    assert written.fields("a")[0] == {"name": "a", "title": "a", "sensitivity": "plain"}
