"""What belongs into the transaction that publishes a load: its scores, its own row, its repairs, its source."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction

from huong.base import clock
from huong.catalogue import queries as catalogue
from huong.catalogue.rules import ContractSpec
from huong.intake import events, queries
from huong.intake.actions import bells
from huong.intake.models import Load, Repair, Source
from huong.journal import actions as journal
from huong.quality import actions as quality
from huong.quality.rules import Facts, Refused
from huong.store import queries as store
from huong.store.rules import HASHED, SEALED

if TYPE_CHECKING:
    from huong.quality.checking import Checked
    from huong.store.models import Commit

Also = Callable[["Commit"], None]


def keep_checked(load: Load, checked: "Checked", ragged: int) -> None:
    """Write down what the pass found, so that a load can be finished after a stop without reading it again."""
    counts = Counter(checked.counts)
    if ragged:
        counts["structure"] = ragged
    load.read, load.accepted = checked.read + ragged, checked.accepted
    load.refused, load.flagged = checked.refused + ragged, checked.facts.flagged
    load.counts, load.flags = dict(counts), dict(checked.facts.flags)
    load.open, load.open_rows = dict(counts), load.refused
    load.detail["facts"] = checked.facts.plain()
    load.detail["newest"] = checked.newest.isoformat() if checked.newest else ""
    load.save()


def also_of(load: Load, spec: ContractSpec, commit: "Commit") -> Also:
    """Return what is written when a load's commit is published. Scans, if any, happen here, before the transaction.

    Args:
        commit: written, not yet published.
    """
    loaded = Facts.of(load.detail["facts"])
    before = store.current(load.dataset)
    facts = quality.facts_after(spec, loaded, previous=before.version if before else None)
    if load.replays_id and spec.mode == "replace":
        facts = None
    if facts is None:
        facts = measured(spec, store.files_of(load.dataset, commit)) if commit.state == "written" else loaded
        facts = replace(facts, untidy=loaded.untidy)
    replayed = _after_replay(load)

    def also(published: "Commit") -> None:
        _finish(load, published, before, replayed)
        if published.is_published and published.version is not None:
            waiting, counts = queries.waiting_counts(load.dataset)
            quality.score_commit(
                published.version,
                spec,
                facts,
                Refused(waiting, counts),
                received=load.read if spec.mode == "append" else published.rows + waiting,
                expected=load.expected_rows,
                data_at=_newest(load),
            )

    return also


def _newest(load: Load) -> Any:
    from datetime import datetime

    text = load.detail.get("newest")
    return datetime.fromisoformat(text) if text else None


def measured(spec: ContractSpec, files: list[Path]) -> Facts:
    """Return the facts of all rows of a table, by one scan."""
    from huong.quality import checking, measure

    with checking.connect() as con:
        return measure.facts_of(spec, con, _readable(spec, measure.files_sql(files)))


def _readable(spec: ContractSpec, source: str) -> str:
    """Return a source in which sealed fields of a personal dataset can be counted: by their hash, else by the seal."""
    from huong.intake.pipeline.columns import quoted
    from huong.store.personal import layout_of

    layout = layout_of(spec)
    if layout is None:
        return source
    hashed = {name for name, _context in layout.hashed}
    columns = [
        f"{quoted(name + HASHED) if name in hashed else quoted(SEALED)} AS {quoted(name)}" for name in layout.sealed
    ]
    return f"(SELECT *, {', '.join(columns)} FROM {source})"


def _after_replay(load: Load) -> dict[str, Any]:
    """Return what will wait in the quarantine of the load that this one replays."""
    if load.replays is None:
        return {}
    from huong.intake.quarantine import recount

    return recount(load.replays, replayed=load.detail.get("repairs", ()))


def finish_without_commit(load: Load) -> Load:
    """Finish a load of which no row was accepted: everything waits in quarantine, nothing is committed.

    Records: `intake.loaded`.
    """
    replayed = _after_replay(load)
    with transaction.atomic():
        _finish(load, None, None, replayed)
    return load


def finish_published(load: Load, commit: "Commit") -> None:
    """Finish the row of a load whose commit is public already.

    Records: `intake.loaded`.
    """
    replayed = _after_replay(load)
    with transaction.atomic():
        _finish(load, commit, None, replayed)


def _finish(load: Load, commit: "Commit | None", before: "Commit | None", replayed: dict[str, Any]) -> None:
    """Write that a load is done, in the caller's transaction.

    Records: `intake.loaded`.
    """
    load.state, load.problem, load.message = "done", "", ""
    load.commit_before = before.version if before else None
    load.commit_after = commit.version if commit and commit.is_published else None
    load.rows_done, load.rows_total = load.read, load.read
    load.finished_at = clock.now()
    load.detail = {name: value for name, value in load.detail.items() if name not in ("facts", "samples")}
    load.save()
    if load.replays_id:
        Repair.objects.filter(pk__in=load.detail.get("repairs", ()), state="made").update(state="replayed")
        Load.objects.filter(pk=load.replays_id).update(**replayed)
    if load.source_id and "cursor" in load.detail:
        Source.objects.filter(pk=load.source_id).update(cursor=load.detail["cursor"])
    journal.record(
        events.LOADED,
        load.dataset,
        by=load.by_id,
        agency=load.owner,
        load=load.id,
        read=load.read,
        accepted=load.accepted,
        refused=load.refused,
        flagged=load.flagged,
        commit=load.commit_after,
    )
    if load.by_id or load.refused:  # what a source brings by itself, whole, needs nobody
        bells.tell_of(load, bells.DONE)


def finisher(commit: "Commit") -> Also | None:
    """Return what finishes a commit that a killed process had written and not published; None if nobody knows."""
    load = Load.objects.select_related("replays", "source").filter(pk=commit.load).first()
    if load is None or "facts" not in load.detail:
        return None
    return also_of(load, catalogue.contract_of(load.dataset, load.contract_version), commit)
