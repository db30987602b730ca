"""Jobs run once their transaction stands, are tried again with patience, and outlive the process that ran them."""

import os
import signal
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import transaction
from django_tasks_db.models import DBTaskResult

from huong.base import clock, jobs
from huong.base.models import Schedule
from huong.base.testing import house as houses
from huong.base.tests import errands

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 11, 24, 5, tzinfo=UTC)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "lines"


def lines(file):
    return file.read_text().splitlines() if file.exists() else []


def work():
    call_command("jobs", "--until-empty")


def waits():
    """Return in how many seconds each waiting job may run, and its attempt."""
    rows = DBTaskResult.objects.filter(status="READY").order_by("enqueued_at")
    return [(round((row.run_after - clock.now()).total_seconds(), -1), row.args_kwargs["args"][3]) for row in rows]


def let_time_pass():
    DBTaskResult.objects.filter(status="READY").update(run_after=clock.now() - timedelta(seconds=1))


def test_a_job_of_a_transaction_that_is_undone_never_runs(file):
    with transaction.atomic():
        errands.note.later(str(file), "undone")
        transaction.set_rollback(True)
    errands.note.later(str(file), "kept")
    work()
    assert lines(file) == ["kept"]


def test_a_source_that_does_not_answer_is_asked_again_with_growing_patience_and_not_for_ever(file):
    errands.ask.later(str(file))
    work()
    assert waits() == [(10, 2)]
    let_time_pass()
    work()
    assert waits() == [(60, 3)]
    let_time_pass()
    work()
    assert (lines(file), waits()) == (["asked"] * 3, [])


def test_something_unexpected_is_tried_again_and_the_last_failure_stays_visible(file):
    errands.stumble.later(str(file))
    work()
    let_time_pass()
    work()
    assert (lines(file), waits()) == (["stumbled"] * 2, [])
    assert DBTaskResult.objects.filter(status="FAILED").count() == 1


def test_a_refusal_is_an_answer_and_is_not_tried_again(file):
    errands.look_for.later(str(file))
    work()
    assert (lines(file), waits()) == (["looked"], [])


@pytest.fixture
def hourly(monkeypatch):
    monkeypatch.setattr(jobs, "_scheduled", {})
    jobs.scheduled("tests.hourly", every=timedelta(hours=1))(errands.look_for)


def test_a_schedule_is_enqueued_when_due_by_one_caller_only(hourly):
    with clock.freeze(NOON):
        assert [jobs.enqueue_due(), jobs.enqueue_due()] == [1, 0]
    with clock.freeze(NOON + timedelta(minutes=59)):
        assert jobs.enqueue_due() == 0
    with clock.freeze(NOON + timedelta(hours=5)):
        assert [jobs.enqueue_due(), jobs.enqueue_due()] == [1, 0]  # what was missed is made up for once
    assert Schedule.objects.get(name="tests.hourly").due_at == NOON + timedelta(hours=6)
    assert DBTaskResult.objects.count() == 2


@pytest.mark.slow
def test_a_job_whose_process_is_killed_in_the_middle_is_taken_up_again(tmp_path, file):
    gate = tmp_path / "gate"
    with houses.apart(tmp_path / "apart") as environment:
        houses.script(
            environment,
            "import sys; from django.core.management import call_command; call_command('migrate', verbosity=0)\n"
            "from huong.base.tests import errands; errands.linger.later(*sys.argv[1:])",
            str(file),
            str(gate),
        )
        with subprocess.Popen([*houses.COMMAND, "jobs"], env=environment) as worker:
            houses.until(lambda: lines(file), why="the job runs")
            os.kill(worker.pid, signal.SIGKILL)
        gate.touch()
        done = houses.huong(environment, "jobs", "--until-empty")
        assert done.returncode == 0, done.stderr
    assert lines(file)[0] == f"began {worker.pid}"
    assert len(lines(file)) == 3
    assert lines(file)[-1] == "done"
