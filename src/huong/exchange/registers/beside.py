"""Asking several registers side by side: who waits, waits as long as the slowest of them, not for their sum.

Only the network runs in threads. Grants, signatures, what is believed and what is written down stay with the thread
that asks, on its own connection, one message after the other: no thread holds a connection to the database, and
SQLite has one writer as before.
"""

import time
from collections.abc import Hashable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from types import TracebackType
from typing import Any, Generic, TypeVar

from django.utils.translation import gettext as _

from huong.base.errors import HuongError, Unavailable
from huong.exchange import consumer
from huong.exchange.registers import asking, kinds
from huong.exchange.registers.asking import Asker, Fetched, UnderWay

AT_ONCE = 8
TOGETHER = 0.05
K = TypeVar("K", bound=Hashable)


class SideBySide(Generic[K]):
    """Questions to registers that are under way together. Used with `with`: every answer that came is written down."""

    def __init__(self, *, patience: float) -> None:
        """Begin with nothing under way.

        Args:
            patience: seconds after which no answer is waited for, from now on, for all questions together.
        """
        self._deadline = time.monotonic() + patience
        self._threads: ThreadPoolExecutor | None = None
        self._open: dict[Future[consumer.Reply], tuple[K, UnderWay[Any]]] = {}

    @property
    def left(self) -> float:
        """The seconds that are left; never less than nothing."""
        return max(self._deadline - time.monotonic(), 0.0)

    @property
    def is_waiting(self) -> bool:
        """Whether a question is under way."""
        return bool(self._open)

    def put(self, name: K, kind: type[Any], wanted: str, asker: Asker) -> Fetched[Any] | None:
        """Put a question: it is under way when this returns None. A copy that still holds is returned at once.

        Args:
            name: by which `answered` names it.
            kind, wanted: as `ask` takes them.
            asker: its patience does not count; that of all questions together does.

        Raises:
            HuongError: it may not be asked; as `ask` says.

        Records: as `ask` says.
        """
        begun = asking.begin(kinds.question(kind, wanted), asker)
        if isinstance(begun, Fetched):
            return kinds.told(begun)
        self._threads = self._threads or ThreadPoolExecutor(AT_ONCE, thread_name_prefix="register")
        self._open[self._threads.submit(copy_context().run, self._sent, begun.ready)] = name, begun
        return None

    def _sent(self, ready: consumer.Ready) -> consumer.Reply:
        """Send one request; in a thread of its own."""
        if self.left <= 0:  # it waited for a free thread for so long; nothing left the house
            raise Unavailable(_("The source was not asked in time."), code="not_asked_in_time")
        return consumer.sent(ready, patience=self.left)

    def answered(self) -> Iterator[tuple[K, Fetched[Any] | HuongError]]:
        """Wait until a question is answered, and return what came by then: the answer, or why there is none.

        Records: as `ask` says.
        """
        if not self._open:
            return
        wait(self._open, return_when=FIRST_COMPLETED)
        done, _rest = wait(self._open, timeout=TOGETHER)
        for future in done:
            yield self._finished(future)

    def _finished(self, future: Future[consumer.Reply]) -> tuple[K, Fetched[Any] | HuongError]:
        name, under_way = self._open.pop(future)
        try:
            return name, kinds.told(asking.finish(under_way, future.result()))
        except HuongError as error:
            return name, error

    def __enter__(self) -> "SideBySide[K]":
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End: what was asked and nobody took is waited for and written down; a request that left is never forgotten."""
        if self._threads is not None:
            self._threads.shutdown(wait=True, cancel_futures=True)
        for future in [each for each in self._open if not each.cancelled() and each.exception() is None]:
            self._finished(future)
