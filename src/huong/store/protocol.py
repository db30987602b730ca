"""The mechanics of a commit's second step: into the Delta table, or found there after a stop."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.db import transaction

from huong.base import home
from huong.store import delta, planning, writing
from huong.store.engine import full_disk_refused
from huong.store.models import Commit
from huong.store.ports import reached
from huong.store.source import state_of
from huong.store.storage import Storage

COUNTS = ("rows", "added", "updated", "deleted", "bytes")


def note_of(place: Storage, commit: Commit, base: Commit | None) -> delta.Note | None:
    """Return what the table's log says of a commit beyond the pointer, or None if it is not there.

    A version that was built on another commit than the present one does not count: it would take rows
    away that came in between.
    """
    notes = delta.notes_after(place, commit.dataset, base.delta_version if base else None)
    here = str(base.pk) if base else ""
    mine = [note for note in notes if note.get("batch") == commit.batch and note.get("base") == here]
    return mine[-1] if mine else None


def adopt(commit: Commit, note: delta.Note, base: Commit | None) -> None:
    """Take over what a stopped process had written into the table."""
    for name in COUNTS:
        setattr(commit, name, int(note.get(name) or 0))
    newest = note.get("data_at")
    commit.data_at = datetime.fromisoformat(newest) if newest else None
    commit.delta_version = note.version
    keep_written(commit, base)


def keep_written(commit: Commit, base: Commit | None) -> None:
    """Write down that a commit waits in the table to be published."""
    commit.state, commit.base = "written", base
    with transaction.atomic(durable=True):
        commit.save()


def write_rows(
    place: Storage,
    commit: Commit,
    base: Commit | None,
    parquet: Sequence[Path],
    *,
    key: Sequence[str],
    partition: str,
    event: str,
) -> None:
    """Turn the rows of a load into the table's next version.

    Raises:
        StorageFull: the disk is full; what was written so far is cleared away.
    """
    home.require_space(2 * sum(path.stat().st_size for path in parquet))
    before = state_of(base) if base else None
    with full_disk_refused(), writing.staging_folder() as staging:
        plan = planning.plan(
            place, commit.dataset, before, parquet, staging, mode=commit.mode, key=key, partition=partition, event=event
        )
        reached("staged", commit.dataset)
        commit.added, commit.updated, commit.deleted = plan.added, plan.updated, plan.deleted
        commit.rows, commit.bytes = plan.rows, plan.bytes
        carried = base.data_at if base and commit.mode != "replace" else None
        commit.data_at = max(filter(None, [plan.data_at, carried]), default=None)
        commit.delta_version = base.delta_version if base else None
        if plan.changed:
            own = {path.resolve() for path in parquet}
            into_table(place, commit, base, plan, own)
    keep_written(commit, base)


def into_table(
    place: Storage, commit: Commit, base: Commit | None, plan: writing.Plan, own: set[Path] | None = None
) -> None:
    """Bring a plan's files into the table's folder and make them its newest version.

    Args:
        own: files that belong to the caller and stay where they are.
    """
    dataset = commit.dataset
    _require_table(place, dataset, plan, is_new=base is None)
    try:
        for name, path in plan.fresh.items():
            place.put(dataset, name, path, keep=path.resolve() in (own or set()))
    except BaseException:
        place.forget(dataset, plan.fresh)
        raise
    reached("placed", dataset)
    # From here on the files stay, whatever happens: the commit may stand although its call failed.
    commit.delta_version = delta.become(place, dataset, plan.files, facts_of(commit, base), columns=plan.columns)
    reached("delta_committed", dataset)


def _require_table(place: Storage, dataset: str, plan: writing.Plan, *, is_new: bool) -> None:
    if is_new and delta.exists(place, dataset) and delta.state(place, dataset).partition != plan.partition:
        place.drop(dataset)  # nothing of it was ever published
    if not delta.exists(place, dataset):
        delta.create(place, dataset, plan.columns, plan.partition)


def facts_of(commit: Commit, base: Commit | None) -> dict[str, object]:
    """Return what a commit writes about itself into the table's log: enough to finish it after a stop."""
    facts: dict[str, object] = {name: getattr(commit, name) for name in COUNTS}
    newest = commit.data_at.isoformat() if commit.data_at else ""
    return facts | {"batch": commit.batch, "base": base.pk if base else "", "data_at": newest, "load": commit.load}
