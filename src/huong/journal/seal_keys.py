"""Keys that sign seals: Ed25519, versioned by key id, private halves only in the home's keys folder.

`keys/seal-<key id>.key` (PKCS 8, PEM) and `seal-<key id>.pub` (PEM, as openssl reads it), all 0600; the
file `seal-current` names the one that signs. A key id is the beginning of the SHA-256 of the public key.

Source: RFC 8032 (Ed25519), RFC 8410 (its PEM forms).
"""

import base64
import binascii
import os
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock, home, ids
from huong.base.errors import BadInput, Unavailable
from huong.journal import actions, events
from huong.journal.models import SealKey

PublicKeys = Mapping[str, bytes]


def sign(data: bytes) -> tuple[str, str]:
    """Sign bytes with the current key, made on first use.

    Returns:
        The key id and the signature (128 hex digits).

    Raises:
        Unavailable: the current key's private half is not in this home.
    """
    key_id = current()
    try:
        private = load_pem_private_key(_file(f"{key_id}.key").read_bytes(), password=None)
    except FileNotFoundError as error:
        raise Unavailable(
            _("The key that signs the journal is not in this home. Restore the keys, or make a new one."),
            code="seal_key_missing",
        ) from error
    if not isinstance(private, Ed25519PrivateKey):
        raise BadInput(_("The file %(name)s is not an Ed25519 key.") % {"name": f"seal-{key_id}.key"})
    return key_id, private.sign(data).hex()


def is_signed(data: bytes, signature: str, public: bytes) -> bool:
    """Return whether a signature (hex) over bytes was made by the owner of a public key (32 bytes)."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(bytes.fromhex(signature), data)
    except (InvalidSignature, ValueError):
        return False
    return True


def current() -> str:
    """Return the id of the key that signs now; the first is made when there is none."""
    pointer = _file("current")
    if not pointer.exists():
        return rotate()
    key_id = pointer.read_text().strip()
    if not SealKey.objects.filter(pk=key_id).exists() and _file(f"{key_id}.pub").exists():
        _publish(key_id, _read_public(_file(f"{key_id}.pub")), replaces="")
    return key_id


def rotate(*, by: int | None = None) -> str:
    """Make a new key that signs from now on; older seals stay valid under theirs.

    Args:
        by: the operator; None when the first key is made by itself.

    Returns:
        The new key's id.

    Records: `journal.key_made` with the id and the one it replaces.
    """
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    key_id = key_id_of(public)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    _write(_file(f"{key_id}.key"), pem)
    _write(_file(f"{key_id}.pub"), pem_of(public))
    before = _file("current").read_text().strip() if _file("current").exists() else ""
    _publish(key_id, public, replaces=before, by=by)
    _write(_file("current"), key_id.encode())
    return key_id


@transaction.atomic
def _publish(key_id: str, public: bytes, *, replaces: str, by: int | None = None) -> None:
    """Keep the public half in the database, where exports and backups find it."""
    fields = {"public": base64.b64encode(public).decode(), "created_at": clock.now()}
    _row, made = SealKey.objects.get_or_create(pk=key_id, defaults=fields)
    if made:
        actions.record(events.KEY_MADE, key_id, by=by, replaces=replaces)


def key_id_of(public: bytes) -> str:
    """Return the id of a public key: the first 16 hex digits of its SHA-256."""
    return ids.digest(public)[:16]


def pem_of(public: bytes) -> bytes:
    """Return a public key (32 bytes) in PEM."""
    return Ed25519PublicKey.from_public_bytes(public).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def public_keys(folder: Path | None = None) -> dict[str, bytes]:
    """Return the public keys in a folder of `*.pub` files, by key id.

    Args:
        folder: a folder that was handed over on a way one trusts; this home's own if left out.

    Raises:
        BadInput: the folder holds no public key, or a file is not one.
    """
    folder = folder or _file("current").parent
    found = {key_id_of(key): key for key in map(_read_public, sorted(folder.glob("*.pub")))}
    if not found:
        raise BadInput(
            _("There is no public key (*.pub) in %(folder)s. Name a folder that holds them.") % {"folder": folder.name}
        )
    return found


def _read_public(file: Path) -> bytes:
    try:
        key = load_pem_public_key(file.read_bytes())
    except (ValueError, binascii.Error):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise BadInput(_("The file %(name)s is not an Ed25519 key.") % {"name": file.name})
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def _file(name: str) -> Path:
    return home.path("keys", f"seal-{name}")


def _write(file: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    draft = file.with_name(f".{file.name}.{ids.new_id()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    os.replace(draft, file)
