"""Pictures that another system names for a report: fetched by a job, added once, within the house's limits."""

from io import BytesIO
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from huong.base import clock, keys, net
from huong.base.errors import HuongError, Unavailable
from huong.base.jobs import job
from huong.reports import events
from huong.reports.actions import moving, photos
from huong.reports.models import Report, Sending

MAX_BYTES = 12 * 1024 * 1024
NAME_LENGTH = 100
BUSY = {408, 425, 429}


@job(queue="bulk", tries=4)
def fetch_picture(number: str, url: str) -> bool:
    """Fetch a picture that another system named for a report, and add it. Returns whether it was added now.

    A host that does not answer is asked again later; what cannot be used is said to the desk in a note, once.

    Raises:
        Unavailable: the host does not answer now.

    Records: `reports.added` with the picture, or `reports.noted` with the reason.
    """
    if Sending.objects.filter(key=_key(number, url)).exists():
        return False
    try:
        uid = _taken(url)
    except Unavailable:
        raise
    except HuongError as error:
        return _once(number, url, note=error.message)
    return _once(number, url, photo=uid)


def _taken(url: str) -> str:
    answer = net.get(url, max_bytes=MAX_BYTES)
    if answer.status_code in BUSY or answer.status_code >= 500:
        raise Unavailable
    if answer.status_code != 200:
        raise HuongError(_("its host answered %(status)d") % {"status": answer.status_code})
    name = urlsplit(url).path.rsplit("/", 1)[-1][:NAME_LENGTH]
    return photos.take_photo(BytesIO(answer.content), name=name).uid


def _once(number: str, url: str, *, photo: str = "", note: str = "") -> bool:
    try:
        with transaction.atomic():
            report = moving.found(number)
            Sending.objects.create(key=_key(number, url), report=report, at=clock.now())
            if photo and report.photos_count < photos.most():
                moving.change(report, events.ADDED, by=None)
                photos.attach(report, (photo,), by=None)
            else:
                _note(report, url, note or _("the report has as many photos as it takes"))
    except IntegrityError:
        return False  # the same picture came in another process
    return bool(photo)


def _note(report: Report, url: str, why: str) -> None:
    entry = moving.change(report, events.NOTED, by=None)
    said = _("A picture at %(host)s was not added: %(why)s") % {"host": urlsplit(url).hostname or "?", "why": why}
    moving.say(report, entry, "note", said[:600], by=None, for_reporter=False)


def _key(number: str, url: str) -> str:
    return keys.keyed_hash(f"{number} {url}", context="reports.picture")
