"""What others may read of files: the bytes, and who else keeps the same."""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext as _

from huong.base import home, ids, keys
from huong.base.errors import NotFound, StorageFull, Unavailable
from huong.files.ciphers import Decrypting
from huong.files.models import Blob, Kept

COPY_BYTES = 1024 * 1024


def blob(blob_id: int) -> Blob:
    """Return a blob.

    Raises:
        NotFound: there is none with this id.
    """
    found = Blob.objects.filter(pk=blob_id).first()
    if found is None:
        raise NotFound(_("This file is not kept here."))
    return found


def open_blob(blob_id: int) -> BinaryIO:
    """Return the bytes of a blob as a file, decrypted while it is read; any place can be sought.

    Raises:
        NotFound: there is no such blob.
        KeyDestroyed: it was erased.
        Unavailable: its file is missing or damaged.
    """
    found = blob(blob_id)
    key = keys.data_key(found.scope) if found.scope else None
    try:
        source = stored_path(found).open("rb")
    except FileNotFoundError as error:
        raise Unavailable(
            _("The content of this file is missing from the disk. Ask the operator to restore it."),
            code="file_missing",
        ) from error
    return io.BufferedReader(Decrypting(source, key), COPY_BYTES) if key else source


@contextmanager
def as_path(found: Blob) -> Iterator[Path]:
    """Give the bytes of a blob as a file on disk while the block runs, for engines that want a path.

    A plain blob is the kept file itself: read it, never write. An encrypted one is decrypted into a
    file that only we can read and that is gone afterwards.

    Raises:
        KeyDestroyed: it was erased.
        StorageFull: the disk has no room for the decrypted file.
        Unavailable: its file is missing or damaged.
    """
    with open_blob(found.pk) as source:
        if not found.scope:
            yield stored_path(found)
            return
        home.require_space(found.size)
        plain = home.path("tmp", f"open-{ids.new_id()}")
        try:
            _copy(source, plain)
            yield plain
        finally:
            plain.unlink(missing_ok=True)


def _copy(source: BinaryIO, to: Path) -> None:
    descriptor = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out:
            while chunk := source.read(COPY_BYTES):
                out.write(chunk)
    except OSError as error:
        if home.is_full(error):
            raise StorageFull from error
        raise


def stored_path(found: Blob) -> Path:
    """Return where the bytes of a blob lie in the home; encrypted if it has a scope."""
    return home.path("files", found.stored[-2:], found.stored)


def name_of(found: Blob, owner: str) -> str:
    """Return the name under which an owner keeps a blob (the newest if several), or an empty text."""
    names = Kept.objects.filter(blob=found, owner=owner).order_by("-at", "-pk").values_list("name", flat=True)
    return names.first() or ""


def kept_by(owner: str) -> list[Kept]:
    """Return what an owner keeps, newest first."""
    return list(Kept.objects.filter(owner=owner).select_related("blob").order_by("-at", "-pk"))


def kept_between(prefix: str, since: datetime, until: datetime) -> list[tuple[str, int]]:
    """Return what owners of a kind keep since some time: owner and content, oldest first.

    Args:
        prefix: with which the owners' names begin: "dossier:".
    """
    rows = Kept.objects.filter(owner__startswith=prefix, at__gte=since, at__lt=until)
    return list(dict.fromkeys(rows.order_by("at", "pk").values_list("owner", "blob_id")))


def is_kept(blob_id: int, owner: str) -> bool:
    """Return whether an owner keeps a content, under whatever name."""
    return Kept.objects.filter(blob_id=blob_id, owner=owner).exists()


def others_with(digest: str, owner: str) -> list[Kept]:
    """Return who else keeps exactly these bytes, oldest first, under whatever scope.

    Args:
        digest: SHA-256 of the bytes.
        owner: the one who asks; left out of the answer.
    """
    return list(
        Kept.objects.filter(blob__digest=digest).exclude(owner=owner).select_related("blob").order_by("at", "pk")
    )
