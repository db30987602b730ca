"""Requests that may wait: they go into the outbox with their verb, and are tried again until they are answered or given up.

Only for requests that the provider may get twice without harm (a process killed between the answer and its mark
sends again): each attempt is a message of its own, with a new X-Road-Id.
"""

import base64
from dataclasses import dataclass

from huong.base.errors import Unavailable
from huong.exchange import consumer, queries
from huong.exchange.errors import Refused, Resting, TooOften, Unreached
from huong.exchange.models import Member
from huong.messages import actions as messages
from huong.messages.models import Outgoing
from huong.messages.ports import Letter

CHANNEL, TEMPLATE = "exchange", "exchange_request"


def send(service: str, path: str, *, client: Member, issue: str, body: bytes, key: str, user_id: str = "") -> Outgoing:
    """Put a POST to another node into the outbox; it leaves after the caller's transaction has been committed.

    Args:
        key: the same key is one request, however often it is asked for.

    Records: `messages.queued`, later `exchange.asked` or `exchange.failed`.
    """
    context = {
        "path": path,
        "client": client.identifier,
        "issue": issue,
        "body": base64.b64encode(body).decode(),
        "user_id": user_id,
        "service": service,
    }
    return messages.send(messages.Address(CHANNEL, service), TEMPLATE, context, key)


@dataclass(frozen=True)
class Adapter:
    """Sends letters of the outbox as requests of the exchange."""

    def normal(self, address: str) -> str | None:
        """Return the service's identifier as it is, None if it has not five parts."""
        return address if len(address.split("/")) == 5 else None

    def send(self, letter: Letter) -> None:
        """Ask the service; what may pass by itself is tried again, a refusal is final.

        Raises:
            Unavailable: try again later.
            Refused: the provider refuses for good.
        """
        facts = {name: str(value) for name, value in letter.facts.items()}
        asked = consumer.Call(
            letter.address,
            facts["path"],
            queries.member(facts["client"]),
            facts["issue"],
            method="POST",
            body=base64.b64decode(facts["body"]),
            user_id=facts["user_id"],
        )
        try:
            consumer.call(asked)
        except (Unreached, Resting, TooOften) as error:
            raise Unavailable(error.message, code=error.code) from error
        except Refused as error:
            if error.status in (429, 503):
                raise Unavailable(error.message, code=error.code) from error
            raise
