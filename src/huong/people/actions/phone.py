"""Signing in by a code on the phone: six digits, ten minutes, five tries; a lower assurance than VNeID."""

import hmac
import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from huong.base import clock, ids, keys, limits
from huong.base.errors import BadInput, Unavailable
from huong.journal import actions as journal
from huong.people import events, rules, texting
from huong.people.models import PhoneCode

LIVES = timedelta(minutes=10)
PER_NUMBER = 3
PER_NUMBER_A_DAY = 10
PER_ADDRESS = 20
KEPT = timedelta(days=1)


def send_code(number: str, *, address: str) -> PhoneCode:
    """Send a code to a phone. Whether an account belongs to the number is not told.

    Args:
        number: as the person typed it.
        address: where the request comes from; counted.

    Returns:
        The row; its `public_id` is kept in the session that asked.

    Raises:
        BadInput: no mobile number.
        TooMany: too many codes for this number or from this address.
        Unavailable: no gateway is set up.

    Records: `people.phone_code_sent`.
    """
    normal = rules.phone(number)
    if not normal:
        raise BadInput(_("This is not a mobile number. It has ten digits and begins with 0."), code="bad_phone")
    ready = next((texter for texter in texting.texters.values() if texter.is_ready()), None)
    if ready is None:
        raise Unavailable(_("Codes by phone are not set up here. Please sign in with VNeID."))
    _count(normal, address)
    return _sent(normal, ready)


@transaction.atomic
def _sent(normal: str, ready: texting.Texter) -> PhoneCode:
    now, code = clock.now(), "".join(secrets.choice("0123456789") for _digit in range(rules.CODE_DIGITS))
    PhoneCode.objects.filter(expires_at__lt=now - KEPT).delete()
    public_id = ids.token()
    row = PhoneCode.objects.create(
        public_id=public_id,
        sealed_phone=keys.encrypt(normal.encode(), context=f"phone-code:{public_id}"),
        shown=rules.phone_shown(normal),
        code_hash=_hash(public_id, code),
        created_at=now,
        expires_at=now + LIVES,
    )
    ready.send(normal, code=code, minutes=int(LIVES.total_seconds() // 60), key=f"phone-code:{row.id}")
    journal.record(events.PHONE_CODE_SENT, f"phone-code:{row.id}", by=None, audience="named")
    return row


def _count(number: str, address: str) -> None:
    hashed = keys.keyed_hash(number, context="people.phone_limit")
    limits.take(f"phone-from:{address}"[:200], rate=PER_ADDRESS, per=timedelta(hours=1))
    limits.take(f"phone:{hashed}", rate=PER_NUMBER, per=LIVES)
    limits.take(f"phone-day:{hashed}", rate=PER_NUMBER_A_DAY, per=timedelta(days=1))


def check_code(public_id: str, code: str) -> str:
    """Return the number whose code was typed right, once.

    Raises:
        BadInput: a wrong code; or too old, used, or tried five times.
    """
    now = clock.now()
    counted = PhoneCode.objects.filter(
        public_id=public_id, tries__lt=rules.CODE_TRIES, expires_at__gt=now, used_at=None
    ).update(tries=F("tries") + 1)  # committed before the code is looked at, so a refusal keeps it
    if not counted:
        raise BadInput(_("This code is no longer valid. Please ask for a new one."), code="code_expired")
    row = PhoneCode.objects.get(public_id=public_id)
    if not hmac.compare_digest(row.code_hash, _hash(public_id, "".join(code.split()))):
        raise BadInput(_("This code is not right. Please check it and type it again."), code="code_wrong")
    if not PhoneCode.objects.filter(id=row.id, used_at=None).update(used_at=now):
        raise BadInput(_("This code is no longer valid. Please ask for a new one."), code="code_expired")
    return keys.decrypt(bytes(row.sealed_phone), context=f"phone-code:{public_id}").decode()


def _hash(public_id: str, code: str) -> str:
    return keys.keyed_hash(f"{public_id}:{code}", context="people.phone_code")
