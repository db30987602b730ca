"""Sentences and cards about reports, as citizens read them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huong.base import city, clock
from huong.people.names import Names, names
from huong.reports import queries
from huong.reports.models import Report
from huong.reports.queries import cards
from huong.ui import words

DAYS = [
    gettext_lazy("Monday"), gettext_lazy("Tuesday"), gettext_lazy("Wednesday"), gettext_lazy("Thursday"),
    gettext_lazy("Friday"), gettext_lazy("Saturday"), gettext_lazy("Sunday"),
]  # fmt: skip
TONES = {"new": "info", "open": "info", "waiting": "weak", "closed": "good", "out": "plain"}
EVENTS: dict[str, Promise] = {
    "received": gettext_lazy("Received"),
    "rescue_asked": gettext_lazy("Rescue was asked for"),
    "accepted": gettext_lazy("Accepted"),
    "dispatched": gettext_lazy("Given to the agency that answers"),
    "handed_over": gettext_lazy("Handed over to the agency in charge"),
    "taken": gettext_lazy("Somebody is working on it"),
    "asked": gettext_lazy("The agency asks you something"),
    "replied": gettext_lazy("You answered"),
    "added": gettext_lazy("You added something"),
    "answered": gettext_lazy("Answered"),
    "closed": gettext_lazy("Ended"),
    "reopened": gettext_lazy("Opened again"),
    "rated": gettext_lazy("Rated by the reporter"),
    "merged": gettext_lazy("Joined with another report of the same matter"),
    "told": gettext_lazy("News"),
    "imported": gettext_lazy("Taken over from an older system"),
    "escalated": gettext_lazy("The level above was told: the answer is late"),
    "referred": gettext_lazy("Another channel helps you"),
    "handed_to_petitions": gettext_lazy("Handed over as a complaint or denunciation"),
    "rejected": gettext_lazy("Not accepted"),
    "contact_verified": gettext_lazy("You confirmed your contact"),
}
NEXT: dict[str, Promise] = {
    "received": gettext_lazy(
        "An officer reads it and passes it to the agency that can help. You need not do anything."
    ),
    "accepted": gettext_lazy("It is being passed to the agency that answers you."),
    "dispatched": gettext_lazy("The agency looks at the place and answers you here."),
    "in_progress": gettext_lazy("The agency is working on it and answers you here."),
    "reopened": gettext_lazy("The agency looks at it once more and answers you here."),
    "asked": gettext_lazy("The agency needs one thing from you. Its clock stands still until you answer."),
    "answered": gettext_lazy(
        "Please look whether it is well. Your rating helps the agency, and opens it again if not."
    ),
    "closed": gettext_lazy("This report has ended. Your rating helps the agency."),
    "merged": gettext_lazy("Others reported the same. You hear of it as soon as there is an answer."),
}


@dataclass(frozen=True)
class Card:
    """A report in a list."""

    report: Report
    url: str
    where: str
    state: str
    tone: str
    late: bool
    thumb: str
    category: str


def state_tone(report: Report) -> str:
    """Return the tone of a report's state."""
    held = queries.book().states.get(report.state)
    return TONES[held.phase] if held else "plain"


def where(report: Report, named: Names, *, own: bool = False) -> str:
    """Return the place of a report in one line: the landmark, then the ward or commune."""
    place = report.place if own else cards.public_place(report)
    return ", ".join(filter(None, (place, named.unit(report.unit, otherwise=""))))


def cards_of(reports: Iterable[Report], *, own: bool = False) -> list[Card]:
    """Return reports as cards (two queries at most, however many)."""
    rows = list(reports)
    named, thumbs = names((), {report.unit for report in rows}), cards.thumbs_of(rows)
    return [
        Card(
            report=report,
            url=f"/reports/{report.number}",
            where=where(report, named, own=own),
            state=queries.state_name(report.state),
            tone=state_tone(report),
            late=report.is_open and queries.is_late(report),
            thumb=f"/reports/{report.number}/photos/{thumbs[report.pk]}?small=1" if report.pk in thumbs else "",
            category=queries.category_name(report.category),
        )
        for report in rows
    ]


def spoken(at: datetime) -> str:
    """Return an instant as one says it: 17:00, Thursday 26/11/2026."""
    local = clock.local(at)
    return f"{local:%H:%M}, {DAYS[local.weekday()]} {words.day(at)}"


def promise(report: Report) -> dict[str, Any]:
    """Return what was promised, in a sentence, and whether it was kept."""
    if report.due_at is None or not report.is_open:
        late = report.closed_at is not None and queries.is_late(report)
        return {"title": _("Answered later than promised") if late else "", "tone": "weak", "at": report.due_at}
    if report.state == "asked":
        return {"title": _("The clock stands still while we wait for your answer"), "tone": "info", "at": None}
    unread, late = report.state == "received", report.due_at < clock.now()
    return {
        "title": _promised(spoken(report.due_at), unread=unread, late=late),
        "tone": "bad" if late else "info",
        "at": report.due_at,
    }


def _promised(when: str, *, unread: bool, late: bool) -> str:
    if unread and late:
        return _("Late: an officer should have read it before %(when)s") % {"when": when}
    if unread:
        return _("Read by an officer before %(when)s") % {"when": when}
    if late:
        return _("Overdue: the answer was promised before %(when)s") % {"when": when}
    return _("Answer before %(when)s") % {"when": when}


def next_step(report: Report) -> str:
    """Return what happens next, and whether the citizen has to do something."""
    return str(NEXT.get(report.state, ""))


def event_name(event: str) -> str:
    """Return what happened, in words."""
    return str(EVENTS.get(event, event))


def calls() -> list[dict[str, str]]:
    """Return the numbers to call in danger, as the city names them, the most important first."""
    return list(city.facts().get("calls", []))
