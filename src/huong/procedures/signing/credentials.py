"""The result as a credential: SD-JWT VC, of which its holder shows as much as she likes; and its status list.

Written on joserfc: the reference library has had no release since 2024; it verifies ours in the tests.

Source: RFC 9901 (SD-JWT), draft-ietf-oauth-sd-jwt-vc, draft-ietf-oauth-status-list; keys ES256 (RFC 7518).
"""

import base64
import hashlib
import secrets
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from django.utils.translation import gettext as _
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from huong.base import clock
from huong.base.errors import BadInput
from huong.procedures.signing import authority

KEY = "documents-credentials"
TYPE, LIST_TYPE, ALGORITHM = "dc+sd-jwt", "statuslist+jwt", "ES256"
VALID, INVALID = 0, 1
LONGEST = 64_000
ALWAYS = ("iss", "vct", "iat", "status")


@dataclass(frozen=True)
class Shown:
    """A credential that was verified: what stands in every presentation, and what this one discloses."""

    claims: Mapping[str, Any]
    disclosed: Mapping[str, Any]


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def key() -> ECKey:
    """Return the key of the city's credentials; its id is its thumbprint."""
    found = ECKey.import_key(authority.key_named(KEY), {"use": "sig", "alg": ALGORITHM})
    found.ensure_kid()
    return found


def issued(claims: Mapping[str, Any], fields: Mapping[str, Any]) -> str:
    """Return a credential.

    Args:
        claims: what stands in every presentation: iss, vct, iat, status, exp.
        fields: what its holder may show or keep back, by name.
    """
    disclosures = [_b64(orjson.dumps([_b64(secrets.token_bytes(16)), name, value])) for name, value in fields.items()]
    body = {**claims, "_sd": sorted(_digest(each) for each in disclosures), "_sd_alg": "sha-256"}
    return "~".join([_signed(body, TYPE), *disclosures, ""])


def _signed(body: Mapping[str, Any], kind: str) -> str:
    mine = key()
    header = {"alg": ALGORITHM, "typ": kind, "kid": mine.kid}
    return jws.serialize_compact(header, orjson.dumps(dict(body)), mine, algorithms=[ALGORITHM])


def _digest(disclosure: str) -> str:
    return _b64(hashlib.sha256(disclosure.encode("ascii")).digest())


def verified(text: str, *, required: Iterable[str] = ()) -> Shown:
    """Return what a credential of this city says, if every part of it is genuine.

    Args:
        text: the credential, or a presentation with some disclosures left out.
        required: names that must be disclosed: a verifier that lacks one must not go on.

    Raises:
        BadInput: it is none, it was changed, a disclosure does not belong to it, it has ended, or lacks something.
    """
    token, *disclosures = text.strip()[:LONGEST].split("~")
    if not disclosures or disclosures[-1] != "":
        raise _not_genuine()
    claims = _opened(token)
    disclosed = _disclosed(disclosures[:-1], claims.pop("_sd", []))
    claims.pop("_sd_alg", None)
    if any(name in claims for name in disclosed) or any(name not in claims for name in ALWAYS):
        raise _not_genuine()
    if "exp" in claims and claims["exp"] < clock.now().timestamp():
        raise BadInput(_("This credential is no longer valid: its time is over."), code="credential_ended")
    if lacking := [name for name in required if name not in disclosed]:
        raise BadInput(
            _("The credential does not show %(names)s.") % {"names": ", ".join(lacking)}, code="not_disclosed"
        )
    return Shown(claims, disclosed)


def _opened(token: str) -> dict[str, Any]:
    try:
        found = jws.deserialize_compact(token, key(), algorithms=[ALGORITHM])
        claims: dict[str, Any] = orjson.loads(found.payload)
        right = found.headers().get("typ") == TYPE and claims.get("_sd_alg", "sha-256") == "sha-256"
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise _not_genuine() from error
    if not right:
        raise _not_genuine()
    return claims


def _disclosed(disclosures: list[str], digests: object) -> dict[str, Any]:
    """Return what is disclosed; one that belongs to nothing, or comes twice, spoils the whole."""
    known = set(digests) if isinstance(digests, list) else set()
    found: dict[str, Any] = {}
    for each in disclosures:
        try:
            name, value = orjson.loads(_unb64(each))[1:]
            belongs = _digest(each) in known
        except (ValueError, TypeError, UnicodeError) as error:
            raise _not_genuine() from error
        if not belongs or name in found or name in {"_sd", "..."}:
            raise _not_genuine()
        found[str(name)] = value
    return found


def _not_genuine() -> BadInput:
    return BadInput(
        _("This is no credential of this city, or it was changed. Please ask its holder for a new one."),
        code="credential_not_genuine",
    )


def status_list(uri: str, length: int, invalid: Iterable[int]) -> str:
    """Return the signed list that tells which credentials no longer hold, one bit each.

    Args:
        uri: its own address.
        length: how many credentials it speaks of.
        invalid: the places of those that were revoked or replaced.
    """
    bits = bytearray(max(1, -(-length // 8)))
    for place in invalid:
        bits[place // 8] |= INVALID << (place % 8)
    now = int(clock.now().timestamp())
    listed = {"bits": 1, "lst": _b64(zlib.compress(bytes(bits), 9))}
    return _signed({"sub": uri, "iat": now, "exp": now + 3600, "ttl": 300, "status_list": listed}, LIST_TYPE)
