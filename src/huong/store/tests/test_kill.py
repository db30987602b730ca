"""kill -9 at every step of a commit leaves whole commits only: no row lost, no row twice."""

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

from huong.base import ids

SCRIPT = Path(__file__).with_name("pulling_the_plug.py")
SOURCES = str(Path(__file__).resolve().parents[3])


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
def test_twenty_two_processes_killed_at_every_step_leave_whole_commits_only(tmp_path, database):
    from huong.store.ports import STEPS

    home = tmp_path / "killed"
    home.mkdir()
    environment = os.environ | {
        "HUONG_HOME": str(home),
        "HUONG_SQLITE_SYNCHRONOUS": "NORMAL",
        "HUONG_DATABASE": database,
    }
    environment["PYTHONPATH"] = os.pathsep.join([SOURCES, os.environ.get("PYTHONPATH", "")])
    rounds = 2 * len(STEPS)
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(rounds)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=230,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    said = json.loads(done.stdout.strip().splitlines()[-1])
    assert said == {"rounds": rounds, "killed": rounds, "torn": ""}
