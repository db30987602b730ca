"""Running a load: read, check, quarantine, commit. It may be killed at any step and run again."""

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from huong.base import clock, home
from huong.base.errors import HuongError, StorageFull, Unavailable
from huong.base.jobs import job
from huong.catalogue import queries as catalogue
from huong.catalogue.rules import ContractSpec
from huong.intake import queries
from huong.intake.actions import bells, closing
from huong.intake.actions.receiving import fail, staged
from huong.intake.errors import Busy, HeaderChanged, MappingNeeded, Overtaken, SameBytesElsewhere, Stopped, Unreadable
from huong.intake.models import RUNNING, Load, Source
from huong.intake.pipeline import columns
from huong.intake.pipeline.alone import alone
from huong.intake.pipeline.progress import Line, Progress
from huong.intake.ports import reached
from huong.intake.rules import mapping as mappings
from huong.intake.rules.batches import batch_of
from huong.intake.types import OPTIONAL_KEYS, Staged
from huong.store import actions as store
from huong.store import lineage
from huong.store import queries as stored

if TYPE_CHECKING:
    from huong.store.models import Commit

MOST_DEATHS = 5


@job(queue="bulk")
def run_later(load_id: str) -> None:
    """Run a load in a job process."""
    with translation.override("vi"):
        run(load_id)


def run(load_id: str, *, line: Line | None = None) -> Load:
    """Run a load from where it stopped; harmless when it is done already.

    Args:
        line: told of progress about once a second, for a terminal.

    Returns:
        The load, done; or the earlier load of the same batch, with `repeated` set.

    Raises:
        HuongError: the load is refused, or waits for a person; its row says why.
        Busy: another process works on it.

    Records: `intake.loaded`, `store.committed`; or `intake.failed` / `intake.stopped`.
    """
    with alone(load_id):
        load = queries.load(load_id)
        if load.state == "done":
            return load
        try:
            return _run(load, Progress(load, line))
        except HuongError as error:
            _refuse(load, error)
            raise
        except OSError as error:
            if not home.is_full(error):
                raise
            full = StorageFull()
            _refuse(load, full)
            raise full from error


def _refuse(load: Load, error: HuongError) -> None:
    if isinstance(error, Stopped):
        return  # the person who stopped it wrote that down
    load.refresh_from_db(fields=["problem"])
    fail(load, error)
    if not isinstance(error, Unavailable):  # what is tried again by itself needs nobody
        bells.tell_of(load, bells.FAILED)


def _run(load: Load, progress: Progress) -> Load:
    _require_alive(load)
    _require_not_overtaken(load)
    spec = catalogue.contract_of(load.dataset, load.contract_version)
    folder = home.path("tmp", f"load-{load.id}", "x").parent
    folder.mkdir(mode=0o700, exist_ok=True)
    accepted = folder / "accepted.parquet"
    if not (load.state == "committing" and load.batch == _batch(load, spec) and accepted.exists()):
        load.started_at = load.started_at or clock.now()
        earlier = _read_and_check(load, spec, progress, folder)
        if earlier is not None:
            shutil.rmtree(folder, ignore_errors=True)
            return earlier
    if load.accepted:
        _commit(load, spec, progress, accepted)
    else:
        closing.finish_without_commit(load)
    reached("published", load.id)
    shutil.rmtree(folder, ignore_errors=True)
    return load


def _require_alive(load: Load) -> None:
    """Refuse a load that has ended its process again and again: begun once more it would hold up all others.

    Raises:
        Unreadable: it has; a person may start it again.
    """
    if load.state == "queued" or load.state not in RUNNING:
        return  # whoever worked on it last said how it ended
    deaths = int(load.detail.get("deaths", 0)) + 1
    if deaths >= MOST_DEATHS:
        raise Unreadable(
            _(
                "“%(name)s” could not be loaded: the work broke off %(times)s times without a word. Nothing was loaded. "
                "Please save the table as CSV and send that, or tell the operator."
            )
            % {"name": load.name, "times": deaths},
            code="breaks_off",
        )
    load.detail["deaths"] = deaths
    load.save(update_fields=["detail"])


def _require_not_overtaken(load: Load) -> None:
    """Refuse a load of which a later one of its source has brought everything: again, it would only put back the clock.

    Raises:
        Overtaken: the source was read on since.
    """
    if load.source_id is None or "since" not in load.detail or Load.objects.filter(pk=load.pk, state="done").exists():
        return
    if Source.objects.filter(pk=load.source_id).values_list("cursor", flat=True).first() == load.detail["since"]:
        return
    raise Overtaken(
        _("What “%(name)s” holds has come in with a later load. Nothing is missing; nothing needs to be done.")
        % {"name": load.name}
    )


def _read_and_check(load: Load, spec: ContractSpec, progress: Progress, folder: Path) -> Load | None:
    """Read, map and check; return an earlier load of the same batch if there is one."""
    progress.step("reading")
    reached("reading", load.id)
    with staged(load, spec, tick=progress) as table:
        reached("staged", load.id)
        _settle_columns(load, spec, table)
        _require_only_here(load)
        earlier = _claim_batch(load, spec)
        if earlier is not None:
            return earlier
        progress.step("checking", total=table.rows)
        _check(load, spec, table, folder)
    reached("quarantined", load.id)
    return None


def _settle_columns(load: Load, spec: ContractSpec, table: Staged) -> None:
    """Decide which column is which, or stop with the named difference before a row is looked at."""
    load.detected, load.columns, load.rows_total = table.detected, table.columns, table.rows
    if load.replays_id:
        table.numbered = True  # repaired rows keep the numbers of their file, and are texts
        load.mapping = {name: name for name in mappings.expected_columns(spec) if name in table.columns}
        return
    free = str(table.detected.get("kind")) in OPTIONAL_KEYS
    given = load.mapping or (load.source.mapping if load.source else {})
    known = given or queries.mapping_before(load.dataset, load.source_id)
    try:
        if not given and not load.detail.get("accept_header"):
            before = queries.columns_before(load.dataset, load.source_id)
            columns.require_unchanged(before, table.columns, optional_keys=free)
        if known and not free:
            columns.require_mapped(known, table.columns)
        proposals = [] if known else mappings.propose(spec, table.columns, columns.samples_of(table))
        load.mapping = columns.settle(spec, known or None, proposals)
    except (HeaderChanged, MappingNeeded):
        found = mappings.propose(spec, table.columns, columns.samples_of(table))
        load.detail["proposal"] = [vars(entry) for entry in found]
        raise


def _require_only_here(load: Load) -> None:
    """Stop a file whose very bytes another agency has published, until a person says why both are right.

    Raises:
        SameBytesElsewhere: it was not confirmed.
    """
    if load.detail.get("confirmed") or load.replays_id:
        return
    others = queries.done_elsewhere(load.raw_digest, load.dataset, load.owner)
    if not others:
        return
    for one, other in ((load, others[0]), (others[0], load)):
        facts: dict[str, str | int | float] = {"name": one.name, "dataset": one.dataset, "other": other.dataset}
        key = f"same:{load.raw_digest[:16]}:{one.id}"
        bells.tell(one.dataset, one.owner, bells.SAME, url=bells.url_of(one), key=key, arguments=facts)
    raise SameBytesElsewhere(
        _(
            "Exactly this file is already published as “%(other)s” by %(agency)s. Nothing was loaded and both stewards "
            "were told. If both datasets are right, please confirm with a reason."
        )
        % {"other": others[0].dataset, "agency": others[0].owner},
        same_as=[{"load": one.id, "dataset": one.dataset, "agency": one.owner} for one in others],
    )


def _batch(load: Load, spec: ContractSpec) -> str:
    return batch_of(load.dataset, load.raw_digest, mapping=load.mapping, recipe=load.recipe, contract=spec.major_minor)


def _claim_batch(load: Load, spec: ContractSpec) -> Load | None:
    """Give the load its batch id; return the load that has brought that batch already.

    Raises:
        Busy: another load brings the same batch just now.
    """
    batch = _batch(load, spec)
    earlier = Load.objects.filter(batch=batch).exclude(pk=load.pk).first()
    if earlier is not None and earlier.state == "done" and stands(earlier):
        return _as_repeated(load, earlier)
    if earlier is not None:  # it failed, was stopped, killed or rolled back: its place is free again
        with alone(earlier.pk):
            Load.objects.filter(pk=earlier.pk, batch=batch).update(batch=f"{batch[:40]}~{earlier.pk[-20:]}")
    load.batch = batch
    try:
        with transaction.atomic():
            load.save()
    except IntegrityError as error:  # two at the same moment
        load.batch = ""
        raise Busy(_("The same file is being loaded just now. Please wait until that has finished.")) from error
    return None


def stands(earlier: Load) -> bool:
    """Return whether what a load brought still counts, and was not taken out by a rollback."""
    commit = stored.commits(earlier.dataset).filter(version=earlier.commit_after).first()
    return commit is None or lineage.holds(commit)


def _as_repeated(load: Load, earlier: Load) -> Load:
    """Write down that a load repeats an earlier one, and return that one."""
    load.state, load.problem, load.finished_at = "stopped", "already_loaded", clock.now()
    load.message = said_already(earlier)
    load.detail["already"] = earlier.id
    load.save()
    earlier.repeated, earlier.message = True, load.message
    return earlier


def said_already(earlier: Load) -> str:
    """Return the sentence about a file that was loaded before."""
    when = clock.local(earlier.finished_at or earlier.made_at)
    facts = {"when": f"{when:%d/%m/%Y %H:%M}", "commit": earlier.commit_after or "–"}
    return _("This file was already loaded on %(when)s as commit %(commit)s. Nothing was changed.") % facts


def _check(load: Load, spec: ContractSpec, table: Staged, folder: Path) -> None:
    """Check every row in one pass; accepted rows go into the folder, refused ones into quarantine."""
    from huong.intake.pipeline import quarantine
    from huong.quality import checking

    accepted, refused = folder / "accepted.parquet", folder / "refused.parquet"
    home.require_space(2 * sum(file.stat().st_size for file in table.files))
    sql = columns.select_sql(table, spec, load.mapping)
    with checking.connect() as con:
        checked = checking.check(spec, sql, con, refused=refused, existing=_existing(spec))
        checking.write_accepted(spec, con, accepted)
        quarantine.add_ragged(con, refused, table.ragged)
    reached("checked", load.id)
    if checked.refused or table.ragged:
        quarantine.keep(load, refused)
    refused.unlink(missing_ok=True)
    _sync(accepted)
    closing.keep_checked(load, checked, len(table.ragged))


def _existing(spec: ContractSpec) -> list[Path]:
    """Return the files in which a key of an append must not stand yet."""
    if spec.mode != "append" or not spec.key or spec.is_personal or stored.current(spec.dataset) is None:
        return []
    return stored.files_of(spec.dataset)


def _sync(path: Path) -> None:
    with path.open("rb") as written:
        os.fsync(written.fileno())


def _commit(load: Load, spec: ContractSpec, progress: Progress, accepted: Path) -> None:
    """Make the accepted rows a commit, with scores and the load's row in the same transaction."""
    progress.step("committing", total=load.accepted)
    reached("committing", load.id)
    rows = _protected(spec, accepted)
    with store.locked(load.dataset):
        _require_not_overtaken(load)
        commit = store.begin(
            load.dataset,
            batch=load.batch or "",
            mode=_mode(load, spec),
            load=load.id,
            contract=spec.version,
            by=load.by_id,
        )
        if commit.is_published:
            _adopt(load, commit)
            return
        commit = store.write(commit, [rows], key=spec.key, partition=spec.partition, event=spec.event_field)
        reached("written", load.id)
        store.publish(commit, also=closing.also_of(load, spec, commit))


def _adopt(load: Load, commit: "Commit") -> None:
    """Finish the row of a load whose commit is public already (recovery was quicker)."""
    load.refresh_from_db()
    if load.state != "done":
        closing.finish_published(load, commit)


def _protected(spec: ContractSpec, accepted: Path) -> Path:
    """Return the file to be written; sealed first if the dataset is personal."""
    from huong.store import personal

    if personal.layout_of(spec) is None:
        return accepted
    sealed = accepted.with_name("sealed.parquet")
    personal.protect(accepted, sealed, spec)
    return sealed


def _mode(load: Load, spec: ContractSpec) -> str:
    """Return how the rows meet the table; repaired rows are added to it, never put in its place."""
    if load.replays_id and spec.mode == "replace":
        return "upsert" if spec.key else "append"
    return spec.mode
