"""Reports and updates are fetched from another Open311 system: in order, each once, whatever breaks off in between.

How far it was read (`Peer.requests_until`, `news_until`) only moves over what was taken whole, and each report is bound
to its id there by a unique row: reading the same again changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from huong.base import clock
from huong.base.errors import BadInput, HuongError, StorageFull, TooMany, Unavailable
from huong.base.jobs import job
from huong.journal import actions as journal
from huong.reports import events
from huong.reports.actions import peer_trouble, taking_in
from huong.reports.models import Peer, PeerRequest
from huong.reports.peer_calls import Line, stamp
from huong.reports.rules.foreign import Foreign

SIZE, MOST_PAGES, ASKED_BY_ID = 200, 25, 40
OVERLAP = timedelta(minutes=5)
LEASE = timedelta(minutes=15)
TOO_MUCH = "unordered"


@dataclass
class Pulled:
    """What a run brought, and whether more waits there."""

    new: int = 0
    changed: int = 0
    refused: int = 0
    news: int = 0
    more: bool = False

    def count(self, outcome: str) -> None:
        """Count one report."""
        if outcome:
            setattr(self, outcome, getattr(self, outcome) + 1)


@job(queue="bulk", tries=1)
def pull_one(key: str) -> None:
    """Fetch what is new at one system, if it is due."""
    pull(key)


def pull_due() -> int:
    """Enqueue a run for every system that is due. Returns how many."""
    now = clock.now()
    due = Peer.objects.filter(Q(rests_until=None) | Q(rests_until__lte=now), is_active=True, due_at__lte=now)
    found = list(due.exclude(pulls=False, pushes=False).values_list("key", flat=True))
    for key in found:
        pull_one.later(key)
    return len(found)


def pull(key: str) -> Pulled | None:
    """Fetch new reports and updates from a system that is due. A failure is written down and shown.

    Returns:
        What came; None if it is not due, rests, or failed.

    Records: `reports.peer_pulled` if something came, `reports.peer_failed` if it failed; what sending and moving record.
    """
    now = clock.now()
    due = Peer.objects.filter(Q(rests_until=None) | Q(rests_until__lte=now), key=key, is_active=True, due_at__lte=now)
    if not due.update(due_at=now + LEASE):
        return None
    peer = Peer.objects.get(key=key)
    done = Pulled()
    try:
        _run(peer, done)
    except StorageFull:
        raise
    except HuongError as error:
        peer_trouble.failed(peer, error, final=not isinstance(error, Unavailable | TooMany))
        return None
    finally:
        _tell(peer, done)
    peer_trouble.worked(peer)
    wait = timedelta() if done.more else timedelta(minutes=peer.every_minutes)
    Peer.objects.filter(pk=peer.pk).update(due_at=clock.now() + wait, asked_at=clock.now())
    return done


def _tell(peer: Peer, done: Pulled) -> None:
    if done.new or done.changed or done.refused or done.news:
        with transaction.atomic():
            journal.record(
                events.PEER_PULLED,
                f"peer:{peer.key}",
                new=done.new,
                changed=done.changed,
                refused=done.refused,
                news=done.news,
            )


def _run(peer: Peer, done: Pulled) -> None:
    line = Line.to(peer)
    if peer.pulls:
        _requests(peer, line, done)
    if peer.updates:
        _news(peer, line, done)
    elif peer.pushes:
        _statuses(peer, line, done)


def _requests(peer: Peer, line: Line, done: Pulled) -> None:
    """Read what changed there since, page by page; taken at once where the pages are in order of change."""
    floor = peer.requests_until - (timedelta(seconds=1) if peer.catching_up else OVERLAP)
    reading = _Reading(floor)
    for _turn in range(MOST_PAGES):
        rows = line.requests(updated_after=stamp(reading.since), page=str(reading.page), page_size=str(SIZE))
        if reading.is_at_end(rows):
            done.more = False
            break
        reading.add(rows)
        if reading.in_order:
            reading.go_on_from(_take(peer, reading.taken(), done))
        else:
            reading.page += 1
        done.more = True
    if done.more and not reading.was_in_order:
        raise BadInput(peer_trouble.too_much(), code=TOO_MUCH)
    if not done.more:
        _take(peer, reading.taken(), done)
    Peer.objects.filter(pk=peer.pk).update(catching_up=done.more)


class _Reading:
    """Where the reading of lists stands.

    Pages shift while reports change, so an ordered list is read on from the last change instead of by counting pages;
    one in another order has to be read whole before anything is taken.
    """

    def __init__(self, since: datetime) -> None:
        self.floor = self.since = since
        self.page = 1
        self.in_order = self.was_in_order = False
        self._waiting: list[Foreign] = []
        self._times: list[datetime | None] = []
        self._seen: set[tuple[str, datetime | None]] = set()
        self._last: list[str] = []

    def is_at_end(self, rows: list[Foreign]) -> bool:
        """Return whether there is nothing more: an empty page, or the last one again from a system that counts none."""
        ids = [row.id for row in rows]
        again = self.page > 1 and ids == self._last
        self._last = ids
        return not ids or again

    def add(self, rows: list[Foreign]) -> None:
        """Add a page, and see whether the list is in order of change, as far as can be told."""
        self._times += [row.updated_at for row in rows]
        self.in_order = _ascends(self._times)
        self.was_in_order = self.was_in_order or self.in_order
        fresh = [row for row in rows if row.id and (row.id, row.updated_at) not in self._seen]
        self._seen |= {(row.id, row.updated_at) for row in fresh}
        self._waiting += [row for row in fresh if row.updated_at is None or row.updated_at >= self.floor]

    def taken(self) -> list[Foreign]:
        """Hand over what waits."""
        found, self._waiting = self._waiting, []
        return found

    def go_on_from(self, newest: datetime) -> None:
        """Read on from the last change, or the next page where everything changed within one second."""
        begin = newest - timedelta(seconds=1)
        if begin > self.since:
            self.since, self.page, self._times, self._last = begin, 1, [], []
        else:
            self.page += 1


def _ascends(times: list[datetime | None]) -> bool:
    """Return whether times rise; a list of one time alone says nothing about its order."""
    known = [at for at in times if at is not None]
    return len(known) == len(times) and known == sorted(known) and known[0] < known[-1]


def _take(peer: Peer, rows: list[Foreign], done: Pulled) -> datetime:
    """Take rows in order of their change, and move the mark over them."""
    for row in sorted(rows, key=lambda row: (row.updated_at or row.requested_at or clock.now(), row.id)):
        done.count(taking_in.take(peer, row))
    newest = max((row.updated_at for row in rows if row.updated_at), default=peer.requests_until)
    if newest > peer.requests_until:
        peer.requests_until = min(newest, clock.now() + OVERLAP)  # a clock that runs ahead must not hide what follows
        Peer.objects.filter(pk=peer.pk).update(requests_until=peer.requests_until)
    return newest


def _news(peer: Peer, line: Line, done: Pulled) -> None:
    """Read the updates since, for reports that both know."""
    if not PeerRequest.objects.filter(peer=peer, state="taken").exclude(remote_id="").exists():
        return
    since = peer.news_until - OVERLAP
    seen: set[str] = set()
    newest = peer.news_until
    for page in range(1, MOST_PAGES + 1):
        rows = [row for row in line.news(since=since, page=page, size=SIZE) if row.id and row.id not in seen]
        if not rows:
            break
        seen |= {row.id for row in rows}
        for row in sorted(rows, key=lambda row: row.at or clock.now()):
            done.news += taking_in.hear(peer, row)
            newest = max(newest, row.at or newest)
    else:
        done.more = True
    peer.news_until = min(newest, clock.now())
    Peer.objects.filter(pk=peer.pk).update(news_until=peer.news_until)


def _statuses(peer: Peer, line: Line, done: Pulled) -> None:
    """Ask for the reports that went there by id, where the other system has no updates."""
    out = PeerRequest.objects.filter(peer=peer, direction="out", report__is_open=True).exclude(remote_id="")
    ids = list(out.order_by("id").values_list("remote_id", flat=True))
    for first in range(0, len(ids), ASKED_BY_ID):
        for row in line.requests(service_request_id=",".join(ids[first : first + ASKED_BY_ID])):
            done.news += taking_in.hear_status(peer, row)
