"""The canonical head of a request, and the hash by which both sides know that they mean the same message.

Source: X-Road PR-REST section 4.3 (X-Road-Request-Hash). A gateway in between neither keeps the order of
headers nor leaves them alone, so the head consists of the protocol's own headers in alphabetical order; it is
kept with the exchange, so that anybody can compute the hash again.
"""

import base64
import hashlib
from collections.abc import Mapping
from typing import Final

HEADERS: Final = (
    "accept",
    "content-digest",
    "content-type",
    "signature",
    "signature-input",
    "x-road-client",
    "x-road-id",
    "x-road-issue",
    "x-road-represented-party",
    "x-road-security-server",
    "x-road-userid",
)


def head_of(method: str, target: str, headers: Mapping[str, str], request_id: str, *, made_id: str = "") -> str:
    """Return the head of a request as it is hashed.

    Args:
        target: the path and query as they were sent.
        headers: by lower-case name.
        request_id: the id that the provider's side gave this request.
        made_id: the message id, if the provider's side had to make it.
    """
    lines = [method, target]
    lines += [f"{name}:{headers[name]}" for name in HEADERS if headers.get(name)]
    lines.append(f"x-road-request-id:{request_id}")
    if made_id:
        lines.append(f"x-road-id:{made_id}")
    return "".join(f"{line}\r\n" for line in lines)


def request_hash(head: str, body: bytes) -> str:
    """Return the hash of a request: base64(SHA512(SHA512(head) || SHA512(body))), without a body SHA512(head).

    >>> request_hash("", b"")[:12]
    'z4PhNX7vuL3x'
    """
    first = hashlib.sha512(head.encode()).digest()
    if body:
        first = hashlib.sha512(first + hashlib.sha512(body).digest()).digest()
    return base64.b64encode(first).decode()


def content_digest(body: bytes) -> str:
    """Return the Content-Digest of a body (RFC 9530).

    >>> content_digest(b"")
    'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:'
    """
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def is_digest_of(value: str, body: bytes) -> bool:
    """Return whether a Content-Digest holds for a body: at least one strong digest, and every one of them right.

    >>> is_digest_of(content_digest(b"a"), b"a"), is_digest_of(content_digest(b"a"), b"b"), is_digest_of("md5=:x:", b"")
    (True, False, False)
    """
    strong = 0
    for part in value.split(","):
        name, _equals, given = part.strip().partition("=")
        algorithm = {"sha-256": hashlib.sha256, "sha-512": hashlib.sha512}.get(name)
        if algorithm is None:
            continue
        strong += 1
        if given != f":{base64.b64encode(algorithm(body).digest()).decode()}:":
            return False
    return strong > 0


def body_hash(body: bytes) -> str:
    """Return the part that a body has in the request hash, base64 of its SHA-512; empty without a body."""
    return base64.b64encode(hashlib.sha512(body).digest()).decode() if body else ""
