"""Maintenance: merge small files without changing a row, and let go of what may no longer be kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from huong.base import clock
from huong.base.errors import NotFound
from huong.journal import actions as journal
from huong.store import delta, events, locks, writing
from huong.store.access import contract_of
from huong.store.engine import full_disk_refused, workbench
from huong.store.models import Commit
from huong.store.source import current, state_of
from huong.store.storage import Storage, storage

SMALL_BYTES = 8 * 1024 * 1024
TARGET_BYTES = 128 * 1024 * 1024
WORTH_IT = 8
FIRST_CARE = timedelta(days=1)


@dataclass(frozen=True)
class Done:
    """What maintenance did."""

    files_before: int = 0
    files_after: int = 0
    retired: int = 0
    removed: int = 0


def maintain(dataset: str, *, least: int = WORTH_IT) -> Done:
    """Merge small files of a dataset and end the time travel of versions past their retention.

    Args:
        least: how many small files of one partition are worth merging.

    Raises:
        Busy: a load of this dataset is being written; the next run does it.

    Records: `store.maintained` if anything changed.
    """
    with locks.held(dataset, wait_seconds=1):
        commit = current(dataset)
        if commit is None:
            return Done()
        before = len(state_of(commit).files)
        _compact(storage(), commit, least)
        commit.refresh_from_db()
        retired = _retire(dataset, commit)
        done = Done(before, len(state_of(commit).files), retired, _vacuum(storage(), dataset))
        if done.retired or done.files_after != before:
            with transaction.atomic():
                journal.record(
                    events.MAINTAINED,
                    dataset,
                    version=commit.version,
                    files_before=before,
                    files_after=done.files_after,
                    retired=retired,
                )
        return done


def _compact(place: Storage, commit: Commit, least: int) -> None:
    """Write the small files of each partition as one; the commit then points to a version with the same rows."""
    state = state_of(commit)
    groups: dict[Any, list[delta.DataFile]] = {}
    for file in state.files:
        if file.bytes < SMALL_BYTES:
            groups.setdefault(file.partition, []).append(file)
    groups = {partition: files for partition, files in groups.items() if len(files) >= least}
    if not groups:
        return
    with full_disk_refused(), writing.staging_folder() as staging, workbench(staging) as con:
        bench = writing.Bench(con, staging, place, commit.dataset, state, state.columns, state.partition, "")
        made: dict[delta.DataFile, Any] = {}
        for partition, files in groups.items():
            for part in _parts(files):
                made |= writing.write_one(bench, bench.old(bench.paths(part)), partition)
        for file, path in made.items():
            place.put(commit.dataset, file.name, path, keep=False)
        merged = {file.name for files in groups.values() for file in files}
        kept = [file for file in state.files if file.name not in merged]
        version = delta.become(place, commit.dataset, [*kept, *made], {"maintains": commit.pk}, same_rows=True)
    Commit.objects.filter(pk=commit.pk, delta_version=commit.delta_version).update(delta_version=version)


def _parts(files: list[delta.DataFile]) -> list[list[delta.DataFile]]:
    """Return files in lots that make one file of a good size each."""
    lots: list[list[delta.DataFile]] = [[]]
    size = 0
    for file in files:
        if size > TARGET_BYTES:
            lots.append([])
            size = 0
        lots[-1].append(file)
        size += file.bytes
    return lots


def _retire(dataset: str, commit: Commit) -> int:
    """End the time travel of versions that a personal dataset's contract no longer lets us keep."""
    limit = _limit(dataset)
    if limit is None:
        return 0
    old = Commit.objects.filter(dataset=dataset, state="published", retired_at=None, version__lt=commit.version)
    gone = [each.pk for each in old if _ended_before(each, limit)]
    return Commit.objects.filter(pk__in=gone).update(retired_at=clock.now())


def _limit(dataset: str) -> datetime | None:
    try:
        spec = contract_of(dataset)
    except NotFound:
        return None
    if spec.retention_days is None or not spec.is_personal:
        return None
    return clock.now() - timedelta(days=spec.retention_days)


def _ended_before(commit: Commit, limit: datetime) -> bool:
    """Return whether a version ceased to be the current one before an instant."""
    following = Commit.objects.filter(dataset=commit.dataset, state="published", version=(commit.version or 0) + 1)
    at = following.values_list("at", flat=True).first()
    return at is not None and at < limit


def _vacuum(place: Storage, dataset: str) -> int:
    """Remove files that no kept version names: those of retired versions and what killed writers left."""
    from deltalake import DeltaTable

    kept = Commit.objects.filter(dataset=dataset, state__in=["published", "written"], retired_at=None)
    versions = [version for version in kept.values_list("delta_version", flat=True) if version is not None]
    table = DeltaTable(place.uri(dataset), storage_options=place.options or None)
    newest = int(table.version())
    care = int(FIRST_CARE.total_seconds() // 3600)
    removed = table.vacuum(
        retention_hours=care,
        dry_run=False,
        enforce_retention_duration=False,
        full=True,
        keep_versions=sorted({*versions, newest}),
    )
    return len(removed)
