"""What packages above fill in."""

from collections.abc import Callable

from huong.base.ports import Port
from huong.store.models import Commit

Also = Callable[[Commit], None]
Finisher = Callable[[Commit], Also | None]

finishers: Port[Finisher] = Port("finisher of commits")
"""Asked by `recover()` about a commit that is written and not published: what else belongs into its
transaction (scores, the load's row)? None: it cannot be finished, undo it."""

steps: Port[Callable[[str, str], None]] = Port("commit step")
"""Told of every step of the commit protocol, with the dataset: progress for people, and the place where
a test pulls the plug."""

STEPS = (
    "begun",
    "locked",
    "staged",
    "placed",
    "delta_committed",
    "written",
    "publishing",
    "pointer_moved",
    "also_done",
    "journalled",
    "published",
)


def reached(step: str, dataset: str) -> None:
    """Tell everybody who wants to know that a step of the commit protocol was reached."""
    for told in steps.values():
        told(step, dataset)
