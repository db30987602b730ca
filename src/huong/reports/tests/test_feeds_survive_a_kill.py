"""kill -9 at every step of a load of reports: no report is missing in the store, no event stands in it twice."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from huong.base.testing import house
from huong.intake.ports import STEPS

SCRIPT = Path(__file__).with_name("pulling_the_plug.py")
SOURCES = str(Path(__file__).resolve().parents[3])
IN_THE_STORE = ("store.delta_committed", "store.pointer_moved", "store.also_done", "store.published")


@pytest.fixture
def database():
    """Give the processes a database of their own: a file in their home, or a fresh one on the same server."""
    with house.database_apart() as address:
        yield address


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_loads_of_reports_killed_at_every_step_end_whole_and_once(tmp_path, database):
    folder = tmp_path / "killed"
    folder.mkdir()
    environment = os.environ | {
        "HUONG_HOME": str(folder),
        "HUONG_SQLITE_SYNCHRONOUS": "NORMAL",
        "HUONG_DATABASE": database,
        "DJANGO_SETTINGS_MODULE": "huong.settings",
        "PYTHONPATH": os.pathsep.join([SOURCES, os.environ.get("PYTHONPATH", "")]),
    }
    steps = [step for step in (*STEPS, *IN_THE_STORE) if step != "quarantined"]
    run = subprocess.run(
        [sys.executable, str(SCRIPT), *steps], env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr[-3000:]
    said = json.loads(run.stdout.splitlines()[-1])
    assert said == {"rounds": len(steps), "killed": len(steps)}
