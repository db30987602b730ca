"""Encryption of files of any size in pieces, so that neither writing nor reading holds one in memory.

Layout: a head (magic, salt), then pieces of 64 KiB, each AES-256-GCM with its tag. The key of a file
is derived from the data key and the salt; the nonce is the piece's number and whether it is the
last, so pieces cannot be swapped, repeated or cut off unseen.

Source: Hoang, Reyhanitabar, Rogaway and Vizár, "Online Authenticated-Encryption and its Nonce-Reuse
Misuse-Resistance" (the STREAM construction), RFC 5869 (HKDF).
"""

import io
import os
from collections.abc import Callable
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.utils.translation import gettext as _

from huong.base.errors import Unavailable

MAGIC = b"HUONG-F1"
SALT = 16
HEAD = len(MAGIC) + SALT
PIECE = 64 * 1024
TAG = 16


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=salt, info=MAGIC).derive(key))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")


class Encrypting:
    """Writes what it is given to a file, encrypted; `finish` writes the last piece."""

    def __init__(self, write: Callable[[bytes], object], key: bytes) -> None:
        salt = os.urandom(SALT)
        self._write, self._cipher = write, _cipher(key, salt)
        self._waiting, self._number = bytearray(), 0
        write(MAGIC + salt)

    def write(self, data: bytes) -> None:
        """Take in bytes; whole pieces are written, the rest waits."""
        self._waiting += data
        while len(self._waiting) > PIECE:  # one piece is held back, since the last one is marked
            self._put(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]

    def finish(self) -> None:
        """Write the last piece, which may be empty."""
        self._put(bytes(self._waiting), last=True)

    def _put(self, piece: bytes, *, last: bool) -> None:
        self._write(self._cipher.encrypt(_nonce(self._number, last=last), piece, None))
        self._number += 1


class Decrypting(io.RawIOBase):
    """Reads an encrypted file as if it were plain; any place can be sought."""

    def __init__(self, source: BinaryIO, key: bytes) -> None:
        super().__init__()
        head = source.read(HEAD)
        if head[: len(MAGIC)] != MAGIC or len(head) != HEAD:
            source.close()
            raise _damaged()
        self._source, self._cipher = source, _cipher(key, head[len(MAGIC) :])
        body = source.seek(0, os.SEEK_END) - HEAD
        self._pieces = max(1, -(-body // (PIECE + TAG)))
        self._size = body - self._pieces * TAG
        self._place, self._held = 0, (-1, b"")

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def seekable(self) -> bool:
        """Return that any place can be sought."""
        return True

    def tell(self) -> int:
        """Return the place of the next byte."""
        return self._place

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place in the plain bytes."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._size}[whence]
        self._place = max(0, start + offset)
        return self._place

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill a buffer with the bytes at the present place, at most to the end of a piece.

        Raises:
            Unavailable: the file was changed or cut, or its key is another one.
        """
        number = self._place // PIECE
        if self._place >= self._size and not (self._size == 0 and self._held[0] < 0):
            return 0
        within = self._place - number * PIECE
        found = self._piece(number)[within : within + len(buffer)]
        buffer[: len(found)] = found
        self._place += len(found)
        return len(found)

    def close(self) -> None:
        """Close the file below."""
        if not self.closed:
            self._source.close()
        super().close()

    def _piece(self, number: int) -> bytes:
        if self._held[0] != number:
            self._source.seek(HEAD + number * (PIECE + TAG))
            sealed = self._source.read(PIECE + TAG)
            try:
                plain = self._cipher.decrypt(_nonce(number, last=number == self._pieces - 1), sealed, None)
            except (InvalidTag, ValueError) as error:
                raise _damaged() from error
            self._held = (number, plain)
        return self._held[1]


def _damaged() -> Unavailable:
    return Unavailable(
        _("This file cannot be read: it was damaged, or its key is not in this home. Ask the operator to restore it."),
        code="file_damaged",
    )
