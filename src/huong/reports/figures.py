"""Counts kept up to date by the journal: how many reports stand where, and what happened on which day.

How many are in a state now = how many entered it - how many left it; both only grow, so each entry counts once.
"""

from functools import partial

from huong.base import clock
from huong.journal.models import Entry
from huong.journal.tallies import tally

EVENTS = ("reports.*",)
NOT_MOVES = (
    "reports.rule_changed",
    "reports.rules_loaded",
    "reports.bulk_undone",
    "reports.model_trained",
    "reports.taken_along",
    "reports.taken_ended",
)
DIMENSIONS = ("agency", "unit", "category")
PINNED_BY = ("unit", "cell", "kind", "month")


def _now(entry: Entry, dimension: str) -> str:
    return str(entry.data.get("category", "")) if dimension == "category" else str(getattr(entry, dimension))


def _was(entry: Entry, dimension: str) -> str:
    return str(entry.data.get(f"was_{dimension}", ""))


def _moved(entry: Entry) -> bool:
    """Return whether an entry changed what is counted."""
    if entry.name in NOT_MOVES or "was_state" not in entry.data:
        return False
    return entry.data["state"] != entry.data["was_state"] or any(
        _now(entry, each) != _was(entry, each) for each in DIMENSIONS
    )


def _entered(dimension: str, entry: Entry) -> tuple[str, ...] | None:
    return (_now(entry, dimension), str(entry.data["state"])) if _moved(entry) else None


def _left(dimension: str, entry: Entry) -> tuple[str, ...] | None:
    if not _moved(entry) or not entry.data["was_state"]:
        return None
    return (_was(entry, dimension), str(entry.data["was_state"]))


def _day(entry: Entry) -> tuple[str, ...] | None:
    if entry.name in NOT_MOVES or "state" not in entry.data:
        return None
    return (clock.local(entry.at).date().isoformat(), entry.name.split(".")[1], entry.unit)


def _cell(entry: Entry) -> tuple[str, ...] | None:
    cell = str(entry.data.get("cell", ""))
    return (cell, str(entry.data.get("category", "")).split(".")[0]) if cell and entry.audience == "public" else None


def _pinned(side: str, by: str, entry: Entry) -> tuple[str, ...] | None:
    """Return under which codes a report came onto the map of answered reports, or left it."""
    pin = str(entry.data.get(side, ""))
    if not pin:
        return None
    unit, cell, main, month = pin.split("/")
    codes = {"unit": (unit, main), "cell": (cell,), "kind": (main, cell), "month": (month, unit, cell)}[by]
    needed = {"unit": unit, "month": unit or cell}.get(by, cell)
    return codes if needed else None


for _by in PINNED_BY:
    tally(f"reports.answered.{_by}", EVENTS, partial(_pinned, "pin", _by))
    tally(f"reports.unanswered.{_by}", EVENTS, partial(_pinned, "was_pin", _by))
for _dimension in DIMENSIONS:
    tally(f"reports.entered.{_dimension}", EVENTS, partial(_entered, _dimension))
    tally(f"reports.left.{_dimension}", EVENTS, partial(_left, _dimension))
tally("reports.days", EVENTS, _day)
tally("reports.cells", ("reports.accepted", "reports.imported"), _cell)
