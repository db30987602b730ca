"""What did not leave the house, from every package: one list, one way to try again, one way to give up.

A package whose things go out (messages, requests to other nodes, reports to other cities) fills the port with a
`Source`; the page `/desk/outbox/` shows them together. Trying and giving up are the package's own verbs, which ask
for powers and write their journal entries themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from huong.base.paging import cursor_of, values_of
from huong.base.ports import Port


@dataclass(frozen=True)
class Stuck:
    """One thing that did not go out.

    Attributes:
        id: what the source knows it by.
        what: what it is, in a few words; no personal value.
        to: where it should go, covered where it is a person's address.
        why: a sentence that a clerk understands.
        since: when it was first to go.
        next_at: when it is tried again by itself; None if it is not.
        attempts: how often it was tried.
        url: a page about it, if there is one.
    """

    id: str
    what: str
    to: str
    why: str
    since: datetime
    next_at: datetime | None
    attempts: int
    url: str = ""


class Source(Protocol):
    """Where stuck things come from."""

    @property
    def title(self) -> Any:
        """Return what the page calls these things, as a lazy translation."""

    def visible_to(self, user: Any) -> bool:
        """Return whether a person may see these things, and decide on them."""

    def count(self, user: Any) -> int:
        """Return how many there are that this person may see."""

    def stuck(self, user: Any, *, until: datetime | None, limit: int) -> Sequence[Stuck]:
        """Return those that this person may see, newest first; from an instant back, if one is given."""

    def retry(self, thing: str, *, by: Any) -> None:
        """Try one again now.

        Raises:
            HuongError: the person may not, or it is not stuck any more.
        """

    def give_up(self, thing: str, *, reason: str, by: Any) -> None:
        """Let one go for good; the reason is kept beside it.

        Raises:
            HuongError: the person may not, no reason is given, or it is not stuck any more.
        """


sources: Port[Source] = Port("outgoing source")


def sources_of(user: Any) -> dict[str, Source]:
    """Return the sources that a person may see, by key."""
    return {key: source for key, source in sources.items() if source.visible_to(user)}


def count_of(user: Any) -> int:
    """Return how many things are stuck, as far as a person may see them."""
    return sum(source.count(user) for source in sources_of(user).values())


def page_of(
    user: Any, *, only: str = "", after: str | None = None, size: int = 50
) -> tuple[list[tuple[str, Stuck]], str | None]:
    """Return a page of stuck things with the keys of their sources, newest first, and the cursor of the next page.

    Args:
        only: the key of one source; all if left out.
        after: the cursor of the page before.
        size: how many.

    Raises:
        BadInput: the cursor is damaged.
    """
    values = values_of(after) if after else None
    until = values[0] if values else None
    found = [
        (key, thing)
        for key, source in sources_of(user).items()
        if only in {"", key}
        for thing in source.stuck(user, until=until, limit=size * 2 + 1)
    ]
    found.sort(key=_place, reverse=True)
    if values:
        found = [each for each in found if _place(each) < tuple(values)]
    more = len(found) > size
    found = found[:size]
    return found, cursor_of(list(_place(found[-1]))) if more else None


def _place(each: tuple[str, Stuck]) -> tuple[datetime, str, str]:
    key, thing = each
    return thing.since, key, thing.id
