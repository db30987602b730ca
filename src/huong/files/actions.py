"""What people and packages do with files: keep bytes, and let them go."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from huong.base import clock, home, ids, keys
from huong.base.errors import BadInput, NotFound, StorageFull, TooLarge
from huong.files import events, kinds, queries, rules
from huong.files.ciphers import Encrypting
from huong.files.models import Blob, Kept
from huong.journal import actions as journal

CHUNK_BYTES = 1024 * 1024
SPACE_EVERY_BYTES = 64 * 1024 * 1024
OLD_SECONDS = 24 * 3600


@dataclass(frozen=True)
class _Draft:
    """Bytes on their way: written, synced, not yet known to the database."""

    stored: str
    path: Path
    digest: str
    size: int
    head: bytes


def keep(
    stream: BinaryIO,
    *,
    name: str,
    owner: str,
    scope: str | None = None,
    max_bytes: int | None = None,
    by: int | None = None,
) -> Blob:
    """Keep the bytes of a stream, in little memory; half-written ones leave nothing.

    The same bytes are kept once per scope; each owner and name is written down.

    Args:
        stream: what to read from; it is read to its end and not closed.
        name: the name it came with; it is made safe.
        owner: who keeps it, as its package names it: "intake:cay-xanh".
        scope: the data key under which the bytes are encrypted, for personal data; None for none.
        max_bytes: the largest size taken; `HUONG_UPLOAD_MB` if left out.
        by: the id of the person acting.

    Returns:
        The blob.

    Raises:
        TooLarge: the stream holds more than `max_bytes`.
        StorageFull: the disk has no room; nothing was kept.
        BadInput: the stream broke off (an upload that was interrupted).
        KeyDestroyed: the scope was erased; nothing more can be kept under it.

    Records: `files.kept` with digest, size, kind and owner, the first time this owner keeps it under this name.
    """
    limit = settings.HUONG.upload_mb * 1024 * 1024 if max_bytes is None else max_bytes
    key = keys.data_key(scope) if scope else None
    draft = _write(stream, limit, key)
    try:
        blob, used = _register(draft, name=rules.safe_name(name), owner=owner, scope=scope or "", by=by)
    except BaseException:
        draft.path.unlink(missing_ok=True)
        raise
    if not used:
        draft.path.unlink(missing_ok=True)
    return blob


def _write(stream: BinaryIO, limit: int, key: bytes | None) -> _Draft:
    """Write a stream into a new file of the home; on any failure the file is gone again."""
    home.require_space()
    stored = ids.new_id()
    part = home.path("tmp", f"keep-{stored}")
    final = home.path("files", stored[-2:], stored)
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            digest, size, head = _copy(stream, out.write, limit, key)
            out.flush()
            os.fsync(out.fileno())
        os.replace(part, final)
        _sync_folder(final.parent)
    except OSError as error:
        if home.is_full(error):
            raise StorageFull from error
        if isinstance(error, ConnectionError | TimeoutError):
            raise BadInput(
                _("The upload broke off before its end. Nothing was kept; please send the file again."),
                code="upload_broken",
            ) from error
        raise
    finally:
        part.unlink(missing_ok=True)
    return _Draft(stored, final, digest, size, head)


def _copy(stream: BinaryIO, write: Callable[[bytes], object], limit: int, key: bytes | None) -> tuple[str, int, bytes]:
    """Copy a stream piece by piece; return digest, size and first bytes."""
    sha, size, head = hashlib.sha256(), 0, b""
    cipher = Encrypting(write, key) if key else None
    put = cipher.write if cipher else write
    while chunk := stream.read(CHUNK_BYTES):
        if size // SPACE_EVERY_BYTES != (size + len(chunk)) // SPACE_EVERY_BYTES:
            home.require_space(len(chunk))
        size += len(chunk)
        if size > limit:
            raise TooLarge(
                _("The file is larger than %(mb)s MB, the most that is taken here. Please split it.")
                % {"mb": f"{limit / 1_048_576:g}"}
            )
        head = head or chunk[: kinds.HEAD_BYTES]
        sha.update(chunk)
        put(chunk)
    if cipher:
        cipher.finish()
    return sha.hexdigest(), size, head


def _sync_folder(folder: Path) -> None:
    """Make the new name in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@transaction.atomic
def _register(draft: _Draft, *, name: str, owner: str, scope: str, by: int | None) -> tuple[Blob, bool]:
    """Write down a blob and its keeper; return the blob and whether the draft's file is now its file."""
    blob = Blob.objects.select_for_update().filter(digest=draft.digest, scope=scope).first()
    used = False
    if blob is None:
        blob, used = _new_blob(draft, name=name, scope=scope)
    elif not queries.stored_path(blob).exists():  # its file was lost: the same bytes bring it back
        blob.stored, used = draft.stored, True
        blob.save(update_fields=["stored"])
    _kept, fresh = Kept.objects.get_or_create(blob=blob, owner=owner, name=name, defaults={"at": clock.now()})
    if fresh:
        journal.record(
            events.KEPT, f"blob:{blob.pk}", by=by, digest=blob.digest, size=blob.size, kind=blob.kind, owner=owner
        )
    return blob, used


def _new_blob(draft: _Draft, *, name: str, scope: str) -> tuple[Blob, bool]:
    blob = Blob(digest=draft.digest, size=draft.size, scope=scope, stored=draft.stored, at=clock.now())
    blob.kind = kinds.sniff(draft.head, name)
    try:
        with transaction.atomic():
            blob.save(force_insert=True)
    except IntegrityError:  # the same bytes came twice at the same moment
        return Blob.objects.select_for_update().get(digest=draft.digest, scope=scope), False
    return blob, True


@transaction.atomic
def release(blob_id: int, *, owner: str, by: int | None = None) -> bool:
    """Let go of a file; bytes that nobody keeps any more are deleted.

    Args:
        blob_id: the blob.
        owner: who kept it, under whatever names.
        by: the id of the person acting.

    Returns:
        Whether the bytes are gone.

    Raises:
        NotFound: this owner does not keep the blob.

    Records: `files.released` with the digest, the owner and whether the bytes are gone.
    """
    blob = Blob.objects.select_for_update().filter(pk=blob_id).first()
    released, _rows = Kept.objects.filter(blob_id=blob_id, owner=owner).delete()
    if blob is None or not released:
        raise NotFound(_("This file is not kept here."))
    gone = not Kept.objects.filter(blob=blob).exists()
    journal.record(events.RELEASED, f"blob:{blob_id}", by=by, digest=blob.digest, owner=owner, gone=gone)
    if gone:
        path = queries.stored_path(blob)
        blob.delete()
        transaction.on_commit(lambda: path.unlink(missing_ok=True))
    return gone


@transaction.atomic
def erase(scope: str, *, by: int | None = None) -> int:
    """Erase the files kept under a data key: the key is destroyed, so copies of the encrypted bytes are worth nothing.

    Who kept which file stays written down; reading one is refused from then on (`KeyDestroyed`).

    Args:
        scope: the data key, as it was given to `keep`.
        by: the id of the person acting; None for a retention that has ended.

    Returns:
        How many files it protected; 0 if the key was destroyed before, or never made.

    Records: `files.erased`, if there was a key.
    """
    if not keys.destroy(scope):
        return 0
    found = list(Blob.objects.filter(scope=scope))
    journal.record(events.ERASED, scope, by=by, scope=scope, files=len(found))
    for path in [queries.stored_path(blob) for blob in found]:
        transaction.on_commit(partial(path.unlink, missing_ok=True))
    return len(found)


def sweep() -> int:
    """Delete what killed processes left behind: parts of uploads, decrypted copies, files no blob names.

    Only what is older than a day, so that nothing on its way is touched.

    Returns:
        How many files were deleted.
    """
    before = clock.now().timestamp() - OLD_SECONDS
    left = [file for pattern in ("keep-*", "open-*") for file in home.path("tmp", "x").parent.glob(pattern)]
    left = [file for file in left if file.stat().st_mtime < before]
    for folder in home.path("files", "x").parent.glob("??"):
        old = {file.name: file for file in folder.iterdir() if file.stat().st_mtime < before}
        known = set(Blob.objects.filter(stored__in=list(old)).values_list("stored", flat=True))
        left += [file for name, file in old.items() if name not in known]
    for file in left:
        file.unlink(missing_ok=True)
    return len(left)
