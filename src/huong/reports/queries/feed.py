"""Field reports as rows for the store: those that changed, what happened, those open when a day began."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from typing import Any

from django.db.models import Q

from huong.base import clock
from huong.journal import queries as journal
from huong.journal.models import Entry
from huong.reports.models import Report
from huong.reports.queries.book import book
from huong.reports.rules import feed
from huong.reports.rules.feed import Happened, Standing
from huong.reports.rules.numbers import id_of

BATCH = 1_000
NAMES = ("reports.*",)
FIELDS = (
    "id", "category", "state", "is_open", "priority", "channel", "unit", "cell", "agency", "received_at", "accepted_at",
    "due_at", "closed_at", "rating", "reopened", "followers", "photos_count", "parent_id", "merged_into_id",
    "external_source", "changed_at", "is_public",
)  # fmt: skip


def happened(entry: Entry) -> Happened:
    """Return an entry of the journal as plain values."""
    return Happened(entry.pk, entry.subject, entry.at, entry.name, entry.agency, entry.unit, entry.data)


def current_rows(numbers: Iterable[str]) -> Iterator[list[dict[str, Any]]]:
    """Yield the rows of reports as they stand now, a batch at a time (one query each).

    Args:
        numbers: the numbers of reports; one that is gone is left out.
    """
    wanted = sorted(id_of(number) for number in numbers)
    shown = {key for key, each in book().categories.items() if each.public}
    for first in range(0, len(wanted), BATCH):
        rows = Report.objects.filter(pk__in=wanted[first : first + BATCH]).order_by("pk").values(*FIELDS)
        yield [
            feed.current_row(
                row,
                is_public=row["is_public"] and row["category"] in shown,
            )
            for row in rows
        ]


def event_row(entry: Entry) -> dict[str, Any]:
    """Return the row of an entry of the journal."""
    return feed.event_row(happened(entry))


def midnight_of(day: date) -> datetime:
    """Return the instant at which a day begins in the city's zone."""
    return datetime.combine(day, time(0), tzinfo=clock.zone())


def open_rows(day: date) -> Iterator[list[dict[str, Any]]]:
    """Yield a row for each report that was open when a day began, a batch at a time.

    Those that nothing happened to since stand as they do now; of the others the journal tells how they stood.
    """
    midnight, held = midnight_of(day), book()
    rows = Report.objects.filter(Q(is_open=True) | Q(closed_at__gte=midnight), received_at__lt=midnight)
    columns = (
        "pk",
        "state",
        "category",
        "agency",
        "unit",
        "priority",
        "due_at",
        "received_at",
        "is_open",
        "changed_at",
    )
    last = 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk").only(*columns)[:BATCH]):
        last = batch[-1].pk
        stories = _stories([each.number for each in batch if each.changed_at >= midnight])
        stood = ((each, _stood(each, stories.get(each.number), midnight)) for each in batch)
        yield [
            feed.daily_row(each.number, standing, received_at=each.received_at, day=day, midnight=midnight)
            for each, standing in stood
            if standing is not None and held.is_open(standing.state)
        ]


def _stories(numbers: Sequence[str]) -> dict[str, list[Happened]]:
    """Return what happened to some reports, oldest first."""
    found: dict[str, list[Happened]] = {}
    for entry in journal.entries_of(list(numbers), names=NAMES) if numbers else ():
        found.setdefault(entry.subject, []).append(happened(entry))
    return found


def _stood(report: Report, story: list[Happened] | None, midnight: datetime) -> Standing | None:
    if story is not None:
        return feed.standing_at(story, midnight)
    return Standing(report.state, report.category, report.agency, report.unit, report.priority, report.due_at)
