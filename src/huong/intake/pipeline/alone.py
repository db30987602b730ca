"""One process per load: a lock that the kernel gives back when its process is killed."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.translation import gettext as _

from huong.base import home
from huong.intake.errors import Busy


@contextmanager
def alone(load_id: str) -> Iterator[None]:
    """Work on a load while nobody else does.

    Raises:
        Busy: another process works on it.
    """
    path = home.path("tmp", f"load-{load_id}.lock")
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy(_("This load is running already. Please wait until it has finished.")) from error
        yield
        path.unlink(missing_ok=True)
    finally:
        os.close(descriptor)
