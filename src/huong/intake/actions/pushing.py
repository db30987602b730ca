"""Programs send data: kept at once, loaded as a job, once per key."""

from typing import TYPE_CHECKING, BinaryIO

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from huong.base import clock, ids
from huong.base.errors import Conflict
from huong.catalogue import queries as catalogue
from huong.intake.actions import loads, running
from huong.intake.actions.receiving import draft, require_may_load
from huong.intake.models import Load, Push

if TYPE_CHECKING:
    from huong.people.models import User


def push(
    dataset: str,
    stream: BinaryIO,
    *,
    name: str,
    by: "User",
    key: str = "",
    digest: str = "",
    size: int | None = None,
    expected_rows: int | None = None,
) -> Load:
    """Take in what a program sends and queue it; the same key, or the same bytes, are loaded once.

    Args:
        key: the sender's Idempotency-Key; the same key with other bytes is refused.
        digest: SHA-256 that the sender announced.
        size: bytes that the sender announced.
        expected_rows: the sender's control total.

    Returns:
        The load, queued; or the earlier one, with `repeated` set.

    Raises:
        Forbidden: the sender may not load for the owner.
        Conflict: the key was used for other bytes.
        NotAsSent, TooLarge, StorageFull: nothing was kept.

    Records: `intake.received`.
    """
    spec = catalogue.contract_of(dataset)
    require_may_load(by, spec)
    scoped = ids.digest(f"{by.pk}:{dataset}:{key}") if key else ""
    load = draft(spec, stream, name=name, by=by, digest=digest, size=size, expected_rows=expected_rows)
    earlier = _same_key(scoped, load) or loads.repeats(load, spec)
    if earlier is not None:
        loads.forget(load)
        earlier.repeated = True
        return earlier
    try:
        _queue(load, scoped)
    except IntegrityError:  # the same key came twice at the same moment
        loads.forget(load)
        earlier = Push.objects.select_related("load").get(key=scoped).load
        earlier.repeated = True
        return earlier
    return load


def _same_key(scoped: str, load: Load) -> Load | None:
    found = Push.objects.select_related("load").filter(key=scoped).first() if scoped else None
    if found is None:
        return None
    if found.digest != load.raw_digest:
        loads.forget(load)
        raise Conflict(
            _("This Idempotency-Key was used for other data. Please send new data under a new key."),
            code="key_used",
        )
    return found.load


@transaction.atomic
def _queue(load: Load, scoped: str) -> None:
    load.state = "queued"
    load.save()
    if scoped:
        Push.objects.create(key=scoped, digest=load.raw_digest, load=load, at=clock.now())
    running.run_later.later(load.id)
