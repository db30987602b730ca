"""What somebody waits for in front of a page is run beside a load, not after it."""

import threading

import pytest
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from huong.main.management.commands import jobs
from huong.procedures.actions import asking
from huong.procedures.jobs import check_clocks

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_quick_worker_takes_what_is_quick_and_leaves_loads_alone():
    check_clocks.later()
    asking.answer.later("nobody")
    jobs.worker_of(["quick"], until_empty=True).run()
    assert set(DBTaskResult.objects.values_list("queue_name", "status")) == {
        ("bulk", TaskResultStatus.READY),
        ("quick", TaskResultStatus.SUCCESSFUL),
    }


def test_a_quick_worker_that_stumbles_goes_on(monkeypatch):
    stop, tries = threading.Event(), []

    class Stumbling:
        def run(self):
            tries.append(1)
            if len(tries) > 1:
                stop.set()
            raise OSError("the database is away for a moment")

    monkeypatch.setattr(jobs, "worker_of", lambda *_given, **_more: Stumbling())
    monkeypatch.setattr(stop, "wait", lambda _seconds: None)
    jobs.keep_quick(stop)
    assert len(tries) == 2
