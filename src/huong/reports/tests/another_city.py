"""A small Open311 server of its own, written apart from ours: another city on loopback, which can be told to fail."""

import json
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

KEY = "khoa-cua-thanh-pho-ban"


@dataclass
class City:
    """What the other city knows, and how it behaves.

    Attributes:
        faults: what the next answers do, one each: "500", "half", "slow", "refuse", "lost" (done, answered by 500).
        tokens: whether sending answers a token instead of an id.
        knows_keys: whether the Idempotency-Key is heeded; few systems do.
        page_most: at most so many rows in an answer.
        heeds_after: whether `updated_after` is heeded.
        newest_first: the order of its lists.
    """

    url: str = ""
    requests: dict[str, dict[str, object]] = field(default_factory=dict)
    updates: list[dict[str, str]] = field(default_factory=list)
    came: list[dict[str, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    tokens: bool = False
    waiting_tokens: dict[str, str] = field(default_factory=dict)
    knows_keys: bool = False
    keys: dict[str, str] = field(default_factory=dict)
    page_most: int = 1000
    heeds_after: bool = True
    newest_first: bool = False

    def add(self, number, **fields):
        """Put a report into its list."""
        self.requests[number] = {
            "service_request_id": number,
            "status": "open",
            "status_notes": "",
            "service_code": "01",
            "service_name": "Đường hỏng",
            "description": f"Ổ gà số {number}",
            "requested_datetime": "2026-11-25T08:00:00+07:00",
            "updated_datetime": "2026-11-25T08:00:00+07:00",
            "lat": 16.452,
            "long": 107.6045,
        } | fields

    def tell(self, update_id, number, status, text, at="2026-11-25T09:30:00+07:00"):
        """Let it say how a report goes on."""
        self.updates.append(
            {
                "update_id": update_id,
                "service_request_id": number,
                "status": status,
                "description": text,
                "updated_datetime": at,
            }
        )

    def take(self, fields, key):
        if self.knows_keys and key in self.keys:
            return self.keys[key]
        number = f"R-{len(self.came) + 1:04d}"
        self.came.append(fields)
        self.add(number, description=fields.get("description", ""), service_code=fields.get("service_code", ""))
        self.requests[number]["requested_datetime"] = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())
        self.keys[key] = number
        return number

    def listed(self, asked):
        if asked.get("service_request_id"):
            return [self.requests[one] for one in asked["service_request_id"].split(",") if one in self.requests]
        rows = sorted(self.requests.values(), key=lambda row: (row["updated_datetime"], row["service_request_id"]))
        if asked.get("updated_after") and self.heeds_after:
            rows = [row for row in rows if row["updated_datetime"] >= asked["updated_after"]]
        rows = rows[::-1] if self.newest_first else rows
        return self._paged(rows, asked)

    def _paged(self, rows, asked):
        size = min(int(asked.get("page_size", 100)), self.page_most)
        first = (int(asked.get("page", 1)) - 1) * size
        return rows[first : first + size]

    def news(self, asked):
        rows = [row for row in self.updates if row["updated_datetime"] >= asked.get("start_date", "")]
        return self._paged(sorted(rows, key=lambda row: row["updated_datetime"]), asked)


def as_xml(root, item, rows):
    parts = [f"<{root}>"]
    for row in rows:
        parts.append(f"<{item}>")
        parts += [f"<{name}>{escape(str(value))}</{name}>" for name, value in row.items()]
        parts.append(f"</{item}>")
    return "".join([*parts, f"</{root}>"]).encode()


NAMES = {
    "services": ("services", "service"),
    "requests": ("service_requests", "request"),
    "tokens": ("service_requests", "request"),
    "servicerequestupdates": ("service_request_updates", "request_update"),
    "errors": ("errors", "error"),
}
SERVICES = [
    {"service_code": "01", "service_name": "Đường hỏng", "metadata": "false", "group": "Giao thông"},
    {"service_code": "02", "service_name": "Đèn đường", "metadata": "false", "group": "Chiếu sáng"},
]


class Answering(BaseHTTPRequestHandler):
    city: City

    def log_message(self, *args):
        """Say nothing."""

    def do_GET(self):
        self._serve({})

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self._serve({name: values[0] for name, values in parse_qs(body).items()})

    def _serve(self, form):
        parts = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        path, _dot, kind = parts.path.rpartition(".")
        self.city.asked.append(f"{self.command} {path}")
        fault = self.city.faults.pop(0) if self.city.faults else ""
        if fault == "500":
            return self._say(500, b"oops")
        if fault == "refuse":
            return self._answer(400, "errors", [{"code": 400, "description": "lat was not provided"}], kind)
        if fault == "slow":
            time.sleep(1.2)
        name, rows, status = self._rows(path, asked, form)
        if fault == "lost":
            return self._say(500, b"oops")
        return self._answer(status, name, rows, kind, half=fault == "half")

    def _rows(self, path, asked, form):
        end = path.rsplit("/v2/", 1)[1]
        if self.command == "POST" and form.get("api_key") != KEY:
            return "errors", [{"code": 403, "description": "api_key"}], 403
        if end == "requests" and self.command == "POST":
            number = self.city.take(form, self.headers.get("Idempotency-Key", ""))
            if self.city.tokens:
                self.city.waiting_tokens[f"T-{number}"] = number
                return "requests", [{"token": f"T-{number}"}], 200
            return "requests", [{"service_request_id": number}], 201
        if end == "servicerequestupdates" and self.command == "POST":
            self.city.tell(form["update_id"], form["service_request_id"], form["status"], form.get("description", ""))
            return "servicerequestupdates", [{"update_id": form["update_id"]}], 200
        if end.startswith("tokens/"):
            number = self.city.waiting_tokens.get(end.split("/")[1], "")
            return "tokens", [{"token": end.split("/")[1], "service_request_id": number}], 200
        if end == "servicerequestupdates":
            return end, self.city.news(asked), 200
        return (end, SERVICES, 200) if end == "services" else ("requests", self.city.listed(asked), 200)

    def _answer(self, status, name, rows, kind, *, half=False):
        root, item = NAMES[name]
        body = as_xml(root, item, rows) if kind == "xml" else json.dumps(rows).encode()
        return self._say(status, body, half=half)

    def _say(self, status, body, *, half=False):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if half else body)
        if half:
            self.wfile.flush()
            self.close_connection = True


@contextmanager
def running():
    """Run the other city for the length of a test."""
    city = City()
    handler = type("Handler", (Answering,), {"city": city})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    city.url = f"http://127.0.0.1:{server.server_port}/open311/v2/"
    try:
        yield city
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
