"""How long after the answer a citizen may rate it, or have it opened again."""

from datetime import timedelta

from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.errors import WrongState
from huong.reports.models import Report
from huong.reports.queries.book import book

USUAL_DAYS = {"reopen_days": 15, "rating_days": 30}


def require_window(report: Report, name: str) -> None:
    """Refuse what comes too long after the answer.

    Raises:
        WrongState: the city's window is over.
    """
    days = int(book().setting(name, USUAL_DAYS[name]))
    if report.closed_at is None or clock.now() > report.closed_at + timedelta(days=days):
        raise WrongState(
            _(
                "This was possible for %(days)d days after the answer. Please send a new report and name %(number)s in it."
            )
            % {"days": days, "number": report.number},
            code="window_over",
        )
