"""One writer per dataset over threads and processes; a killed holder frees its lock."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from huong.store import locks
from huong.store.errors import Busy

pytestmark = pytest.mark.django_db

HOLDER = """
import sys, time, django
django.setup()
from huong.store import locks
with locks.held("drains"):
    sys.stdout.write("held\\n"); sys.stdout.flush()
    time.sleep(60)
"""


@pytest.fixture
def holder(house):
    sources = str(Path(__file__).resolve().parents[3])
    environment = os.environ | {"HUONG_HOME": str(house), "HUONG_DATABASE": ""}
    environment["PYTHONPATH"] = os.pathsep.join([sources, os.environ.get("PYTHONPATH", "")])
    process = subprocess.Popen([sys.executable, "-c", HOLDER], env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_another_process_is_kept_out_until_the_holder_is_killed(holder):
    with pytest.raises(Busy), locks.held("drains", wait_seconds=0.1):
        pass
    with locks.held("roads", wait_seconds=0.1):
        pass
    holder.send_signal(signal.SIGKILL)
    with locks.held("drains", wait_seconds=5):
        pass


def test_the_same_thread_may_take_its_lock_again():
    with locks.held("drains"), locks.held("drains", wait_seconds=0.1):
        assert locks.is_held_here("drains")
    assert not locks.is_held_here("drains")


def test_a_lock_is_given_back_when_the_work_inside_fails():
    with pytest.raises(RuntimeError), locks.held("drains"):
        raise RuntimeError
    with locks.held("drains", wait_seconds=0.1):
        pass
