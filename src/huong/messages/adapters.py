"""The channels that come with Hương: mail and webhooks."""

import smtplib
from dataclasses import dataclass
from email.utils import parseaddr

import orjson
from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _

from huong.base import ids, net
from huong.base.errors import BadInput, Unavailable
from huong.messages import rules
from huong.messages.ports import Letter


def message_id(key: str) -> str:
    """Return the Message-ID of the mail under a key: the same at every attempt, and known before it is sent."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{ids.digest(key)[:32]}@{domain}>"


@dataclass(frozen=True)
class Mail:
    """Sends by the mail server that Django is set up with."""

    def normal(self, address: str) -> str | None:
        """Return the address with its domain in lower case."""
        return rules.normal_mail(address)

    def send(self, letter: Letter) -> None:
        """Send as plain text; an answer (the fact `in_reply_to`) stands under the mail that it answers."""
        headers = {"Message-ID": message_id(letter.key), "Auto-Submitted": "auto-generated"}
        if answered := " ".join(str(letter.facts.get("in_reply_to", "")).split()):
            headers |= {"In-Reply-To": answered, "References": answered}
        subject = " ".join(letter.subject.split())
        try:
            EmailMessage(subject, letter.body, to=[letter.address], headers=headers).send()
        except smtplib.SMTPRecipientsRefused as error:
            raise BadInput(_("The mail server does not accept this address."), code="address_refused") from error
        except (smtplib.SMTPException, OSError) as error:
            raise Unavailable(_("The mail server does not answer.")) from error


@dataclass(frozen=True)
class Webhook:
    """Posts a CloudEvents 1.0 envelope to a system of another house."""

    def normal(self, address: str) -> str | None:
        """Return the web address."""
        return rules.normal_web(address)

    def send(self, letter: Letter) -> None:
        """Post the facts; answers of 2xx are taken, 408, 429 and 5xx are tried again, others are final."""
        event = {
            "specversion": "1.0",
            "id": ids.digest(letter.key)[:32],
            "source": settings.PUBLIC_URL or "urn:huong",
            "type": letter.template,
            "datacontenttype": "application/json",
            "data": {**letter.facts, "subject": letter.subject, "text": letter.body},
        }
        headers = {
            "Content-Type": "application/cloudevents+json",
            "Idempotency-Key": f'"{ids.digest(letter.key)[:32]}"',
        }
        status = net.post(letter.address, content=orjson.dumps(event), headers=headers).status_code
        if status in (408, 425, 429) or status >= 500:
            raise Unavailable(_("The other system answered %(status)d. It will be tried again.") % {"status": status})
        if not 200 <= status < 300:
            raise BadInput(_("The other system answered %(status)d.") % {"status": status}, code="webhook_refused")
