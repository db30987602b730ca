"""kill -9 at every step of a commit leaves whole commits only: no row lost, no row twice."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from huong.base.testing import house

SCRIPT = Path(__file__).with_name("pulling_the_plug.py")
SOURCES = str(Path(__file__).resolve().parents[3])


@pytest.fixture
def database():
    """Give the processes a database of their own: a file in their home, or a fresh one on the same server."""
    with house.database_apart() as address:
        yield address


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
