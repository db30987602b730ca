"""What people do with loads: start, confirm, stop, run again; and the quick way for programs."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.errors import BadInput, HuongError, WrongState
from huong.catalogue import queries as catalogue
from huong.catalogue.rules import ContractSpec
from huong.files import actions as files
from huong.intake import events, queries
from huong.intake.actions import running
from huong.intake.actions.receiving import draft, look, require_may_load
from huong.intake.errors import Stopped
from huong.intake.models import RUNNING, Load, Source
from huong.intake.pipeline.alone import alone
from huong.intake.pipeline.progress import Line
from huong.intake.ports import reached
from huong.intake.types import Recipe
from huong.journal import actions as journal
from huong.people import access

if TYPE_CHECKING:
    from huong.people.models import User


def load_file(
    dataset: str,
    path: Path | str,
    *,
    by: "User | None" = None,
    name: str = "",
    mapping: Mapping[str, str] | None = None,
    recipe: Mapping[str, Any] | None = None,
    source: Source | None = None,
    expected_rows: int | None = None,
    accept_header: bool = False,
    line: Line | None = None,
) -> Load:
    """Load a file here and now.

    Args:
        dataset: its name.
        path: the file; it is read once and kept as it is.
        by: who loads it; None only at the machine itself.
        name: the file's name, if not the path's.
        mapping: expected column to column of the file; proposed and taken if sure, when left out.
        recipe: how to read it; what is left out is detected.
        expected_rows: the control total.
        accept_header: go on though the columns differ from those of the last load.
        line: told of progress about once a second.

    Returns:
        The load, done; or the earlier one of the same batch, with `repeated` set and a message.

    Raises:
        Forbidden, Unreadable, MappingNeeded, HeaderChanged, SameBytesElsewhere, StorageFull ...: nothing
            was committed; the load's row says why.

    Records: `intake.received`, `intake.loaded`, `store.committed`.
    """
    spec = catalogue.contract_of(dataset)
    require_may_load(by, spec)
    path = Path(path)
    try:
        with path.open("rb") as stream:
            load = draft(
                spec,
                stream,
                name=name or path.name,
                by=by,
                recipe=recipe,
                mapping=mapping,
                source=source,
                expected_rows=expected_rows,
            )
    except (FileNotFoundError, IsADirectoryError) as error:
        raise BadInput(_("There is no file “%(name)s”.") % {"name": path.name}, code="no_such_file") from error
    load.detail["accept_header"] = accept_header
    return run_new(load, spec, line=line)


def run_new(load: Load, spec: ContractSpec, *, line: Line | None = None) -> Load:
    """Run a load that was just kept; if it repeats an earlier one, forget it and return that one."""
    earlier = repeats(load, spec)
    if earlier is not None:
        forget(load)
        earlier.repeated, earlier.message = True, running.said_already(earlier)
        return earlier
    load.state = "queued"
    load.save()
    reached("kept", load.id)
    done = running.run(load.id, line=line)
    if done.pk != load.pk:
        load.refresh_from_db()
        forget(load)
    return done


def repeats(load: Load, spec: ContractSpec) -> Load | None:
    """Return the earlier load of the same bytes, read the same way under the same contract, if it still counts."""
    done = Load.objects.filter(dataset=load.dataset, raw_digest=load.raw_digest, state="done", recipe=load.recipe)
    for earlier in done.filter(contract_version__startswith=f"{spec.major_minor}.").order_by("-id")[:3]:
        if load.mapping in ({}, earlier.mapping) and running.stands(earlier):
            return earlier
    return None


@transaction.atomic
def forget(load: Load) -> None:
    """Let go of a load that turned out to repeat another one; its bytes stay kept by that one."""
    blob, owner = load.blob_id, f"intake:{load.id}"
    load.delete()
    if blob:
        files.release(blob, owner=owner)


def look_again(load_id: str, *, by: "User", recipe: Mapping[str, Any]) -> Load:
    """Look at a file again with another encoding, sheet, separator or header row.

    Raises:
        Forbidden: `by` may not load for the owner.
        WrongState: the load is under way or done.
    """
    load = _waiting(load_id, by)
    load.recipe = Recipe.of(recipe).plain()
    load.mapping = {}
    return look(load, queries.spec_of(load))


def start(load_id: str, *, by: "User", mapping: Mapping[str, str] | None = None, accept_header: bool = False) -> Load:
    """Start a load whose columns a person has confirmed; it runs as a job.

    Args:
        mapping: expected column to column of the file; the sure part of the proposal, if left out.
        accept_header: go on though the columns differ from those of the last load.

    Raises:
        Forbidden: `by` may not load for the owner.
        WrongState: it is under way or done.
        MappingNeeded: a required column is missing in the mapping.

    Records: `intake.confirmed`.
    """
    load = _waiting(load_id, by)
    spec = queries.spec_of(load)
    if mapping is not None:
        load.mapping = _checked_mapping(load, spec, mapping)
    load.detail["accept_header"] = accept_header or mapping is not None
    return _queue(load, by)


def _checked_mapping(load: Load, spec: ContractSpec, mapping: Mapping[str, str]) -> dict[str, str]:
    from huong.intake.pipeline import columns

    settled = columns.settle(spec, mapping, [])
    columns.require_mapped(settled, load.columns)
    repeated = [column for column in settled.values() if list(settled.values()).count(column) > 1]
    if repeated:
        raise BadInput(
            _("The column “%(name)s” is chosen for two fields. Please choose one for each.") % {"name": repeated[0]},
            code="mapping_twice",
        )
    return settled


def confirm(load_id: str, *, by: "User", reason: str) -> Load:
    """Load a file though another agency has published the very same bytes.

    Args:
        reason: why both datasets are right; both stewards can read it.

    Raises:
        Forbidden: `by` may not load for the owner.
        BadInput: no reason was given.
        WrongState: the load does not wait for this.

    Records: `intake.confirmed`.
    """
    load = _waiting(load_id, by)
    if load.problem != "same_bytes_elsewhere":
        raise WrongState(_("This load does not wait for a confirmation."))
    if len(reason.strip()) < 5:
        raise BadInput(_("Please write in a few words why both datasets are right."), code="reason_needed")
    load.detail["confirmed"] = reason.strip()[:500]
    return _queue(load, by)


@transaction.atomic
def _queue(load: Load, by: "User") -> Load:
    problem, load.state, load.problem, load.message = load.problem, "queued", "", ""
    load.save()
    journal.record(
        events.CONFIRMED, load.dataset, by=by.pk, agency=load.owner, load=load.id, problem=problem or "columns"
    )
    running.run_later.later(load.id)
    return load


def _waiting(load_id: str, by: "User") -> Load:
    """Return a load that waits for a person.

    Raises:
        WrongState: it is under way or done.
    """
    load = queries.load(load_id)
    access.require_power(by, "intake.load", load.owner)
    if load.state in RUNNING or load.state == "done":
        raise WrongState(_("This load is under way or done, so nothing can be changed about it."))
    return load


@transaction.atomic
def stop(load_id: str, *, by: "User") -> Load:
    """Stop a load; whatever runs it notices within about a second. Nothing of it is committed.

    Raises:
        Forbidden: `by` may not load for the owner.
        WrongState: it is not under way, or its commit is being written.

    Records: `intake.stopped`.
    """
    load = queries.load(load_id)
    access.require_power(by, "intake.load", load.owner)
    message = _("The load was stopped. Nothing of it was committed; it can be started again.")
    changed = Load.objects.filter(pk=load.pk, state__in=("queued", "reading", "checking")).update(
        state="stopped", problem=Stopped.code, message=message, finished_at=clock.now()
    )
    if not changed:
        raise WrongState(_("This load is not under way, or its rows are being written just now."))
    journal.record(events.STOPPED, load.dataset, by=by.pk, agency=load.owner, load=load.id, problem=Stopped.code)
    load.refresh_from_db()
    return load


@transaction.atomic
def resume(load_id: str, *, by: "User") -> Load:
    """Queue a stopped, refused or killed load again; it goes on from the last whole step.

    Raises:
        Forbidden: `by` may not load for the owner.
        WrongState: it is done.
        Busy: a process works on it.

    Records: `intake.confirmed`.
    """
    load = queries.load(load_id)
    access.require_power(by, "intake.load", load.owner)
    if load.state == "done":
        raise WrongState(_("This load is done."))
    with alone(load.id):
        state = load.state if load.state == "committing" else "queued"
        problem = load.problem
        Load.objects.filter(pk=load.pk).update(state=state, problem="", message="")
    journal.record(events.CONFIRMED, load.dataset, by=by.pk, agency=load.owner, load=load.id, problem=problem)
    running.run_later.later(load.id)
    load.refresh_from_db()
    return load


def resume_killed() -> int:
    """Run every load again whose process was killed. Called at start and now and then.

    Returns:
        How many were queued.
    """
    count = 0
    for load in Load.objects.filter(state__in=("reading", "checking", "committing")):
        try:
            with alone(load.id):
                running.run_later.later(load.id)
                count += 1
        except HuongError:
            continue
    return count
