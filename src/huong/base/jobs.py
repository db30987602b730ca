"""Jobs and schedules over django-tasks: enqueued inside the caller's transaction, retried with patience.

A job takes plain JSON arguments, never objects, and must be harmless when it runs twice.
"""

import logging
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, ParamSpec

from django.db import transaction
from django.utils.module_loading import import_string
from django_tasks import TaskResultStatus, task

from huong.base import clock
from huong.base.errors import HuongError, Unavailable
from huong.base.models import Schedule

log = logging.getLogger(__name__)
P = ParamSpec("P")
PATIENCE = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=10))


class Job(Generic[P]):
    """A function that can run now or later."""

    def __init__(self, function: Callable[P, object], *, queue: str, tries: int) -> None:
        self.function = function
        self.path = f"{function.__module__}.{function.__qualname__}"
        self.queue = queue
        self.tries = tries
        self.__doc__ = function.__doc__

    def now(self, *args: P.args, **kwargs: P.kwargs) -> object:
        """Run it here."""
        return self.function(*args, **kwargs)

    def later(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Enqueue it; nothing is left of it when the surrounding transaction is rolled back."""
        _enqueue(self.path, self.queue, list(args), dict(kwargs), 1, None)


def job(*, queue: str = "default", tries: int = 3) -> Callable[[Callable[P, object]], Job[P]]:
    """Make a job of a function.

    Args:
        queue: "quick" for what somebody waits for in front of a page (its own thread runs it, beside any load),
            "default" for short things, "bulk" for loads and maintenance.
        tries: how often it is tried when a source does not answer or something unexpected happens.
    """
    return lambda function: Job(function, queue=queue, tries=tries)


def _enqueue(
    path: str, queue: str, args: list[Any], kwargs: dict[str, Any], attempt: int, wait: timedelta | None
) -> None:
    run_after = clock.now() + wait if wait else None
    _perform.using(queue_name=queue, run_after=run_after).enqueue(path, args, kwargs, attempt)


@task()
def _perform(path: str, args: list[Any], kwargs: dict[str, Any], attempt: int) -> None:
    found: Job[Any] = import_string(path)
    try:
        found.now(*args, **kwargs)
    except Unavailable as error:
        _again(found, path, args, kwargs, attempt, error)
    except HuongError as error:
        log.warning("job %s refused: %s", path, error.message)
    except Exception as error:
        if attempt >= found.tries:
            raise
        _again(found, path, args, kwargs, attempt, error)


def _again(found: Job[Any], path: str, args: list[Any], kwargs: dict[str, Any], attempt: int, error: Exception) -> None:
    log.warning("job %s failed (attempt %s of %s): %s", path, attempt, found.tries, type(error).__name__)
    if attempt < found.tries:
        wait = PATIENCE[min(attempt, len(PATIENCE)) - 1]
        _enqueue(path, found.queue, args, kwargs, attempt + 1, wait)


@dataclass(frozen=True)
class _Scheduled:
    name: str
    job: Job[Any]
    every: timedelta


_scheduled: dict[str, _Scheduled] = {}


def scheduled(name: str, *, every: timedelta) -> Callable[[Job[Any]], Job[Any]]:
    """Run a job without arguments again and again.

    Args:
        name: the schedule's name, kept in the database.
        every: how often.
    """

    def keep(found: Job[Any]) -> Job[Any]:
        _scheduled[name] = _Scheduled(name, found, every)
        return found

    return keep


def enqueue_due() -> int:
    """Enqueue every scheduled job that is due; only one caller wins each. Returns how many."""
    at, count = clock.now(), 0
    for entry in _scheduled.values():
        with transaction.atomic():
            Schedule.objects.get_or_create(name=entry.name, defaults={"due_at": at})
            won = Schedule.objects.filter(name=entry.name, due_at__lte=at).update(due_at=at + entry.every, last_at=at)
            if won:
                entry.job.later()
                count += 1
    return count


def worker_name() -> str:
    """Return the name under which this process claims jobs: host and process id."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}"


def reclaim() -> int:
    """Give back the jobs of workers of this machine that were killed while they ran one.

    Returns:
        How many will run again.
    """
    from django_tasks_db.models import DBTaskResult

    host = socket.gethostname()[:40]
    count = 0
    for row in DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING):
        names = [str(name) for name in row.worker_ids]
        if names and names[-1].startswith(f"{host}:") and not _lives(int(names[-1].rsplit(":", 1)[1])):
            count += DBTaskResult.objects.filter(pk=row.pk, status=TaskResultStatus.RUNNING).update(
                status=TaskResultStatus.READY
            )
    return count


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
