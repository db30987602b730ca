"""The updates extension: what became of public reports, in order of time; and updates that other systems bring."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.errors import NotFound
from huong.journal import queries as journal
from huong.reports import queries
from huong.reports.actions import peers
from huong.reports.models import Message, Report, ReportPhoto
from huong.reports.open311.asking import Asked
from huong.reports.open311.records import photo_address, stamp
from huong.reports.rules import geo_report, numbers

NAMES = tuple(
    f"reports.{name}"
    for name in ("accepted", "dispatched", "handed_over", "taken", "answered", "closed", "reopened", "merged", "told", "imported")
)  # fmt: skip


def listing(asked: Asked) -> list[dict[str, Any]]:
    """Return what became of public reports within a time (a day, if nothing is said), oldest first.

    Each page looks at up to a thousand reports that changed since the beginning, those that changed first before others.
    """
    begin, end = asked.instant("start_date"), asked.instant("end_date")
    named = asked.codes("service_request_id")
    if begin is None and not named:
        begin = (end or clock.now()) - timedelta(days=1)
    reports = _reports(asked, begin, named)
    entries = journal.entries_of([each.number for each in reports.values()], names=NAMES, since=begin, until=end)
    words = _words([entry.pk for entry in entries])
    pictures = _pictures([message.pk for message in words.values()])
    found = []
    for entry in entries:
        message = words.get(entry.pk)
        state = str(entry.data.get("state", ""))
        uid = pictures.get(message.pk) if message else None
        found.append(
            {
                "update_id": str(entry.pk),
                "service_request_id": entry.subject,
                "status": geo_report.STATUSES.get(state, "OPEN"),
                "updated_datetime": stamp(entry.at),
                "description": message.text if message and message.text else queries.state_name(state),
                "media_url": photo_address(asked.base, entry.subject, uid) if uid else None,
                "external_status_code": state or None,
            }
        )
    return found


def _reports(asked: Asked, begin: datetime | None, named: list[str]) -> dict[str, Report]:
    rows = queries.public()
    if named:
        rows = rows.filter(pk__in=[number for number in map(numbers.id_of, named[:1000]) if number])
    if begin is not None:
        rows = rows.filter(changed_at__gte=begin)
    return {each.number: each for each in asked.cut(rows.order_by("changed_at", "id"))}


def _words(entries: list[int]) -> dict[int, Message]:
    """Return the public words of entries, in lists that both databases take."""
    found: dict[int, Message] = {}
    for first in range(0, len(entries), 1000):
        rows = Message.objects.filter(entry__in=entries[first : first + 1000], is_public=True, withdrawn_at=None)
        found |= {message.entry or 0: message for message in rows.exclude(kind="description")}
    return found


def _pictures(messages: list[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for first in range(0, len(messages), 1000):
        rows = ReportPhoto.objects.filter(message__in=messages[first : first + 1000], is_public=True)
        for message, uid in rows.order_by("order", "id").values_list("message_id", "uid"):
            found.setdefault(message or 0, uid)
    return found


def take(asked: Asked) -> dict[str, Any]:
    """Take an update of another system in, once.

    Raises:
        Forbidden: no valid key, or one that may not do this.
        BadInput: an argument is missing or cannot be used.
        NotFound: no such report.
    """
    system = asked.require_system()
    number, remote_id = asked.needed("service_request_id"), asked.needed("update_id")
    if not numbers.id_of(number):
        raise NotFound(_("service_request_id %(number)s was not found.") % {"number": number[:40]})
    kept, _before = peers.take_update(
        number,
        system=system,
        remote_id=remote_id[:120],
        status=asked.text("external_status_code", longest=40) or asked.text("status", longest=40),
        text=asked.text("description"),
        at=asked.instant("updated_datetime"),
    )
    return {"update_id": str(kept.entry), "service_request_id": kept.report.number}
