"""Fills a demonstration home: a made-up but true-to-itself city, as one job with progress."""

import json
import os
from typing import Any

from huong.base import clock, demo, home
from huong.base.errors import Forbidden
from huong.base.jobs import job


def progress() -> dict[str, Any]:
    """Return how far the filling is: {"done": 3, "of": 9, "step": "...", "finished": false}."""
    try:
        return dict(json.loads((home.home() / "demo.json").read_text()))
    except (OSError, ValueError):
        return {"done": 0, "of": 0, "step": "", "finished": False}


def _keep(**facts: Any) -> None:
    file = home.path("demo.json")
    draft = file.with_suffix(".new")
    draft.write_text(json.dumps({**facts, "at": clock.now().isoformat()}))
    os.replace(draft, file)


@job(queue="bulk", tries=5)
def fill() -> None:
    """Run every filler in order. Each step may be repeated harmlessly, so a killed job starts again.

    Raises:
        Forbidden: the home is a real one.
    """
    if not home.is_demo():
        raise Forbidden("This home was created as a real one; it is never filled with a demonstration.")
    steps = demo.in_order()
    for number, (_key, step) in enumerate(steps):
        _keep(done=number, of=len(steps), step=step.title, finished=False)
        step.fill()
    _keep(done=len(steps), of=len(steps), step="", finished=True)
