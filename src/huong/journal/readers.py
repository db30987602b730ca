"""Readers: packages above act on what happened below, at least once and in order.

Each reader has a durable cursor of its own, so a failing one never stops another. A handler may be
handed the same entry again (after a crash, after its own failure), so it must be idempotent. It
runs outside any transaction and opens its own short ones.
"""

import logging
import threading
import traceback
from collections.abc import Callable
from datetime import timedelta
from typing import Literal

from django.db import DatabaseError, close_old_connections, connection

from huong.base import clock
from huong.base.errors import HuongError
from huong.journal import registry, rules, tallies
from huong.journal.models import Cursor, Entry
from huong.journal.queries import between, safe_head

log = logging.getLogger(__name__)
BATCH = 500
POLL_SECONDS = 0.25
Position = tuple[int, int]


def reader(
    name: str, *, names: tuple[str, ...] = ("*",), start: Literal["beginning", "now"] = "beginning"
) -> Callable[[registry.Handler], registry.Handler]:
    """Register a function of a list of entries as a reader of the journal.

    Args:
        name: the reader's name for ever; its cursor is kept under it.
        names: the events it wants: exact, "store.*" or "*".
        start: where a reader that was never seen before begins; "now" for those whose effects
            leave the house (nobody wants last year's mails again).
    """

    def register(handle: registry.Handler) -> registry.Handler:
        registry.readers.add(name, registry.Reader(name, names, handle, start))
        return handle

    return register


def run_once() -> int:
    """Hand every reader and tally what waits for it, one batch each.

    Returns:
        How many entries were handed over and done with; 0 when everybody is up to date.

    Raises:
        RuntimeError: called inside a transaction, where the order of others' entries is not known.
    """
    newest = safe_head()
    held = {cursor.name: cursor for cursor in Cursor.objects.all()}
    done = 0
    for each in list(registry.readers.values()):
        cursor = held.get(each.name) or _begin(each, newest)
        if _is_due(cursor, newest):
            done += _attempt(cursor, lambda each=each, cursor=cursor: _deliver(each, cursor, newest))  # type: ignore[misc]
    for tally in list(registry.tallies.values()):
        cursor = held.get(tally.cursor) or Cursor.objects.get_or_create(name=tally.cursor)[0]
        if _is_due(cursor, newest):
            done += _attempt(cursor, lambda tally=tally: tallies.advance(tally, to=newest))  # type: ignore[misc]
    return done


def run_forever(stop: threading.Event) -> None:
    """Keep all readers up to date until told to stop; a database that goes away is waited for.

    Args:
        stop: set it, and the loop ends after the batch in hand.
    """
    quiet = POLL_SECONDS
    while not stop.is_set():
        try:
            close_old_connections()
            done = run_once()
            quiet = POLL_SECONDS
        except DatabaseError as error:
            log.warning("The readers wait for the database (%s).", type(error).__name__)
            connection.close()
            done, quiet = 0, min(quiet * 2, 10.0)
        if not done:
            stop.wait(quiet)
    connection.close()


def _begin(each: registry.Reader, newest: Position) -> Cursor:
    xid, entry = newest if each.start == "now" else (0, 0)
    return Cursor.objects.get_or_create(name=each.name, defaults={"xid": xid, "entry": entry})[0]


def _is_due(cursor: Cursor, newest: Position) -> bool:
    if (cursor.xid, cursor.entry) >= newest:
        return False
    return cursor.retry_at is None or cursor.retry_at <= clock.now()


def _deliver(each: registry.Reader, cursor: Cursor, newest: Position) -> int:
    """Hand over one batch and move the cursor; while the reader is failing, a single entry."""
    limit = 1 if cursor.failures else BATCH
    found = between((cursor.xid, cursor.entry), newest, names=each.names, limit=limit)
    if len(found) > 1:
        _handle_batch(each, cursor, found)
    elif found:
        each.handle(found)
    full = len(found) == limit
    _move(cursor, (found[-1].xid, found[-1].id) if full else newest)
    return len(found)


def _handle_batch(each: registry.Reader, cursor: Cursor, found: list[Entry]) -> None:
    """Hand over a batch; if it fails, entry by entry, so that one bad entry holds back none before it."""
    try:
        each.handle(found)
    except Exception as error:  # noqa: BLE001 - the entry that fails alone raises again below
        log.warning("Reader %s failed on a batch, going on one by one: %s", each.name, describe(error))
        for entry in found:
            each.handle([entry])
            _move(cursor, (entry.xid, entry.id))


def _move(cursor: Cursor, to: Position) -> None:
    """Move a cursor on, unless another process has moved it in between."""
    Cursor.objects.filter(name=cursor.name, xid=cursor.xid, entry=cursor.entry).update(
        xid=to[0], entry=to[1], moved_at=clock.now(), failures=0, retry_at=None, error=""
    )
    cursor.xid, cursor.entry, cursor.failures = to[0], to[1], 0


def _attempt(cursor: Cursor, deliver: Callable[[], int]) -> int:
    """Deliver; a failure is written beside the cursor and never reaches the other readers."""
    try:
        return deliver()
    except Exception as error:  # noqa: BLE001 - readers are kept apart; the error is kept and shown
        failures = cursor.failures + 1
        Cursor.objects.filter(name=cursor.name).update(
            failures=failures,
            error=describe(error),
            retry_at=clock.now() + timedelta(seconds=rules.back_off_seconds(failures)),
        )
        log.warning("Reader %s failed: %s", cursor.name, describe(error))
        return 0


def describe(error: BaseException) -> str:
    """Return what kind of error it was and where, without its message, which may hold personal values."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {frames[-1].filename.rsplit('/src/', 1)[-1]}:{frames[-1].lineno}" if frames else ""
    code = f" ({error.code})" if isinstance(error, HuongError) else ""
    return f"{type(error).__name__}{code}{where}"[:300]
