"""What is done to the store. A commit is three steps: begin, write, publish.

A Delta version and a database row are two systems. So the row says first what is about to happen
(`begin`); then, under the dataset's lock, the table gets a version that carries the batch's id, unless
it has it already (`write`); then one database transaction moves the pointer and writes everything that
belongs to it (`publish`). Readers follow the pointer. Whatever is killed in between is finished or
undone by `recover`.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock, ids
from huong.journal import actions as journal
from huong.store import events, lineage, locks, ports, protocol, writing
from huong.store.access import owner_of
from huong.store.errors import Busy, NoCommit, NotWritten, Overtaken
from huong.store.models import Commit, Table
from huong.store.personal import erase_person
from huong.store.ports import Also, reached
from huong.store.source import commit_at, current, state_of
from huong.store.storage import Storage, storage

__all__ = ["begin", "erase_person", "locked", "publish", "recover", "rollback", "write"]


def locked(dataset: str, *, wait_seconds: float = locks.WAIT_SECONDS) -> AbstractContextManager[None]:
    """Hold a dataset's lock over several verbs, so that nobody comes between write and publish.

    Raises:
        Busy: another writer did not finish in time.
    """
    return locks.held(dataset, wait_seconds=wait_seconds)


def begin(dataset: str, *, batch: str, mode: str, load: str = "", contract: str = "", by: int | None = None) -> Commit:
    """Write down that a load is about to become a commit. A batch that is in already comes back as it is.

    Args:
        batch: the load's idempotency key; the same batch enters a dataset once. One that a rollback
            took out again may come again.
        mode: append, upsert or replace.
        load: the id of the load, for whoever finishes it.
        contract: the contract's version.
        by: the id of the person.

    Returns:
        The commit: `published` if there is nothing left to do, else `committing` or `written`.
    """
    with transaction.atomic(durable=True):
        found = Commit.objects.select_for_update().filter(dataset=dataset, batch=batch).first()
        if found is not None and found.is_published and not lineage.holds(found):
            Commit.objects.filter(pk=found.pk).update(batch=f"{batch[:110]}~{found.version}")
            found = None
        if found is None:
            found = Commit(dataset=dataset, batch=batch)
        if found.state in {"committing", "rolled_back", "unchanged"}:
            found.state, found.mode, found.load, found.contract_version = "committing", mode, load, contract
            found.by, found.begun_at, found.delta_version, found.base = by, clock.now(), None, None
            found.save()
    reached("begun", dataset)
    return found


def write(
    commit: Commit,
    parquet: Sequence[Path],
    *,
    key: Sequence[str] = (),
    partition: str = "",
    event: str = "",
    wait_seconds: float = locks.WAIT_SECONDS,
) -> Commit:
    """Write the rows of a commit into its table, where no reader looks yet. Harmless when repeated.

    Args:
        commit: begun.
        parquet: typed rows, in order; of rows with one key the last one counts.
        key: the fields that identify a row.
        partition: the field to partition a new table by; a time partitions by month.
        event: the time field whose newest value is kept with the commit.

    Returns:
        The commit as `written`; or as it is, if it is published already.

    Raises:
        Busy: another load of this dataset is being written.
        StorageFull: the disk is full; nothing was changed.
        WrongSchema, KeyMissing: the rows do not fit the table.
        Overtaken: somebody wrote to the table at the same time.
    """
    dataset = commit.dataset
    with locks.held(dataset, wait_seconds=wait_seconds):
        reached("locked", dataset)
        commit.refresh_from_db()
        if commit.state == "published":
            return commit
        _settle(dataset, mine=commit.pk)
        place, base = storage(), current(dataset)
        note = protocol.note_of(place, commit, base)
        if note is None:
            protocol.write_rows(place, commit, base, parquet, key=key, partition=partition, event=event)
        else:
            protocol.adopt(commit, note, base)
        reached("written", dataset)
        return commit


def publish(commit: Commit, *, also: Also | None = None) -> Commit:
    """Show a written commit to readers: pointer, whatever belongs to it, journal entry, in ONE transaction.

    A commit that brought nothing new becomes `unchanged`: no version, the pointer stays, `also` runs.

    Args:
        commit: written.
        also: writes what belongs to the commit (scores, the load's row) into the same transaction.

    Returns:
        The commit as `published` or `unchanged`.

    Raises:
        NotWritten: it was not written, or was undone.
        Overtaken: another load was published since it was written; write it again.

    Records: `store.committed`, or `store.unchanged`.
    """
    dataset = commit.dataset
    with locks.held(dataset):
        commit.refresh_from_db()
        if commit.state in {"published", "unchanged"}:
            return commit
        if commit.state != "written":
            raise NotWritten
        reached("publishing", dataset)
        with transaction.atomic(durable=True):
            _publish(commit, also)
        reached("published", dataset)
    return commit


def _publish(commit: Commit, also: Also | None) -> None:
    base = commit.base
    table, _made = Table.objects.get_or_create(dataset=commit.dataset)
    if table.current_id != commit.base_id:
        raise Overtaken
    commit.at = clock.now()
    if commit.delta_version == (base.delta_version if base else None):
        _confirm(commit, base, also)
        return
    commit.version, commit.state = (base.version or 0) + 1 if base else 1, "published"
    commit.save()
    if not Table.objects.filter(pk=table.pk, current=base).update(current=commit):
        raise Overtaken
    reached("pointer_moved", commit.dataset)
    if also is not None:
        also(commit)
    reached("also_done", commit.dataset)
    _record_commit(commit)
    reached("journalled", commit.dataset)


def _confirm(commit: Commit, base: Commit | None, also: Also | None) -> None:
    commit.state, commit.rows, commit.bytes = "unchanged", base.rows if base else 0, base.bytes if base else 0
    commit.save()
    if also is not None:
        also(commit)
    journal.record(
        events.UNCHANGED,
        commit.dataset,
        by=commit.by,
        at=commit.at,
        agency=owner_of(commit.dataset),
        load=commit.load,
        version=base.version if base else None,
        rows=commit.rows,
    )


def _record_commit(commit: Commit) -> None:
    facts: dict[str, Any] = {name: getattr(commit, name) for name in ("version", "rows", "added", "updated", "deleted")}
    name = events.COMMITTED
    if commit.mode == "rollback":
        name = events.ROLLED_BACK
        facts |= {"to": int(commit.batch.split(":")[1])}
    else:
        facts |= {"load": commit.load, "contract": commit.contract_version, "mode": commit.mode}
    journal.record(name, commit.dataset, by=commit.by, at=commit.at, agency=owner_of(commit.dataset), **facts)


def rollback(dataset: str, to_version: int, by: int | None = None) -> Commit:
    """Let the content of an earlier version stand again, as a new commit; nothing is lost.

    Args:
        to_version: the version whose rows come back.
        by: the id of the person.

    Raises:
        NoCommit: there is no such version.
        Retired: it is no longer kept.
        Busy: a load of this dataset is being written.

    Records: `store.rolled_back`.
    """
    with locks.held(dataset):
        _settle(dataset)
        target = commit_at(dataset, to_version)
        base = current(dataset)
        if base is None or target.version != to_version:
            raise NoCommit(_("There is no version %(version)s of this dataset.") % {"version": to_version})
        if target.pk == base.pk:
            return base
        commit = begin(
            dataset,
            batch=f"rollback:{to_version}:{ids.new_id()}",
            mode="rollback",
            contract=target.contract_version,
            by=by,
        )
        _write_back(storage(), commit, base, target)
        return publish(commit)


def _write_back(place: Storage, commit: Commit, base: Commit, target: Commit) -> None:
    then = state_of(target)
    commit.rows, commit.bytes, commit.data_at = target.rows, target.bytes, target.data_at
    commit.added, commit.deleted = writing.count_between(place, commit.dataset, state_of(base), then)
    plan = writing.Plan(list(then.files), then.columns, then.partition)
    protocol.into_table(place, commit, base, plan)
    protocol.keep_written(commit, base)


def recover(dataset: str | None = None) -> list[str]:
    """Finish or undo what a killed process left. Called at start; before each commit `write` does the same.

    Args:
        dataset: one dataset; all if left out. One that somebody is writing to just now is left alone.

    Returns:
        A sentence for each commit that was finished or undone.

    Records: `store.committed` for what was finished, `store.abandoned` for what was undone.
    """
    waiting = Commit.objects.filter(state__in=["committing", "written"])
    if dataset is not None:
        waiting = waiting.filter(dataset=dataset)
    said: list[str] = []
    for name in sorted(set(waiting.values_list("dataset", flat=True))):
        try:
            with locks.held(name, wait_seconds=0.1):
                said += _settle(name, also_unwritten=True)
        except Busy:
            continue
    if dataset is None:
        writing.clear_staging()
    return said


def _settle(dataset: str, *, mine: int | None = None, also_unwritten: bool = False) -> list[str]:
    """Finish or undo the unpublished commits of a dataset, whose lock is held."""
    states = ["written", "committing"]
    said = []
    for commit in Commit.objects.filter(dataset=dataset, state__in=states).exclude(pk=mine or 0).order_by("pk"):
        place, base = storage(), current(dataset)
        note = protocol.note_of(place, commit, base)
        if note is not None and commit.state == "committing":
            protocol.adopt(commit, note, base)
        if commit.state == "written" and _finish(commit, base):
            said.append(_("%(commit)s was finished.") % {"commit": commit})
        elif commit.state == "written" or also_unwritten:
            _abandon(commit)
            said.append(
                _("The commit of load %(load)s into %(dataset)s was undone; the load can be started again.")
                % {"load": commit.load or "–", "dataset": dataset}
            )
    return said


def _finish(commit: Commit, base: Commit | None) -> bool:
    if commit.base_id != (base.pk if base else None):
        return False
    if not commit.load:
        publish(commit)
        return True
    for finisher in ports.finishers.values():
        also = finisher(commit)
        if also is not None:
            publish(commit, also=also)
            return True
    return False


def _abandon(commit: Commit) -> None:
    reason = "cannot_finish" if commit.state == "written" else "not_written"
    with transaction.atomic(durable=True):
        Commit.objects.filter(pk=commit.pk).update(state="rolled_back", delta_version=None, base=None)
        journal.record(
            events.ABANDONED,
            commit.dataset,
            by=commit.by,
            agency=owner_of(commit.dataset),
            load=commit.load,
            reason=reason,
        )
