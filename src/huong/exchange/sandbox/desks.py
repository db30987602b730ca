"""What else a city talks to: a payment provider, the national portal's peer, and a gateway for text messages.

Each keeps what it was told in the sandbox's own SQLite file, takes the same thing twice as once, and has a page to look at.
"""

import hashlib
import json
import logging
import re
import secrets
import sqlite3
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from huong.exchange.sandbox import signing
from huong.exchange.sandbox.keyring import Keyring
from huong.exchange.sandbox.web import Answer, Request, Route, as_json, page, redirect, text

log = logging.getLogger("huong.sandbox")
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
SIGNED = ("@method", "@path", "@query", "content-digest")
PATIENCE = (0, 1, 5, 30)
PORTAL_WORDS = ("DongBoHoSoMC", "CapNhatTienDoHoSoMC")
TABLES = """
create table if not exists payments (id text primary key, reference text unique, facts text, state text, told integer default 0);
create table if not exists pushes (digest text primary key, dossier text, word text, facts text, at real);
create table if not exists letters (id text primary key, address text, words text, at real);
"""


class Desks:
    """The three of them over one file."""

    def __init__(self, home: Path, keyring: Keyring, base: str, *, anywhere: bool) -> None:
        self.file, self.keyring, self.base, self.anywhere = home / "sandbox.sqlite3", keyring, base, anywhere
        with self._open() as base_:
            base_.executescript(TABLES)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self.file, timeout=20)
        connection.row_factory = sqlite3.Row
        try:
            with connection:
                yield connection
        finally:
            connection.close()

    def routes(self) -> list[Route]:
        """Return their addresses."""
        return [
            ("POST", "/pay/payments", self.create),
            ("GET", "/pay/payments/(?P<id>[0-9a-f]+)", self.status),
            ("GET", "/pay/(?P<id>[0-9a-f]+)", self.pay_page),
            ("POST", "/pay/(?P<id>[0-9a-f]+)", self.pay),
            ("POST", "/portal/(?P<word>[A-Za-z]+)", self.push),
            ("GET", "/portal/?", self.portal_page),
            ("POST", "/sms/messages", self.text_message),
            ("GET", "/sms/?", self.sms_page),
        ]

    # Payments

    def create(self, request: Request, _found: re.Match[str]) -> Answer:
        """Make a payment of an amount in đồng; the same reference is the same payment."""
        facts = request.facts()
        amount, reference = facts.get("amount"), str(facts.get("reference", ""))
        if not isinstance(amount, int) or isinstance(amount, bool) or amount <= 0 or not reference:
            return as_json({"error": "bad_request", "message": "amount (whole đồng) and reference are needed"}, 400)
        for name in ("callback_url", "return_url"):
            if not self._may_go(str(facts.get(name, ""))):
                return as_json({"error": "bad_request", "message": f"{name} must lie on this machine"}, 400)
        kept = {name: facts.get(name) for name in ("amount", "reference", "description", "callback_url", "return_url")}
        with self._open() as base:
            base.execute(
                "insert or ignore into payments (id, reference, facts, state) values (?, ?, ?, 'created')",
                (secrets.token_hex(12), reference, json.dumps(kept)),
            )
            row = base.execute("select * from payments where reference = ?", (reference,)).fetchone()
        if json.loads(row["facts"])["amount"] != amount:
            return as_json({"error": "conflict", "message": "this reference stands for another amount"}, 409)
        return as_json(self._payment(row), 201)

    def _may_go(self, url: str) -> bool:
        if not url:
            return True
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and (self.anywhere or parts.hostname in LOOPBACK)

    def _payment(self, row: sqlite3.Row) -> dict[str, Any]:
        facts = json.loads(row["facts"])
        return {
            "id": row["id"],
            "reference": row["reference"],
            "amount": facts["amount"],
            "currency": "VND",
            "state": row["state"],
            "pay_url": f"{self.base}/pay/{row['id']}",
        }

    def _row(self, number: str) -> sqlite3.Row | None:
        with self._open() as base:
            found: sqlite3.Row | None = base.execute("select * from payments where id = ?", (number,)).fetchone()
            return found

    def status(self, _request: Request, found: re.Match[str]) -> Answer:
        """Tell how a payment stands."""
        row = self._row(found["id"])
        return as_json(self._payment(row)) if row else as_json({"error": "not_found"}, 404)

    def pay_page(self, _request: Request, found: re.Match[str]) -> Answer:
        """Show what is to be paid."""
        row = self._row(found["id"])
        if row is None:
            return page("Không có khoản này", "<p>Khoản thanh toán này không có.</p>", 404)
        facts = json.loads(row["facts"])
        amount = f"{facts['amount']:,}".replace(",", ".")
        words = {"created": "Chưa trả", "paid": "Đã trả", "cancelled": "Đã hủy"}[row["state"]]
        form = (
            '<form method="post"><p><button name="do" value="paid">Trả tiền</button> '
            '<button class="second" name="do" value="cancelled">Hủy</button></p></form>'
        )
        return page(
            "Thanh toán",
            f'<div class="card"><p>{text(facts.get("description") or "Phí, lệ phí")}</p><h2>{amount} ₫</h2>'
            f'<p class="quiet">Mã: {text(row["reference"])} · {words}</p></div>{form if row["state"] == "created" else ""}',
        )

    def pay(self, request: Request, found: re.Match[str]) -> Answer:
        """Pay or cancel, tell the city once, and go back there."""
        wanted = request.fields().get("do", "")
        if wanted not in {"paid", "cancelled"}:
            return as_json({"error": "bad_request"}, 400)
        with self._open() as base:
            changed = base.execute(
                "update payments set state = ? where id = ? and state = 'created'", (wanted, found["id"])
            ).rowcount
        row = self._row(found["id"])
        if row is None:
            return page("Không có khoản này", "<p>Khoản thanh toán này không có.</p>", 404)
        facts = json.loads(row["facts"])
        if changed and facts.get("callback_url"):
            threading.Thread(target=self._tell, args=(facts["callback_url"], self._payment(row)), daemon=True).start()
        return redirect(facts.get("return_url") or f"/pay/{row['id']}")

    def _tell(self, url: str, facts: dict[str, Any]) -> None:
        """Call back, signed, with patience."""
        body = json.dumps(facts).encode()
        parts = urlsplit(url)
        values = {
            "@method": "POST", "@path": parts.path or "/", "@query": f"?{parts.query}",
            "content-digest": signing.digest(body),
        }  # fmt: skip
        for wait in PATIENCE:
            time.sleep(wait)
            headers = {
                "Content-Type": "application/json",
                "Content-Digest": values["content-digest"],
                **signing.sign(values, SIGNED, self.keyring.signing, self.keyring.signing_id),
            }
            request = urllib.request.Request(url, body, headers, method="POST")  # noqa: S310 - checked by `_may_go`
            try:
                with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - checked by `_may_go`
                    log.info("call-back answered %s", answer.status)
                    break
            except urllib.error.URLError as error:
                log.warning("call-back failed: %s", error.reason)
        else:
            return
        with self._open() as base:
            base.execute("update payments set told = 1 where id = ?", (facts["id"],))

    # The national portal

    def push(self, request: Request, found: re.Match[str]) -> Answer:
        """Take the state of a dossier; the same push again changes nothing."""
        if found["word"] == "TraCuuHoSo":
            return self._look_up(str(request.facts().get("MaHoSo", "")))
        if found["word"] not in PORTAL_WORDS:
            return as_json(
                {"error": "unknown_service", "message": f"known: {', '.join(PORTAL_WORDS)}, TraCuuHoSo"}, 404
            )
        facts = request.facts()
        missing = [name for name in ("MaHoSo", "TrangThaiHoSo") if not facts.get(name)]
        if missing:
            return as_json({"error_code": "-1", "message": f"thiếu {', '.join(missing)}"}, 400)
        digest = hashlib.sha256(json.dumps([found["word"], facts], sort_keys=True).encode()).hexdigest()
        key = request.headers.get("idempotency-key", "") or digest
        with self._open() as base:
            before = base.execute("select facts from pushes where digest = ?", (key,)).fetchone()
            if before is not None and json.loads(before["facts"]) != facts:
                return as_json({"error_code": "-2", "message": "khóa này đã dùng cho nội dung khác"}, 409)
            base.execute(
                "insert or ignore into pushes values (?, ?, ?, ?, ?)",
                (key, str(facts["MaHoSo"]), found["word"], json.dumps(facts), time.time()),
            )
        return as_json({"error_code": "0", "message": "OK", "repeated": before is not None})

    def _look_up(self, dossier: str) -> Answer:
        with self._open() as base:
            rows = base.execute("select facts from pushes where dossier = ? order by at", (dossier,)).fetchall()
        if not rows:
            return as_json({"error_code": "-3", "message": "không có hồ sơ này"}, 404)
        return as_json({"error_code": "0", "result": [json.loads(row["facts"]) for row in rows]})

    def portal_page(self, _request: Request, _found: re.Match[str]) -> Answer:
        """Show what the city pushed, newest first."""
        with self._open() as base:
            rows = base.execute("select * from pushes order by at desc limit 100").fetchall()
        listed = "".join(
            f"<tr><td><code>{text(row['dossier'])}</code></td>"
            f"<td>{text(json.loads(row['facts']).get('TrangThaiHoSo'))}</td><td>{text(row['word'])}</td></tr>"
            for row in rows
        )
        empty = "<p>Chưa có hồ sơ nào được đồng bộ.</p>"
        table = f'<div class="card"><table><tr><th>Mã hồ sơ</th><th>Trạng thái</th><th>Lời gọi</th></tr>{listed}</table></div>'
        return page("Cổng dịch vụ công quốc gia", table if rows else empty)

    # Text messages

    def text_message(self, request: Request, _found: re.Match[str]) -> Answer:
        """Take a text message; the same id is one message."""
        facts = request.facts()
        if not facts.get("to") or not facts.get("text"):
            return as_json({"error": "bad_request", "message": "to and text are needed"}, 400)
        number = str(facts.get("id") or secrets.token_hex(12))
        with self._open() as base:
            base.execute(
                "insert or ignore into letters values (?, ?, ?, ?)",
                (number, str(facts["to"]), str(facts["text"]), time.time()),
            )
        return as_json({"id": number}, 202)

    def sms_page(self, _request: Request, _found: re.Match[str]) -> Answer:
        """Show the newest text messages, as they would arrive on a phone."""
        with self._open() as base:
            rows = base.execute("select * from letters order by at desc limit 20").fetchall()
        listed = "".join(f"<li><b>{text(row['address'])}</b><br>{text(row['words'])}</li>" for row in rows)
        return page(
            "Tin nhắn", f'<div class="card"><ul>{listed}</ul></div>' if rows else "<p>Chưa có tin nhắn nào.</p>"
        )
