"""Navigation entries with counts, filled by the packages whose pages they open."""

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


items: Port[NavItem] = Port("navigation entry")


def add(item: NavItem) -> None:
    """Add an entry to the side list."""
    items.add(item.key, item)


def visible_to(user: Any) -> list[NavItem]:
    """Return the entries that a person may open, in order."""
    return sorted((item for item in items.values() if item.visible(user)), key=lambda item: item.order)
