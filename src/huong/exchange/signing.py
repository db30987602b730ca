"""Signing requests and answers, and believing those of others.

Source: RFC 9421, RFC 9530; the profile stands in `docs/exchange.md`.
"""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from huong.base import clock
from huong.exchange import keyring
from huong.exchange.errors import NotIdentified
from huong.exchange.models import MemberKey
from huong.exchange.rules import heads, signatures


@dataclass(frozen=True)
class Message:
    """One message as far as signatures go: derived components and headers by lower-case name, and the body."""

    values: Mapping[str, str]
    body: bytes


def request(method: str, path: str, query: str, headers: Mapping[str, str], body: bytes) -> Message:
    """Return a request. `path` is percent-encoded, `query` without its question mark."""
    return Message({"@method": method, "@path": path, "@query": f"?{query}", **headers}, body)


def answer(status: int, headers: Mapping[str, str], body: bytes) -> Message:
    """Return an answer."""
    return Message({"@status": str(status), **headers}, body)


def signed(message: Message, key_id: str) -> dict[str, str]:
    """Return the headers `Signature-Input` and `Signature` for a message, made now with a key of this home.

    Raises:
        Unavailable: the key's private half is not here.
    """
    required, wanted = _covered(message)
    components = [*required, *wanted]
    created = int(clock.now().timestamp())
    params = signatures.params_text(
        components,
        created=created,
        expires=created + signatures.LIFE_SECONDS,
        nonce=secrets.token_urlsafe(16),
        key_id=key_id,
    )
    signature = keyring.sign(key_id, signatures.base_of(components, message.values, params))
    return {
        "signature-input": f"{signatures.LABEL}={params}",
        "signature": f"{signatures.LABEL}=:{base64.b64encode(signature).decode()}:",
    }


def _covered(message: Message) -> tuple[list[str], list[str]]:
    is_answer = "@status" in message.values
    required = signatures.RESPONSE if is_answer else signatures.REQUEST
    extra = signatures.RESPONSE_IF_PRESENT if is_answer else signatures.REQUEST_IF_PRESENT
    return list(required), [name for name in extra if message.values.get(name)]


def require_signed(message: Message, keys: list[MemberKey], *, of: str) -> bytes:
    """Refuse a message that its sender did not sign just now, whole.

    Args:
        keys: the sender's keys.
        of: the sender, for the sentence.

    Returns:
        The signature base that was verified.

    Raises:
        NotIdentified: no signature, or it does not hold; the sentence says why and what to do.
    """
    params = signatures.parsed(message.values.get("signature-input", ""))
    signature = signatures.signature_of(message.values.get("signature", ""), params.label) if params else None
    if params is None or signature is None:
        raise NotIdentified(_("The message is not signed as agreed. Send Signature-Input and Signature (RFC 9421)."))
    _require_whole(message, params)
    _require_fresh(params, of)
    key = _key_of(params, keys, of)
    base = signatures.base_of(params.components, message.values, params.text)
    if not keyring.is_signed(base, signature, key.public):
        raise NotIdentified(
            _("The signature of %(sender)s does not hold: the message was changed on its way.") % {"sender": of}
        )
    return base


def _require_whole(message: Message, params: signatures.Params) -> None:
    required, present = _covered(message)
    left_out = signatures.missing(params, required, present)
    unknown = [name for name in params.components if name not in message.values]
    if left_out or unknown:
        raise NotIdentified(
            _("The signature must cover %(names)s.") % {"names": ", ".join(left_out or unknown)}, code="not_covered"
        )
    if params.parameters.get("tag") != signatures.TAG:
        raise NotIdentified(
            _("The signature was made for something else: its tag must be %(tag)s.") % {"tag": signatures.TAG}
        )
    if params.parameters.get("alg", "ed25519") != "ed25519":
        raise NotIdentified(_("Signatures are Ed25519 here."))
    if not heads.is_digest_of(message.values.get("content-digest", ""), message.body):
        raise NotIdentified(_("The body is not the one that was signed (Content-Digest)."), code="body_changed")


def _require_fresh(params: signatures.Params, of: str) -> None:
    now = int(clock.now().timestamp())
    why = signatures.staleness(params, now)
    if not why:
        return
    off = (params.number("created") or now) - now
    sentences = {
        "untimed": _("The signature needs created, expires and nonce."),
        "too_long": _("A signature lives at most %(seconds)d seconds.") % {"seconds": signatures.LIFE_SECONDS},
        "early": _("The clock of %(sender)s is %(off)d seconds ahead of ours. Set it by a time server.")
        % {"sender": of, "off": off},
        "late": _("The message of %(sender)s is too old (%(off)d seconds). Sign it again; check the clock.")
        % {"sender": of, "off": -off},
    }
    raise NotIdentified(sentences[why], code=f"signature_{why}", off_seconds=off)


def _key_of(params: signatures.Params, keys: list[MemberKey], of: str) -> MemberKey:
    wanted = params.parameters.get("keyid", "")
    found = next((key for key in keys if key.key_id == wanted and key.use == "sign"), None)
    if found is None:
        raise NotIdentified(_("The key is not one of %(sender)s.") % {"sender": of}, code="unknown_key")
    if found.revoked_at is not None and found.revoked_at <= clock.now():
        raise NotIdentified(
            _("This key of %(sender)s was revoked. Use the newer one.") % {"sender": of}, code="key_revoked"
        )
    if not found.holds_at(clock.now()):
        raise NotIdentified(_("This key of %(sender)s is not valid now.") % {"sender": of}, code="key_not_valid")
    return found


def base_made(message: Message, signature_input: str) -> bytes:
    """Return the signature base behind a `Signature-Input` that was made here, for the record."""
    params = signatures.parsed(signature_input)
    if params is None:
        raise ValueError(signature_input)
    return signatures.base_of(params.components, message.values, params.text)


PLAIN = ("@method", "@path", "@query", "content-digest")


def require_signed_by(message: Message, keys: Mapping[str, str], *, of: str) -> None:
    """Refuse a request of a party outside the exchange that it did not sign just now, whole.

    Args:
        keys: the sender's public keys (32 bytes, base64) by key id.
        of: the sender, for the sentence.

    Raises:
        NotIdentified: no signature of a known key, or it does not hold, or not for this body, or it is too old.

    Source: RFC 9421; what must be covered is `PLAIN`.
    """
    params = signatures.parsed(message.values.get("signature-input", ""))
    signature = signatures.signature_of(message.values.get("signature", ""), params.label) if params else None
    if params is None or signature is None:
        raise NotIdentified(_("The message is not signed as agreed. Send Signature-Input and Signature (RFC 9421)."))
    if left_out := signatures.missing(params, PLAIN, ()) or [n for n in params.components if n not in message.values]:
        raise NotIdentified(
            _("The signature must cover %(names)s.") % {"names": ", ".join(left_out)}, code="not_covered"
        )
    if not heads.is_digest_of(message.values.get("content-digest", ""), message.body):
        raise NotIdentified(_("The body is not the one that was signed (Content-Digest)."), code="body_changed")
    _require_fresh(params, of)
    public = keys.get(params.parameters.get("keyid", ""))
    if public is None:
        raise NotIdentified(_("The key is not one of %(sender)s.") % {"sender": of}, code="unknown_key")
    base = signatures.base_of(params.components, message.values, params.text)
    if not keyring.is_signed(base, signature, public):
        raise NotIdentified(
            _("The signature of %(sender)s does not hold: the message was changed on its way.") % {"sender": of}
        )
