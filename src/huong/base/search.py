"""Search over a port: each package finds its own things, the page shows them together."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from huong.base.ports import Port


@dataclass(frozen=True)
class Hit:
    """One thing found."""

    title: str
    url: str
    kind: str
    detail: str = ""


sources: Port[Callable[[str, Any], list[Hit]]] = Port("search")


def find(query: str, user: Any) -> list[Hit]:
    """Return what every package finds for a query, with or without accents, that this person may see."""
    return [hit for source in sources.values() for hit in source(query, user)] if query.strip() else []
