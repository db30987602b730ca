"""The story of a report: journal entries joined to their words and photos, for whoever reads it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from django.utils.translation import get_language

from huong.journal import queries as journal
from huong.people import access
from huong.people.models import User
from huong.reports.models import Hop, Message, Report, ReportPhoto
from huong.reports.queries.book import book

Reader = Literal["public", "reporter", "staff"]
PUBLIC = {
    "received", "rescue_asked", "accepted", "dispatched", "handed_over", "taken", "answered", "closed", "reopened",
    "rated", "merged", "told", "imported", "escalated",
}  # fmt: skip
REPORTER = PUBLIC | {"asked", "replied", "added", "referred", "handed_to_petitions", "rejected", "contact_verified"}


@dataclass(frozen=True)
class Moment:
    """One thing in a report's story.

    Attributes:
        event: the name without the package: "dispatched".
        by: who did it, for officers; None for the citizen, the platform, or where the reader may not know.
        facts: the entry's own: state, was_agency, due ...
        words: the messages that belong to it.
        photos: the pictures that came with it.
    """

    at: datetime
    event: str
    agency: str
    by: User | None
    facts: dict[str, object]
    words: tuple[Message, ...] = ()
    photos: tuple[ReportPhoto, ...] = field(default=())
    entry: int = 0


def story(report: Report, reader: Reader) -> list[Moment]:
    """Return what happened, oldest first, as far as a reader may know (four queries)."""
    entries = journal.entries_about(report.number)[::-1]
    messages: dict[int, list[Message]] = {}
    for message in Message.objects.filter(report=report, withdrawn_at=None).order_by("id"):
        if message.entry is not None and _may_read(message, report, reader):
            messages.setdefault(message.entry, []).append(message)
    pictures = photos_of(report, reader)
    names = _people({entry.by for entry in entries if entry.by}) if reader == "staff" else {}
    known = {"public": PUBLIC, "reporter": REPORTER}.get(reader)
    return [
        Moment(
            at=entry.at,
            event=(event := entry.name.split(".")[1]),
            agency=entry.agency,
            by=names.get(entry.by or 0),
            facts=dict(entry.data),
            words=tuple(own := messages.get(entry.pk, [])),
            photos=_pictures_of(pictures, own, first=event in {"received", "rescue_asked", "imported"}),
            entry=entry.pk,
        )
        for entry in entries
        if known is None or entry.name.split(".")[1] in known
    ]


def _may_read(message: Message, report: Report, reader: Reader) -> bool:
    if reader == "staff":
        return True
    return message.for_reporter if reader == "reporter" else message.is_public and report.is_public


def _people(ids: set[int]) -> dict[int, User]:
    return {user.pk: user for user in User.objects.filter(pk__in=ids)} if ids else {}


def _pictures_of(pictures: list[ReportPhoto], own: list[Message], *, first: bool) -> tuple[ReportPhoto, ...]:
    ids = {message.pk for message in own}
    return tuple(each for each in pictures if each.message_id in ids or (first and each.message_id is None))


def photos_of(report: Report, reader: Reader) -> list[ReportPhoto]:
    """Return the photos of a report that a reader may see, in order."""
    rows = ReportPhoto.objects.filter(report=report)
    if reader == "public":
        rows = rows.filter(is_public=True) if report.is_public else rows.none()
    return list(rows)


def hops_of(report: Report) -> list[Hop]:
    """Return the legs of a report's way with their clocks and reasons, oldest first."""
    return list(Hop.objects.filter(report=report).select_related("reason", "receiver", "by"))


def category_name(key: str) -> str:
    """Return the name of a category in the reader's language; the key itself if it is not known."""
    held = book().categories.get(key)
    return (held.name_en if _english() else held.name) if held else key


def state_name(key: str) -> str:
    """Return the name of a state in the reader's language; the key itself if it is not known."""
    held = book().states.get(key)
    return (held.name_en if _english() else held.name) if held else key


def promise_of(report: Report) -> str:
    """Return the promise that was given, in the reader's language."""
    return report.promise_en or report.promise if _english() else report.promise


def _english() -> bool:
    return (get_language() or "vi").startswith("en")


def moves_for(report: Report, user: User) -> list[str]:
    """Return the keys of the moves that an officer may make on a report now, in the city's order."""
    return [
        key
        for key, move in book().transitions.items()
        if move.power and report.state in move.sources and access.has_power(user, move.power, report.agency)
    ]
