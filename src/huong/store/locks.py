"""The lock of a dataset: one writer at a time, over threads, processes and machines.

On one machine it is a file lock, which the kernel gives back when its process is killed. On PostgreSQL
there is also an advisory lock of the session, which the server gives back when the connection ends, so
that writers on several machines exclude one another. The lock keeps work from being wasted; that
nothing is ever published twice or on the wrong base is ensured once more by the pointer's conditional
update.
"""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b

from huong.base import home
from huong.base.sql import advisory_lock, advisory_unlock
from huong.store.errors import Busy

WAIT_SECONDS = 60.0
_POLL_SECONDS = 0.02
_mine = threading.local()


@contextmanager
def held(dataset: str, *, wait_seconds: float = WAIT_SECONDS) -> Iterator[None]:
    """Hold a dataset's lock; the same thread may take it again inside.

    Args:
        dataset: its name.
        wait_seconds: how long to wait for another writer.

    Raises:
        Busy: another writer did not finish in time. Nothing was written.
    """
    depths: dict[str, int] = _mine.__dict__.setdefault("depths", {})
    if depths.get(dataset):
        depths[dataset] += 1
        try:
            yield
        finally:
            depths[dataset] -= 1
        return
    descriptor = _take(dataset, time.monotonic() + wait_seconds)
    depths[dataset] = 1
    try:
        yield
    finally:
        depths.pop(dataset, None)
        advisory_unlock(_number(dataset))
        os.close(descriptor)


def is_held_here(dataset: str) -> bool:
    """Return whether this thread holds a dataset's lock."""
    return bool(_mine.__dict__.get("depths", {}).get(dataset))


def _number(dataset: str) -> int:
    return int.from_bytes(blake2b(f"store:{dataset}".encode(), digest_size=8).digest(), "big", signed=True)


def _take(dataset: str, until: float) -> int:
    descriptor = os.open(home.path("store", "_locks", f"{dataset}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        while not _both(descriptor, dataset):
            if time.monotonic() >= until:
                raise Busy
            time.sleep(_POLL_SECONDS)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _both(descriptor: int, dataset: str) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    if advisory_lock(_number(dataset)):
        return True
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    return False
