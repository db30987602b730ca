"""Text messages to phones: the channel "sms" over a gateway, and the codes that people ask for."""

from dataclasses import dataclass

import orjson
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huong.base import ids, net
from huong.base.errors import BadInput, Unavailable
from huong.messages.actions import outbox
from huong.messages.ports import Letter
from huong.people import rules


@dataclass(frozen=True)
class Sms:
    """Hands a text to the gateway named by `HUONG_SMS_URL`: JSON with `id`, `to` and `text`."""

    def normal(self, address: str) -> str | None:
        """Return a mobile number in one spelling."""
        return rules.phone(address) or None

    def send(self, letter: Letter) -> None:
        """Post it; the id is the same at every attempt, so that the gateway can drop repetitions."""
        if not settings.HUONG.sms_url:
            raise Unavailable(_("No gateway for text messages is set up."))
        words = " ".join(f"{letter.subject} {letter.body}".split())
        body = orjson.dumps({"id": ids.digest(letter.key)[:32], "to": letter.address, "text": words})
        headers = {"Content-Type": "application/json"}
        if settings.HUONG.sms_token:
            headers["Authorization"] = f"Bearer {settings.HUONG.sms_token}"
        status = net.post(settings.HUONG.sms_url, content=body, headers=headers).status_code
        if status in (408, 425, 429) or status >= 500:
            raise Unavailable(_("The other system answered %(status)d. It will be tried again.") % {"status": status})
        if not 200 <= status < 300:
            raise BadInput(_("The other system answered %(status)d.") % {"status": status}, code="sms_refused")


@dataclass(frozen=True)
class Texter:
    """Fills the port by which people send codes to phones."""

    def is_ready(self) -> bool:
        """Return whether a gateway is set up."""
        return bool(settings.HUONG.sms_url)

    def send(self, number: str, *, code: str, minutes: int, key: str) -> None:
        """Put the code into the outbox, in the reader's language."""
        address = outbox.Address("sms", number, language=(get_language() or "vi")[:2])
        outbox.send(address, "phone_code", {"code": code, "minutes": minutes}, key)
