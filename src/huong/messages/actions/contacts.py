"""Contact points: a person gives an address and proves with a code that it is theirs."""

import hmac
import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huong.base import clock, ids, keys, limits
from huong.base.errors import BadInput, NotFound, WrongState
from huong.journal import actions as journal
from huong.messages import events, rules
from huong.messages.actions.outbox import send
from huong.messages.models import ContactPoint
from huong.messages.ports import adapters

CONTEXT = "messages.address"


@transaction.atomic
def add_contact(user_id: int, channel: str, address: str, *, language: str = "") -> ContactPoint:
    """Write down where a person wants to be reached, and send a code there.

    Args:
        user_id: the person.
        channel: "mail", "webhook" or another that an adapter fills.
        address: as the person typed it.
        language: the language of messages; the present one if left out.

    Raises:
        NotFound: no adapter fills the channel.
        BadInput: this is no address of the channel.
        TooMany: too many codes were asked for.

    Records: `messages.contact_added`, `messages.queued` for the code.
    """
    normal = adapters.get(channel).normal(address)
    if normal is None:
        raise BadInput(_("This address does not look right. Please check it and type it again."), code="bad_address")
    contact, made = ContactPoint.objects.get_or_create(
        user_id=user_id,
        channel=channel,
        address_hash=keys.keyed_hash(normal, context=CONTEXT),
        defaults={
            "address": keys.encrypt(normal.encode(), context=CONTEXT),
            "shown": rules.masked(normal),
            "language": language or get_language() or "vi",
            "created_at": clock.now(),
        },
    )
    if made:
        journal.record(events.CONTACT_ADDED, f"contact:{contact.pk}", by=user_id, audience="named", channel=channel)
    if contact.verified_at is None:
        send_code(user_id, contact.pk)
    return contact


@transaction.atomic
def send_code(user_id: int, contact_id: int) -> None:
    """Send a new code to a contact point; the one before is void.

    Raises:
        NotFound: the person has no such contact point.
        WrongState: it is verified already.
        TooMany: more than five codes within an hour.

    Records: `messages.queued`.
    """
    contact = _own(user_id, contact_id)
    if contact.verified_at is not None:
        raise WrongState(_("This address is confirmed already."))
    limits.take(f"messages.code:{contact.pk}", rate=5, per=timedelta(hours=1))
    code = "".join(secrets.choice("0123456789") for _digit in range(rules.CODE_DIGITS))
    contact.code_hash = _hash(contact, code)
    contact.code_until, contact.code_tries = clock.now() + rules.CODE_LIFE, 0
    contact.save(update_fields=["code_hash", "code_until", "code_tries"])
    minutes = int(rules.CODE_LIFE.total_seconds() // 60)
    send(contact, "verify", {"code": code, "minutes": minutes}, key=f"verify:{contact.pk}:{ids.new_id()}")


def confirm(user_id: int, contact_id: int, code: str) -> ContactPoint:
    """Confirm a contact point with the code that was sent there.

    Raises:
        NotFound: the person has no such contact point.
        BadInput: the code is wrong or too old; after five wrong ones a new code is needed.

    Records: `messages.contact_verified`.
    """
    contact = _own(user_id, contact_id)
    if contact.verified_at is not None:
        return contact
    counted = ContactPoint.objects.filter(
        pk=contact.pk, code_tries__lt=rules.CODE_TRIES, code_until__gt=clock.now()
    ).update(code_tries=F("code_tries") + 1)  # committed before the code is looked at, so a refusal keeps it
    if not counted:
        raise BadInput(_("This code is no longer valid. Please ask for a new one."), code="code_expired")
    if not hmac.compare_digest(contact.code_hash, _hash(contact, "".join(code.split()))):
        raise BadInput(_("This code is not right. Please check it and type it again."), code="code_wrong")
    return _verified(contact, user_id)


@transaction.atomic
def _verified(contact: ContactPoint, user_id: int) -> ContactPoint:
    contact.verified_at, contact.code_hash, contact.code_until = clock.now(), "", None
    contact.save(update_fields=["verified_at", "code_hash", "code_until"])
    journal.record(
        events.CONTACT_VERIFIED, f"contact:{contact.pk}", by=user_id, audience="named", channel=contact.channel
    )
    return contact


@transaction.atomic
def remove_contact(user_id: int, contact_id: int) -> None:
    """Forget a contact point.

    Raises:
        NotFound: the person has no such contact point.

    Records: `messages.contact_removed`.
    """
    contact = _own(user_id, contact_id)
    contact.delete()
    journal.record(
        events.CONTACT_REMOVED, f"contact:{contact_id}", by=user_id, audience="named", channel=contact.channel
    )


def _own(user_id: int, contact_id: int) -> ContactPoint:
    contact = ContactPoint.objects.filter(pk=contact_id, user_id=user_id).first()
    if contact is None:
        raise NotFound(_("You have no such address."))
    return contact


def _hash(contact: ContactPoint, code: str) -> str:
    return keys.keyed_hash(code, context=f"messages.code:{contact.pk}")
