"""`huong jobs`: run queued jobs; one of the job processes also keeps the schedules."""

import threading
from typing import Any

from django.db import close_old_connections
from django_tasks_db.management.commands.db_worker import Worker

from huong.base.commands import HuongCommand
from huong.base.jobs import enqueue_due, reclaim, worker_name

CLOCK_SECONDS = 15


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
        worker = Worker(
            queue_names=["default", "bulk"],
            interval=0.5,
            batch=options["until_empty"],
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=worker_name(),
            excluded_queue_names=[],
        )
        worker.configure_signals()
        try:
            worker.run()
        finally:
            stop.set()


def keep_time(stop: threading.Event) -> None:
    """Enqueue what is due, again and again."""
    while not stop.is_set():
        close_old_connections()
        reclaim()
        enqueue_due()
        stop.wait(CLOCK_SECONDS)
