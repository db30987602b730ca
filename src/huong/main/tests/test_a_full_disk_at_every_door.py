"""A disk without room: page, API and command refuse with one sentence, reading goes on, nothing is harmed."""

import json
import os
import shutil
import subprocess

import psycopg
import pytest
from django.db import DataError, OperationalError, connection

from huong.base import home
from huong.base.errors import StorageFull
from huong.base.refusals import refusal_of
from huong.base.sql import is_postgresql
from huong.base.testing import house as houses
from huong.journal import actions as journal
from huong.journal.models import Entry

SCRIPT = """
import json, os, sys
from pathlib import Path
from django.core.management import call_command
from django.db import connection
from django.test import Client
from huong.base.errors import HuongError
from huong.base.testing import cast
from huong.catalogue import actions as catalogue
from huong.intake import actions as intake
from huong.intake.tests.conftest import document
from huong.main.prepare import prepare
from huong.people import queries as people
from huong.people.actions import tokens
from huong.store import queries as store
prepare()
folder = Path(sys.argv[1])
cast.units()
cast.agencies(folder / "small-city")
drains = people.agency(cast.DRAINS)
cast.joined("minh", "Trần Văn Minh", steward=drains)
catalogue.add(document("drains", mode="append"), by=None)

def file(name, first):
    path = folder / name
    path.write_text("ma,duong,do_sau,ngay_dat\\n" + "".join(f"C-{n},Lê Lợi,1,2020-01-01\\n" for n in range(first, first + 20)))
    return path

intake.load_file("drains", file("a.csv", 0))
second = file("b.csv", 20)
_token, secret = tokens.issue("SCADA", agency=drains, powers=["intake.load"], by=None)
client, said = Client(raise_request_exception=False, SERVER_NAME="localhost"), {}
client.get("/account/")
filler = Path(os.environ["HUONG_HOME"]) / "filler"

def fill():
    with filler.open("wb", buffering=0) as out:
        for size in (65536, 4096, 1):
            try:
                while True:
                    out.write(b"x" * size)
            except OSError:
                pass

def command(*words):
    try:
        call_command(*words)
    except HuongError as error:
        return error.code
    return "done"

connection.close()  # the last one empties the log beside the database, which would leave room
client.get("/")
fill()
answer = client.post("/account/", {"login": "minh", "password": cast.PASSWORD, "username": "minh"})
said["page"] = [answer.status_code, "Đĩa đã hết chỗ" in answer.content.decode()]
answer = client.post("/api/v1/datasets/drains/loads", second.read_bytes(), content_type="text/csv",
    headers={"Authorization": f"Bearer {secret}"})
said["api"] = [answer.status_code, answer["Content-Type"], answer.json().get("code")]
said["command"] = [command("load", "drains", str(second)), command("user", "invite", "lan", "--name", "Lan")]
said["reading"] = [client.get("/").status_code, client.get("/healthz").status_code, client.get("/readyz").status_code]
filler.unlink()
said["before"] = store.current("drains").rows
said["later"] = [intake.load_file("drains", second).accepted, store.current("drains").rows]
with connection.cursor() as cursor:
    said["sound"] = cursor.execute("PRAGMA integrity_check").fetchone()[0] if connection.vendor == "sqlite" else "ok"
said["ready"] = client.get("/readyz").status_code
print(json.dumps(said))
"""


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 120 MB, mounted for the test."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    done = mount and subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=120m", "none", folder], capture_output=True, check=False
    )
    if not done or done.returncode:
        pytest.skip("This machine does not let the tests mount a small disk.")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.slow
def test_every_door_refuses_with_a_sentence_and_the_same_things_work_later(small_disk, tmp_path):
    if is_postgresql():
        pytest.skip("PostgreSQL keeps its data elsewhere; its own sentence for a full disk is tested below.")
    with houses.apart(tmp_path / "apart", HUONG_HOME=str(small_disk / "home")) as environment:
        said = json.loads(houses.script(environment, SCRIPT, str(tmp_path)))
    assert said == {
        "page": [507, True],
        "api": [507, "application/problem+json", "storage_full"],
        "command": ["storage_full", "storage_full"],
        "reading": [200, 200, 503],
        "before": 20,
        "later": [20, 40],
        "sound": "ok",
        "ready": 200,
    }


@pytest.fixture
def full_database(transactional_db):
    """A database file that may not grow by one page more."""
    if is_postgresql():
        pytest.skip("Only SQLite can be told the size of its file.")
    with connection.cursor() as cursor:
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        yield
        cursor.execute("PRAGMA max_page_count = 1073741823")


def write_on():
    for number in range(200):
        journal.record_many([journal.EntryDraft("store.committed", f"{number}:{turn}") for turn in range(100)])


def test_a_verb_on_a_full_database_leaves_nothing_and_is_refused(full_database):
    with pytest.raises(OperationalError) as refused:
        write_on()
    assert isinstance(refusal_of(refused.value), StorageFull)
    assert Entry.objects.count() % 100 == 0  # whole verbs only


def test_the_database_and_the_system_say_full_in_words_of_their_own():
    postgresql = OperationalError("could not extend file")
    postgresql.__cause__ = psycopg.errors.DiskFull("could not extend file")
    assert home.is_full(postgresql)
    assert home.is_full(OSError(28, os.strerror(28)))
    assert not home.is_full(OSError(13, os.strerror(13)))
    assert not home.is_full(DataError("too long"))
    assert refusal_of(ValueError("unexpected")) is None
