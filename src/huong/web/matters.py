"""What concerns a citizen, from several packages: today their field reports."""

from django.http import HttpRequest

from huong.people.models import User
from huong.reports import queries as reports
from huong.reports.pages.citizen_words import Card, cards_of
from huong.reports.queries.remembered import COOKIE, reports_in


def matters_of(request: HttpRequest, *, limit: int = 60) -> list[Card]:
    """Return somebody's matters: those that wait for them first, then open ones, then the newest."""
    found = {report.pk: report for report in reports_in(request.COOKIES.get(COOKIE, ""))}
    user: object = getattr(request, "user", None)
    if isinstance(user, User):
        found |= {report.pk: report for report in reports.reports_of_user(user)}
    ordered = sorted(found.values(), key=lambda each: (each.state != "asked", not each.is_open, -each.pk))
    return cards_of(ordered[:limit], own=True)


def near_me(mine: list[Card], *, limit: int = 3) -> tuple[str, list[Card]]:
    """Return the newest public reports of the ward of one's own newest report, or of the city.

    Returns:
        The code of that ward, empty for the whole city, and the cards.
    """
    unit = next((card.report.unit for card in mine if card.report.unit), "")
    page = reports.public_reports(unit=unit, size=limit)
    if unit and not page.items:
        unit, page = "", reports.public_reports(size=limit)
    return unit, cards_of(page.items)
