"""The outbox: messages are written down in the verb's transaction and leave the house afterwards.

Sending never happens inside a transaction. A message is claimed for five minutes by a conditional
update, sent, then marked; a process killed in between sends it again under the same key, by which the
other side can drop the repetition.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

import orjson
from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from huong.base import clock, keys
from huong.base.errors import BadInput, HuongError, NotFound, Unavailable, WrongState
from huong.base.jobs import job
from huong.journal import actions as journal
from huong.journal.readers import describe
from huong.messages import events, letters, rules
from huong.messages.models import ContactPoint, Outgoing
from huong.messages.ports import Letter, adapters

log = logging.getLogger(__name__)
CONTEXT = "messages.payload"
BATCH = 100


@dataclass(frozen=True)
class Address:
    """Where a message goes that is not a person's contact point: an agency's mailbox, a system's hook."""

    channel: str
    address: str
    language: str = "vi"


@transaction.atomic
def send(contact: ContactPoint | Address, template: str, context: Mapping[str, object], key: str) -> Outgoing:
    """Put a message into the outbox; it leaves after the caller's transaction has been committed.

    Args:
        contact: a contact point, or an address.
        template: the name of a text (`messages/<name>.txt`).
        context: what the text names; JSON values only.
        key: the same key is one message, however often it is asked for.

    Raises:
        NotFound: no adapter fills the channel, or there is no such text.
        BadInput: the address is not one of the channel.

    Records: `messages.queued` the first time.
    """
    before = Outgoing.objects.filter(key=key).first()
    if before is not None:
        return before
    if not letters.exists(template):
        raise NotFound(_("There is no text “%(name)s”.") % {"name": template})
    address, language = _address_of(contact)
    adapters.get(contact.channel)
    payload = orjson.dumps({"address": address, "language": language, "context": dict(context)})
    fields = {
        "channel": contact.channel,
        "shown": rules.masked(address),
        "template": template,
        "payload": keys.encrypt(payload, context=CONTEXT),
        "created_at": clock.now(),
        "next_at": clock.now(),
    }
    outgoing, made = Outgoing.objects.get_or_create(key=key, defaults=fields)
    if made:
        journal.record(events.QUEUED, f"message:{outgoing.pk}", channel=contact.channel, template=template)
        deliver.later(outgoing.pk)
    return outgoing


@job(queue="default", tries=1)
def deliver(outgoing_id: int) -> bool:
    """Send one message in a job process; the outbox has its own patience."""
    return deliver_one(outgoing_id)


def _address_of(contact: ContactPoint | Address) -> tuple[str, str]:
    if isinstance(contact, Address):
        return contact.address, contact.language
    return keys.decrypt(bytes(contact.address), context="messages.address").decode(), contact.language


def address_of(contact: ContactPoint) -> Address:
    """Return where a contact point leads, for a letter to somebody whose contact points go."""
    return Address(contact.channel, *_address_of(contact))


def deliver_due(*, limit: int = BATCH) -> int:
    """Send what is due, oldest first. Returns how many were sent."""
    due = Outgoing.objects.filter(state__in=["waiting", "failed"], next_at__lte=clock.now())
    return sum(deliver_one(number) for number in due.order_by("next_at").values_list("pk", flat=True)[:limit])


def deliver_one(outgoing_id: int) -> bool:
    """Send one message if it is due. Returns whether it was sent.

    A failure is written beside the message and tried again, in the end it is given up and shown at
    `/desk/outbox/`.

    Raises:
        RuntimeError: called inside a transaction.

    Records: `messages.sent` or `messages.failed`.
    """
    if connection.in_atomic_block:
        with transaction.atomic(durable=True):  # refuses, except in the transaction of a test
            pass
    claimed = Outgoing.objects.filter(pk=outgoing_id, state__in=["waiting", "failed"], next_at__lte=clock.now()).update(
        next_at=clock.now() + rules.LEASE
    )
    if not claimed:
        return False
    outgoing = Outgoing.objects.get(pk=outgoing_id)
    try:
        adapters.get(outgoing.channel).send(_letter(outgoing))
    except HuongError as error:
        _failed(outgoing, error)
        return False
    except Exception as error:  # noqa: BLE001 - a channel that breaks is shown in the outbox and tried again
        log.error("Channel %s broke on message %s: %s", outgoing.channel, outgoing.pk, describe(error))
        _failed(outgoing, Unavailable(_("The channel broke (%(why)s).") % {"why": type(error).__name__}))
        return False
    _sent(outgoing)
    return True


def _letter(outgoing: Outgoing) -> Letter:
    held = orjson.loads(keys.decrypt(bytes(outgoing.payload or b""), context=CONTEXT))
    subject, body = letters.write(outgoing.template, held["context"], language=held["language"])
    return Letter(outgoing.key, held["address"], subject, body, held["context"], outgoing.template)


@transaction.atomic
def _sent(outgoing: Outgoing) -> None:
    outgoing.state, outgoing.next_at, outgoing.sent_at = "sent", None, clock.now()
    outgoing.attempts, outgoing.error, outgoing.payload = outgoing.attempts + 1, "", None
    outgoing.save()
    journal.record(events.SENT, f"message:{outgoing.pk}", attempts=outgoing.attempts)


@transaction.atomic
def _failed(outgoing: Outgoing, error: HuongError) -> None:
    """Write down a failure; only what may pass by itself is tried again."""
    outgoing.attempts += 1
    wait = rules.wait_after(outgoing.attempts) if isinstance(error, Unavailable) else None
    outgoing.state = "failed" if wait else "dead"
    outgoing.next_at = clock.now() + wait if wait else None
    outgoing.error = error.message[:300]
    outgoing.save(update_fields=["attempts", "state", "next_at", "error"])
    journal.record(
        events.FAILED, f"message:{outgoing.pk}", attempts=outgoing.attempts, error=error.code, dead=wait is None
    )


@transaction.atomic
def retry(outgoing_id: int, *, by: int) -> Outgoing:
    """Send a message again that failed or was given up.

    Raises:
        NotFound: there is no such message.
        WrongState: it has been sent, or waits already.

    Records: `messages.retried`.
    """
    outgoing = Outgoing.objects.select_for_update().filter(pk=outgoing_id).first()
    if outgoing is None:
        raise NotFound(_("There is no such message."))
    late = Q(state="waiting", next_at__lt=clock.now() - rules.SLOW)
    changed = (
        Outgoing.objects.filter(Q(state__in=["failed", "dead"]) | late, pk=outgoing_id)
        .exclude(payload=None)
        .update(state="waiting", attempts=0, next_at=clock.now())
    )
    if not changed:
        raise WrongState(_("This message has been sent already, or is on its way."))
    journal.record(events.RETRIED, f"message:{outgoing_id}", by=by)
    deliver.later(outgoing_id)
    outgoing.refresh_from_db()
    return outgoing


@transaction.atomic
def give_up(outgoing_id: int, *, reason: str, by: int) -> Outgoing:
    """Let a message go that could not be sent; what it says is emptied, the reason stays beside it.

    Raises:
        NotFound: there is no such message.
        BadInput: no reason is given.
        WrongState: it has been sent, or was let go already.

    Records: `messages.given_up`.
    """
    words = " ".join(reason.split())
    if not words:
        raise BadInput(_("Please say in a few words why it need not go out any more."), field="reason")
    changed = Outgoing.objects.filter(pk=outgoing_id, state__in=["waiting", "failed", "dead"]).update(
        state="dropped", next_at=None, payload=None, reason=words[:300]
    )
    if not changed:
        if not Outgoing.objects.filter(pk=outgoing_id).exists():
            raise NotFound(_("There is no such message."))
        raise WrongState(_("This message has been sent already, or was let go."))
    journal.record(events.GIVEN_UP, f"message:{outgoing_id}", by=by)
    return Outgoing.objects.get(pk=outgoing_id)
