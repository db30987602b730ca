"""The port by which a code reaches a phone: people know no channel, messages fills this in."""

from typing import Protocol

from huong.base.ports import Port


class Texter(Protocol):
    """Sends a short text to a phone, in the caller's transaction and after it."""

    def is_ready(self) -> bool:
        """Return whether a gateway is set up."""

    def send(self, number: str, *, code: str, minutes: int, key: str) -> None:
        """Send a code.

        Args:
            number: ten digits.
            minutes: how long it works.
            key: the same key is one text.
        """


texters: Port[Texter] = Port("text to a phone")


def is_ready() -> bool:
    """Return whether people can sign in by phone here."""
    return any(texter.is_ready() for texter in texters.values())
