"""The home: the one folder in which all state of this installation lives."""

import errno
import json
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError

from huong.base import sql
from huong.base.errors import StorageFull

FOLDERS = ("keys", "tmp", "files", "store", "quarantine", "serving", "drop", "logs")
RESERVE_BYTES = 64 * 1024 * 1024
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def home() -> Path:
    """Return the folder named by `HUONG_HOME`."""
    return Path(settings.HOME)


def path(*parts: str) -> Path:
    """Return a path in the home; the folders above it are made."""
    found = home().joinpath(*parts)
    found.parent.mkdir(parents=True, exist_ok=True)
    return found


def kept(file: Path, data: bytes) -> bytes:
    """Return what a file of its owner alone (0600) holds; the first who comes writes it, whole and on the disk.

    For keys made on first use: however many threads and processes need one at the same moment, they get the same.
    """
    if file.exists():
        return file.read_bytes()
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, part = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        with suppress(FileExistsError):
            os.link(part, file)
    finally:
        os.unlink(part)
    return file.read_bytes()


def prepare(*, demo: bool) -> bool:
    """Make the folders of a home and, the first time, write down what kind of home it is.

    Args:
        demo: whether a new home is a demonstration. An existing home keeps its kind for ever.

    Returns:
        Whether the home is new.
    """
    home().mkdir(parents=True, exist_ok=True)
    for folder in FOLDERS:
        (home() / folder).mkdir(exist_ok=True, mode=0o700)
    marker = home() / "home.json"
    if marker.exists():
        return False
    draft = marker.with_suffix(".new")
    draft.write_text(json.dumps({"kind": "demonstration" if demo else "real", "format": 1}))
    os.replace(draft, marker)
    return True


def is_demo() -> bool:
    """Return whether this home was created as a demonstration; it never becomes a real one."""
    try:
        return bool(json.loads((home() / "home.json").read_text())["kind"] == "demonstration")
    except (OSError, ValueError, KeyError):
        return False


def free_bytes() -> int:
    """Return how many bytes are free on the disk of the home."""
    return shutil.disk_usage(home()).free


def require_space(needed: int = 0) -> None:
    """Refuse to begin a write for which the disk has no room.

    Args:
        needed: how many bytes are about to be written; a reserve is kept beyond them.

    Raises:
        StorageFull: the disk is too full. Nothing was written.
    """
    if free_bytes() < needed + RESERVE_BYTES:
        raise StorageFull


def is_full(error: BaseException) -> bool:
    """Return whether an error of the operating system or of the database means that the disk (or the quota) is full."""
    if isinstance(error, DatabaseError):
        return sql.says_full(error)
    return isinstance(error, OSError) and error.errno in _FULL
