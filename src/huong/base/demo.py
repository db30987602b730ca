"""Fillers of a demonstration home, run in order as one job with progress."""

from collections.abc import Callable
from dataclasses import dataclass

from huong.base.ports import Port


@dataclass(frozen=True)
class Filler:
    """One step of filling: what it is called and what it does. Steps may be repeated harmlessly."""

    order: int
    title: str
    fill: Callable[[], None]


fillers: Port[Filler] = Port("demonstration filler")


def in_order() -> list[tuple[str, Filler]]:
    """Return the fillers with their keys, lowest order first."""
    return sorted(fillers.items(), key=lambda pair: pair[1].order)
