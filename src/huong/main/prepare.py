"""What happens before the first request: home, tables, static files, the city, unfinished commits."""

import hashlib
import logging
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from huong import __version__
from huong.base import city, home
from huong.base.memory import beginning
from huong.intake import actions as intake
from huong.journal import actions as journal
from huong.main.tables import make_tables
from huong.store import actions as store

log = logging.getLogger("huong.prepare")


def prepare() -> bool:
    """Bring the home up to this version of the software. Harmless when repeated.

    Returns:
        Whether the home is new.
    """
    fresh = home.prepare(demo=settings.HUONG.demo)
    with beginning():
        _prepare()
    return fresh


def _prepare() -> None:
    make_tables()
    call_command("migrate", interactive=False, verbosity=0)
    journal.settle()
    for sentence in store.recover():
        log.warning("%s", sentence)
    intake.resume_killed()
    collect_static()
    folder = Path(settings.HUONG.city)
    if stamp_changed("city.stamp", _print_of(folder)):
        counts = city.load(folder)
        log.info("city loaded: %s", ", ".join(f"{key} {count}" for key, count in counts.items()))
        keep_stamp("city.stamp", _print_of(folder))


def collect_static() -> None:
    """Collect static files into the home when they changed since the last start."""
    found = _print_of(Path(__file__).resolve().parents[1], within="static")
    for folder in settings.STATICFILES_DIRS:
        found += _print_of(Path(folder))
    if stamp_changed("static.stamp", found) or not Path(settings.STATIC_ROOT).is_dir():
        call_command("collectstatic", interactive=False, verbosity=0, clear=True)
        keep_stamp("static.stamp", found)


def stamp_changed(name: str, value: str) -> bool:
    """Return whether a stamp in the home differs from a value."""
    file = home.path(name)
    return not file.exists() or file.read_text() != value


def keep_stamp(name: str, value: str) -> None:
    """Write a stamp."""
    home.path(name).write_text(value)


def _print_of(folder: Path, *, within: str = "") -> str:
    """Return a fingerprint of the files below a folder by name, size and time of change.

    Args:
        within: only files below folders of this name.
    """
    state = hashlib.sha256(__version__.encode())
    for file in sorted(folder.rglob("*")):
        name = file.relative_to(folder)
        if file.is_file() and (not within or within in name.parts):
            facts = file.stat()
            state.update(f"{name} {facts.st_size} {facts.st_mtime_ns}".encode())
    return state.hexdigest()
