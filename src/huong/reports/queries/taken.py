"""Reads about what officers took along."""

from django.db.models import QuerySet

from huong.base import clock
from huong.people import access
from huong.people.models import User
from huong.reports.errors import TakenEnded
from huong.reports.models import Report, TakenAlong
from huong.reports.rules import numbers

SHOWN = 200


def matters_of(user: User, *, most: int) -> list[Report]:
    """Return the open reports given to an officer, the most pressing first."""
    rows = Report.objects.filter(assignee=user, is_open=True)
    return list(rows.select_related("assignee").order_by("queue_at", "id")[:most])


def require_running(uid: str) -> TakenAlong:
    """Return what was taken along, while it may be read.

    Raises:
        TakenEnded: the day is over, somebody ended it, the officer may no longer work on reports, or there is none.
    """
    row = require_unrevoked(uid)
    if row.until <= clock.now():
        raise TakenEnded
    return row


def require_unrevoked(uid: str) -> TakenAlong:
    """Return what was taken along, also after its day, as long as nobody ended it.

    Raises:
        TakenEnded: somebody ended it, the officer may no longer work on reports, or there is none.
    """
    row = TakenAlong.objects.filter(uid=uid[:64]).select_related("user").first()
    if row is None or _is_revoked(row) or not access.has_power(row.user, "reports.handle"):
        raise TakenEnded
    return row


def _is_revoked(row: TakenAlong) -> bool:
    """Return whether a person ended it, whose account may be gone; at the end of its day it ends by itself."""
    return row.ended_at is not None and (row.ended_by_id is not None or row.ended_at < row.until)


def no_longer_theirs(row: TakenAlong) -> list[str]:
    """Return the numbers of the reports that left the officer since, or whose sender was erased: the device drops them."""
    still = Report.objects.filter(pk__in=row.reports, assignee=row.user_id, is_open=True)
    kept = set(still.exclude(reporter__erased_at__isnull=False).values_list("pk", flat=True))
    return [numbers.number_of(pk) for pk in row.reports if pk not in kept]


def taken_by(user: User) -> list[TakenAlong]:
    """Return what an officer took along and can still be read, the newest first."""
    return list(_running().filter(user=user))


def taken_by_all() -> list[TakenAlong]:
    """Return what anybody took along and can still be read, the newest first, for administrators."""
    return list(_running()[:SHOWN])


def _running() -> QuerySet[TakenAlong]:
    rows = TakenAlong.objects.filter(ended_at=None, until__gt=clock.now())
    return rows.select_related("user").order_by("-at", "-id")
