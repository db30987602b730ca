"""Tallies: counts kept up to date entry by entry, so that a page shows them without counting.

A tally's figures and its cursor move in one transaction: every entry is counted exactly once,
however often the process is killed. Rebuilding counts from the first entry beside the live figures
and then changes them over; comparing does the same and changes nothing.
"""

from collections import Counter

from django.db import transaction

from huong.base import clock
from huong.journal import actions, events, queries, registry
from huong.journal.models import Count, Cursor, Entry

BATCH = 500
Position = tuple[int, int]


def tally(
    name: str,
    names: tuple[str, ...],
    key: registry.Key,
    *,
    weight: registry.Weight | None = None,
) -> None:
    """Register an incremental count over entries.

    Args:
        name: the tally's name for ever.
        names: the events it counts: exact, "store.*" or "*".
        key: the codes an entry is counted under, or None to leave it out. Opaque codes only.
        weight: what an entry adds; 1 if left out.
    """
    registry.tallies.add(name, registry.Tally(name, names, key, weight))


def count(name: str, *codes: str) -> int:
    """Return one figure of a tally."""
    return queries.count(name, *codes)


def advance(each: registry.Tally, *, to: Position, rows: str = "", cursor_name: str = "") -> int:
    """Count one batch of entries and move the cursor, both or neither.

    Args:
        each: the tally.
        to: count no entry behind this position.
        rows: the name under which the figures are kept, if not the tally's own.
        cursor_name: the cursor to move, if not the tally's own.

    Returns:
        How many entries were read.

    Raises:
        RuntimeError: called inside a transaction of the caller.
    """
    name = cursor_name or each.cursor
    seen = Cursor.objects.get(name=name)
    found = queries.between((seen.xid, seen.entry), to, names=each.names, limit=BATCH)
    sums = _sums(each, found)
    with transaction.atomic(durable=True):  # only to write: whoever else writes waits for it
        cursor = Cursor.objects.select_for_update().get(name=name)
        if (cursor.xid, cursor.entry) != (seen.xid, seen.entry):
            return 0  # another process counted them in between
        _add(rows or each.name, sums)
        full = len(found) == BATCH
        cursor.xid, cursor.entry = (found[-1].xid, found[-1].id) if full else max(to, (cursor.xid, cursor.entry))
        cursor.moved_at, cursor.failures, cursor.retry_at, cursor.error = clock.now(), 0, None, ""
        cursor.save()
    return len(found)


def _sums(each: registry.Tally, found: list[Entry]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for entry in found:
        codes = each.key(entry)
        if codes is not None:
            sums[queries.tally_key(codes)] += each.weight(entry) if each.weight else 1
    return sums


def _add(rows: str, sums: Counter[str]) -> None:
    """Add to the figures; the caller holds the cursor's lock, so nobody else does."""
    held = {row.key: row for row in Count.objects.filter(tally=rows, key__in=list(sums))}
    for key, row in held.items():
        row.value += sums[key]
    Count.objects.bulk_update(held.values(), ["value"], batch_size=BATCH)
    Count.objects.bulk_create(
        [Count(tally=rows, key=key, value=value) for key, value in sums.items() if key not in held]
    )


def rebuild(name: str, *, by: int | None = None) -> int:
    """Count a tally again from the first entry and put the new figures in place of the old at once.

    Returns:
        How many entries were counted.

    Raises:
        NotFound: no tally has this name.

    Records: `journal.rebuilt` with the number of keys and entries.
    """
    each = registry.tallies.get(name)
    counted = _count_beside(each)
    shadow = _shadow(each)
    Cursor.objects.get_or_create(name=each.cursor)
    with transaction.atomic(durable=True):
        live = Cursor.objects.select_for_update().get(name=each.cursor)
        fresh = Cursor.objects.select_for_update().get(name=f"tally:{shadow}")
        Count.objects.filter(tally=name).delete()
        keys = Count.objects.filter(tally=shadow).update(tally=name)
        live.xid, live.entry, live.moved_at = fresh.xid, fresh.entry, clock.now()
        live.failures, live.retry_at, live.error = 0, None, ""
        live.save()
        fresh.delete()
        actions.record(events.REBUILT, name, by=by, keys=keys, entries=counted)
    return counted


def compare(name: str) -> dict[tuple[str, ...], tuple[int, int]]:
    """Count a tally again from the first entry and return where the live figures differ.

    Returns:
        The keys that differ, each with (held, counted); empty if the tally is right.

    Raises:
        NotFound: no tally has this name.
    """
    each = registry.tallies.get(name)
    Cursor.objects.get_or_create(name=each.cursor)
    _count_beside(each, only_to_live=True)
    shadow = _shadow(each)
    with transaction.atomic(durable=True):
        live = Cursor.objects.select_for_update().get(name=each.cursor)
        _catch_up_with(each, (live.xid, live.entry))
        held = dict(Count.objects.filter(tally=name).values_list("key", "value"))
        counted = dict(Count.objects.filter(tally=shadow).values_list("key", "value"))
        _clear(each)
    differing = [key for key in sorted(held.keys() | counted.keys()) if held.get(key, 0) != counted.get(key, 0)]
    return {tuple(key.split(queries.SEPARATOR)): (held.get(key, 0), counted.get(key, 0)) for key in differing}


def _shadow(each: registry.Tally) -> str:
    return f"{each.name}~new"


def _clear(each: registry.Tally) -> None:
    Count.objects.filter(tally=_shadow(each)).delete()
    Cursor.objects.filter(name=f"tally:{_shadow(each)}").delete()


def _count_beside(each: registry.Tally, *, only_to_live: bool = False) -> int:
    """Count from the first entry into shadow figures, in batches, up to the present end."""
    with transaction.atomic(durable=True):
        _clear(each)
        Cursor.objects.create(name=f"tally:{_shadow(each)}")
    to = queries.head()
    if only_to_live:
        live = Cursor.objects.get(name=each.cursor)
        to = (live.xid, live.entry)
    counted = 0
    while read := advance(each, to=to, rows=_shadow(each), cursor_name=f"tally:{_shadow(each)}"):
        counted += read
    return counted


def _catch_up_with(each: registry.Tally, to: Position) -> None:
    """Count what the live cursor took in since, while its lock is held."""
    cursor = Cursor.objects.get(name=f"tally:{_shadow(each)}")
    _add(_shadow(each), _sums(each, queries.between((cursor.xid, cursor.entry), to, names=each.names, limit=10**6)))
