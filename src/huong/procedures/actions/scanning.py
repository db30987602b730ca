"""Scans and phone photos of papers, taken in at the counter before the transaction: checked, as PDF, kept sealed."""

import io
from typing import BinaryIO

from huong.files import actions as files
from huong.files import documents
from huong.files import queries as kept_files
from huong.people.models import User
from huong.procedures.actions.papers import owner_of


def keep(stream: BinaryIO, *, name: str, uid: str, by: User) -> int:
    """Keep a scan under the key of the dossier it will belong to; never inside a transaction.

    Photos are turned upright and lose place, device and time; what acts in a PDF is taken out.

    Returns:
        The id of the kept content.

    Raises:
        TooLarge, NotAPhoto, BadDocument: what is wrong with the file, in a sentence.

    Records: `files.kept`.
    """
    made = documents.prepare(stream.read(documents.MAX_BYTES + 1), name=name)
    title = f"{name.rpartition('.')[0] or name}.pdf"
    kept = files.keep(io.BytesIO(made.pdf), name=title, owner=owner_of(uid), scope=f"dossier:{uid}", by=by.pk)
    return kept.pk


def kept_for(uid: str) -> frozenset[int]:
    """Return the ids of the scans kept for a dossier that is, or will be, under a public id."""
    return frozenset(each.blob_id for each in kept_files.kept_by(owner_of(uid)))
