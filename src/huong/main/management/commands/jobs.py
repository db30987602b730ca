"""`huong jobs`: run queued jobs; one of the job processes also keeps the schedules."""

import logging
import threading
from typing import Any

from django.db import close_old_connections
from django_tasks_db.management.commands.db_worker import Worker

from huong.base.commands import HuongCommand
from huong.base.jobs import enqueue_due, reclaim, worker_name

log = logging.getLogger(__name__)
CLOCK_SECONDS = 15
QUICK = (0.3, 1.0, 1.0)
"""How often each thread for quick jobs looks: whoever waits for a slow source does not hold up the next one."""


class Command(HuongCommand):
    """Run jobs until asked to end."""

    help = "Run queued jobs. With --clock also enqueue scheduled ones when they are due."

    def add_arguments(self, parser: Any) -> None:
        """Take the clock flag."""
        parser.add_argument("--clock", action="store_true")
        parser.add_argument("--until-empty", action="store_true", help="End when nothing is queued.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        stop = threading.Event()
        if options["clock"]:
            threading.Thread(target=keep_time, args=(stop,), daemon=True).start()
        reclaim()
        whole = ["quick", "default", "bulk"] if options["until_empty"] else ["default", "bulk"]
        worker = worker_of(whole, until_empty=options["until_empty"])
        worker.configure_signals()
        if not options["until_empty"]:
            for interval in QUICK:
                threading.Thread(target=keep_quick, args=(stop, interval), daemon=True).start()
        try:
            worker.run()
        finally:
            stop.set()


def worker_of(queues: list[str], *, until_empty: bool = False, interval: float = 0.5) -> Worker:
    """Return a worker for some queues."""
    return Worker(
        queue_names=queues,
        interval=interval,
        batch=until_empty,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=worker_name(),
        excluded_queue_names=[],
    )


def keep_quick(stop: threading.Event, interval: float = QUICK[0]) -> None:
    """Run what somebody waits for in front of a page, beside a load that may take an hour; never give up."""
    while not stop.is_set():
        try:
            worker_of(["quick"], interval=interval).run()
        except Exception:
            log.exception("the quick jobs stumbled; they go on")
            stop.wait(5)


def keep_time(stop: threading.Event) -> None:
    """Enqueue what is due, again and again."""
    while not stop.is_set():
        close_old_connections()
        reclaim()
        enqueue_due()
        stop.wait(CLOCK_SECONDS)
