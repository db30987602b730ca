"""Signatures over HTTP messages, written apart from those of the platform, so that each proves the other.

Source: RFC 9421 sections 2 and 3, RFC 9530; the profile of `docs/exchange.md`: Ed25519, one label, plain components.
"""

import base64
import hashlib
import re
import secrets
import time
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

LIFE = 60
SKEW = 5
TAG = "huong-exchange"
ANSWER = ("@status", "content-digest", "x-road-request-hash", "x-road-id", "x-road-request-id", "x-road-error")
QUESTION = ("@method", "@path", "@query", "content-digest", "x-road-client", "x-road-id")
HASHED = (
    "accept", "content-digest", "content-type", "signature", "signature-input", "x-road-client", "x-road-id",
    "x-road-issue", "x-road-represented-party", "x-road-security-server", "x-road-userid",
)  # fmt: skip
_INPUT = re.compile(r"(?P<label>[a-z][a-z0-9_-]*)=(?P<text>\((?P<names>[^)]*)\)(?P<rest>.*))")
_NUMBER = re.compile(r";(created|expires)=(\d+)")
_TEXT = re.compile(r';(nonce|keyid|tag)="([^"]*)"')


def digest(body: bytes) -> str:
    """Return the Content-Digest of a body."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def _base(names: list[str], values: Mapping[str, str], params: str) -> bytes:
    return "\n".join([*(f'"{name}": {values[name]}' for name in names), f'"@signature-params": {params}']).encode()


def sign(
    values: Mapping[str, str], names: tuple[str, ...], key: Ed25519PrivateKey, key_id: str, *, age: int = 0
) -> dict[str, str]:
    """Return the two signature headers of a message.

    Args:
        values: derived components and headers, by lower-case name; absent ones are left out.
        age: how many seconds ago it pretends to have been signed.
    """
    used = [name for name in names if values.get(name)]
    created = int(time.time()) - age
    listed = " ".join(f'"{name}"' for name in used)
    params = (
        f'({listed});created={created};expires={created + LIFE};nonce="{secrets.token_urlsafe(16)}"'
        f';keyid="{key_id}";tag="{TAG}"'
    )
    signature = base64.b64encode(key.sign(_base(used, values, params))).decode()
    return {"Signature-Input": f"sig1={params}", "Signature": f"sig1=:{signature}:"}


def refusal(values: Mapping[str, str], body: bytes, keys: Mapping[str, Ed25519PublicKey]) -> str:
    """Say why a request's signature is not good; empty if it is.

    Args:
        keys: the sender's public keys by key id.
    """
    found = _INPUT.fullmatch(values.get("signature-input", ""))
    if found is None:
        return "Signature-Input is missing or has another shape"
    rest = {**dict(_NUMBER.findall(found["rest"])), **dict(_TEXT.findall(found["rest"]))}
    names = re.findall(r'"([^"]*)"', found["names"])
    absent = [name for name in QUESTION if name not in names] + [name for name in names if name not in values]
    if absent:
        return f"the signature must cover {', '.join(absent)}"
    now = time.time()
    created, expires = int(rest.get("created", 0)), int(rest.get("expires", 0))
    if not created - SKEW <= now <= expires + SKEW or not 0 < expires - created <= LIFE:
        return "the signature is too old, too early or lives too long"
    if rest.get("tag") != TAG or values.get("content-digest") != digest(body):
        return "the tag or the Content-Digest is not right"
    return _holds(found, names, values, keys.get(rest.get("keyid", "")))


def _holds(found: re.Match[str], names: list[str], values: Mapping[str, str], key: Ed25519PublicKey | None) -> str:
    label = found["label"]
    given = re.fullmatch(rf"{label}=:([A-Za-z0-9+/=]+):", values.get("signature", ""))
    if key is None or given is None:
        return "the key is not known, or Signature has another shape"
    try:
        key.verify(base64.b64decode(given[1]), _base(names, values, found["text"]))
    except (InvalidSignature, ValueError):
        return "the signature does not hold"
    return ""


def request_hash(
    method: str, target: str, headers: Mapping[str, str], body: bytes, added: list[tuple[str, str]]
) -> str:
    """Return X-Road-Request-Hash over the protocol's own headers in alphabetical order, and those added here."""
    lines = [method, target, *(f"{name}:{headers[name]}" for name in HASHED if headers.get(name))]
    lines += [f"{name}:{value}" for name, value in added]
    state = hashlib.sha512("".join(f"{line}\r\n" for line in lines).encode()).digest()
    if body:
        state = hashlib.sha512(state + hashlib.sha512(body).digest()).digest()
    return base64.b64encode(state).decode()
