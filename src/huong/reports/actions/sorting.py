"""Putting right what a report is about and where it is."""

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base.errors import NotFound
from huong.people.models import User
from huong.reports import events
from huong.reports.actions import moving
from huong.reports.actions.placing import locate
from huong.reports.models import Report
from huong.reports.queries.book import book


@transaction.atomic
def recategorise(number: str, *, category: str, by: User, version: int | None = None) -> Report:
    """Say what a report is really about. The promise that was given stays; routes are followed by `hand_over`.

    Raises:
        NotFound: there is no such category.

    Records: `reports.recategorised` with the category before.
    """
    report = moving.found(number)
    moving.allowed(report, "recategorise", by=by, version=version)
    held = book().categories.get(category)
    if held is None or not held.parent:
        raise NotFound(_("There is no category “%(key)s”.") % {"key": category[:60]})
    moving.change(
        report,
        events.RECATEGORISED,
        by=by,
        facts={"predicted": report.category},
        category=category,
        main=held.parent,
        category_version=held.version,
        is_public=report.is_public and held.public,
    )
    return report


@transaction.atomic
def relocate(
    number: str,
    *,
    by: User,
    point: tuple[float, float] | None = None,
    unit: str = "",
    place: str = "",
    version: int | None = None,
) -> Report:
    """Put the place of a report right.

    Raises:
        OutsideTheCity, PlaceUnclear: see `placing.locate`.

    Records: `reports.relocated`.
    """
    report = moving.found(number)
    moving.allowed(report, "relocate", by=by, version=version)
    found = locate(point=point or report.point, unit=unit or ("" if point else report.unit), text=place or report.place)
    moving.change(report, events.RELOCATED, by=by, facts={"cell": found.columns()["cell"]}, **found.columns())
    return report
