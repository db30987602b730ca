"""An empty migrated database, kept between runs: on SQLite a test run begins from it instead of from the first migration.

Its name is the digest of everything that makes it: migrations, settings, engine-specific SQL, pinned packages. Django
still runs `migrate` on it, and finds nothing to do.
"""

import contextlib
import os
import shutil
import sqlite3
from hashlib import sha256
from pathlib import Path

from huong.config import ROOT

FOLDER = ROOT / "build" / "test-databases"
MADE_OF = ("src/huong/*/migrations/*.py", "src/huong/settings.py", "src/huong/*/sql.py", "requirements/dev.txt")


def file() -> Path:
    """Return where the template of this source tree is kept."""
    sources = sorted(path for pattern in MADE_OF for path in ROOT.glob(pattern))
    seal = sha256(b"\0".join(str(path.relative_to(ROOT)).encode() + path.read_bytes() for path in sources))
    return FOLDER / f"{seal.hexdigest()[:32]}.sqlite3"


def lay(name: str) -> bool:
    """Lay the template down as a database file. Returns whether there was one."""
    if not file().exists():
        return False
    shutil.copyfile(file(), name)
    return True


def keep(connection: sqlite3.Connection) -> None:
    """Keep a freshly migrated database for the next runs, whole or not at all; templates of older trees go."""
    wanted = file()
    if wanted.exists():
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    part = wanted.with_suffix(f".{os.getpid()}")
    with contextlib.closing(sqlite3.connect(part)) as copy:
        connection.backup(copy)
    part.replace(wanted)
    for old in FOLDER.glob("*.sqlite3"):
        if old != wanted:
            old.unlink(missing_ok=True)
