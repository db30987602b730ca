"""When very many report at once: what came in the last hour, grouped by place and kind."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Max, Min, QuerySet

from huong.base import clock
from huong.people.models import User
from huong.reports.models import Report
from huong.reports.queries.book import book
from huong.reports.queries.lists import visible_to

MOST = 60
KEPT = 500


@dataclass(frozen=True)
class Heap:
    """Reports of one kind in one place.

    Attributes:
        unit, category: codes.
        count: how many are open.
        followers: how many more people follow them.
        numbers: the reports, oldest first, at most 500.
    """

    unit: str
    category: str
    count: int
    followers: int
    first: object
    last: object
    numbers: tuple[str, ...] = ()


def arrived(user: User, *, hours: int = 1) -> QuerySet[Report]:
    """Return the open reports that an officer may see and that came within some hours."""
    return visible_to(user).filter(is_open=True, received_at__gte=clock.now() - timedelta(hours=hours))


def is_rush(count: int) -> bool:
    """Return whether so many reports in an hour are more than the desk can read one by one (the city's setting)."""
    return count >= int(book().setting("surge_per_hour", 200))


def heaps(user: User, *, hours: int = 6) -> list[Heap]:
    """Return the reports of some hours by place and kind, the largest heap first; heaps of one are left out."""
    groups = (
        arrived(user, hours=hours)
        .values("unit", "category")
        .annotate(count=Count("pk"), first=Min("received_at"), last=Max("received_at"))
        .filter(count__gt=1)
        .order_by("-count", "unit", "category")[:MOST]
    )
    return [
        Heap(group["unit"], group["category"], group["count"], 0, group["first"], group["last"]) for group in groups
    ]


def numbers_in(user: User, *, unit: str, category: str, hours: int = 6) -> list[str]:
    """Return the numbers of the reports of one heap, oldest first, at most 500."""
    rows = arrived(user, hours=hours).filter(unit=unit, category=category).order_by("id")[:KEPT]
    return [report.number for report in rows]
