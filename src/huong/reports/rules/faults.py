"""Whether a city's rules fit together: what is named exists, times can be read, nothing leads nowhere. Pure."""

from collections.abc import Iterator
from datetime import time

from huong.reports.rules.book import Book
from huong.reports.rules.clocks import MEASURES
from huong.reports.rules.nouns import Route

PHASES = {"new", "open", "waiting", "closed", "out"}


def faults_of(held: Book, agencies: set[str]) -> list[str]:
    """Return what does not fit together in a book of rules, in short words; empty if all does.

    Args:
        held: the rules.
        agencies: the codes of the agencies that work today.
    """
    return [*_of_clocks(held), *_of_moves(held), *_of_categories(held), *_of_agencies(held, agencies)]


def _of_clocks(held: Book) -> Iterator[str]:
    if "default" not in held.clocks:
        yield "clock default"
    for rule in held.clocks.values():
        if rule.measure not in MEASURES:
            yield f"{rule.key}: {rule.measure}"
        if min(rule.normal, rule.urgent) <= 0 or rule.hop < 0:
            yield f"{rule.key}: <= 0"


def _of_moves(held: Book) -> Iterator[str]:
    for state in held.states.values():
        if state.phase not in PHASES:
            yield f"{state.key}: {state.phase}"
    for move in held.transitions.values():
        for named in (*move.sources, *move.targets):
            if named not in held.states:
                yield f"{move.key}: {named}"


def _of_categories(held: Book) -> Iterator[str]:
    for kind in held.categories.values():
        parent = held.categories.get(kind.parent)
        if kind.parent and (parent is None or parent.parent):
            yield f"{kind.key}: {kind.parent}"
        if kind.clock and kind.clock not in held.clocks:
            yield f"{kind.key}: clock {kind.clock}"


def _of_agencies(held: Book, agencies: set[str]) -> Iterator[str]:
    named = {f"route {route.key}": route.agency for route in held.routes}
    named |= {f"duty {duty.key}": duty.agency for duty in held.duties.values()}
    named |= {f"step {step.key}": step.agency for step in held.steps}
    for where, code in named.items():
        if code not in {"unit", "own", *agencies}:
            yield f"{where}: {code}"
    for route in held.routes:
        if not _readable(route):
            yield f"route {route.key}: {route.hours}"


def _readable(route: Route) -> bool:
    if not route.hours:
        return True
    begin, _dash, end = route.hours.partition("-")
    try:
        return bool(time.fromisoformat(begin.strip()) != time.fromisoformat(end.strip()))
    except ValueError:
        return False
