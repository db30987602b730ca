"""Photos of reports: taken in before or with a report, attached once, hidden, blurred."""

import io
from datetime import timedelta
from typing import BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock, ids, keys, limits
from huong.base.errors import BadInput, NotFound
from huong.files import actions as files
from huong.files import photos as pictures
from huong.files import queries as blobs
from huong.people import access
from huong.people.models import User
from huong.reports import events
from huong.reports.actions import moving
from huong.reports.models import Message, Report, ReportPhoto
from huong.reports.queries.book import book

USUAL_MOST = 8
WAITS = timedelta(days=7)
BATCH = 500


def take_photo(
    stream: BinaryIO, *, name: str = "", by: User | None = None, device: str = "", address: str = ""
) -> ReportPhoto:
    """Take a photo in, upright, without metadata, in two sizes; it waits a week for its report.

    Args:
        stream: the file as it came.
        name: the name it came with.
        by: the officer; None for a citizen.
        device, address: for the limits.

    Raises:
        TooLarge, NotAPhoto: see `files.photos.prepare`.
        TooMany: too many photos from one device or address within an hour.

    Records: `files.kept` for both sizes.
    """
    if by is None:
        for value in filter(None, (device, address)):
            bucket = keys.keyed_hash(value, context="reports.limit")[:40]
            limits.take(
                f"reports.photo:{bucket}", rate=int(book().setting("limit_photos_hour", 240)), per=timedelta(hours=1)
            )
    picture = pictures.prepare(stream, name=name)
    uid = ids.new_id()
    large, small = _kept(uid, picture)
    return ReportPhoto.objects.create(
        uid=uid, large=large, small=small, width=picture.width, height=picture.height, by=by, at=clock.now()
    )


def owner_of(uid: str) -> str:
    """Return the name under which a photo's files are kept."""
    return f"report-photo:{uid}"


def _kept(uid: str, picture: pictures.Picture) -> tuple[int, int]:
    sizes = (("large", picture.large), ("small", picture.small))
    found = [files.keep(io.BytesIO(data), name=f"{size}.jpg", owner=owner_of(uid)) for size, data in sizes]
    return found[0].pk, found[1].pk


def most() -> int:
    """Return how many photos a report may have at a time."""
    return int(book().setting("photos", USUAL_MOST))


def require_number(uids: tuple[str, ...]) -> None:
    """Refuse more photos than a report takes, before anything is written.

    Raises:
        BadInput: too many.
    """
    if len(set(uids)) > most():
        raise BadInput(
            _("A report takes at most %(most)d photos. Please choose the best ones; what you wrote was kept.")
            % {"most": most()},
            code="too_many_photos",
            field="photos",
        )


def attach(
    report: Report,
    uids: tuple[str, ...],
    *,
    by: User | None,
    message: Message | None = None,
    lenient: bool = False,
    is_public: bool = True,
) -> int:
    """Give waiting photos to a report; the caller holds the transaction.

    Args:
        uids: their public ids.
        by: the officer; None for a citizen.
        message: the words they came with.
        is_public: whether everybody sees them, of a public report.
        lenient: for danger to life: take what is there, and refuse nothing.

    Raises:
        BadInput: too many, or one that is not known or belongs to another report.
    """
    wanted = list(dict.fromkeys(uids))
    if not lenient:
        require_number(uids)
    first = report.photos_count
    given = 0
    for uid in wanted[: most()]:
        taken = ReportPhoto.objects.filter(uid=uid, report=None).update(
            report=report, message=message, order=first + given, is_public=is_public
        )
        given += taken
        if not taken and not lenient:
            raise BadInput(
                _("A photo is not here any more. Please add it again."), code="no_such_photo", field="photos"
            )
    if given:
        report.photos_count = first + given
        Report.objects.filter(pk=report.pk).update(photos_count=report.photos_count)
    return given


def blur(number: str, *, photo: str, box: tuple[float, float, float, float], by: User) -> ReportPhoto:
    """Make a rectangle of a photo unreadable; the picture before is kept for those with the power.

    Args:
        photo: its public id.
        box: left, top, width, height as shares of the picture.

    Raises:
        Forbidden: `by` may not moderate in the report's agency.
        NotFound: the report has no such photo.
        NotAPhoto: the rectangle does not lie in the picture.

    Records: `reports.blurred`, `files.kept`, `files.released`.
    """
    report = moving.seen(number)
    access.require_power(by, "reports.moderate", report.agency)
    held = ReportPhoto.objects.filter(report=report, uid=photo).first()
    if held is None:
        raise NotFound(_("The report has no such words or photo."))
    with blobs.open_blob(held.large) as source:
        picture = pictures.blurred(source.read(), box)
    large, small = _kept(held.uid, picture)
    with transaction.atomic():
        report = moving.found(number)
        _replace(held, large, small)
        moving.change(report, events.BLURRED, by=by, facts={"photo": held.uid})
    return held


def _replace(held: ReportPhoto, large: int, small: int) -> None:
    """Put new files in place; of the old ones only the first picture stays."""
    spare = [held.small] if held.original is None else [held.small, held.large]
    held.original = held.original or held.large
    held.large, held.small = large, small
    held.save(update_fields=["original", "large", "small"])
    for blob in set(spare) - {large, small, held.original}:
        files.release(blob, owner=owner_of(held.uid))


def sweep() -> int:
    """Let photos go whose report never came. Returns how many."""
    old = list(ReportPhoto.objects.filter(report=None, at__lt=clock.now() - WAITS)[:BATCH])
    for photo in old:
        with transaction.atomic():
            _let_go(photo)
    return len(old)


def _let_go(photo: ReportPhoto) -> None:
    for blob in {photo.large, photo.small, photo.original} - {None}:
        files.release(int(blob or 0), owner=owner_of(photo.uid))
    photo.delete()
