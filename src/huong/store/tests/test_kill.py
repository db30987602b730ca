"""kill -9 at every step of a commit leaves whole commits only: no row lost, no row twice."""

from pathlib import Path

import pytest

from huong.base.testing import house
from huong.store.ports import STEPS

SCRIPT = Path(__file__).with_name("pulling_the_plug.py")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_twenty_two_processes_killed_at_every_step_leave_whole_commits_only(tmp_path):
    rounds = 2 * len(STEPS)
    said = house.plug_pulled(SCRIPT, tmp_path, str(rounds))
    assert said == {"rounds": rounds, "killed": rounds, "torn": ""}
