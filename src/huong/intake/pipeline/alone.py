"""One process per load: a lock that the kernel gives back when its process is killed."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
    descriptor = _locked(path)
    try:
        yield
        path.unlink(missing_ok=True)
    finally:
        os.close(descriptor)


def _locked(path: Path) -> int:
    """Open and lock the file of this name; one that its last holder has just removed does not count."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.exists() and path.stat().st_ino == os.fstat(descriptor).st_ino:
                return descriptor
        except BlockingIOError as error:
            os.close(descriptor)
            raise Busy(_("This load is running already. Please wait until it has finished.")) from error
        except FileNotFoundError:
            pass
        os.close(descriptor)
