"""Putting the sandbox together and running it."""

import logging
import signal
import threading
from dataclasses import dataclass
from http.server import ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

from huong.exchange.sandbox import registers, web, world
from huong.exchange.sandbox.desks import Desks
from huong.exchange.sandbox.keyring import Keyring
from huong.exchange.sandbox.openid import Provider
from huong.exchange.sandbox.web import Answer, Route, as_json, page, text
from huong.exchange.sandbox.xroad import Edge

log = logging.getLogger("huong.sandbox")


@dataclass(frozen=True)
class Options:
    """How the sandbox runs.

    Attributes:
        home: its own folder.
        city: the city's folder (`sandbox.yaml`, `units.csv`).
        anywhere: may be bound beyond loopback, and call back beyond this machine.
        slow_seconds: how long the slow person takes.
        strict: refuse every unsigned request to the registers.
    """

    home: Path
    city: Path
    host: str = "127.0.0.1"
    port: int = 8195
    anywhere: bool = False
    slow_seconds: float = 20.0
    strict: bool = False


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def server(options: Options) -> ThreadingHTTPServer:
    """Return the sandbox, bound but not serving yet.

    Raises:
        ValueError: bound beyond loopback without being told so.
    """
    if not options.anywhere and not _is_loopback(options.host):
        raise ValueError("The sandbox is bound to this machine only; --anywhere changes that.")
    options.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    routes: list[Route] = []
    made = web.server(options.host, options.port, routes)
    base = f"http://{options.host}:{made.server_address[1]}"
    people, keyring = world.made(options.city), Keyring(options.home)
    kept = options.home / "members.json"
    edge = Edge(people, keyring, kept, slow_seconds=options.slow_seconds, strict=options.strict)
    desks = Desks(options.home, keyring, base, anywhere=options.anywhere)
    routes += [
        ("GET", "/", lambda _request, _found: _home(people, base)),
        ("GET", "/healthz", lambda _request, _found: as_json({"status": "ok"})),
        *edge.routes(), *Provider(people, keyring, base).routes(), *desks.routes(),
    ]  # fmt: skip
    return made


def _home(people: world.World, base: str) -> Answer:
    cast = "".join(
        f"<li><b>{text(one.name)}</b> · <code>{one.national_id}</code><br><small>{text(one.note)}</small></li>"
        for one in people.cast
    )
    services = "".join(
        f"<li>{text(one.title)}<br><code>/r1/VN/GOV/{one.member}/{one.subsystem}/{one.code}</code></li>"
        for one in registers.SERVICES
    )
    counts = f"{len(people.people)} người, {len(people.households)} hộ, {len(people.firms)} doanh nghiệp và hộ kinh doanh, {len(people.parcels)} thửa đất"
    return page(
        "Môi trường giả lập",
        f"<p>{counts}.</p><h2>Người mẫu</h2><div class=card><ul>{cast}</ul></div>"
        f"<h2>Cơ sở dữ liệu</h2><div class=card><ul>{services}</ul></div>"
        f"<h2>Khác</h2><div class=card><ul><li>Đăng nhập: <code>{base}/vneid</code></li>"
        '<li><a href="/portal/">Cổng dịch vụ công quốc gia</a></li><li><a href="/sms/">Tin nhắn</a></li></ul></div>',
    )


def run(options: Options) -> None:
    """Serve until the process is asked to end."""
    made = server(options)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=made.shutdown).start())
    log.info("sandbox on http://%s:%s/", options.host, made.server_address[1])
    try:
        made.serve_forever(poll_interval=0.2)
    finally:
        made.server_close()
