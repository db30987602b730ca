"""The second factor: codes from an app on the phone (TOTP, RFC 6238) and recovery codes.

The tables and the arithmetic are django-allauth's; the secrets are sealed under the home's field key.
"""

import base64
from urllib.parse import quote, urlencode

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value
from django.utils.crypto import constant_time_compare

from huong.base import city, clock, keys
from huong.people.models import User

PERIOD_SECONDS = 30
TOLERANCE = 1
CONTEXT = "people.second_factor"


class Adapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Seals what django-allauth keeps about second factors. Named by the setting `MFA_ADAPTER`."""

    def encrypt(self, text: str) -> str:
        """Seal a secret."""
        return base64.b64encode(keys.encrypt(text.encode(), context=CONTEXT)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open a sealed secret."""
        return keys.decrypt(base64.b64decode(encrypted_text), context=CONTEXT).decode()


def new_secret() -> str:
    """Return a secret for an authenticator app, in base 32."""
    return str(generate_totp_secret())


def address_of(user: User, secret: str) -> str:
    """Return the `otpauth:` address that an authenticator app reads from a QR code."""
    issuer = f"Hương {city.facts().get('name', '')}".strip()
    label = quote(f"{issuer}:{user.username}")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': issuer})}"


def matching_counter(secret: str, code: str) -> int | None:
    """Return the time step that a code belongs to, one step early or late included; None if it fits none."""
    given = "".join(code.split())
    present = int(clock.now().timestamp()) // PERIOD_SECONDS
    for counter in range(present - TOLERANCE, present + TOLERANCE + 1):
        if constant_time_compare(given, str(format_hotp_value(hotp_value(secret, counter)))):
            return counter
    return None


def is_set_up(user: User) -> bool:
    """Return whether somebody has an authenticator app."""
    return bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists())


def keep(user: User, secret: str, counter: int) -> None:
    """Keep a confirmed secret; the code that confirmed it works no second time."""
    Authenticator.objects.filter(user=user).delete()
    Authenticator.objects.create(
        user=user,
        type=Authenticator.Type.TOTP,
        data={"secret": Adapter().encrypt(secret), "counter": counter},
        created_at=clock.now(),
    )


def use(user: User, code: str) -> bool:
    """Return whether a code is right, and use it up: an app's code or a recovery code works once."""
    app = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    if app is None:
        return False
    counter = matching_counter(Adapter().decrypt(app.data["secret"]), code)
    if counter is None:
        return _use_recovery_code(user, code)
    fresh = Authenticator.objects.filter(id=app.id, data__counter__lt=counter).update(
        data={**app.data, "counter": counter}, last_used_at=clock.now()
    )
    return bool(fresh)


def _use_recovery_code(user: User, code: str) -> bool:
    kept = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return kept is not None and bool(RecoveryCodes(kept).validate_code("".join(code.split())))


def new_recovery_codes(user: User) -> list[str]:
    """Return new recovery codes; the old ones stop working."""
    Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
    return [str(code) for code in RecoveryCodes.activate(user).generate_codes()]


def remove(user: User) -> bool:
    """Forget somebody's second factor; returns whether there was one."""
    gone, _rows = Authenticator.objects.filter(user=user).delete()
    return bool(gone)
