"""The port of adapters: one for each channel by which a message can leave the house."""

from dataclasses import dataclass
from typing import Protocol

from huong.base.ports import Port


@dataclass(frozen=True)
class Letter:
    """A message as an adapter gets it.

    Attributes:
        key: the same for every attempt, so that the other side can drop repetitions.
        address: where it goes.
        subject: one line.
        body: plain text.
        facts: the context for machines (webhooks): JSON values.
        template: which text it is.
    """

    key: str
    address: str
    subject: str
    body: str
    facts: dict[str, object]
    template: str


class Adapter(Protocol):
    """Sends letters by one channel."""

    def normal(self, address: str) -> str | None:
        """Return an address in one spelling, None if it is none of this channel."""

    def send(self, letter: Letter) -> None:
        """Send a letter.

        Raises:
            Unavailable: try again later.
            HuongError: any other refusal is final.
        """


adapters: Port[Adapter] = Port("message channel")
