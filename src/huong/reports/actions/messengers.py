"""Messengers: set up by the city's office; their gateways bring signed messages, and take signed answers."""

import time
from dataclasses import dataclass

import orjson
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from huong.base import clock, ids, keys, net
from huong.base.errors import BadInput, Forbidden, NotFound, Unavailable
from huong.base.text import fold
from huong.journal import actions as journal
from huong.messages.ports import Letter as Outgoing
from huong.messages.rules import normal_web
from huong.people import access
from huong.people.models import User
from huong.reports import events
from huong.reports.models import Messenger
from huong.reports.rules import signing

POWER = "reports.rules"
CONTEXT = "reports.messenger"
CHANNEL = "messenger"
BUSY = {408, 425, 429}


@transaction.atomic
def save_messenger(name: str, *, send_url: str, key: str = "", active: bool = True, by: User) -> tuple[Messenger, str]:
    """Set a messenger up, or change it.

    Args:
        send_url: where its gateway takes answers.
        key: the short name of one that is known; empty for a new one.

    Returns:
        The messenger and, of a new one, the shared secret: it is shown this once.

    Raises:
        Forbidden: `by` may not change the city's rules.
        BadInput: no name, or no web address.
        NotFound: no such messenger.

    Records: `reports.messenger_changed`.
    """
    access.require_power(by, POWER)
    url, plain = normal_web(send_url), " ".join(name.split())[:120]
    if not plain:
        raise BadInput(_("Please give the system a name."), field="name")
    if url is None:
        raise BadInput(_("This is no web address: %(url)s") % {"url": send_url[:100]}, field="send_url")
    secret = ""
    if key:
        held = require(key)
    else:
        secret = ids.token()
        held = Messenger(key=_free_key(plain), secret=keys.encrypt(secret.encode(), context=CONTEXT))
    held.name, held.send_url, held.is_active = plain, url[:300], active
    held.save()
    journal.record(events.MESSENGER_CHANGED, f"messenger:{held.key}", by=by.pk, active=active)
    return held, secret


def _free_key(name: str) -> str:
    start = slugify(fold(name))[:30] or CHANNEL
    taken = set(Messenger.objects.filter(key__startswith=start).values_list("key", flat=True))
    return next(key for key in (start, *(f"{start}-{number}" for number in range(2, 1000))) if key not in taken)


def require(key: str) -> Messenger:
    """Return a messenger by its short name.

    Raises:
        NotFound: there is none.
    """
    found = Messenger.objects.filter(key=key).first()
    if found is None:
        raise NotFound(_("No messenger is known as “%(key)s”.") % {"key": key[:40]})
    return found


def secret_of(messenger: Messenger) -> bytes:
    """Return the shared secret."""
    return keys.decrypt(bytes(messenger.secret), context=CONTEXT)


def require_signed(key: str, *, timestamp: str, given: str, body: bytes) -> Messenger:
    """Return the messenger whose gateway signed a body.

    Raises:
        Forbidden: no such messenger, it is switched off, the signature is wrong, or it is older than five minutes.
    """
    held = Messenger.objects.filter(key=key, is_active=True).first()
    if held is None or not signing.is_signed(secret_of(held), timestamp, body, given):
        raise Forbidden(_("The signature is not right."), code="bad_signature")
    if not signing.is_fresh(timestamp, clock.now().timestamp()):
        raise Forbidden(_("The message was signed too long ago, or its clock is wrong."), code="stale_signature")
    return held


@dataclass(frozen=True)
class Adapter:
    """Hands answers to a messenger's gateway; the address is the messenger's short name and the account."""

    def normal(self, address: str) -> str | None:
        """Return the address as it is, None if it does not name a messenger."""
        key, colon, account = address.partition(":")
        return address if key and colon and account else None

    def send(self, letter: Outgoing) -> None:
        """Post it, signed; the id is the same at every attempt, so that the gateway can drop repetitions.

        Raises:
            Unavailable: try again later.
            BadInput: the gateway refuses for good, or the messenger is no longer in use.
        """
        key, _colon, account = letter.address.partition(":")
        held = require(key)
        if not held.is_active:
            raise BadInput(_("This messenger is no longer in use."))
        words = letter.body.strip()
        body = orjson.dumps(
            {"id": ids.digest(letter.key)[:32], "to": account, "text": words, "report": letter.facts.get("number", "")}
        )
        stamp = str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            signing.TIME: stamp,
            signing.SIGNATURE: signing.signature(secret_of(held), stamp, body),
        }
        status = net.post(held.send_url, content=body, headers=headers).status_code
        if status in BUSY or status >= 500:
            raise Unavailable(_("The other system answered %(status)d. It will be tried again.") % {"status": status})
        if not 200 <= status < 300:
            raise BadInput(_("The other system answered %(status)d.") % {"status": status}, code="messenger_refused")
