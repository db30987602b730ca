"""One commit for what many threads write at the same moment.

Every exchange is written down before its answer leaves, and each commit waits for the disk, so the threads of a
web worker share one: whoever comes first writes for all who wait. If one of them fails, all are written again, each
within a savepoint of its own, so that its failure is its own. On SQLite
the processes of this machine take turns by a lock of the file system: SQLite's own waiting sleeps up to a tenth
of a second, the lock wakes at once.
"""

import fcntl
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context, copy_context
from typing import Any, Generic, TypeVar

from django.db import connection, transaction

from huong.base import home
from huong.base.sql import is_postgresql

T = TypeVar("T")
MOST = 64
_queue: "deque[_Waiting[Any]]" = deque()
_turn = threading.Lock()


class _Waiting(Generic[T]):
    """One verb that waits for the shared commit."""

    def __init__(self, verb: Callable[[], T]) -> None:
        self.verb = verb
        self.context: Context = copy_context()
        self.done = threading.Event()
        self.result: T | None = None
        self.error: BaseException | None = None

    def run(self) -> None:
        """Run the verb; what it refuses is handed on."""
        self.result = self.context.run(self.verb)

    def run_apart(self) -> None:
        """Run the verb within a savepoint, so that its failure is its own."""
        try:
            with transaction.atomic():
                self.run()
        except Exception as error:  # noqa: BLE001 - handed to the thread that asked
            self.error = error


def write(verb: Callable[[], T]) -> T:
    """Run a verb that writes, and return when it is on the disk.

    The verb may run on another thread of this process, and twice, so it uses plain values and the database only.
    """
    if connection.in_atomic_block:
        with transaction.atomic():
            return verb()
    mine: _Waiting[T] = _Waiting(verb)
    _queue.append(mine)
    while not mine.done.is_set():
        if _turn.acquire(timeout=0.05):
            try:
                if not mine.done.is_set():
                    _write_all()
            finally:
                _turn.release()
    if mine.error is not None:
        raise mine.error
    return mine.result  # type: ignore[return-value]


@contextmanager
def _alone_on_this_machine() -> Iterator[None]:
    if is_postgresql():
        yield
        return
    descriptor = os.open(home.path("tmp", "exchange-commit.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _write_all() -> None:
    batch: list[_Waiting[Any]] = []
    try:
        with _alone_on_this_machine():
            batch += [_queue.popleft() for _each in range(min(len(_queue), MOST))]
            _write_batch(batch)
    except Exception as error:  # noqa: BLE001 - the commit failed, so it failed for all
        for waiting in batch:
            waiting.error = waiting.error or error
    finally:
        for waiting in batch:
            waiting.done.set()


def _write_batch(batch: "list[_Waiting[Any]]") -> None:
    """Write a batch in one transaction; where one fails, the others are written again, each for itself."""
    try:
        with transaction.atomic():
            for waiting in batch:
                waiting.run()
    except Exception as error:  # noqa: BLE001 - handed to the thread that asked
        if len(batch) == 1:
            batch[0].error = error
            return
        with transaction.atomic():
            for waiting in batch:
                waiting.run_apart()
