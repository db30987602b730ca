"""What could not be sent to another city's system or taken from it, or from the mailbox, as the page of stuck things shows it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huong.base import clock
from huong.base.errors import BadInput, NotFound, WrongState
from huong.base.outbox import Stuck
from huong.base.text import whole
from huong.journal import actions as journal
from huong.people import access
from huong.people.models import User
from huong.reports import events
from huong.reports.actions import mailbox, pulling, pushing, taking_in
from huong.reports.models import Mailbox, Peer, PeerErrand, PeerRequest

POWERS = ("reports.rules", "system.operate")
ERRAND, REQUEST, PEER, BOX = "errand", "request", "peer", "mailbox"


class Peers:
    """Errands that failed, reports that could not be taken, systems and a mailbox that do not answer."""

    title = gettext_lazy("Reports to and from elsewhere")

    def visible_to(self, user: Any) -> bool:
        """Return whether somebody sets other systems up, or operates the house."""
        return any(access.has_power(user, power) for power in POWERS)

    def count(self, user: Any) -> int:
        """Return how many things are stuck."""
        rows = [each.order_by().values("pk") for each in (_errands(), _requests(), _peers(), _boxes())]
        return int(rows[0].union(*rows[1:], all=True).count())

    def stuck(self, user: Any, *, until: datetime | None, limit: int) -> list[Stuck]:
        """Return what is stuck, newest first."""
        shown = (_shown_errands, _shown_requests, _shown_peers, _shown_boxes)
        found = [each for show in shown for each in show(until, limit)]
        return sorted(found, key=lambda each: (each.since, each.id), reverse=True)[:limit]

    def retry(self, thing: str, *, by: Any) -> None:
        """Try one again now.

        Raises:
            Forbidden: the person has no power for it.
            NotFound: there is no such thing.
            WrongState: it is not stuck any more, or could not be taken again.

        Records: `reports.errand_retried`.
        """
        _require(by)
        _chosen(thing, {ERRAND: _retry_errand, REQUEST: _retry_request, PEER: _retry_peer, BOX: _retry_box})(by)

    def give_up(self, thing: str, *, reason: str, by: Any) -> None:
        """Let one go; what comes after it for the same report goes on.

        Raises:
            Forbidden, NotFound, WrongState: as in `retry`.
            BadInput: no reason is given.

        Records: `reports.errand_given_up`.
        """
        _require(by)
        words = " ".join(reason.split())[:300]
        if not words:
            raise BadInput(_("Please say in a few words why it need not go out any more."), field="reason")
        verbs = {ERRAND: _drop_errand, REQUEST: _drop_request, PEER: _drop_peer, BOX: _drop_box}
        _chosen(thing, {kind: _with(verb, words) for kind, verb in verbs.items()})(by)


def _require(by: User) -> None:
    if not any(access.has_power(by, power) for power in POWERS):
        access.require_power(by, POWERS[0])


def _chosen(thing: str, verbs: dict[str, Callable[[int, User], None]]) -> Callable[[User], None]:
    kind, _colon, number = thing.partition("-")
    key = whole(number)
    if kind not in verbs or key is None:
        raise NotFound
    return lambda by: verbs[kind](key, by)


def _with(verb: Callable[[int, str, User], None], words: str) -> Callable[[int, User], None]:
    return lambda number, by: verb(number, words, by)


def _errands() -> Any:
    late = Q(state="waiting", next_at__lt=clock.now() - pulling.LEASE)
    return PeerErrand.objects.filter(Q(state__in=["failed", "dead"]) | late)


def _requests() -> Any:
    return PeerRequest.objects.filter(state="refused")


def _peers() -> Any:
    return Peer.objects.filter(is_active=True, failed_at__isnull=False)


def _boxes() -> Any:
    return Mailbox.objects.filter(failed_at__isnull=False)


def _shown_errands(until: datetime | None, limit: int) -> Iterator[Stuck]:
    rows = _errands().select_related("request__peer", "request__report")
    rows = rows.filter(at__lte=until) if until else rows
    for row in rows.order_by("-at", "-id")[:limit]:
        number = row.request.report.number if row.request.report else "–"
        what = _("Report %(number)s") if row.kind == "request" else _("Update of %(number)s")
        waits = _("It waits for what has to go before it, or the job process stands still.")
        yield Stuck(
            id=f"{ERRAND}-{row.pk}",
            what=what % {"number": number},
            to=row.request.peer.name,
            why=row.error or waits,
            since=row.at,
            next_at=row.next_at if row.state == "failed" else None,
            attempts=row.attempts,
            url=f"/desk/reports/{number}/" if row.request.report else "",
        )


def _shown_requests(until: datetime | None, limit: int) -> Iterator[Stuck]:
    rows = _requests().select_related("peer")
    rows = rows.filter(at__lte=until) if until else rows
    for row in rows.order_by("-at", "-id")[:limit]:
        yield Stuck(
            id=f"{REQUEST}-{row.pk}",
            what=_("Report %(id)s of theirs could not be taken in") % {"id": row.remote_id},
            to=row.peer.name,
            why=row.error,
            since=row.at,
            next_at=None,
            attempts=1,
            url=f"/desk/reports/peers/{row.peer.key}",
        )


def _shown_peers(until: datetime | None, limit: int) -> Iterator[Stuck]:
    rows = _peers().filter(failed_at__lte=until) if until else _peers()
    for row in rows.order_by("-failed_at", "-id")[:limit]:
        yield Stuck(
            id=f"{PEER}-{row.pk}",
            what=_("Nothing can be exchanged with “%(name)s”") % {"name": row.name},
            to=row.url,
            why=row.error,
            since=row.failed_at,
            next_at=row.due_at,
            attempts=row.failures,
            url=f"/desk/reports/peers/{row.key}",
        )


def _shown_boxes(until: datetime | None, limit: int) -> Iterator[Stuck]:
    rows = _boxes().filter(failed_at__lte=until) if until else _boxes()
    for row in rows.order_by("-failed_at", "-id")[:limit]:
        yield Stuck(
            id=f"{BOX}-{row.pk}",
            what=_("The mailbox that citizens write to cannot be read"),
            to=row.name,
            why=row.error,
            since=row.failed_at,
            next_at=row.due_at,
            attempts=row.failures,
            url="/desk/reports/channels/",
        )


@transaction.atomic
def _retry_errand(number: int, by: User) -> None:
    now = clock.now()
    if not _errands().filter(pk=number).update(state="waiting", attempts=0, next_at=now, error=""):
        raise _no_longer()
    errand = PeerErrand.objects.select_related("request").get(pk=number)
    Peer.objects.filter(pk=errand.request.peer_id).update(rests_until=None)
    journal.record(events.ERRAND_RETRIED, f"{ERRAND}:{number}", by=by.pk)
    pushing.send_errand.later(number)


def _no_longer() -> WrongState:
    return WrongState(_("It is not stuck any more."))


def _retry_request(number: int, by: User) -> None:
    held = _requests().filter(pk=number).select_related("peer").first()
    if held is None:
        raise _no_longer()
    with transaction.atomic():
        journal.record(events.ERRAND_RETRIED, f"{REQUEST}:{number}", by=by.pk)
    if not taking_in.retry(held):
        raise WrongState(_("It could not be taken in this time either: the reason stands beside it."))


@transaction.atomic
def _retry_peer(number: int, by: User) -> None:
    if not _peers().filter(pk=number).update(rests_until=None, due_at=clock.now()):
        raise _no_longer()
    journal.record(events.ERRAND_RETRIED, f"{PEER}:{number}", by=by.pk)
    pulling.pull_one.later(Peer.objects.get(pk=number).key)


@transaction.atomic
def _drop_errand(number: int, words: str, by: User) -> None:
    if not _errands().filter(pk=number).update(state="dropped", next_at=None, reason=words):
        raise _no_longer()
    errand = PeerErrand.objects.get(pk=number)
    if errand.kind == "request":  # without it there is nothing to update there
        PeerErrand.objects.filter(request=errand.request_id, state__in=pushing.OPEN_STATES).update(
            state="dropped", next_at=None, reason=words
        )
        PeerRequest.objects.filter(pk=errand.request_id).update(state="dropped", reason=words)
    journal.record(events.ERRAND_GIVEN_UP, f"{ERRAND}:{number}", by=by.pk)


@transaction.atomic
def _drop_request(number: int, words: str, by: User) -> None:
    if not _requests().filter(pk=number).update(state="dropped", held=None, reason=words):
        raise _no_longer()
    journal.record(events.ERRAND_GIVEN_UP, f"{REQUEST}:{number}", by=by.pk)


@transaction.atomic
def _drop_peer(number: int, words: str, by: User) -> None:
    """Pause a system that does not answer."""
    if not _peers().filter(pk=number).update(is_active=False, failed_at=None, failures=0, error=words):
        raise _no_longer()
    journal.record(events.ERRAND_GIVEN_UP, f"{PEER}:{number}", by=by.pk)


@transaction.atomic
def _retry_box(number: int, by: User) -> None:
    if not _boxes().filter(pk=number).update(due_at=clock.now()):
        raise _no_longer()
    journal.record(events.ERRAND_RETRIED, f"{BOX}:{number}", by=by.pk)
    mailbox.fetch_now.later()


@transaction.atomic
def _drop_box(number: int, words: str, by: User) -> None:
    """Show a mailbox no longer until it fails anew; it goes on being asked."""
    if not _boxes().filter(pk=number).update(failed_at=None, failures=0, error=words):
        raise _no_longer()
    journal.record(events.ERRAND_GIVEN_UP, f"{BOX}:{number}", by=by.pk)
