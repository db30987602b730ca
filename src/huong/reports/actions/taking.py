"""Officers take their matters along: a copy for a day, opened by a secret that can be ended, answers sent once."""

import base64
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, BinaryIO

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from huong.base import clock, ids, keys, limits
from huong.base.errors import BadInput, Conflict, NotFound
from huong.journal import actions as journal
from huong.people import access
from huong.people.models import User
from huong.reports import events
from huong.reports.actions import handling
from huong.reports.actions import photos as pictures
from huong.reports.models import Report, ReportPhoto, TakenAlong, TakenMove
from huong.reports.queries import taken as queries
from huong.reports.queries.book import book

MOST = 100
A_DAY = timedelta(hours=24)
SECRET_BYTES = 32
SEEN_EVERY = timedelta(minutes=10)
KEPT = timedelta(days=90)
FIELDS = ("description", "photos", "place")
VERBS: dict[str, Callable[..., Report]] = {
    "take": handling.take,
    "answer": handling.answer,
    "ask": handling.ask,
    "tell": handling.tell,
    "note": handling.note,
}
PUBLIC_VERBS, WORDLESS_VERBS, PHOTO_VERBS = {"answer", "tell"}, {"take"}, {"answer", "note"}
UNVERSIONED_VERBS = {"note"}


@dataclass(frozen=True)
class Taken:
    """What an officer takes along: the row, the secret that seals the copy on the device, the reports."""

    row: TakenAlong
    secret: str
    reports: list[Report]


@dataclass(frozen=True)
class Carried:
    """What became of a move made without a line: the report, the version it made, whether it had come before."""

    report: Report
    version: int
    repeated: bool


@transaction.atomic
def take_along(*, by: User, device: str) -> Taken:
    """Let an officer take the open reports that were given to them along, to be read without a line for a day.

    The contact of whoever sent a report never travels.

    Args:
        device: what the officer's device is called, such as "Chrome, Android".

    Raises:
        Forbidden: no power to work on reports.
        BadInput: nothing was given to the officer.
        TooMany: more than forty times a day.

    Records: `reports.taken_along`, and `people.accessed` for each report.
    """
    access.require_power(by, "reports.handle")
    limits.take(f"reports.taken:{by.pk}", rate=40, per=A_DAY)
    reports = queries.matters_of(by, most=MOST)
    if not reports:
        raise BadInput(_("No open report is given to you. Take one first, then it can come along."), code="no_matters")
    now, uid, secret = clock.now(), ids.token(), os.urandom(SECRET_BYTES)
    hours = int(book().setting("taken_hours", 24))
    row = TakenAlong.objects.create(
        uid=uid,
        user=by,
        device=" ".join(device.split())[:80] or _("a device"),
        secret=keys.seal_bytes(keys.data_key(_scope(uid)), secret, context=_scope(uid)),
        reports=[report.pk for report in reports],
        at=now,
        until=now + timedelta(hours=min(hours, 24)),
        seen_at=now,
    )
    agency = access.main_agency(by)
    journal.record(
        events.TAKEN_ALONG,
        f"taken:{row.pk}",
        by=by.pk,
        agency=agency.code if agency else "",
        audience="staff",
        count=len(reports),
        until=row.until.isoformat(),
    )
    with override("vi"):  # the citizen reads why
        purpose = _("taken along to work on it on the spot")
    for report in reports:
        access.record_access(by, f"report:{report.number}", FIELDS, purpose, agency=report.agency)
    return Taken(row, base64.b64encode(secret).decode(), reports)


def _scope(uid: str) -> str:
    return f"taken:{ids.digest(uid)[:40]}"


def secret_of(uid: str, *, by: User) -> str:
    """Return the secret that opens what an officer took along, while it lasts.

    Raises:
        NotFound: somebody else took it along.
        TakenEnded: its day is over, or somebody ended it.
    """
    row = queries.require_running(uid)
    if row.user_id != by.pk:
        raise NotFound
    opened = keys.open_bytes(keys.data_key(_scope(uid)), bytes(row.secret), context=_scope(uid))
    return base64.b64encode(opened).decode()


def note_contact(row: TakenAlong) -> None:
    """Remember that a device was heard of; not more often than the list shows."""
    if clock.now() - row.seen_at > SEEN_EVERY:
        TakenAlong.objects.filter(pk=row.pk).update(seen_at=clock.now())


@transaction.atomic
def end_taken(uid: str, *, by: User) -> TakenAlong:
    """End what somebody took along: its secret is destroyed, and the device wipes the copy when it is next heard of.

    Args:
        by: who took it along, or an administrator.

    Raises:
        NotFound: there is none, or it is somebody else's.

    Records: `reports.taken_ended`, the first time.
    """
    row = TakenAlong.objects.select_for_update().filter(uid=uid).first()
    if row is None or not (row.user_id == by.pk or access.has_power(by, "people.manage")):
        raise NotFound
    if row.ended_at is None:
        _end(row, by=by)
    return row


def _end(row: TakenAlong, *, by: User | None) -> None:
    row.ended_at, row.ended_by = clock.now(), by
    ended = TakenAlong.objects.filter(pk=row.pk, ended_at=None).update(ended_at=row.ended_at, ended_by=by)
    keys.destroy(_scope(row.uid))
    if ended:
        journal.record(events.TAKEN_ENDED, f"taken:{row.pk}", by=by.pk if by else None, audience="staff")


def end_expired() -> int:
    """Destroy the secrets of what was taken along longer than a day ago, and forget old rows. Returns how many ended.

    Records: `reports.taken_ended` for each.
    """
    ended = 0
    for row in TakenAlong.objects.filter(ended_at=None, until__lte=clock.now()).order_by("until")[:500]:
        with transaction.atomic():
            _end(row, by=None)
        ended += 1
    TakenAlong.objects.filter(ended_at__lt=clock.now() - KEPT).delete()
    return ended


def take_photo_in(uid: str, stream: BinaryIO, *, name: str, by: User) -> ReportPhoto:
    """Take in a photo that goes with a move made without a line; it waits a week for that move.

    Raises:
        NotFound: somebody else took it along.
        TakenEnded: somebody ended it.
        TooLarge, NotAPhoto: see `files.photos.prepare`.

    Records: `files.kept` for both sizes.
    """
    row = queries.require_unrevoked(uid)
    if row.user_id != by.pk:
        raise NotFound
    return pictures.take_photo(stream, name=name, by=by)


def carry_out(
    uid: str,
    *,
    key: str,
    number: str,
    verb: str,
    by: User,
    text: str = "",
    public: bool = True,
    photos: tuple[str, ...] = (),
    version: int | None,
) -> Carried:
    """Make a move that an officer made without a line, once, however often it is sent.

    It still counts when the day is over; no more once somebody ended what was taken along.

    Args:
        key: the device's own random key of this move.
        photos: public ids of photos taken in before, for an answer or a note.
        version: of the report that the officer had before them; only a note needs none.

    Raises:
        NotFound: somebody else took it along, or there is no such move.
        BadInput: no version came, so that nobody could tell whether the report changed.
        Conflict: the key belongs to another move.
        TakenEnded: somebody ended it.
        Overtaken: the report changed meanwhile; nothing is written.
        Forbidden, WrongState, BadInput: what the verb refuses.

    Records: what the verb records.
    """
    row = queries.require_unrevoked(uid)
    if row.user_id != by.pk or verb not in VERBS:
        raise NotFound
    if version is None and verb not in UNVERSIONED_VERBS:
        raise BadInput(_("Please open the matter again: its version is missing."), code="version_needed")
    hashed = keys.keyed_hash(f"{by.pk}:{key[:200]}", context="reports.taken")
    if (before := _before(hashed, number, verb)) is not None:
        return before
    try:
        with transaction.atomic():
            report = _run(number, verb, text=text, public=public, photos=photos, version=version, by=by)
            TakenMove.objects.create(
                taken=row, key=hashed, report=report, verb=verb, version=report.version, at=clock.now()
            )
    except IntegrityError:
        won = _before(hashed, number, verb)  # the same move came by another request at the same moment
        if won is None:
            raise
        return won
    return Carried(report, report.version, repeated=False)


def _before(hashed: str, number: str, verb: str) -> Carried | None:
    """Return the move that came before under a key.

    Raises:
        Conflict: it was another move, which must not be taken for this one.
    """
    held = TakenMove.objects.filter(key=hashed).select_related("report").first()
    if held is not None and (held.report.number, held.verb) != (number, verb):
        raise Conflict(_("Another answer was sent under the same mark. Please write this one again."), code="key_used")
    return Carried(held.report, held.version, repeated=True) if held else None


def _run(
    number: str, verb: str, *, text: str, public: bool, photos: tuple[str, ...], version: int | None, by: User
) -> Report:
    options: dict[str, Any] = {} if verb in UNVERSIONED_VERBS else {"version": version}
    if verb not in WORDLESS_VERBS:
        options["text"] = text
    if verb in PUBLIC_VERBS:
        options["public"] = public
    if verb in PHOTO_VERBS:
        options["photos"] = photos
    return VERBS[verb](number, by=by, **options)
