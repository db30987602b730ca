"""Keys of the home, keyed hashes, and data keys whose destruction erases what they protect.

Files lie in `HUONG_HOME/keys` (0600). A key file `field` has versions `field`, `field.2`, ...; the
newest one writes, every one reads. AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce.
"""

import hashlib
import hmac
import os
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock, home
from huong.base.errors import KeyDestroyed, Unavailable
from huong.base.models import DataKey

NONCE = 12
BATCH = 500


@lru_cache(maxsize=64)
def _secret_in(folder: str, name: str) -> bytes:
    return home.kept(Path(folder) / name, os.urandom(32))


def secret(name: str) -> bytes:
    """Return a 32-byte key of the home, made on first use."""
    return _secret_in(str(home.home() / "keys"), name)


def _versions(name: str) -> list[int]:
    folder = home.home() / "keys"
    found = [int(file.suffix[1:]) for file in folder.glob(f"{name}.*") if file.suffix[1:].isdigit()]
    return [1, *sorted(found)]


def rotate(name: str) -> int:
    """Make a new version of a key; it writes from now on, the older ones still read.

    Returns:
        The new version's number.
    """
    version = _versions(name)[-1] + 1
    secret(f"{name}.{version}")
    return version


def _versioned(name: str, version: int) -> bytes:
    return secret(name if version == 1 else f"{name}.{version}")


def seal_bytes(key: bytes, data: bytes, *, context: str = "") -> bytes:
    """Encrypt bytes under a key; the context (what and where it is) is authenticated with it."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, data, context.encode())


def open_bytes(key: bytes, data: bytes, *, context: str = "") -> bytes:
    """Decrypt what `seal_bytes` made.

    Raises:
        Unavailable: the key is another one, or the bytes were changed.
    """
    try:
        return AESGCM(key).decrypt(data[:NONCE], data[NONCE:], context.encode())
    except InvalidTag as error:
        raise Unavailable(
            _("This was encrypted under a key that is not in this home. Ask the operator to restore the keys."),
            code="wrong_key",
        ) from error


def encrypt(data: bytes, *, context: str) -> bytes:
    """Encrypt a field under the home's newest field key."""
    version = _versions("field")[-1]
    return version.to_bytes(2, "big") + seal_bytes(_versioned("field", version), data, context=context)


def decrypt(data: bytes, *, context: str) -> bytes:
    """Decrypt a field.

    Raises:
        Unavailable: its key is missing, or the bytes were changed.
    """
    version = int.from_bytes(data[:2], "big")
    if version not in _versions("field"):  # a version named by a stranger makes no key
        raise Unavailable(
            _("This was encrypted under a key that is not in this home. Ask the operator to restore the keys."),
            code="wrong_key",
        )
    return open_bytes(_versioned("field", version), bytes(data[2:]), context=context)


def keyed_hash(value: str, *, context: str) -> str:
    """Return a hash by which equal values can be joined, and which says nothing without the home's key."""
    return hmac.new(secret("hash"), f"{context}\x00{value}".encode(), hashlib.sha256).hexdigest()


def data_keys(scopes: Iterable[str]) -> dict[str, bytes | None]:
    """Return the data keys of many scopes, made on first use; None where the key was destroyed.

    Args:
        scopes: what each key protects, such as "dataset:welfare:3f2a...".
    """
    wanted = list(dict.fromkeys(scopes))
    found: dict[str, bytes | None] = {}
    for start in range(0, len(wanted), BATCH):
        chunk = wanted[start : start + BATCH]
        found |= _load(chunk)
        missing = [scope for scope in chunk if scope not in found]
        if missing:
            _make(missing)
            found |= _load(missing)
    return found


def _load(scopes: list[str]) -> dict[str, bytes | None]:
    rows = DataKey.objects.filter(scope__in=scopes).values_list("scope", "wrapped")
    return {
        scope: None if wrapped is None else decrypt(bytes(wrapped), context=f"data-key:{scope}")
        for scope, wrapped in rows
    }


def _make(scopes: list[str]) -> None:
    at = clock.now()
    with transaction.atomic():
        DataKey.objects.bulk_create(
            [
                DataKey(scope=scope, wrapped=encrypt(os.urandom(32), context=f"data-key:{scope}"), made_at=at)
                for scope in scopes
            ],
            ignore_conflicts=True,
        )


def data_key(scope: str) -> bytes:
    """Return the data key of one scope, made on first use.

    Raises:
        KeyDestroyed: what the key protected was erased.
    """
    key = data_keys([scope])[scope]
    if key is None:
        raise KeyDestroyed
    return key


def destroy(scope: str) -> bool:
    """Destroy a data key, and with it everything it protects, for ever. The caller records the entry.

    Returns:
        Whether there was a key to destroy.
    """
    changed = DataKey.objects.filter(scope=scope, wrapped__isnull=False).update(wrapped=None, destroyed_at=clock.now())
    return bool(changed)
