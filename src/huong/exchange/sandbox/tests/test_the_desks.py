"""Payments call back once and signed, the portal takes the same push once, text messages can be read."""

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest
from joserfc.jwk import OKPKey

from huong.exchange.sandbox import signing


@pytest.fixture
def listener():
    """Listen for call-backs; the first is refused, as a busy city would."""
    heard = []

    class Door(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append((dict(self.headers.items()), body))
            self.send_response(503 if len(heard) == 1 else 204)
            self.end_headers()
            if len(heard) == 2:
                done.set()

        def log_message(self, *args):
            pass

    done = threading.Event()
    made = HTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{made.server_address[1]}/back?x=1", heard, done
    made.shutdown()
    made.server_close()


def test_a_payment_is_made_once_paid_once_and_told_signed(sandbox, listener):
    url, heard, done = listener
    facts = {"amount": 8000, "reference": "H57.21-261124-0001", "description": "Bản sao", "callback_url": url}
    made = httpx.post(f"{sandbox.base}/pay/payments", json=facts).json()
    assert httpx.post(f"{sandbox.base}/pay/payments", json=facts).json()["id"] == made["id"]
    assert httpx.post(f"{sandbox.base}/pay/payments", json={**facts, "amount": 9000}).status_code == 409
    assert "8.000 ₫" in httpx.get(made["pay_url"]).text
    assert httpx.post(made["pay_url"], data={"do": "paid"}).status_code == 303
    assert httpx.post(made["pay_url"], data={"do": "cancelled"}).status_code == 303
    assert httpx.get(f"{sandbox.base}/pay/payments/{made['id']}").json()["state"] == "paid"
    assert done.wait(4)
    headers, body = heard[1]
    assert json.loads(body)["state"] == "paid"
    params = headers["Signature-Input"].removeprefix("sig1=")
    base = (
        f'"@method": POST\n"@path": /back\n"@query": ?x=1\n"content-digest": {signing.digest(body)}\n'
        f'"@signature-params": {params}'
    )
    key = OKPKey.import_key(httpx.get(f"{sandbox.base}/keys").json()["keys"][0]).raw_value
    key.verify(base64.b64decode(headers["Signature"].removeprefix("sig1=:").rstrip(":")), base.encode())


@pytest.mark.parametrize("amount", [0, -1, 1.5, "8000", True, None])
def test_a_payment_needs_a_whole_amount(sandbox, amount):
    assert httpx.post(f"{sandbox.base}/pay/payments", json={"amount": amount, "reference": "x"}).status_code == 400


def test_call_backs_stay_on_this_machine(sandbox):
    facts = {"amount": 1, "reference": "y", "callback_url": "http://example.org/"}
    assert httpx.post(f"{sandbox.base}/pay/payments", json=facts).status_code == 400


def test_the_portal_takes_the_same_push_once(sandbox):
    facts = {"MaHoSo": "H57.21-261124-0007", "TrangThaiHoSo": "2", "NgayTiepNhan": "20261124090000"}
    key = {"Idempotency-Key": "p-1"}
    url = f"{sandbox.base}/portal/DongBoHoSoMC"
    assert httpx.post(url, json=facts, headers=key).json()["repeated"] is False
    assert httpx.post(url, json=facts, headers=key).json()["repeated"] is True
    assert httpx.post(url, json={**facts, "TrangThaiHoSo": "3"}, headers=key).status_code == 409
    found = httpx.post(f"{sandbox.base}/portal/TraCuuHoSo", json={"MaHoSo": facts["MaHoSo"]}).json()
    assert found["result"] == [facts]
    assert httpx.post(url, json={"MaHoSo": "x"}).status_code == 400
    assert facts["MaHoSo"] in httpx.get(f"{sandbox.base}/portal/").text


def test_text_messages_arrive_once(sandbox):
    for _again in range(2):
        httpx.post(f"{sandbox.base}/sms/messages", json={"id": "m1", "to": "0990000001", "text": "Mã <b>123456</b>"})
    shown = httpx.get(f"{sandbox.base}/sms/").text
    assert shown.count("123456") == 1
    assert "<b>123456" not in shown


@pytest.mark.parametrize("path", ["/", "/portal/", "/sms/", "/pay/0", "/nowhere"])
def test_every_page_says_that_it_is_invented(sandbox, path):
    assert "Giả lập" in httpx.get(f"{sandbox.base}{path}").text
