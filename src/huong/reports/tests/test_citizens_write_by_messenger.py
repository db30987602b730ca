"""Messages of a messenger come in signed, each once; the answer goes back signed; lines of one person fold together."""

import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import orjson
import pytest

from huong.base import clock, net
from huong.base.errors import Forbidden, NotFound
from huong.base.testing import cast
from huong.journal.models import Entry
from huong.messages import actions as messages
from huong.messages.models import Outgoing
from huong.people import queries as people
from huong.reports import actions, handlers
from huong.reports.actions import letters, lines, messengers
from huong.reports.models import Correspondent, Line, Message, Report
from huong.reports.queries.links import link_of
from huong.reports.rules import signing
from huong.reports.tests.conftest import AN_CUU, officer_of

pytestmark = pytest.mark.django_db


class Gateway(BaseHTTPRequestHandler):
    """The other side: takes answers, or fails as it is told."""

    def log_message(self, *args):
        """Say nothing."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server = self.server
        server.came.append((dict(self.headers), body))
        self.send_response(server.statuses.pop(0) if server.statuses else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()


@pytest.fixture
def gateway(settings):
    settings.HUONG = settings.HUONG.model_copy(update={"outgoing_hosts": "127.0.0.1"})
    server = HTTPServer(("127.0.0.1", 0), Gateway)
    server.came, server.statuses = [], []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()
    net.close_connections()


@pytest.fixture
def chat(rules, morning, gateway, client):
    """Set a messenger up; return a function that brings a message as its gateway does."""
    office = cast.joined("van-phong", "Ngô Văn Phòng", data_office=people.agency("H57.51"))
    held, secret = messengers.save_messenger(
        "Zalo thành phố", send_url=f"http://127.0.0.1:{gateway.server_port}/gui", by=office
    )

    def bring(
        text="Ngập ở đường Hùng Vương", *, id="m1", sender="u-1", key=held.key, at=None, with_secret=secret, **more
    ):
        person = {"id": sender, **more.pop("person", {})}
        body = orjson.dumps({"id": id, "sender": person, "text": text, **more})
        stamp = str(int((at or clock.now()).timestamp()))
        return client.post(
            f"/api/v1/reports/messengers/{key}",
            body,
            content_type="application/json",
            headers={signing.TIME: stamp, signing.SIGNATURE: signing.signature(with_secret.encode(), stamp, body)},
        )

    bring.secret = secret
    return bring


def tell():
    handlers.tell(list(Entry.objects.filter(name__startswith="reports.").order_by("id")))
    messages.deliver_due()


def test_a_message_becomes_a_report_once(chat):
    first = chat(place={"lat": AN_CUU[1], "long": AN_CUU[0]})
    assert first.status_code == 200, first.content
    again = chat(place={"lat": AN_CUU[1], "long": AN_CUU[0]})
    assert (first.json()["repeated"], again.json()["repeated"]) == (False, True)
    assert first.json()["number"] == again.json()["number"]
    report = Report.objects.get()
    assert (report.channel, report.point) == ("messenger", AN_CUU)


def test_what_follows_within_a_day_is_the_same_conversation(chat):
    chat()
    assert chat("Nước ngang đầu gối", id="m2").json()["outcome"] == "added"
    with clock.freeze(clock.now() + timedelta(hours=25)):
        assert chat("Đèn hỏng", id="m3").json()["outcome"] == "new"
    assert Report.objects.count() == 2
    assert chat("Người khác", id="m4", sender="u-2").json()["outcome"] == "new"


@pytest.mark.parametrize("what", ["wrong secret", "too old", "ahead", "unknown", "no body"])
def test_what_is_not_signed_freshly_is_refused(chat, client, what):
    answers = {
        "wrong secret": lambda: chat(with_secret="x" * 40),
        "too old": lambda: chat(at=clock.now() - timedelta(minutes=6)),
        "ahead": lambda: chat(at=clock.now() + timedelta(minutes=6)),
        "unknown": lambda: chat(key="khong-co"),
        "no body": lambda: client.post(
            "/api/v1/reports/messengers/zalo-thanh-pho", b"", content_type="application/json"
        ),
    }
    assert answers[what]().status_code == 403
    assert not Report.objects.exists()


def test_a_message_that_cannot_be_read_is_said(chat):
    answer = chat(sender="")
    assert answer.status_code == 400
    assert "sender.id" in answer.json()["detail"]


def test_the_answer_goes_back_signed_and_is_tried_again(chat, gateway, dispatcher):
    chat()
    report = Report.objects.get()
    messages.deliver_due()
    gateway.came.clear()
    actions.accept(report.number, by=dispatcher)
    report.refresh_from_db()
    if report.state == "accepted":
        actions.dispatch(report.number, to="H57.21", by=dispatcher)
        report.refresh_from_db()
    actions.answer(report.number, text="Đã cho bơm nước.", by=officer_of(report.agency, "lam"))
    gateway.statuses = [200, 503]
    tell()
    with clock.freeze(clock.now() + timedelta(minutes=2)):
        messages.deliver_due()
    found = [(heads, orjson.loads(body), body) for heads, body in gateway.came if "Đã cho bơm nước." in body.decode()]
    assert {each["id"] for _heads, each, _body in found} == {found[0][1]["id"]}
    heads, said, body = found[-1]
    assert said["to"] == "u-1"
    assert signing.is_signed(chat.secret.encode(), heads[signing.TIME], body, heads[signing.SIGNATURE])
    assert not Outgoing.objects.exclude(state="sent").exists()


def test_lines_with_the_same_proven_phone_are_one_conversation(chat):
    chat(person={"phone": "+84905123456"})
    answer = chat("Từ máy khác", id="v1", sender="viber-9", person={"phone": "0905 123 456"})
    assert answer.json()["outcome"] == "added"
    assert (Correspondent.objects.count(), Line.objects.count(), Report.objects.count()) == (1, 2, 1)


def test_the_private_link_proves_that_mail_and_messenger_are_one_person(chat):
    kept, _repeated = letters.receive(letters.Incoming("mail", "<a@x>", "lan@example.vn", "Cống nghẹt trước nhà tôi"))
    answer = chat(f"Tôi nhắn tiếp: {link_of(kept.report)}", id="z1")
    assert (answer.json()["number"], answer.json()["outcome"]) == (kept.report.number, "added")
    assert link_of(kept.report) not in Message.objects.get(kind="reply").text
    assert Correspondent.objects.count() == 1
    assert lines.line_of(kept.report).channel == "messenger"  # the answer goes where the last words came from


def test_an_officer_says_that_two_writers_are_one_person(chat, dispatcher, stranger):
    kept, _repeated = letters.receive(letters.Incoming("mail", "<a@x>", "lan@example.vn", "Cống nghẹt trước nhà"))
    number = chat("Đèn hỏng", id="z2").json()["number"]
    with pytest.raises(Forbidden):
        lines.fold(number, into=kept.report.number, by=stranger)
    lines.fold(number, into=kept.report.number, by=dispatcher)
    assert Correspondent.objects.count() == 1
    with pytest.raises(NotFound):
        lines.fold(actions.send(actions.Draft(text="Ổ gà")).report.number, into=number, by=dispatcher)


def test_a_line_folded_by_mistake_is_taken_apart_again_on_the_page(chat, dispatcher, client, stranger):
    kept, _repeated = letters.receive(letters.Incoming("mail", "<a@x>", "lan@example.vn", "Cống nghẹt trước nhà"))
    number = chat("Đèn hỏng", id="z2").json()["number"]
    client.force_login(dispatcher)
    session = client.session
    session["huong_second_factor"] = True
    session.save()
    page = f"/desk/reports/{number}/"
    refused = client.post(f"{page}conversation", {"other": "PA-999999"})
    assert refused.status_code == 403
    assert client.post(f"{page}conversation", {"other": kept.report.number}).status_code == 302
    assert Correspondent.objects.count() == 1
    shown = client.get(page).content.decode()
    assert "Các đường liên lạc của người này" in shown
    assert Line.objects.get(channel="mail").shown in shown

    mail = Line.objects.get(channel="mail")
    with pytest.raises(Forbidden):
        lines.unfold(number, line=mail.pk, by=stranger)
    assert client.post(f"{page}conversation", {"line": str(mail.pk)}).status_code == 302
    assert Correspondent.objects.count() == 2
    names = ["reports.lines_folded", "reports.lines_unfolded"]
    assert [(each.name, each.by) for each in Entry.objects.filter(name__in=names).order_by("id")] == [
        (name, dispatcher.pk) for name in names
    ]
    alone = client.post(f"{page}conversation", {"line": str(lines.line_of(Report.objects.get(pk=int(number[3:]))).pk)})
    assert alone.status_code == 409
    assert "không có gì để tách" in alone.content.decode()
    assert client.post(f"{page}conversation", {"line": str(mail.pk)}).status_code == 404


def test_a_point_outside_the_city_does_not_lose_the_words(chat):
    assert chat(place={"lat": 21.0, "long": 105.8}).json()["outcome"] == "new"
    assert Report.objects.get().point is None


def test_too_many_from_one_account_are_put_off(chat):
    codes = [chat(f"Tin {number}", id=f"m{number}").status_code for number in range(32)]
    assert codes.count(200) == 30
    assert set(codes[30:]) == {429}


def test_a_messenger_out_of_use_takes_nothing(chat):
    chat()
    held = messengers.require("zalo-thanh-pho")
    office = people.user("van-phong")
    messengers.save_messenger(held.name, send_url=held.send_url, key=held.key, active=False, by=office)
    assert chat(id="m9").status_code == 403
    messages.deliver_due()
    assert Outgoing.objects.get().state == "dead"
