"""`huong serve`: starts the processes of one machine, watches them, starts again what fell.

Any of them may be killed at any time: the database and the store hold whole states only.
"""

import contextlib
import ctypes
import errno
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from huong.base import home
from huong.base.errors import BadInput, Conflict
from huong.exchange.actions import neighbours

log = logging.getLogger("huong.supervisor")
GRACE_SECONDS = 15
PATIENCE_WITH_CLIENTS = 5  # seconds that a slow client may still take when the house is asked to end
PATIENCE = (0.5, 1, 2, 5, 10, 30)
_PR_SET_PDEATHSIG = 1  # prctl(2)
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass
class Child:
    """One process of the tree."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    falls: int = 0
    not_before: float = 0.0
    started: float = field(default=0.0)

    def start(self) -> None:
        """Start it in a group of its own, so that what it leaves behind when it falls can be ended too."""
        self.process = subprocess.Popen(  # noqa: S603 - our own command line
            self.command,
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - one system call, made before any thread of ours
        )
        self.started = time.monotonic()
        log.info("started %s as process %s", self.name, self.process.pid)

    def look(self) -> None:
        """Start it again when it fell, with growing patience."""
        if self.process is not None and self.process.poll() is None:
            if self.falls and time.monotonic() - self.started > 60:
                self.falls = 0
            return
        if self.process is not None:
            log.warning("%s ended with code %s", self.name, self.process.returncode)
            _end_group(self.process.pid)
            self.process = None
            self.not_before = time.monotonic() + PATIENCE[min(self.falls, len(PATIENCE) - 1)]
            self.falls += 1
        if time.monotonic() >= self.not_before:
            self.start()


def _end_with_parent() -> None:
    """Ask Linux to end this process (SIGTERM) when the supervisor is killed, so that no port stays taken."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _end_group(leader: int) -> None:
    """Kill what a fallen process left behind, such as web workers that would go on serving beside new ones."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def web_command(host: str, port: int) -> list[str]:
    """Return the command line of the web workers (granian, WSGI, several blocking threads each)."""
    workers = settings.HUONG.workers or os.cpu_count() or 2
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port),
        "--workers", str(workers), "--blocking-threads", str(settings.HUONG.threads),
        "--blocking-threads-idle-timeout", "60", "--backlog", "1024", "--respawn-failed-workers",
        "--workers-kill-timeout", str(PATIENCE_WITH_CLIENTS), "--no-ws", "--log-level", "warning", "huong.main.wsgi:application",
    ]  # fmt: skip


def require_free(host: str, port: int) -> None:
    """Refuse an address at which nothing can be served, before anything is started.

    Raises:
        Conflict: another program listens there.
        BadInput: this machine has no such address, or the port needs more rights.
    """
    try:
        (family, kind, *_rest, address), *_others = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        where = {"host": host, "port": port}
        if error.errno == errno.EADDRINUSE:
            raise Conflict(
                _("Another program listens on %(host)s:%(port)s. End it, or choose another port: huong serve --port N")
                % where,
                code="port_taken",
            ) from error
        raise BadInput(
            _("Nothing can be served at %(host)s:%(port)s: %(why)s") % {**where, "why": error.strerror or str(error)}
        ) from error


def children(host: str, port: int) -> list[Child]:
    """Return the processes of the tree: web, readers, jobs, and the sandbox of a demonstration."""
    own = [sys.executable, "-m", "huong.main.cli"]
    jobs = [
        Child(f"jobs-{number + 1}", [*own, "jobs", *(["--clock"] if number == 0 else [])])
        for number in range(settings.HUONG.job_workers)
    ]
    return [Child("web", web_command(host, port)), Child("readers", [*own, "readers"]), *jobs, *_sandbox(port)]


def _sandbox(port: int) -> list[Child]:
    """Return the sandbox of a demonstration home, and tell the other processes where it is.

    It is bound to this machine, knows no Django, and is left out where an issuer of one's own is set up.
    """
    config = settings.HUONG
    if not home.is_demo() or not config.sandbox or config.oidc_issuer:
        return []
    number = _port_of_sandbox(config.sandbox_port, port + 2)
    folder, address = home.path("sandbox"), f"http://127.0.0.1:{number}"
    _tell_where(folder / "address", address)
    os.environ.update(
        HUONG_SANDBOX_URL=address,
        HUONG_OIDC_ISSUER=f"{address}/vneid",
        HUONG_OIDC_SECRET_FILE=str(folder / "keys" / "client-secret"),
        HUONG_SMS_URL=config.sms_url or f"{address}/sms/messages",
        HUONG_OUTGOING_HOSTS=",".join(filter(None, [config.outgoing_hosts, f"127.0.0.1:{number}"])),
    )
    command = [sys.executable, "-m", "huong.exchange.sandbox", "--home", str(folder), "--port", str(number)]
    return [Child("sandbox", [*command, "--city", str(config.city)])]


def _port_of_sandbox(chosen: int, usual: int) -> int:
    """Return the port of the sandbox: the one that was chosen, else the usual one, else any that is free.

    Raises:
        Conflict: another program listens on the one that was chosen.
    """
    for number in (chosen,) if chosen else (usual, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", number))
                return int(probe.getsockname()[1])
    raise Conflict(
        _("Another program listens on port %(port)s, which HUONG_SANDBOX_PORT names for the sandbox. Choose another.")
        % {"port": chosen},
        code="port_taken",
    )


def _tell_where(kept: Path, address: str) -> None:
    """Let the registers be asked where the sandbox answers this time, if it answered elsewhere the last time."""
    before = kept.read_text().strip() if kept.exists() else ""
    if before == address:
        return
    if before:
        neighbours.moved(before, address)
        log.warning("the sandbox answers at %s now, no longer at %s", address, before)
    kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept.write_text(address)


def watch(tree: list[Child], stop: threading.Event) -> None:
    """Keep the tree running until told to stop, then end it gently, and firmly after a while."""
    while not stop.wait(0.5):
        for child in tree:
            child.look()
    running = [child.process for child in tree if child.process and child.process.poll() is None]
    for process in running:
        process.terminate()
    limit = time.monotonic() + GRACE_SECONDS
    for process in running:
        try:
            process.wait(max(0.1, limit - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        _end_group(process.pid)


def run(host: str, port: int) -> None:
    """Serve until the process is asked to end (SIGTERM, SIGINT)."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    tree = children(host, port)
    for child in tree:
        child.start()
    watch(tree, stop)
