"""Identifiers and digests."""

import hashlib
import os
import secrets
import time


def new_id() -> str:
    """Return a new identifier that sorts by time: UUID version 7 (RFC 9562 section 5.7), 32 hex digits."""
    milliseconds = time.time_ns() // 1_000_000
    tail = bytearray(os.urandom(10))
    tail[0] = (tail[0] & 0x0F) | 0x70
    tail[2] = (tail[2] & 0x3F) | 0x80
    return milliseconds.to_bytes(6, "big").hex() + tail.hex()


def digest(data: bytes | str) -> str:
    """Return the SHA-256 of bytes or of a text in UTF-8, as 64 hex digits.

    >>> digest("")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def token() -> str:
    """Return a secret for a link or a system, 256 bits, safe in URLs."""
    return secrets.token_urlsafe(32)
