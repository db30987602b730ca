"""Navigation entries with counts, filled by the packages whose pages they open."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from huong.base.ports import Port


@dataclass(frozen=True)
class NavItem:
    """One entry of the desk's side list."""

    key: str
    label: Any  # a lazy translation
    icon: str
    url: str
    order: int
    visible: Callable[[Any], bool] = lambda user: bool(user.is_authenticated)
    count: Callable[[Any], int | None] = lambda user: None
    also: tuple[str, ...] = ()
    """Addresses outside its own that belong to it all the same."""


FRESH_SECONDS, MOST_KEPT = 5.0, 5_000
items: Port[NavItem] = Port("navigation entry")


def add(item: NavItem) -> None:
    """Add an entry to the side list."""
    items.add(item.key, item)


def visible_to(user: Any) -> list[NavItem]:
    """Return the entries that a person may open, in order."""
    return sorted((item for item in items.values() if item.visible(user)), key=lambda item: item.order)


_kept: dict[int, dict[str, tuple[float, int | None]]] = {}


def counted(key: str, user: Any, count: Callable[[Any], int | None]) -> int | None:
    """Return a figure that stands on every page of a person, at most a few seconds old.

    What the person does in this process makes it be counted anew; see `forget`.
    """
    if user.pk is None:
        return count(user)
    if len(_kept) > MOST_KEPT:
        _kept.clear()
    own = _kept.setdefault(user.pk, {})
    before, now = own.get(key), time.monotonic()
    if before is not None and now - before[0] < FRESH_SECONDS:
        return before[1]
    found = count(user)
    own[key] = (now, found)
    return found


def forget(user_id: int | None = None) -> None:
    """Count anew for a person who did something; for everybody if nobody is named."""
    if user_id is None:
        _kept.clear()
    else:
        _kept.pop(user_id, None)
