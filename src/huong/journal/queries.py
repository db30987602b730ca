"""What others may read of the journal."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, islice

from django.db import connection, transaction

from huong.base import clock
from huong.base.readiness import Check
from huong.base.sql import is_postgresql
from huong.journal import registry
from huong.journal.models import Count, Cursor, Entries, Entry

FAR_BEHIND = timedelta(minutes=10)
COUNTED_AT_MOST = 10_000
SEPARATOR = "\x1f"


@dataclass(frozen=True)
class Lag:
    """How far one reader is behind.

    Attributes:
        reader: its name; tallies are called "tally:<name>".
        entries: how many entries wait for it, counted to 10,000 at most.
        seconds: for how long the oldest has waited, 0 if none does. Entries about the past carry an old time, so it is
            counted from when the reader last moved, if that is later.
        failures: failed attempts in a row.
        error: what stopped it, without personal values.
        retry_at: when it is tried again.
    """

    reader: str
    entries: int
    seconds: float
    failures: int = 0
    error: str = ""
    retry_at: datetime | None = None


def entries_about(subject: str, *, limit: int = 200) -> list[Entry]:
    """Return what happened to a subject, newest first."""
    return list(Entry.objects.filter(subject=subject).order_by("-id")[:limit])


def entries(
    *,
    names: tuple[str, ...] = ("*",),
    since: datetime | None = None,
    until: datetime | None = None,
    by: int | None = None,
    agency: str = "",
    subject: str = "",
    before: int | None = None,
    limit: int = 200,
) -> list[Entry]:
    """Return entries, newest first.

    Args:
        names: events, exact or with a star at the end ("store.*").
        since: not before this instant.
        until: before this instant.
        by: only those of one person.
        agency: only those of one agency.
        subject: only those about one subject.
        before: only those with a smaller id, for the next page.
        limit: how many at most.
    """
    wanted = {
        "at__gte": since,
        "at__lt": until,
        "by": by,
        "agency": agency or None,
        "subject": subject or None,
        "id__lt": before,
    }
    found = Entry.objects.named(names).filter(**{key: value for key, value in wanted.items() if value is not None})
    return list(found.order_by("-id")[:limit])


def entries_of(
    subjects: list[str], *, names: tuple[str, ...], since: datetime | None = None, until: datetime | None = None
) -> list[Entry]:
    """Return what happened to several subjects, oldest first.

    Args:
        subjects: at most about a thousand.
        names: events, exact or with a star at the end.
        since, until: not before, and before these instants.
    """
    found = Entry.objects.filter(subject__in=subjects).named(names)
    if since is not None:
        found = found.filter(at__gte=since)
    if until is not None:
        found = found.filter(at__lt=until)
    return list(found.order_by("at", "id"))


def agencies_that(names: tuple[str, ...], *, subject: str, since: datetime) -> set[str]:
    """Return the codes of the agencies that did something to a subject.

    Args:
        names: what they did: events, exact or with a star at the end.
        subject: what they did it to.
        since: not before this instant.
    """
    found = Entry.objects.filter(subject=subject, at__gte=since).named(names).exclude(agency="")
    return set(found.order_by().values_list("agency", flat=True).distinct())


def head() -> tuple[int, int]:
    """Return the position of the newest entry that readers may see; nothing can appear at or before it any more."""
    return Entry.objects.settled().order_by("-xid", "-id").values_list("xid", "id").first() or (0, 0)


def safe_head() -> tuple[int, int]:
    """Return `head()` for those who will not come back to what lies before it: readers and seals.

    Raises:
        RuntimeError: called inside a transaction, which may see what others do not yet.
    """
    if connection.in_atomic_block:
        with transaction.atomic(durable=True):  # raises, except in the transaction of a test
            pass
    return head()


def between(
    after: tuple[int, int], to: tuple[int, int], *, names: tuple[str, ...] = ("*",), limit: int = 500
) -> list[Entry]:
    """Return entries behind one position up to another, in the order of positions.

    Args:
        after: the position (transaction, id) already read.
        to: the last position wanted; take it from `head()`.
        names: events, exact or with a star at the end.
        limit: how many at most.
    """
    if after >= to:
        return []
    return list(islice(chain.from_iterable(each[:limit] for each in _in_order(after, to, names)), limit))


def _in_order(after: tuple[int, int], to: tuple[int, int], names: tuple[str, ...]) -> Iterator[Entries]:
    """Yield the entries between two positions, in parts that follow each other, each read along an index.

    PostgreSQL compares positions as pairs within its index. SQLite looks up only the first of the pair, which there
    is the same for nearly all entries; so the rest of that transaction number comes first, then the greater ones.
    """
    found = Entry.objects.up_to(*to).named(names, in_passing=True).order_by("xid", "id")
    if is_postgresql():
        yield found.after(*after)
        return
    yield found.filter(xid=after[0], id__gt=after[1])
    if to[0] > after[0]:
        yield found.filter(xid__gt=after[0])


def next_entry_of(cursor: Cursor) -> Entry | None:
    """Return the entry that a reader would be handed next."""
    known = {reader.name: reader.names for reader in registry.readers.values()}
    known |= {tally.cursor: tally.names for tally in registry.tallies.values()}
    found = between((cursor.xid, cursor.entry), head(), names=known.get(cursor.name, ("*",)), limit=1)
    return found[0] if found else None


def lag() -> list[Lag]:
    """Return how far every reader and tally is behind, the slowest first."""
    held = {cursor.name: cursor for cursor in Cursor.objects.all()}
    newest = head()
    interests = [(reader.name, reader.names) for reader in registry.readers.values()]
    interests += [(tally.cursor, tally.names) for tally in registry.tallies.values()]
    found = [_lag_of(held.get(name) or Cursor(name=name), names, newest) for name, names in interests]
    return sorted(found, key=lambda each: -each.seconds)


def _lag_of(cursor: Cursor, names: tuple[str, ...], newest: tuple[int, int]) -> Lag:
    parts = list(_in_order((cursor.xid, cursor.entry), newest, names)) if newest > (cursor.xid, cursor.entry) else []
    found = [at for part in parts for at in part.values_list("at", flat=True)[:COUNTED_AT_MOST]][:COUNTED_AT_MOST]
    oldest = found[0] if found else None
    return Lag(
        reader=cursor.name,
        entries=len(found),
        seconds=max(0.0, (clock.now() - max(oldest, cursor.moved_at or oldest)).total_seconds()) if oldest else 0.0,
        failures=cursor.failures,
        error=cursor.error,
        retry_at=cursor.retry_at,
    )


def readiness() -> Check:
    """Say whether the readers keep up: ten minutes behind is not ready, a failing reader a warning."""
    slow = [each for each in lag() if each.seconds > FAR_BEHIND.total_seconds()]
    failing = [each for each in lag() if each.failures]
    named = ", ".join(f"{each.reader} ({each.error})" for each in failing)
    if slow:
        return Check(ok=False, detail=f"{slow[0].reader}: {int(slow[0].seconds)} s; failing: {named or 0}")
    return Check(ok=True, detail=f"failing: {named}" if failing else "up to date", warning=bool(failing))


def tally_key(codes: tuple[str, ...]) -> str:
    """Return the codes of a key as the text under which its count is kept.

    Raises:
        ValueError: a code holds the separator.
    """
    if any(SEPARATOR in code for code in codes):
        raise ValueError("a code of a tally's key may not hold U+001F")
    return SEPARATOR.join(codes)


def count(tally: str, *codes: str) -> int:
    """Return one figure of a tally, 0 if nothing was counted under these codes."""
    return Count.objects.filter(tally=tally, key=tally_key(codes)).values_list("value", flat=True).first() or 0


def counts(tally: str, *first: str) -> Iterator[tuple[tuple[str, ...], int]]:
    """Yield the figures of a tally whose key begins with these codes, as (codes, figure)."""
    found = Count.objects.filter(tally=tally).order_by("key")
    if first:
        found = found.filter(key__startswith=tally_key(first))
    for key, value in found.values_list("key", "value"):
        codes = tuple(key.split(SEPARATOR))
        if codes[: len(first)] == first:
            yield codes, value
