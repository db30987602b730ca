"""Letting go of files of dossiers that nothing shows any more: pages taken out, whole papers made anew, broken uploads."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from huong.base import clock
from huong.base.errors import NotFound
from huong.files import actions as files
from huong.files import queries as blobs
from huong.procedures.models import Component, Correction, Dossier, Evidence, PaperPage, Result

PREFIX = "dossier:"
UNTOUCHED_FOR = timedelta(days=2)
LOOKED_BACK = timedelta(days=10)
BATCH = 500


def used_of(candidates: Iterable[int]) -> set[int]:
    """Return those of some files that a page, a paper or form, a former paper, a proof, a result or the vault still shows."""
    ids = set(candidates)
    places = (
        (PaperPage, ("blob",)), (Component, ("blob", "blob_before")), (Correction, ("proof",)), (Evidence, ("blob",)),
        (Result, ("draft", "pdf")),
    )  # fmt: skip
    found: set[int] = set()
    for model, columns in places:
        for column in columns:
            rows = model.objects.filter(Q(**{f"{column}__in": ids}))  # type: ignore[attr-defined]
            found |= set(rows.values_list(column, flat=True))
    return found


def let_go(owner: str, candidates: Iterable[int], *, by: int | None = None) -> int:
    """Let go of those of a dossier's files that nothing shows any more; called with the dossier locked.

    Two pages with the same bytes are one file: taking one out leaves it for the other.

    Args:
        owner: the name under which the dossier's files are kept.

    Returns:
        How many were let go.

    Records: `files.released` for each.
    """
    wanted = set(candidates)
    count = 0
    for blob in sorted(wanted - used_of(wanted)):
        with suppress(NotFound):  # another request was quicker
            files.release(blob, owner=owner, by=by)
            count += 1
    return count


def sweep() -> int:
    """Let go of what broken uploads, killed processes and drafts that were let go left behind.

    Only files kept for two days, so that nothing on its way is touched: an upload is written down within seconds, a
    scan at the counter within a day. Returns how many were let go.

    Records: `files.released` for each.
    """
    now, count = clock.now(), 0
    kept = blobs.kept_between(PREFIX, now - LOOKED_BACK, now - UNTOUCHED_FOR)
    for start in range(0, len(kept), BATCH):
        part = kept[start : start + BATCH]
        used = used_of(blob for _owner, blob in part)
        for owner, blob in part:
            if blob not in used:
                count += _let_one_go(owner, blob)
    return count


@transaction.atomic
def _let_one_go(owner: str, blob: int) -> int:
    Dossier.objects.select_for_update().filter(uid=owner.removeprefix(PREFIX)).first()
    return let_go(owner, [blob])
