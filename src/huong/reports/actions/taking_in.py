"""A report or an update of another system becomes ours, or is kept with the reason why not."""

from datetime import timedelta
from typing import Any

import orjson
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from huong.base import clock, keys
from huong.base.errors import BadInput, HuongError, StorageFull, TooMany, Unavailable, WrongState
from huong.base.ids import digest
from huong.places import queries as places
from huong.reports.actions import handling, peers, sending
from huong.reports.actions import past as history
from huong.reports.actions.pictures import fetch_picture
from huong.reports.models import Message, Peer, PeerNews, PeerRequest, PeerService, Report
from huong.reports.queries.book import book
from huong.reports.rules import geo_report, references
from huong.reports.rules.book import UNSORTED
from huong.reports.rules.foreign import Foreign, News, request_of
from huong.reports.rules.past import DESCRIPTION, Past, Step

CONTEXT = "reports.peer.held"
FRESH = timedelta(days=1)
ID_LENGTH = 80


def source_of(peer: Peer) -> str:
    """Return what our reports keep of the system they came from."""
    return f"peer:{peer.key}"


def take(peer: Peer, row: Foreign) -> str:
    """Take a report of another system as it stands now: a new one, a change, or one that cannot be taken.

    Returns:
        "new", "changed", "refused", or empty if nothing is new.

    Records: what sending, adding words or taking over records.
    """
    held = PeerRequest.objects.filter(peer=peer, remote_id=row.id).select_related("report").first()
    held = held or _ours(peer, row)
    if held is None:
        return _first(peer, row)
    if held.direction == "out":
        return ""  # updates tell of those that went there
    if held.state == "refused":
        return _again(held, row)
    return "changed" if held.state == "taken" and _changed(peer, held, row) else ""


def _ours(peer: Peer, row: Foreign) -> PeerRequest | None:
    """Return the report that went there and whose answer was lost; its id is known from now on."""
    number = references.reference_in(row.description)
    held = (
        PeerRequest.objects.filter(peer=peer, direction="out", remote_id="", report_id=number).first()
        if number
        else None
    )
    if held is not None:
        PeerRequest.objects.filter(pk=held.pk, remote_id="").update(remote_id=row.id)
    return held


def _first(peer: Peer, row: Foreign) -> str:
    try:
        with transaction.atomic():
            report = _open(peer, row) if row.is_open else _over(peer, row)
            _bind(peer, row, report=report)
            if row.media_url and row.is_open:
                fetch_picture.later(report.number, row.media_url)
    except IntegrityError:
        if PeerRequest.objects.filter(peer=peer, remote_id=row.id).exists():
            return ""  # another process took it
        raise
    except (Unavailable, StorageFull, TooMany):
        raise  # this passes by itself: the run stops here and goes on later
    except HuongError as error:
        _bind(peer, row, state="refused", error=error.message[:300], held=_sealed(row))
        return "refused"
    return "new"


def _bind(peer: Peer, row: Foreign, **more: Any) -> PeerRequest:
    return PeerRequest.objects.create(
        peer=peer,
        direction="in",
        remote_id=row.id,
        status=_status(row),
        updated_at=row.updated_at,
        at=clock.now(),
        **more,
    )


def _status(row: Foreign) -> str:
    return (
        f"{geo_report.OPEN if row.is_open else geo_report.CLOSED} {digest(row.notes)[:16] if row.notes else ''}".strip()
    )


def _sealed(row: Foreign) -> bytes:
    return keys.encrypt(orjson.dumps(row.__dict__, default=str), context=CONTEXT)


def _again(held: PeerRequest, row: Foreign) -> str:
    """Try one that could not be taken, now that it changed there."""
    if row.updated_at == held.updated_at:
        return ""
    PeerRequest.objects.filter(pk=held.pk, state="refused").delete()
    return _first(held.peer, row)


def retry(held: PeerRequest) -> bool:
    """Try a report again that could not be taken, as it came then. Returns whether it is taken now."""
    plain = orjson.loads(keys.decrypt(bytes(held.held or b""), context=CONTEXT))
    fields = {
        "service_request_id": plain["id"],
        "status": geo_report.OPEN if plain["is_open"] else geo_report.CLOSED,
        "status_notes": plain["notes"],
        "service_code": plain["code"],
        "service_name": plain["name"],
        "description": plain["description"],
        "address": plain["address"],
        "long": plain["point"][0] if plain["point"] else "",
        "lat": plain["point"][1] if plain["point"] else "",
        "media_url": plain["media_url"],
        "requested_datetime": plain["requested_at"] or "",
        "updated_datetime": plain["updated_at"] or "",
    }
    with transaction.atomic():
        PeerRequest.objects.filter(pk=held.pk, state="refused").delete()
        return _first(held.peer, request_of(fields, clock.zone())) == "new"


def _category(peer: Peer, row: Foreign) -> str:
    """Return our category for a report of theirs; empty if the desk has to decide."""
    service = PeerService.objects.filter(peer=peer, code=row.code).first()
    category = book().categories.get(service.category) if service and service.category else None
    if category is None or not category.is_active(clock.today()):
        return ""
    old = row.requested_at is not None and row.requested_at < clock.now() - FRESH
    return "" if category.danger and old else category.key  # yesterday's danger is looked at before it rings


def _open(peer: Peer, row: Foreign) -> Report:
    unit = ""
    if row.point is None and row.address:
        found = places.resolve(row.address[:200])
        unit = found.units[0].code if found.kind == "one" else ""
    text = row.description or row.name or row.code or row.id
    draft = sending.Draft(
        text=text[:4000],
        category=_category(peer, row),
        point=row.point,
        unit=unit,
        place=row.address[:200],
        channel="open311",
        external_source=source_of(peer),
        external_id=_external(row),
        asks={} if _category(peer, row) else {"kind": (row.name or row.code)[:200]},
    )
    return sending.send(draft, key=f"peer:{peer.pk}:{row.id}", asked=False).report


def _external(row: Foreign) -> str:
    return row.id if len(row.id) <= ID_LENGTH else digest(row.id)[:ID_LENGTH]


def _over(peer: Peer, row: Foreign) -> Report:
    """Take one over that was closed there before we heard of it: as history, which nobody is told of."""
    received = row.requested_at or row.updated_at or clock.now()
    closed = max(row.updated_at or received, received)
    state = "answered" if row.notes else "closed"
    category = _category(peer, row) or UNSORTED
    steps = (
        Step("imported", received, "accepted", peer.agency, DESCRIPTION, facts={"source": source_of(peer)}),
        Step(state, closed, state, peer.agency, "answer" if row.notes else "", row.notes),
    )
    lon, lat = row.point or (None, None)
    past = Past(
        received_at=received,
        accepted_at=received,
        closed_at=closed,
        state=state,
        is_open=False,
        category=category,
        channel="open311",
        text=row.description or row.name or row.code,
        lon=lon,
        lat=lat,
        place=row.address[:200],
        agency=peer.agency,
        external_id=_external(row),
        external_status=geo_report.CLOSED,
        steps=steps,
    )
    return history.take_over([past], source=source_of(peer))[0]


def _changed(peer: Peer, held: PeerRequest, row: Foreign) -> bool:
    """Add what the system that sent a report says of it now; the desk decides what to do with it."""
    status = _status(row)
    if held.status == status or held.report is None:
        return False
    closed = not row.is_open and held.status.startswith(geo_report.OPEN)
    words = [row.notes] if row.notes and not _said(held.report, row.notes) else []
    if closed and held.report.is_open:
        words.insert(0, _("“%(peer)s” has closed it there.") % {"peer": peer.name})
    with transaction.atomic():
        PeerRequest.objects.filter(pk=held.pk).update(status=status, updated_at=row.updated_at)
        return bool(words) and _add(held.report, " ".join(words))


def _said(report: Report, text: str) -> bool:
    """Return whether these words are in the story already: our own, that come back."""
    return Message.objects.filter(report=report, text=text).exists()


def _add(report: Report, text: str) -> bool:
    try:
        with transaction.atomic():
            handling.reply(report.number, text=text[:4000])
    except WrongState:  # it takes no more words
        return False
    return True


def hear(peer: Peer, news: News) -> bool:
    """Take an update of a report that both know, once. Returns whether anything came of it.

    The system that answers for the report's agency moves it; one that sent it speaks for the citizen. An update older
    than the last one adds its words only.

    Records: what the move records.
    """
    held = (
        PeerRequest.objects.filter(peer=peer, remote_id=news.request_id, state="taken").select_related("report").first()
    )
    if held is None or held.report is None or PeerNews.objects.filter(request=held, remote_id=news.id).exists():
        return False
    with transaction.atomic():
        kept = PeerNews.objects.create(request=held, remote_id=news.id, at=clock.now())
        if news.text and _said(held.report, news.text):
            moved = False
        elif held.direction == "in":
            moved = bool(news.text) and _add(held.report, news.text)
        else:
            moved = _carried_out(peer, held, held.report, news)
        PeerNews.objects.filter(pk=kept.pk).update(moved=moved)
        if news.at is not None and (held.updated_at is None or news.at > held.updated_at):
            PeerRequest.objects.filter(pk=held.pk).update(updated_at=news.at)
    return moved


def _carried_out(peer: Peer, held: PeerRequest, report: Report, news: News) -> bool:
    late = bool(news.at and held.updated_at and news.at < held.updated_at)
    theirs = bool(peer.agency) and report.agency == peer.agency
    meaning = geo_report.meaning_of(news.status) if news.status and theirs and not late else geo_report.TOLD
    text = news.text
    if not text and meaning in {geo_report.DONE, geo_report.ENDED}:
        text = _("“%(peer)s” has closed it.") % {"peer": peer.name}
    if not text and meaning != geo_report.BEGUN:
        return False
    try:
        with transaction.atomic():
            peers.carry_out(report, meaning or geo_report.TOLD, text=text, by=None)
            Message.objects.filter(report=report, by=None, agency="", text=text).update(agency=report.agency)
    except (WrongState, BadInput):  # a move that its state does not allow any more
        return False
    return True


def hear_status(peer: Peer, row: Foreign) -> bool:
    """Take the state of a report that went there, from a system without updates."""
    held = PeerRequest.objects.filter(peer=peer, remote_id=row.id, direction="out").first()
    if held is None or held.status == _status(row):
        return False
    PeerRequest.objects.filter(pk=held.pk).update(status=_status(row))
    if row.is_open and not row.notes:
        return False
    status = "OPEN" if row.is_open else "CLOSED"
    return hear(peer, News(f"{status}:{stamp_of(row)}"[:120], row.id, status, row.notes, row.updated_at))


def stamp_of(row: Foreign) -> str:
    """Return what tells one state of a report from another."""
    return digest(f"{row.updated_at} {row.notes}")[:40]
