"""Reports and updates go to another Open311 system: in order for each report, each once, tried again with patience.

An errand is written down beside the entry it tells of and sent afterwards, never inside a transaction. It is claimed by
a conditional update; a process killed in between sends it again under the same Idempotency-Key. For systems that do not
know such keys a report carries our number in its words: after an unclear answer it is looked for there before it is
sent again.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as _

from huong.base import clock, ids
from huong.base.errors import BadInput, HuongError, Unavailable
from huong.base.jobs import job
from huong.journal import actions as journal
from huong.journal.models import Entry
from huong.reports import events
from huong.reports.actions import moving, peer_trouble
from huong.reports.models import Message, Peer, PeerErrand, PeerRequest, PeerService, Report, ReportPhoto
from huong.reports.peer_calls import Line, stamp
from huong.reports.rules import geo_report, numbers, patience, references

LEASE = timedelta(minutes=5)
BATCH, LOOKED_AT = 100, 5
TOKEN_TRIES = timedelta(minutes=1)
LONGEST = 4000
STARTS = {events.ACCEPTED, events.DISPATCHED, events.HANDED_OVER, events.RECATEGORISED, events.RESCUE}
BACK = {
    events.ACCEPTED, events.DISPATCHED, events.HANDED_OVER, events.TAKEN, events.ASKED, events.ANSWERED, events.CLOSED,
    events.REOPENED, events.TOLD, events.REFERRED, events.MERGED, events.REJECTED, events.PETITION,
}  # fmt: skip
ONWARD = {events.REPLIED, events.ADDED, events.REOPENED, events.HANDED_OVER}
EVENTS = tuple(sorted(STARTS | BACK | ONWARD))
OPEN_STATES = ("waiting", "failed", "dead")


def tell_peers(entries: list[Entry]) -> int:
    """Write down what other systems have to hear of entries of the journal. Returns how many errands came of it.

    A report that comes to an agency for which another system speaks goes there; a report that came from a system, or
    went to one, tells it how it goes on. What a system told us is not told back to it.
    """
    peers = list(Peer.objects.filter(is_active=True))
    if not peers:
        return 0
    return sum(_tell(entry, peers) for entry in entries if not entry.data.get("past"))


def _tell(entry: Entry, peers: list[Peer]) -> int:
    report = Report.objects.filter(pk=numbers.id_of(entry.subject)).first()
    if report is None:
        return 0
    bound = {held.peer_id: held for held in PeerRequest.objects.filter(report=report, state="taken")}
    count = 0
    for peer in peers:
        held = bound.get(peer.pk)
        if held is None:
            count += entry.name in STARTS and _goes_there(peer, report) and start(peer, report, entry)
        elif peer.updates and entry.name in (BACK if held.direction == "in" else ONWARD):
            count += _queue(held, "update", f"{peer.key}:{entry.pk}", entry.pk)
    return count


def _goes_there(peer: Peer, report: Report) -> bool:
    return peer.pushes and bool(peer.agency) and report.agency == peer.agency and report.is_open


@transaction.atomic
def start(peer: Peer, report: Report, entry: Entry) -> bool:
    """Write down that a report goes to a system, once. Returns whether that is new."""
    held, made = PeerRequest.objects.get_or_create(
        peer=peer, report=report, defaults={"direction": "out", "at": clock.now()}
    )
    return made and _queue(held, "request", f"{peer.key}:{report.number}", entry.pk)


@transaction.atomic
def _queue(held: PeerRequest, kind: str, key: str, entry: int) -> bool:
    now = clock.now()
    errand, made = PeerErrand.objects.get_or_create(
        key=key, defaults={"request": held, "kind": kind, "entry": entry, "at": now, "next_at": now}
    )
    if made:
        send_errand.later(errand.pk)
    return made


@job(queue="bulk", tries=1)
def send_errand(errand_id: int) -> bool:
    """Send one errand in a job process; errands have their own patience."""
    return send_one(errand_id)


def send_due(*, limit: int = BATCH) -> int:
    """Send what is due, in the order in which it was written down. Returns how many were sent."""
    now = clock.now()
    due = _ready().filter(next_at__lte=now).filter(_awake(now))
    return sum(send_one(pk) for pk in due.order_by("id").values_list("pk", flat=True)[:limit])


def _ready() -> Any:
    """Return errands with nothing unfinished of the same report before them."""
    before = PeerErrand.objects.filter(request=OuterRef("request"), pk__lt=OuterRef("pk"), state__in=OPEN_STATES)
    return PeerErrand.objects.filter(~Exists(before), state__in=["waiting", "failed"], request__peer__is_active=True)


def _awake(now: Any) -> Q:
    return Q(request__peer__rests_until=None) | Q(request__peer__rests_until__lte=now)


def send_one(errand_id: int) -> bool:
    """Send one errand if it is due, its turn has come and the other system does not rest. Returns whether it was sent.

    Records: `reports.forwarded` or `reports.errand_done`; `reports.errand_failed` and `reports.peer_failed` if not.
    """
    now = clock.now()
    if not _ready().filter(_awake(now), pk=errand_id, next_at__lte=now).exists():
        return False
    claimed = PeerErrand.objects.filter(pk=errand_id, state__in=["waiting", "failed"], next_at__lte=now)
    if not claimed.update(next_at=now + LEASE):
        return False
    errand = PeerErrand.objects.select_related("request__peer", "request__report").get(pk=errand_id)
    peer = errand.request.peer
    try:
        sent = _request(errand, peer) if errand.kind == "request" else _update(errand, peer)
    except HuongError as error:
        _failed(errand, peer, error)
        return False
    peer_trouble.worked(peer)
    if sent:
        _follow_on(errand)
    return sent


def _follow_on(errand: PeerErrand) -> None:
    """Let the next errand of the same report go at once."""
    following = PeerErrand.objects.filter(request=errand.request, pk__gt=errand.pk, state__in=["waiting", "failed"])
    if (first := following.order_by("id").first()) is not None:
        send_errand.later(first.pk)


def _request(errand: PeerErrand, peer: Peer) -> bool:
    held, line = errand.request, Line.to(peer)
    report = _report_of(held)
    if held.remote_id:  # known since it was read back from there
        return _forwarded(errand, held, report, held.remote_id)
    if held.token:
        return _by_token(errand, held, report, line)
    if errand.begun_at is not None and (found := _looked_for(line, held, report, errand.begun_at)):
        return _forwarded(errand, held, report, found)
    service = _service(peer, report)
    PeerErrand.objects.filter(pk=errand.pk, begun_at=None).update(begun_at=clock.now())
    answer = line.send_request(_fields(report, service), key=_idempotency(errand))
    if answer.id:
        return _forwarded(errand, held, report, answer.id)
    with transaction.atomic():
        PeerRequest.objects.filter(pk=held.pk).update(token=answer.token)
        PeerErrand.objects.filter(pk=errand.pk).update(next_at=clock.now() + TOKEN_TRIES, state="waiting", error="")
    return False


def _report_of(held: PeerRequest) -> Report:
    if held.report is None:
        raise BadInput(_("The report is not here any more."))
    return held.report


def _by_token(errand: PeerErrand, held: PeerRequest, report: Report, line: Line) -> bool:
    found = line.id_behind(held.token)
    if not found:
        raise Unavailable(_("It has given a token, and no number yet. It will be asked again."), code="token_waits")
    return _forwarded(errand, held, report, found)


def _looked_for(line: Line, held: PeerRequest, report: Report, begun: Any) -> str:
    """Return the id under which a report is there already, empty if it is not."""
    since = stamp(begun - timedelta(hours=1))
    for page in range(1, LOOKED_AT + 1):
        rows = line.requests(start_date=since, page=str(page), page_size="1000")
        mine = next((row.id for row in rows if references.reference_in(row.description) == report.pk), "")
        if mine or not rows:
            return mine
    return ""


def _service(peer: Peer, report: Report) -> PeerService:
    found = [each for each in PeerService.objects.filter(peer=peer) if report.category in each.sends]
    if not found:
        raise BadInput(
            _("No service of “%(peer)s” is named for reports of this kind (%(category)s). Please name one.")
            % {"peer": peer.name, "category": report.category},
            code="no_service",
        )
    return found[0]


def _fields(report: Report, service: PeerService) -> dict[str, str]:
    """Return what another system gets to know: the matter, never who sent it."""
    words = Message.objects.filter(report=report, kind="description", withdrawn_at=None).order_by("id").first()
    text = words.text if words and words.text else report.title
    fields = {
        "service_code": service.code,
        "description": references.with_reference(text, report.number, longest=LONGEST),
        "address_string": report.place,
        "media_url": _picture(report),
    }
    if report.lat is not None and report.lon is not None:
        fields |= {"lat": f"{report.lat:.6f}", "long": f"{report.lon:.6f}"}
    if not report.place and report.lat is None:
        fields["address_string"] = report.unit
    return {name: value for name, value in fields.items() if value}


def _picture(report: Report) -> str:
    if not (settings.PUBLIC_URL and report.is_public and report.photos_count):
        return ""
    first = ReportPhoto.objects.filter(report=report, is_public=True).order_by("order", "id").first()
    return f"{settings.PUBLIC_URL}/api/v1/reports/{report.number}/photos/{first.uid}" if first else ""


def _idempotency(errand: PeerErrand) -> str:
    return ids.digest(f"huong {errand.pk} {errand.key} {errand.at.isoformat()}")[:40]


@transaction.atomic
def _forwarded(errand: PeerErrand, held: PeerRequest, report: Report, remote_id: str) -> bool:
    PeerRequest.objects.filter(pk=held.pk).update(remote_id=remote_id[:120], token="")
    _done(errand)
    fresh = moving.found(report.number)
    was = {"was_state": fresh.state, "was_category": fresh.category, "was_agency": fresh.agency, "was_unit": fresh.unit}
    moving.record(fresh, events.FORWARDED, by=None, peer=held.peer.key, remote=remote_id[:120], **was)
    return True


def _done(errand: PeerErrand) -> None:
    PeerErrand.objects.filter(pk=errand.pk).update(
        state="done", next_at=None, done_at=clock.now(), attempts=F("attempts") + 1, error=""
    )


def _update(errand: PeerErrand, peer: Peer) -> bool:
    held = errand.request
    report = _report_of(held)
    if not held.remote_id:
        raise BadInput(_("The other system has no number for this report."), code="no_remote_id")
    fields = _said(errand, held, report)
    if fields is not None:
        Line.to(peer).send_update(
            {"service_request_id": held.remote_id, "update_id": f"huong-{errand.entry}", **fields},
            key=_idempotency(errand),
        )
    with transaction.atomic():
        _done(errand)
        journal.record(events.ERRAND_DONE, f"errand:{errand.pk}", report=report.number)
    return True


def _said(errand: PeerErrand, held: PeerRequest, report: Report) -> dict[str, str] | None:
    """Return what an update says; None for what the other system need not hear."""
    entry = Entry.objects.get(pk=errand.entry or 0)
    words = Message.objects.filter(report=report, entry=entry.pk, withdrawn_at=None).exclude(kind="note")
    shown = words.filter(Q(is_public=True) | Q(for_reporter=True)).order_by("id").first()
    text = shown.text if shown else ""
    state = str(entry.data.get("state", ""))
    if held.direction == "in":
        status = geo_report.STATUSES.get(state, "OPEN")
        text = text or moving.state_name(state)
    elif entry.name == events.HANDED_OVER:
        if entry.data.get("was_agency") != held.peer.agency:
            return None
        status = "INTERNAL_REFERRAL"
        text = text or _("The report was handed to another agency.")
    else:
        status = "OPEN"
        if not text:
            return None
    return {"status": status, "description": text[:LONGEST], "updated_datetime": stamp(entry.at)}


@transaction.atomic
def _failed(errand: PeerErrand, peer: Peer, error: HuongError) -> None:
    """Write down a failure; only what may pass by itself is tried again."""
    attempts = errand.attempts + 1
    wait = patience.wait_after(attempts) if isinstance(error, Unavailable) else None
    PeerErrand.objects.filter(pk=errand.pk).update(
        attempts=attempts,
        state="failed" if wait else "dead",
        next_at=clock.now() + wait if wait else None,
        error=error.message[:300],
    )
    number = errand.request.report.number if errand.request.report else ""
    journal.record(
        events.ERRAND_FAILED,
        f"errand:{errand.pk}",
        report=number,
        error=error.code,
        attempts=attempts,
        dead=wait is None,
    )
    if isinstance(error, Unavailable) and error.code != "token_waits":
        peer_trouble.failed(peer, error, final=False)
