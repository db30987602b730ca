"""Search over a port: each package finds its own things, the page shows them together."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from huong.base.ports import Port
from huong.base.text import fold


@dataclass(frozen=True)
class Hit:
    """One thing found."""

    title: str
    url: str
    kind: str
    detail: str = ""


sources: Port[Callable[[str, Any], list[Hit]]] = Port("search")


def find(query: str, user: Any) -> list[Hit]:
    """Return what every package finds for a query, with or without accents, that this person may see.

    What is called so comes first, then what says so, then what holds only the single words.
    """
    if not query.strip():
        return []
    phrase = " ".join(fold(query).split())
    found = [hit for source in sources.values() for hit in source(query, user)]
    return sorted(found, key=lambda hit: (phrase not in fold(hit.title), phrase not in fold(hit.detail)))
