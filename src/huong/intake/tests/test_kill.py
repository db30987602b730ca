"""kill -9 at every step of a load: nothing is committed by half, no row is lost, none is in twice."""

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

from huong.base import ids
from huong.intake.ports import STEPS

SCRIPT = Path(__file__).with_name("pulling_the_plug.py")
SOURCES = str(Path(__file__).resolve().parents[3])
IN_THE_STORE = ("store.delta_committed", "store.pointer_moved", "store.also_done", "store.published")


@pytest.fixture
def database(transactional_db):
    """Give the processes a database of their own: a file in their home, or a fresh one on the same server."""
    if connection.vendor != "postgresql":
        yield ""
        return
    name = f"kill_{ids.new_id()[-12:]}"
    held = connection.settings_dict
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    login = f"{quote(held['USER'])}:{quote(held['PASSWORD'])}@" if held["USER"] else ""
    try:
        host = held["HOST"] or "localhost"
        yield f"postgresql://{login}{quote(host, safe='')}:{held['PORT'] or 5432}/{name}"
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_loads_killed_at_every_step_end_whole_and_once(tmp_path, database):
    folder = tmp_path / "killed"
    folder.mkdir()
    environment = os.environ | {
        "HUONG_HOME": str(folder),
        "HUONG_SQLITE_SYNCHRONOUS": "NORMAL",
        "HUONG_DATABASE": database,
        "DJANGO_SETTINGS_MODULE": "huong.settings",
        "PYTHONPATH": os.pathsep.join([SOURCES, os.environ.get("PYTHONPATH", "")]),
    }
    steps = [*STEPS, *IN_THE_STORE]
    run = subprocess.run(
        [sys.executable, str(SCRIPT), *steps], env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr[-3000:]
    said = json.loads(run.stdout.splitlines()[-1])
    assert said == {"rounds": len(steps), "killed": len(steps)}
