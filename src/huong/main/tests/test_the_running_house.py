"""`huong serve` as it runs in a city: slow clients hold up nobody, and whatever is killed comes back."""

import json
import os
import signal
import socket

import pytest

from huong.base.testing import house as houses

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
SLOW_CLIENTS = 10
FURNISH = """
import json
from pathlib import Path
import os, sys
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from huong.base.testing import cast
from huong.catalogue import actions as catalogue
from huong.intake import actions as intake
from huong.intake.tests.conftest import document
from huong.main.prepare import prepare
from huong.people import queries as people
from huong.people.access import SECOND_FACTOR
from huong.people.actions import tokens
prepare()
folder = Path(sys.argv[1])
cast.units()
cast.agencies(folder / "small-city")
drains = people.agency(cast.DRAINS)
minh = cast.joined("minh", "Trần Văn Minh", steward=drains)
catalogue.add(document("drains", mode="append"), by=None)
wide = folder / "wide.csv"
wide.write_text("ma,duong,do_sau,ngay_dat\\n" + "".join(f"C-{n},{'x' * 9000},99,2020-01-01\\n" for n in range(1000)))
assert intake.load_file("drains", wide).refused == 1000
session = SessionStore()
session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(minh.pk), "django.contrib.auth.backends.ModelBackend"
session[HASH_SESSION_KEY], session[SECOND_FACTOR] = minh.get_session_auth_hash(), True
session.save()
_token, secret = tokens.issue("SCADA", agency=drains, powers=["intake.load"], by=None)
print(json.dumps({"session": session.session_key, "token": secret}))
"""


@pytest.fixture(scope="module")
def furnished(tmp_path_factory):
    """A home with one dataset, one steward who is signed in and one system with a token."""
    folder = tmp_path_factory.mktemp("running")
    with houses.apart(folder) as environment:
        yield folder, environment, json.loads(houses.script(environment, FURNISH, str(folder)))


@pytest.fixture(scope="module")
def served(furnished):
    """The house, serving."""
    folder, environment, _keys = furnished
    running = houses.Served(environment, folder / "log")
    yield running
    if not running.fell():
        running.stop()


@pytest.fixture(scope="module")
def keys(furnished):
    """The secrets of the steward's session and of the system."""
    return furnished[2]


def upload_head(served, keys, size):
    return (
        f"POST /api/v1/datasets/drains/loads HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\n"
        f"Authorization: Bearer {keys['token']}\r\nContent-Type: text/csv\r\nContent-Length: {size}\r\n\r\n"
    ).encode()


def slow_upload(served, keys):
    """Send the head and a first piece of a large file, and then nothing."""
    line = socket.create_connection(("127.0.0.1", served.port), timeout=60)
    line.sendall(upload_head(served, keys, 50_000_000) + b"ma,duong,do_sau,ngay_dat\n" + b"C-1,a,1,2020-01-01\n" * 100)
    return line


def slow_download(served, keys):
    """Ask for 9 MB, read the first bytes, and then nothing."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.settimeout(60)
    line.connect(("127.0.0.1", served.port))
    line.sendall(
        f"GET /desk/quarantine/drains/export.csv HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\n"
        f"Cookie: sessionid={keys['session']}\r\n\r\n".encode()
    )
    assert line.recv(64).startswith(b"HTTP/1.1 200")
    return line


def parts_of(furnished):
    return list((furnished[0] / "home" / "tmp").glob("keep-*"))


def loads_of(furnished):
    asked = "from huong.intake.models import Load; from huong.files.models import Blob; print(Load.objects.count(), Blob.objects.count())"
    return houses.script(furnished[1], asked)


def test_ten_slow_uploads_and_ten_slow_downloads_hold_up_nobody_and_leave_nothing(served, furnished, keys):
    before = loads_of(furnished)
    held = [slow_download(served, keys) for _number in range(SLOW_CLIENTS)]
    held += [slow_upload(served, keys) for _number in range(SLOW_CLIENTS)]
    houses.until(lambda: len(parts_of(furnished)) == SLOW_CLIENTS, why="ten uploads are being written")
    assert {houses.status_of(f"{served.url}/healthz", seconds=60) for _turn in range(20)} == {200}
    for line in held:
        line.close()
    houses.until(lambda: not parts_of(furnished), why="what was half-written is gone")
    assert loads_of(furnished) == before


def test_whatever_is_killed_is_started_again(served):
    for word in ("readers", "jobs --clock"):
        pid = served.one(word)
        os.kill(pid, signal.SIGKILL)
        houses.until(lambda word=word, pid=pid: served.one(word) != pid, why=word)
    web = served.one("granian")
    workers = [pid for pid, said in served.family().items() if "granian" in said and pid != web] or [web]
    os.kill(workers[-1], signal.SIGKILL)
    houses.until(lambda: workers[-1] not in served.family(), why="the worker is gone")
    houses.until(lambda: houses.status_of(f"{served.url}/healthz") == 200, why="another web worker answers")
    os.kill(served.one("granian"), signal.SIGKILL)
    houses.until(lambda: served.one("granian") != web, why="the web server is started again")
    houses.until(lambda: houses.status_of(f"{served.url}/readyz") == 200, why="ready again")


def ended(family):
    return not any(houses.lives(pid) for pid in family)


def test_asked_to_end_all_processes_end_also_when_a_client_is_slow(served, keys):
    family = served.family()
    assert len(family) >= 4
    with slow_upload(served, keys):
        assert served.stop() == 0
    houses.until(lambda: ended(family), why="nothing is left")
    assert houses.status_of(f"{served.url}/healthz") == 0


def test_when_the_supervisor_itself_is_killed_the_port_is_free_again(furnished):
    folder, environment, _keys = furnished
    killed = houses.Served(environment, folder / "log-killed")
    family = killed.family()
    os.kill(killed.process.pid, signal.SIGKILL)
    killed.process.wait(60)
    houses.until(lambda: ended(family), why="nothing is left")
    assert houses.status_of(f"{killed.url}/healthz") == 0
