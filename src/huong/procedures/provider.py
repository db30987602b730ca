"""The payment provider, as far as we talk to it: make a payment, ask how it stands, believe its call-backs.

The shape is that of the sandbox (docs/sandbox.md); another provider is another module with these four functions.
Nothing here touches the database, and none of it may run inside a transaction.
"""

import base64
import time
from dataclasses import dataclass
from typing import Any

import orjson
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from huong.base import net
from huong.base.errors import BadInput, Unavailable
from huong.exchange import signing
from huong.exchange.errors import NotIdentified

CREATED = frozenset({200, 201})
KEYS_LAST, KEYS_AGAIN = 3600.0, 30.0
HEADERS = ("signature-input", "signature", "content-digest")
_keys: dict[str, tuple[float, dict[str, str]]] = {}


@dataclass(frozen=True)
class Told:
    """What the provider says about a payment."""

    id: str
    reference: str
    amount: int
    state: str
    pay_url: str = ""


def address() -> str:
    """Return where payments are made; empty if the city takes money at the counter only."""
    return settings.HUONG.payment_url or (
        f"{settings.HUONG.sandbox_url}/pay/payments" if settings.HUONG.sandbox_url else ""
    )


def create(reference: str, amount: int, description: str, *, callback: str, back: str) -> Told:
    """Make a payment; the same reference is the same payment.

    Raises:
        Unavailable: the provider does not answer, or refuses.
    """
    facts = {
        "amount": amount, "reference": reference, "description": description, "callback_url": callback,
        "return_url": back,
    }  # fmt: skip
    answer = net.post(address(), content=orjson.dumps(facts), headers=_headers(), timeout=10)
    if answer.status_code not in CREATED:
        raise Unavailable(
            _("The payment service refused (%(status)s). You can pay at the counter.") % {"status": answer.status_code}
        )
    return _told(answer.content)


def status(number: str) -> Told:
    """Return how a payment stands.

    Raises:
        Unavailable: the provider does not answer.
    """
    answer = net.get(f"{address()}/{number}", headers=_headers(), timeout=10)
    if answer.status_code not in CREATED:
        raise Unavailable(_("The payment service answered %(status)s.") % {"status": answer.status_code})
    return _told(answer.content)


def called_back(request: HttpRequest) -> Told:
    """Return what a call-back says, if the provider signed it just now.

    Raises:
        NotIdentified: it did not.
        BadInput: it says nothing that we understand.
    """
    headers = {name: request.headers[name] for name in HEADERS if name in request.headers}
    message = signing.request(
        request.method or "", request.path, request.META.get("QUERY_STRING", ""), headers, request.body
    )
    try:
        signing.require_signed_by(message, _public_keys(KEYS_LAST), of=_("the payment service"))
    except NotIdentified as error:
        if error.code != "unknown_key":
            raise
        signing.require_signed_by(message, _public_keys(KEYS_AGAIN), of=_("the payment service"))
    return _told(request.body, refusal=BadInput)


def _told(body: bytes, refusal: type[BadInput] | type[Unavailable] = Unavailable) -> Told:
    try:
        facts: dict[str, Any] = orjson.loads(body)
        if not str(facts.get("pay_url", "https://")).startswith(("https://", "http://")):
            raise ValueError(facts["pay_url"])
        return Told(
            str(facts["id"]),
            str(facts["reference"]),
            int(facts["amount"]),
            str(facts["state"]),
            str(facts.get("pay_url", "")),
        )
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise refusal(_("The payment service sent something that cannot be read.")) from error


def _headers() -> dict[str, str]:
    token = settings.HUONG.payment_token
    return {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}


def _public_keys(last: float) -> dict[str, str]:
    """Return the provider's keys, asked again after a while: an hour, or soon if a key is not known."""
    url = settings.HUONG.payment_keys_url or f"{settings.HUONG.sandbox_url}/keys"
    at, found = _keys.get(url, (0.0, {}))
    if not found or time.monotonic() - at > last:
        answer = net.get(url, timeout=5, max_bytes=100_000)
        try:
            listed = orjson.loads(answer.content)["keys"]
            found = {str(each["kid"]): _raw(each["x"]) for each in listed if each.get("crv") == "Ed25519"}
        except (ValueError, KeyError, TypeError) as error:
            raise Unavailable(_("The payment service sent something that cannot be read.")) from error
        _keys[url] = (time.monotonic(), found)
    return found


def _raw(x: str) -> str:
    return base64.b64encode(base64.urlsafe_b64decode(x + "=" * (-len(x) % 4))).decode()
