"""How packages write into the journal: in the transaction of the verb that changes something."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Literal

from django.db import transaction
from django.db.models import Model

from huong.base import clock, logs, sql
from huong.base.errors import NotFound
from huong.base.sql import current_transaction, is_postgresql
from huong.journal import events, rules
from huong.journal.models import Cursor, Entry, Shift, transaction_number
from huong.journal.queries import next_entry_of

Scalar = str | int | float | bool | None
Audience = Literal["public", "staff", "named"]
BATCH = 1000


@dataclass(frozen=True)
class EntryDraft:
    """An entry to be, for `record_many`. The fields are those of `record`."""

    name: str
    subject: str
    by: int | None = None
    at: datetime | None = None
    agency: str = ""
    unit: str = ""
    audience: Audience = "staff"
    data: dict[str, Scalar] = field(default_factory=dict)


def record(
    name: str,
    subject: str,
    *,
    by: int | None = None,
    at: datetime | None = None,
    agency: str = "",
    unit: str = "",
    audience: Audience = "staff",
    **data: Scalar,
) -> Entry:
    """Write down that something happened, in the caller's transaction: both stand or neither does.

    One INSERT. Give ids, codes and digests, never words or personal values.

    Args:
        name: the event, declared in the package's `events.py`: "store.committed".
        subject: what it happened to, as its package names it: a dataset's name, a report's number.
        by: the id of the person acting; None for the platform itself.
        at: when it happened, timezone-aware; now if left out.
        agency: the code of the agency concerned.
        unit: the code of the administrative unit concerned, valid at `at`.
        audience: who may be told: "public", "staff", or "named" persons only.
        data: further facts, JSON scalars.

    Raises:
        TypeError: a fact is not a JSON scalar.
        ValueError: a text is longer than an entry may hold.
    """
    entry = _entry(EntryDraft(name, subject, by, at, agency, unit, audience, data))
    _insert([entry])
    return entry


def record_many(entries: Iterable[EntryDraft], *, along: Sequence[Model] = (), change: sql.Change | None = None) -> int:
    """Write many entries in the caller's transaction, at most 1,000 to a statement.

    Args:
        along: new rows of the caller that are written with them, for what every message writes.
        change: an UPDATE of the caller that is made with them; it is told how many rows it changed.

    Returns:
        How many were written.

    Raises:
        TypeError: a fact is not a JSON scalar; nothing was written.
    """
    waiting = iter(entries)
    batch = [_entry(draft) for draft in islice(waiting, BATCH)]
    if len(batch) < BATCH:  # one statement is whole without a savepoint
        _insert(batch, along, change)
        return len(batch)
    written = 0
    with transaction.atomic():
        sql.insert((), along=along, change=change)
        while batch:
            _insert(batch)
            written += len(batch)
            batch = [_entry(draft) for draft in islice(waiting, BATCH)]
    return written


def _entry(draft: EntryDraft) -> Entry:
    rules.require_scalars(draft.data)
    rules.require_scalars({"subject": draft.subject})
    return Entry(
        name=draft.name,
        subject=draft.subject,
        by=draft.by,
        at=draft.at or clock.now(),
        agency=draft.agency,
        unit=draft.unit,
        audience=draft.audience,
        data=dict(draft.data),
        request_id=logs.request_id()[:64],
    )


def _insert(entries: list[Entry], along: Sequence[Model] = (), change: sql.Change | None = None) -> None:
    sql.insert(entries, computed={"xid": transaction_number()}, along=along, change=change)
    for entry in entries:
        entry.__dict__.pop("xid", None)  # a later look at it reads what the database wrote


@transaction.atomic
def skip(reader: str, *, by: int | None = None) -> int:
    """Let a reader pass the one entry at which it stands and fails.

    Args:
        reader: its name; only one that is failing can be moved.
        by: the operator.

    Returns:
        The id of the entry left out.

    Raises:
        NotFound: no such reader is failing.

    Records: `journal.skipped` with the entry and the reader.
    """
    cursor = Cursor.objects.select_for_update().filter(name=reader, failures__gt=0).first()
    entry = next_entry_of(cursor) if cursor else None
    if cursor is None or entry is None:
        raise NotFound
    cursor.xid, cursor.entry, cursor.failures = entry.xid, entry.id, 0
    cursor.retry_at, cursor.error, cursor.moved_at = None, "", clock.now()
    cursor.save()
    record(events.SKIPPED, reader, by=by, entry=entry.id, reader=reader)
    return entry.id


@transaction.atomic
def settle() -> int:
    """Make the journal's order go on after its rows were moved to another database.

    Another server numbers its transactions anew; without this, readers would take new entries for
    old ones. Call it after a restore and at start; where nothing moved it changes nothing.

    Returns:
        What is added to the database's numbers from now on.

    Records: `journal.shifted` if the shift grew.
    """
    shift = Shift.objects.select_for_update().filter(pk=1).first() or Shift(pk=1, by=0)
    highest = Entry.objects.order_by("-xid").values_list("xid", flat=True).first() or 0
    present = (current_transaction() or 0) + shift.by
    if highest <= present:
        return shift.by
    shift.by += highest - present + (1 if is_postgresql() else 0)
    shift.save()
    record(events.SHIFTED, "journal", shift=shift.by)
    return shift.by
