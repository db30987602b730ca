"""Sources: set up by a person, fetched on their schedule, tried again with patience when they do not answer."""

import shutil
import tempfile
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from huong.base import clock, home
from huong.base.errors import BadInput, HuongError, NotFound, Unavailable
from huong.base.jobs import job
from huong.catalogue import queries as catalogue
from huong.files import actions as files
from huong.intake import events
from huong.intake.actions import bells
from huong.intake.actions.connecting import POWER, require_same_place, sealed, secrets_of
from huong.intake.actions.loads import run_new
from huong.intake.actions.receiving import draft
from huong.intake.actions.running import run
from huong.intake.models import RUNNING, Load, Run, Source
from huong.intake.pipeline.alone import alone
from huong.intake.ports import Fetched, source_kinds
from huong.intake.rules import mapping as mappings
from huong.intake.types import Recipe
from huong.journal import actions as journal
from huong.people import access

if TYPE_CHECKING:
    from huong.people.models import User

MAX_WAIT = timedelta(hours=6)
FIRST_WAIT = timedelta(minutes=1)
TELL_AFTER = 3
RUNS_KEPT = timedelta(days=180)


@transaction.atomic
def save_source(
    dataset: str,
    name: str,
    *,
    kind: str,
    settings: Mapping[str, Any],
    mapping: Mapping[str, str] | None = None,
    recipe: Mapping[str, Any] | None = None,
    credentials: Mapping[str, str] | None = None,
    every_minutes: int | None = None,
    is_active: bool = True,
    by: "User | None",
) -> Source:
    """Set up a source of a dataset, or change the one of this name.

    Args:
        kind: a key of `source_kinds`: "folder", "http", "database", "journal" ...
        settings: what that kind needs; never secrets.
        mapping: expected column to column of the source; proposed at the first load if left out.
        credentials: secrets, kept encrypted; left as they are if None.
        every_minutes: how often it is fetched; only by hand if None.

    Raises:
        Forbidden: `by` may not set up sources for the owner, or lacks the power that the kind itself needs.
        BadInput: settings that cannot work, a schedule below one minute, or a secret that would go to a new address.
        NotFound: no such dataset or kind.

    Records: `intake.source_saved`.
    """
    spec = catalogue.contract_of(dataset)
    if by is not None:
        access.require_power(by, POWER, spec.owner)
    source_kinds.get(kind).check(settings)
    _require_may_ask(by, kind)
    odd = mappings.unknown(spec, mapping or {})
    if odd:
        raise BadInput(
            _("The contract expects no column %(names)s.") % {"names": ", ".join(odd)}, code="mapping_unknown"
        )
    if every_minutes is not None and every_minutes < 1:
        raise BadInput(_("A source can be fetched once a minute at most."), code="setting_schedule")
    source = Source.objects.filter(dataset=dataset, name=name).first()
    if source is not None and credentials is None:
        require_same_place(source, settings)
    if source is None:
        source = Source(dataset=dataset, name=name, kind=kind, made_at=clock.now(), made_by=by)
    if source.kind != kind or source.settings != dict(settings):
        source.cursor = {}  # what it gives now may be another table, so it is read from the beginning
    source.kind, source.owner, source.settings = kind, spec.owner, dict(settings)
    source.mapping, source.recipe = dict(mapping or {}), Recipe.of(recipe).plain()
    if credentials is not None:
        source.credentials = sealed(source, credentials)
    source.every_minutes, source.is_active = every_minutes, is_active
    source.due_at = clock.now() if every_minutes and is_active else None
    source.failures, source.last_error = 0, ""
    source.save()
    journal.record(
        events.SOURCE_SAVED,
        dataset,
        by=by.pk if by else None,
        agency=spec.owner,
        source=source.pk,
        kind=kind,
        active=is_active,
    )
    return source


def _require_may_ask(by: "User | None", kind: str) -> None:
    """Refuse somebody who lacks the power that a kind of source itself needs."""
    power = getattr(source_kinds.get(kind), "power", "")
    if power and by is not None:
        access.require_power(by, power)


def pull(source_id: str) -> Load | None:
    """Fetch what is new from a source and load it, here and now; first a load of it that was broken off is finished.

    Returns:
        The load, or None if there was nothing new.

    Raises:
        NotFound: there is no such source.
        Busy: another process fetches it just now.
        Unavailable: it does not answer; its row says so and when it is tried again. Nothing was committed.
        HuongError: what it gave was refused; the load's row says why.

    Records: `intake.pulled`, then what a load records; or `intake.source_failed`.
    """
    source = Source.objects.filter(pk=source_id).first()
    if source is None:
        raise NotFound(_("There is no such source."))
    with alone(f"source-{source_id}"):
        return _pulled(source)


def _pulled(source: Source) -> Load | None:
    begun = clock.now()
    work = Path(tempfile.mkdtemp(prefix="pull-", dir=home.path("tmp", "x").parent))
    try:
        _finish_broken_off(source)
        fetched = source_kinds.get(source.kind).fetch(source, secrets_of(source), work)
        load = _load(source, fetched) if fetched.path is not None else None
    except HuongError as error:
        _failed(source, error, begun)
        raise
    finally:
        shutil.rmtree(work, ignore_errors=True)
    _succeeded(source, fetched, load, begun)
    return load


def _finish_broken_off(source: Source) -> None:
    """Finish a load of a source whose process was killed, so that loads come in order and nothing comes twice."""
    for load in Load.objects.filter(source=source, state__in=("received", *RUNNING)).order_by("id"):
        run(load.pk)
    source.refresh_from_db(fields=["cursor"])


def _load(source: Source, fetched: Fetched) -> Load:
    assert fetched.path is not None  # noqa: S101 - asked by the caller
    spec = catalogue.contract_of(source.dataset)
    detail = {"cursor": fetched.cursor} | ({} if fetched.since is None else {"since": fetched.since})
    with fetched.path.open("rb") as stream:
        load = draft(
            spec, stream, name=fetched.name, by=source.made_by, recipe=source.recipe, source=source, detail=detail
        )
    kind = source_kinds.get(source.kind)
    try:
        done = run_new(load, spec)
    except Unavailable:
        raise
    except HuongError:
        kind.finished(source, fetched.cursor)  # refused as a whole, and kept: the same bytes need not come again
        raise
    if done.repeated:
        Source.objects.filter(pk=source.pk).update(cursor=fetched.cursor)
    kind.finished(source, fetched.cursor)
    return done


def _succeeded(source: Source, fetched: Fetched, load: Load | None, begun: datetime) -> None:
    now = clock.now()
    due = _next_due(source)
    with transaction.atomic():
        if fetched.path is None:
            Source.objects.filter(pk=source.pk).update(cursor=fetched.cursor)
        Source.objects.filter(pk=source.pk).update(
            ran_at=now, failures=0, last_error="", due_at=now if fetched.more and due else due
        )
        rows = load.read if load and not load.repeated else fetched.rows
        Run.objects.create(source=source, at=begun, seconds=_since(begun), rows=rows, load=load)
        journal.record(events.PULLED, source.dataset, agency=source.owner, source=source.pk, rows=fetched.rows)


def _next_due(source: Source) -> Any:
    return clock.now() + timedelta(minutes=source.every_minutes) if source.every_minutes and source.is_active else None


def _since(begun: datetime) -> float:
    return (clock.now() - begun).total_seconds()


def _failed(source: Source, error: HuongError, begun: datetime) -> None:
    """Write down in a sentence what went wrong, and when it is tried again: later and later."""
    failures = source.failures + 1
    wait = min(MAX_WAIT, FIRST_WAIT * 2 ** min(failures - 1, 12))
    due = _next_due(source)
    with transaction.atomic():
        Source.objects.filter(pk=source.pk).update(
            ran_at=clock.now(),
            failures=failures,
            last_error=error.message,
            due_at=min(due, clock.now() + wait) if due and failures == 1 else (clock.now() + wait if due else None),
        )
        Run.objects.create(
            source=source, at=begun, seconds=_since(begun), problem=error.code[:40], message=error.message
        )
        journal.record(events.SOURCE_FAILED, source.dataset, agency=source.owner, source=source.pk, failures=failures)
    if failures == TELL_AFTER:
        facts: dict[str, str | int | float] = {"dataset": source.dataset}
        url = f"/desk/datasets/{source.dataset}/"
        key = f"source:{source.pk}:{clock.now():%Y%m%d}"
        bells.tell(source.dataset, source.owner, bells.SOURCE, url=url, key=key, arguments=facts)


@job(queue="bulk")
def run_pull(source_id: str) -> None:
    """Fetch a source in a job process. What goes wrong stands in the source's row; the schedule tries again."""
    with translation.override("vi"):
        try:
            pull(source_id)
        except HuongError:
            return


@transaction.atomic
def pull_later(source_id: str, *, by: "User") -> Source:
    """Fetch a source as soon as a job process is free.

    Raises:
        NotFound: there is no such source.
        Forbidden: `by` may not load for the owner.

    Records: `intake.pulled` when it has run.
    """
    source = Source.objects.filter(pk=source_id).first()
    if source is None:
        raise NotFound(_("There is no such source."))
    access.require_power(by, "intake.load", source.owner)
    run_pull.later(source.pk)
    return source


def pull_due() -> int:
    """Queue every active source that is due; each is queued once. Called every minute.

    Returns:
        How many were queued.
    """
    now, count = clock.now(), 0
    for source in Source.objects.filter(is_active=True, due_at__lte=now).order_by("due_at")[:200]:
        hold = now + timedelta(minutes=max(5, source.every_minutes or 5))
        with transaction.atomic():
            mine = Source.objects.filter(Q(due_at=source.due_at), pk=source.pk).update(due_at=hold)
            if mine:
                run_pull.later(source.pk)
                count += 1
    return count


def sweep() -> int:
    """Delete what killed loads left in the temporary folder, except what a running load needs; and old runs."""
    running_now = set(Load.objects.filter(state="committing").values_list("pk", flat=True))
    before = clock.now().timestamp() - files.OLD_SECONDS
    count = 0
    for entry in home.path("tmp", "x").parent.glob("load-*"):
        if entry.stat().st_mtime < before and entry.name.split("-")[1].split(".")[0] not in running_now:
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink(missing_ok=True)
            count += 1
    Run.objects.filter(at__lt=clock.now() - RUNS_KEPT).delete()
    return count
