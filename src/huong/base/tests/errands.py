"""Jobs that `test_jobs_are_done.py` enqueues; a worker finds them by their name."""

import os
import time
from pathlib import Path

from huong.base.errors import NotFound, Unavailable
from huong.base.jobs import job


def _line(file: str, words: str) -> None:
    with Path(file).open("a") as out:
        out.write(f"{words}\n")


@job()
def note(file: str, words: str) -> None:
    """Write a line."""
    _line(file, words)


@job(tries=3)
def ask(file: str) -> None:
    """Ask a source that does not answer."""
    _line(file, "asked")
    raise Unavailable


@job(tries=2)
def stumble(file: str) -> None:
    """Fall over something unexpected."""
    _line(file, "stumbled")
    raise ValueError("a personal value")


@job(tries=3)
def look_for(file: str) -> None:
    """Look for what is not there."""
    _line(file, "looked")
    raise NotFound


@job()
def linger(file: str, gate: str) -> None:
    """Work until somebody opens the gate; write who works."""
    _line(file, f"began {os.getpid()}")
    while not Path(gate).exists():
        time.sleep(0.02)
    _line(file, "done")
