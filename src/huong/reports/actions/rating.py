"""The citizen rates the answer in three levels; who is not satisfied may have it opened again."""

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.errors import BadInput, WrongState
from huong.reports import events
from huong.reports.actions import moving
from huong.reports.actions.handling import reopened
from huong.reports.actions.windows import require_window
from huong.reports.models import Rating, Report
from huong.reports.models.people import LEVELS
from huong.reports.queries.book import book


@transaction.atomic
def rate(number: str, *, level: str, answers: tuple[str, ...] = (), text: str = "", reopen: bool = False) -> Report:
    """Take the citizen's opinion of an answer in; the caller has checked that it is the citizen.

    Args:
        level: "satisfied", "accepted" or "not_satisfied".
        answers: keys of ready answers.
        text: in the citizen's own words.
        reopen: have it opened again; only for who is not satisfied, with a word on why.

    Raises:
        BadInput: no such level or ready answer; a reopening without words.
        WrongState: not answered, rated already, or too late.

    Records: `reports.rated` and, if it opens again, `reports.reopened`.
    """
    report = moving.found(number)
    moving.allowed(report, "rate", by=None)
    _require_sense(report, level, answers)
    require_window(report, "rating_days")
    Rating.objects.create(report=report, round=report.reopened, level=level, answers=list(answers), at=clock.now())
    entry = moving.change(report, events.RATED, by=None, rating=level, facts={"level": level, "round": report.reopened})
    if reopen and level == "not_satisfied":
        return reopened(report, text=text or _ready(answers), by=None)
    moving.say(report, entry, "rating", text, by=None)
    return report


def _require_sense(report: Report, level: str, answers: tuple[str, ...]) -> None:
    if level not in dict(LEVELS):
        raise BadInput(_("Please choose one of the three levels."), code="no_such_level", field="level")
    if strange := [key for key in answers if key not in book().ratings]:
        raise BadInput(_("There is no ready answer “%(key)s”.") % {"key": strange[0][:60]}, field="answers")
    if report.rating or Rating.objects.filter(report=report, round=report.reopened).exists():
        raise WrongState(_("This answer was rated already. Thank you."), code="rated_already")


def _ready(answers: tuple[str, ...]) -> str:
    held = book().ratings
    return ". ".join(held[key].text for key in answers)
