"""A small HTTP server of the standard library: raw paths and headers as they came, one thread a request."""

import html
import json
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

log = logging.getLogger("huong.sandbox")
MOST_BYTES = 1_048_576


@dataclass(frozen=True)
class Request:
    """One request; header names in lower case, the last of a repeated one. `has_twice`: one was repeated."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    has_twice: bool = False

    @property
    def target(self) -> str:
        """Return path and query as they were sent."""
        return f"{self.path}?{self.query}" if self.query else self.path

    def fields(self) -> dict[str, str]:
        """Return the fields of the query and, of a form, of the body."""
        found = dict(parse_qsl(self.query, keep_blank_values=True))
        if self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            found |= dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))
        return found

    def facts(self) -> dict[str, Any]:
        """Return the body as a JSON object; empty if it is none."""
        try:
            found = json.loads(self.body or b"{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


@dataclass
class Answer:
    """One answer. `cut`: how many bytes at the end are promised and never sent."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: int = 0


Handler = Callable[[Request, re.Match[str]], Answer]
Route = tuple[str, str, Handler]


def as_json(facts: object, status: int = 200, **headers: str) -> Answer:
    """Return an answer in JSON."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = json.dumps(facts, ensure_ascii=False).encode()
    return Answer(status, body, {"Content-Type": "application/json", "Cache-Control": "no-store", **named})


def redirect(to: str) -> Answer:
    """Send the browser elsewhere."""
    return Answer(303, b"", {"Location": to, "Cache-Control": "no-store"})


def text(value: object) -> str:
    """Return a value safe inside HTML."""
    return html.escape(str(value))


STYLE = """
:root{color-scheme:light dark;--ink:#1d1724;--quiet:#5d5468;--paper:#fbfafc;--card:#fff;--line:#e6e0ec;--edge:#948a9f;
--act:#5b2a86;--on:#fff;--flag:#fff3c4;--flag-ink:#5c3d00}
@media(prefers-color-scheme:dark){:root{--ink:#f5f1fb;--quiet:#b3a8c2;--paper:#100b17;--card:#1a1324;--line:#33293f;
--edge:#7d7190;--act:#c9a5f5;--on:#1d1724;--flag:#3a2f00;--flag-ink:#ffe08a}}
*{box-sizing:border-box}body{margin:0;font:16px/1.55 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
aside{background:var(--flag);color:var(--flag-ink);padding:8px 16px;text-align:center;font-weight:600}
main{max-width:640px;margin:0 auto;padding:24px 16px 64px}h1{font-size:28px;line-height:1.25;margin:0 0 8px}
h2{font-size:20px;margin:24px 0 8px}p{margin:0 0 12px}.quiet,small{color:var(--quiet);font-size:14px}
.card{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:16px;margin:16px 0;overflow-x:auto}
ul{list-style:none;margin:0;padding:0}li{border-top:1px solid var(--line);padding:12px 0}li:first-child{border:0}
li.row{display:flex;gap:12px;align-items:center;justify-content:space-between}li.row span{flex:1;min-width:0}
button,.button{font:inherit;font-weight:600;min-height:48px;padding:8px 20px;border-radius:12px;border:1px solid var(--act);
background:var(--act);color:var(--on);cursor:pointer;text-decoration:none}
button.second{background:transparent;color:var(--act)}label{display:block;padding:8px 0}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:6px 12px 6px 0;border-top:1px solid var(--line)}
code{overflow-wrap:anywhere}:focus-visible{outline:3px solid var(--act);outline-offset:2px}
"""


def page(title: str, body: str, status: int = 200) -> Answer:
    """Return a page that says, first of all, that everything here is invented."""
    whole = (
        f'<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>{text(title)} · Giả lập</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{STYLE}</style></head>'
        "<body><aside>Giả lập – người và giấy tờ ở đây đều là bịa · Sandbox: everything here is invented</aside>"
        f"<main><h1>{text(title)}</h1>{body}</main></body></html>"
    )
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        "Referrer-Policy": "no-referrer",
    }
    return Answer(status, whole.encode(), headers)


def answer_of(routes: list[Route], request: Request) -> Answer:
    """Let the first route answer that fits."""
    for method, pattern, handler in routes:
        found = re.fullmatch(pattern, request.path)
        if found and method in (request.method, "*"):
            return handler(request, found)
    return page("Không có trang này", "<p>Địa chỉ này không có gì. There is nothing at this address.</p>", 404)


def server(host: str, port: int, routes: list[Route]) -> ThreadingHTTPServer:
    """Return a server that answers by routes; it is bound but does not serve yet."""

    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def _serve(self) -> None:
            given = self.headers.get("Content-Length") or "0"
            if not given.isdecimal() or int(given) > MOST_BYTES or "Transfer-Encoding" in self.headers:
                self.close_connection = True
                self._send(as_json({"error": "bad_length", "message": "a Content-Length of at most 1 MB"}, 413))
                return
            length = int(given)
            path, _mark, query = self.path.partition("?")
            headers = {name.lower(): value.strip() for name, value in self.headers.items()}
            twice = len(headers) != len(self.headers)
            request = Request(self.command, path, query, headers, self.rfile.read(length), has_twice=twice)
            self._send(answer_of(routes, request))

        def _send(self, answer: Answer) -> None:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body[: len(answer.body) - answer.cut])
            self.close_connection = self.close_connection or bool(answer.cut)

        do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815 - names of the standard library

        def log_message(self, format: str, *args: Any) -> None:
            log.info("%s %s", self.command, self.path.partition("?")[0])

        def version_string(self) -> str:
            return "huong-sandbox"

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

    return Server((host, port), Door)
