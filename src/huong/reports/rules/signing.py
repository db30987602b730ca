"""How a messenger's gateway and we sign what we send each other: HMAC-SHA256 over the time and the body. Pure."""

import hashlib
import hmac

WINDOW_SECONDS = 300
TIME, SIGNATURE = "X-Huong-Timestamp", "X-Huong-Signature"


def signature(secret: bytes, timestamp: str, body: bytes) -> str:
    """Return the signature of a body sent at a time (seconds since 1970, in digits).

    >>> signature(b"secret", "1764000000", b"{}")[:14]
    'sha256=b691197'
    """
    return "sha256=" + hmac.new(secret, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def is_fresh(timestamp: str, now: float) -> bool:
    """Return whether a time lies within five minutes of now.

    >>> is_fresh("1000", 1200), is_fresh("1000", 1301), is_fresh("soon", 0)
    (True, False, False)
    """
    return timestamp.isdecimal() and len(timestamp) <= 12 and abs(int(timestamp) - now) <= WINDOW_SECONDS


def is_signed(secret: bytes, timestamp: str, body: bytes, given: str) -> bool:
    """Return whether a signature is right."""
    return hmac.compare_digest(signature(secret, timestamp, body).encode(), given.encode())
