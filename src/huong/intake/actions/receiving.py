"""Bytes arrive: kept as they came, looked at, and written down as a load."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock, home, ids
from huong.base.errors import HuongError
from huong.catalogue import queries as catalogue
from huong.catalogue.rules import ContractSpec
from huong.files import actions as files
from huong.files import queries as kept
from huong.intake import events, queries
from huong.intake.errors import NotAsSent
from huong.intake.models import Load, Source
from huong.intake.rules import mapping as mappings
from huong.intake.rules.differences import between
from huong.intake.types import OPTIONAL_KEYS, Recipe, Staged
from huong.journal import actions as journal
from huong.people import access

if TYPE_CHECKING:
    from huong.files.models import Blob
    from huong.people.models import User


def require_may_load(by: "User | None", spec: ContractSpec) -> None:
    """Refuse somebody who may not bring data into a dataset; None is the platform itself.

    Raises:
        Forbidden: `by` has no power to load for the owner.
    """
    if by is not None:
        access.require_power(by, "intake.load", spec.owner)


def receive(
    dataset: str,
    stream: BinaryIO,
    *,
    name: str,
    by: "User | None",
    recipe: Mapping[str, Any] | None = None,
    expected_rows: int | None = None,
    digest: str = "",
    size: int | None = None,
) -> Load:
    """Take in a file and look at it, so that a person can confirm which column is which.

    Args:
        dataset: its name.
        stream: the bytes; kept as they are, encrypted for a personal dataset.
        name: the file's name.
        by: who sends it.
        recipe: what is known about reading it.
        expected_rows: the sender's control total.
        digest: SHA-256 that the sender announced.
        size: bytes that the sender announced.

    Returns:
        A load that is `received`, with what was detected, its columns and a proposed mapping; or `failed`
        with a sentence, if the file cannot be read.

    Raises:
        Forbidden: `by` may not load for the owner.
        NotAsSent: the bytes are not what was announced; nothing was kept.
        TooLarge, StorageFull: nothing was kept.

    Records: `intake.received`; `intake.failed` if it cannot be read.
    """
    spec = catalogue.contract_of(dataset)
    require_may_load(by, spec)
    load = draft(spec, stream, name=name, by=by, recipe=recipe, expected_rows=expected_rows, digest=digest, size=size)
    return look(load, spec)


def draft(
    spec: ContractSpec,
    stream: BinaryIO,
    *,
    name: str,
    by: "User | None",
    recipe: Mapping[str, Any] | None = None,
    mapping: Mapping[str, str] | None = None,
    source: Source | None = None,
    expected_rows: int | None = None,
    digest: str = "",
    size: int | None = None,
    detail: Mapping[str, Any] | None = None,
) -> Load:
    """Keep the bytes and write the load down, in state `received`.

    Args:
        detail: what is known about the load from the first instant: how far its source was read.

    Records: `intake.received`.
    """
    load = Load(
        id=ids.new_id(),
        dataset=spec.dataset,
        owner=spec.owner,
        name=name[:200],
        state="received",
        source=source,
        recipe=Recipe.of(recipe).plain(),
        mapping=dict(mapping or {}),
        expected_rows=expected_rows,
        contract_version=spec.version,
        detail=dict(detail or {}),
        by=by,
        made_at=clock.now(),
    )
    load.scope = f"load:{load.id}" if spec.is_personal else ""
    blob = files.keep(stream, name=name, owner=f"intake:{load.id}", scope=load.scope or None, by=by.pk if by else None)
    load.blob, load.raw_digest = blob, blob.digest
    try:
        _require_as_sent(blob, digest, size)
    except NotAsSent:
        files.release(blob.pk, owner=f"intake:{load.id}")
        raise
    with transaction.atomic():
        load.save(force_insert=True)
        journal.record(
            events.RECEIVED,
            spec.dataset,
            by=by.pk if by else None,
            agency=spec.owner,
            load=load.id,
            digest=load.raw_digest,
            source=source.pk if source else "",
        )
    return load


def _require_as_sent(blob: "Blob", digest: str, size: int | None) -> None:
    if (digest and digest.lower() != blob.digest) or (size is not None and size != blob.size):
        raise NotAsSent(
            _(
                "The file did not arrive whole: %(got)s bytes came instead of %(sent)s, or they were changed on the way. "
                "Nothing was loaded; please send it again."
            )
            % {"got": blob.size, "sent": size if size is not None else "?"}
        )


def look(load: Load, spec: ContractSpec) -> Load:
    """Look at what arrived: what it is, its columns, some values, and a proposed mapping."""
    try:
        with staged(load, spec) as found:
            _note(load, spec, found)
    except HuongError as error:
        fail(load, error)
    return load


def _note(load: Load, spec: ContractSpec, found: Staged) -> None:
    from huong.intake.pipeline.columns import samples_of

    samples = samples_of(found)
    load.detected, load.columns, load.rows_total = found.detected, found.columns, found.rows
    known = queries.mapping_before(load.dataset, load.source_id)
    proposals = mappings.remembered(mappings.propose(spec, found.columns, samples), known, found.columns)
    load.detail["proposal"] = [vars(entry) for entry in proposals]
    load.detail["differences"] = _differences(load, found)
    load.detail["ragged"] = len(found.ragged)
    if not load.is_personal:
        load.detail["samples"] = {column: values[:5] for column, values in samples.items()}
    load.state, load.problem, load.message = "received", "", ""
    load.save()


def _differences(load: Load, found: Staged) -> dict[str, Any]:
    """Return which columns came, went or were renamed since the last load; JSON leaves out what is empty."""
    before = queries.columns_before(load.dataset, load.source_id)
    if not before or found.detected.get("kind") in OPTIONAL_KEYS:
        return {}
    changed = between(before, found.columns)
    return changed.plain() if changed else {}


@contextmanager
def staged(load: Load, spec: ContractSpec, *, tick: Callable[[int], None] | None = None) -> Iterator[Staged]:
    """Give the raw file of a load as a staged table while the block runs.

    Raises:
        Unreadable: with a sentence.
    """
    from huong.intake.readers.stage import stage

    assert load.blob is not None  # noqa: S101 - every load that is read has its bytes
    work = Path(tempfile.mkdtemp(prefix=f"load-{load.id}-", dir=home.path("tmp", "x").parent))
    try:
        with kept.as_path(load.blob) as path:
            yield stage(
                path,
                name=load.name,
                work=work,
                recipe=load.reading,
                known=mappings.known_names(spec),
                tick=tick,
            )
    finally:
        shutil.rmtree(work, ignore_errors=True)


def fail(load: Load, error: HuongError) -> None:
    """Write down that a load is refused as a whole, or waits for a person, with the sentence that says why.

    Records: `intake.failed` or `intake.stopped`.
    """
    needs_person = error.code in NEEDS_PERSON
    load.state = "stopped" if needs_person else "failed"
    load.problem, load.message, load.finished_at = error.code[:40], error.message, clock.now()
    plain = {name: value for name, value in error.details.items() if name in ("differences", "missing", "same_as")}
    load.detail = {name: value for name, value in load.detail.items() if name != "deaths"} | plain
    with transaction.atomic():
        load.save()
        journal.record(
            events.STOPPED if needs_person else events.FAILED,
            load.dataset,
            by=load.by_id,
            agency=load.owner,
            load=load.id,
            problem=load.problem,
        )


NEEDS_PERSON = frozenset(
    {
        "mapping_needed",
        "mapping_unknown",
        "header_changed",
        "same_bytes_elsewhere",
        "storage_full",
        "dataset_busy",
        "unavailable",
        "load_stopped",
        "several_inside",
    }
)
