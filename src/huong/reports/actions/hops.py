"""Legs of a report's way: each agency's stretch with a clock of its own, and the stopping of clocks."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.errors import BadInput
from huong.people import queries as people
from huong.people.models import Agency, User
from huong.reports.models import Hop, Message, Report
from huong.reports.queries.book import book, offices
from huong.reports.rules import clocks
from huong.reports.rules.nouns import DANGER, NORMAL


def agency_named(code: str) -> Agency:
    """Return an agency that works today.

    Raises:
        BadInput: it has ended; its heir is named.
        NotFound: there is none with this code.
    """
    found = people.agency(code)
    if found.valid_to is not None and found.valid_to < clock.today():
        heir = found.heir
        raise BadInput(
            _("%(agency)s has ended. %(heir)s answers for it today.") % {"agency": found, "heir": heir or "—"},
            code="agency_ended",
            field="to",
        )
    return found


def receiver_named(user_id: int | None, agency: str) -> User | None:
    """Return a person who holds a post in an agency.

    Raises:
        BadInput: no such person works there.
    """
    if user_id is None:
        return None
    for person in people.holders(agency):
        if person.pk == user_id:
            return person
    raise BadInput(_("This person holds no post in that agency."), code="not_there", field="receiver")


def begin(
    report: Report,
    agency: str,
    *,
    by: User | None,
    reason: Message | None = None,
    receiver: User | None = None,
    from_agency: str = "",
) -> Hop:
    """End the leg that runs, and begin one at an agency, with a new clock."""
    at = clock.now()
    Hop.objects.filter(report=report, ended_at=None).update(ended_at=at)
    amount = book().hop_span_of(report.category, report.priority)
    due_at, late3_at = clocks.due(at, amount, offices())
    Report.objects.filter(pk=report.pk).update(hop_due_at=due_at)
    report.hop_due_at = due_at
    return Hop.objects.create(
        report=report,
        from_agency=from_agency,
        agency=agency,
        by=by,
        reason=reason,
        receiver=receiver,
        started_at=at,
        due_at=due_at,
        late3_at=late3_at,
        office_clock=amount.office,
    )


def end(report: Report) -> None:
    """End the leg that runs: nobody has to do anything."""
    Hop.objects.filter(report=report, ended_at=None).update(ended_at=clock.now())


def promise(report: Report) -> dict[str, Any]:
    """Return the columns of a clock that starts now, and the promise in the words of today's rules."""
    held = book()
    amount = held.span_of(report.category, report.priority)
    due_at, late3_at = clocks.due(clock.now(), amount, offices())
    own = held.categories.get(report.category)
    main = held.categories.get(own.parent) if own else None
    return {
        "due_at": due_at,
        "late3_at": late3_at,
        "left_us": None,
        "left3_us": None,
        "office_clock": amount.office,
        "promise": (own.promise if own else "") or (main.promise if main else ""),
        "promise_en": (own.promise_en if own else "") or (main.promise_en if main else ""),
        "category_version": own.version if own else 0,
        "escalate_at": next_rung(report.priority, due_at, 0),
        "escalated": 0,
    }


def screening(at: datetime) -> dict[str, Any]:
    """Return the columns of the clock of screening, which starts now: until then somebody must have looked."""
    held = book()
    amount = clocks.span("hours", float(held.setting("screening_hours", 4)))
    due_at, late3_at = clocks.due(at, amount, offices())
    return {"due_at": due_at, "late3_at": late3_at, "escalated": 0, "escalate_at": next_rung(NORMAL, due_at, 0)}


def next_rung(priority: int, due_at: datetime | None, rung: int) -> datetime | None:
    """Return when the next rung of the ladder is told, None at the top.

    The ladder of danger counts from the receipt, that of lateness from the due time.
    """
    danger = priority == DANGER
    steps = book().ladder("danger" if danger else "late")
    if rung >= len(steps) or due_at is None:
        return None
    start = due_at - book().span_of("", DANGER).length if danger else due_at
    return start + timedelta(minutes=steps[rung].after_minutes)


def stopped(row: Report | Hop) -> dict[str, Any]:
    """Return the columns of a clock that stops now; one that has run out goes on being late."""
    at, office, held = clock.now(), row.office_clock, offices()
    left = clocks.left_us(at, row.due_at, office=office, calendar=held)
    left3 = clocks.left_us(at, row.late3_at, office=office, calendar=held)
    fields: dict[str, Any] = {"left_us": left, "left3_us": left3}
    if left is not None:
        fields["due_at"] = None
    if left3 is not None:
        fields["late3_at"] = None
    return fields


def going_on(row: Report | Hop) -> dict[str, Any]:
    """Return the columns of a clock that goes on now with exactly the time it had left."""
    at, office, held = clock.now(), row.office_clock, offices()
    fields: dict[str, Any] = {"left_us": None, "left3_us": None}
    if row.left_us is not None:
        fields["due_at"] = clocks.resumed(at, row.left_us, office=office, calendar=held)
    if row.left3_us is not None:
        fields["late3_at"] = clocks.resumed(at, row.left3_us, office=office, calendar=held)
    return fields


def running(report: Report) -> Hop | None:
    """Return the leg that runs."""
    return Hop.objects.filter(report=report, ended_at=None).first()


def set_columns(hop: Hop, fields: dict[str, Any]) -> None:
    """Change a leg's columns."""
    for name, value in fields.items():
        setattr(hop, name, value)
    hop.save(update_fields=list(fields))
