"""Processes of the platform as an operator starts them, in a home and a database of their own."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from huong.base import ids
from huong.config import ROOT

COMMAND = [sys.executable, "-m", "huong.main.cli"]


@contextmanager
def database_apart() -> Iterator[str]:
    """Give the address of a fresh database on the PostgreSQL under test; empty on SQLite, which is a file of the home."""
    server = os.environ.get("HUONG_DATABASE", "")
    if not server:
        yield ""
        return
    import psycopg

    name = f"apart_{ids.new_id()[-12:]}"
    with psycopg.connect(server, autocommit=True) as con:
        con.execute(f'CREATE DATABASE "{name}"')
        try:
            yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        finally:
            con.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def apart(folder: Path, **settings: str) -> Iterator[dict[str, str]]:
    """Give the environment of processes that live in a folder: an empty real home and a city without anything.

    Args:
        folder: an empty folder of the test.
        settings: further variables of the environment.
    """
    city = folder / "city"
    city.mkdir(parents=True)
    shutil.copy(ROOT / "cities" / "hue" / "city.yaml", city)
    with database_apart() as database:
        yield os.environ | {
            "HUONG_HOME": str(folder / "home"),
            "HUONG_CITY": str(city),
            "HUONG_DATABASE": database,
            "HUONG_DEMO": "0",
            "HUONG_SQLITE_SYNCHRONOUS": "NORMAL",
            "DJANGO_SETTINGS_MODULE": "huong.settings",
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]),
            **settings,
        }


def huong(environment: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command of `huong` to its end."""
    return subprocess.run(
        [*COMMAND, *words], env=dict(environment), capture_output=True, text=True, timeout=150, check=False
    )


def script(environment: Mapping[str, str], source: str, *words: str) -> str:
    """Run a piece of Python with Django ready, and return the last line it printed."""
    text = f"import django; django.setup()\n{source}"
    done = subprocess.run(
        [sys.executable, "-c", text, *words],
        env=dict(environment),
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    return (done.stdout.strip().splitlines() or [""])[-1]


def plug_pulled(script: Path, folder: Path, *words: str) -> dict[str, object]:
    """Run a test's own script that kills processes at given steps, in a home and a database of its own.

    Returns:
        What it printed last, as JSON.
    """
    with database_apart() as database:
        environment = os.environ | {
            "HUONG_HOME": str(folder),
            "HUONG_SQLITE_SYNCHRONOUS": "NORMAL",
            "HUONG_DATABASE": database,
            "DJANGO_SETTINGS_MODULE": "huong.settings",
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]),
        }
        run = subprocess.run(
            [sys.executable, str(script), *words], env=environment, capture_output=True, text=True, check=False
        )
    assert run.returncode == 0, run.stdout + run.stderr[-3000:]
    return dict(json.loads(run.stdout.splitlines()[-1]))


def until(what: Callable[[], object], *, seconds: float = 90, why: str = "") -> object:
    """Wait for a state: return the first true answer, fail when there is none in time."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if found := what():
            return found
        time.sleep(0.03)
    raise AssertionError(f"not in {seconds} s: {why}")


def free_port() -> int:
    """Return a port of loopback that nobody listens to."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def status_of(url: str, *, seconds: float = 5) -> int:
    """Return the HTTP status of an address; 0 if nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=seconds) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


class Served:
    """`huong serve`, running."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = log
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [*COMMAND, "serve", "--port", str(self.port)], env=dict(environment), stdout=out, stderr=out
            )
        try:
            until(lambda: self.fell() or status_of(f"{self.url}/healthz") == 200, why="serve answers")
            assert not self.fell(), self.said()
        except BaseException:
            self.stop()
            raise

    def fell(self) -> bool:
        """Return whether the supervisor has ended."""
        return self.process.poll() is not None

    def said(self) -> str:
        """Return the end of what it logged."""
        return self.log.read_text(errors="replace")[-3000:] if self.log.exists() else ""

    def family(self) -> dict[int, str]:
        """Return every process below the supervisor, by id, with its command line."""
        return {pid: words_of(pid) for pid in below(self.process.pid)}

    def one(self, word: str) -> int:
        """Return the process whose command line holds a word, once the supervisor has started one.

        Only its own children count: a worker whose server was killed a moment ago still lives and has the same words.
        """
        own = self.process.pid
        return int(str(until(lambda: next((pid for pid in children(own) if word in words_of(pid)), 0), why=word)))

    def stop(self) -> int:
        """Ask it to end (SIGTERM) and return its exit code."""
        if not self.fell():
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(60)
        except subprocess.TimeoutExpired:
            for pid in [self.process.pid, *self.family()]:
                os.kill(pid, signal.SIGKILL)
            self.process.wait(60)
            raise


def lives(pid: int) -> bool:
    """Return whether a process runs; one that has ended and waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def words_of(pid: int) -> str:
    """Return the command line of a process; empty when it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def children(pid: int) -> list[int]:
    """Return the processes that another started itself."""
    try:
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def below(pid: int) -> list[int]:
    """Return every process below another, nearest first."""
    direct = children(pid)
    return [*direct, *(grand for child in direct for grand in below(child))]
