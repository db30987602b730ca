"""The ladder: what nobody answers in time is told to the next rung; danger to life climbs within minutes."""

import logging

from django.db import transaction
from django.utils.translation import gettext_noop

from huong.base import clock
from huong.base.errors import HuongError
from huong.messages import actions as messages
from huong.people import queries as people
from huong.people.models import User
from huong.reports import events
from huong.reports.actions import hops, moving
from huong.reports.models import Report
from huong.reports.queries.book import book
from huong.reports.rules import numbers
from huong.reports.rules.nouns import DANGER, Step

log = logging.getLogger(__name__)
BATCH = 1000
DANGER_TEXT = gettext_noop("Danger to life: %(number)s has had no answer for %(minutes)s minutes.")
LATE_TEXT = gettext_noop("%(number)s is overdue at %(agency)s.")


def escalate_due() -> int:
    """Tell the next rung of every report that waits too long. Returns how many climbed.

    Records: `reports.escalated` for each.
    """
    due = Report.objects.filter(escalate_at__lte=clock.now(), is_open=True).order_by("-priority", "escalate_at")
    climbed = 0
    for report_id in list(due.values_list("pk", flat=True)[:BATCH]):
        try:
            climbed += _climb(numbers.number_of(report_id))
        except HuongError as error:
            log.warning("%s could not climb: %s", numbers.number_of(report_id), error.code)
    return climbed


@transaction.atomic
def _climb(number: str) -> bool:
    report = moving.found(number)
    if report.escalate_at is None or report.escalate_at > clock.now():
        return False
    _tell_rung(report, by=None)
    return True


@transaction.atomic
def escalate(number: str, *, by: User, version: int | None = None) -> Report:
    """Tell the next rung now, by hand.

    Raises:
        Overtaken, WrongState, Forbidden: see `moving.allowed`.

    Records: `reports.escalated`.
    """
    report = moving.found(number)
    moving.allowed(report, "escalate", by=by, version=version)
    _tell_rung(report, by=by)
    return report


def _tell_rung(report: Report, *, by: User | None) -> None:
    ladder = book().ladder("danger" if report.priority == DANGER else "late")
    step = ladder[report.escalated] if report.escalated < len(ladder) else None
    rung = report.escalated + 1
    moving.change(
        report,
        events.ESCALATED,
        by=by,
        facts={"rung": rung, "to": step.agency if step else ""},
        escalated=rung,
        escalate_at=hops.next_rung(report.priority, report.due_at, rung),
    )
    if step is not None:
        _ring(report, step, rung)


def _ring(report: Report, step: Step, rung: int) -> None:
    agency = report.agency if step.agency == "own" else step.agency
    minutes = int((clock.now() - report.received_at).total_seconds() // 60)
    arguments: dict[str, str | int | float] = {"number": report.number, "agency": report.agency, "minutes": minutes}
    text = DANGER_TEXT if report.priority == DANGER else LATE_TEXT
    for person in people.holders(agency, step.role or None):
        messages.bell(
            person.pk,
            text,
            f"/desk/reports/{report.number}",
            "reports",
            arguments=arguments,
            key=f"rung:{report.number}:{report.reopened}:{rung}",
        )
