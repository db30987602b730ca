"""kill -9 at every step of a load: nothing is committed by half, no row is lost, none is in twice."""

from pathlib import Path

import pytest

from huong.base.testing import house
from huong.intake.ports import STEPS
from huong.intake.tests.pulling_the_plug import IN_THE_STORE

SCRIPT = Path(__file__).with_name("pulling_the_plug.py")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_loads_killed_at_every_step_end_whole_and_once(tmp_path):
    steps = [*STEPS, *IN_THE_STORE]
    assert house.plug_pulled(SCRIPT, tmp_path, *steps) == {"rounds": len(steps), "killed": len(steps)}
