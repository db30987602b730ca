"""Identifiers and digests."""

import hashlib
import os
import secrets
import time


def new_id() -> str:
    """Return a new identifier that sorts by time: UUID version 7 (RFC 9562 section 5.7), 32 hex digits.

    The first twelve bits after the version count quarters of a microsecond (section 6.2, method 3), so what one
    process writes within a millisecond sorts as it was written.
    """
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    tail = bytearray(os.urandom(8))
    tail[0] = (tail[0] & 0x3F) | 0x80
    return f"{milliseconds:012x}7{rest * 4096 // 1_000_000:03x}{tail.hex()}"


def digest(data: bytes | str) -> str:
    """Return the SHA-256 of bytes or of a text in UTF-8, as 64 hex digits.

    >>> digest("")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def token() -> str:
    """Return a secret for a link or a system, 256 bits, safe in URLs."""
    return secrets.token_urlsafe(32)
