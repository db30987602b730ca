"""Reports as the desk shows them: what it is, when it is due, where it is, what it waits for."""

from collections.abc import Collection, Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huong.people.names import Names, names
from huong.reports import queries
from huong.reports.models import Report
from huong.reports.rules.nouns import DANGER
from huong.ui import words

FIELDS = (
    "title", "category", "place", "unit", "is_open", "priority", "due_at", "left_us", "state", "closed_at", "received_at",
    "agency", "escalate_at", "followers", "assignee__full_name", "assignee__username",
)  # fmt: skip


def rows_of(reports: Iterable[Report], own: Collection[str] = ()) -> list[dict[str, Any]]:
    """Return reports as rows of the list.

    Args:
        reports: with at least `FIELDS` read, and the assignee.
        own: the codes of the reader's agencies: there the person is named, or that nobody has it yet.
    """
    found = list(reports)
    named = names({each.agency for each in found}, {each.unit for each in found})
    return [row_of(each, named, own) for each in found]


def row_of(report: Report, named: Names, own: Collection[str] = ()) -> dict[str, Any]:
    """Return one report as a row of the list."""
    number, kind = report.number, queries.category_name(report.category)
    return {
        "number": number,
        "url": url_of(number),
        "title": report.title or kind,
        "kind": kind,
        "place": ", ".join(filter(None, (report.place, named.unit(report.unit) if report.unit else ""))),
        "danger": report.is_open and report.priority == DANGER,
        "urgent": report.priority == 1,
        "due": report.due_at if report.is_open else None,
        "paused": report.left_us is not None,
        "ended": "" if report.is_open else queries.state_name(report.state),
        "ended_at": report.closed_at,
        "received_at": report.received_at,
        "where": where(report, named, own),
        "nobody": report.is_open and report.assignee_id is None,
        "waits": waits(report, own),
    }


def url_of(number: str) -> str:
    """Return the address of a report's desk page."""
    return f"/desk/reports/{number}/"


def where(report: Report, named: Names, own: Collection[str] = ()) -> str:
    """Return who has a report: a person, else the agency; in the reader's own one, that nobody has taken it."""
    if report.assignee_id is not None and report.assignee is not None:
        return str(report.assignee)
    return named.agency(report.agency) if report.agency and report.agency not in own else _("nobody yet")


def waits(report: Report, own: Collection[str] = ()) -> str:
    """Return what a report waits for, in a few words."""
    if not report.is_open:
        return ""
    if report.priority == DANGER and report.escalate_at is not None:
        return _("Nobody has answered the call yet")
    said = _waits_in(report.state) if report.state != "dispatched" or report.agency not in own else ""
    if not report.followers:
        return said
    more = ngettext("%(count)s follower", "%(count)s followers", report.followers) % {
        "count": words.number(report.followers)
    }
    return f"{said} · {more}" if said else more


def _waits_in(state: str) -> str:
    """Return what a report in a state waits for; asked for one state, since each answer is looked up in the texts."""
    if state == "received":
        return _("Waits to be screened")
    if state == "asked":
        return _("The citizen was asked")
    if state == "dispatched":
        return _("Nobody has taken it yet")
    return _("The citizen is not satisfied") if state == "reopened" else ""
