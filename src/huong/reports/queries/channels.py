"""Reads about the channels by which citizens write."""

from datetime import timedelta

from django.db.models import Count

from huong.base import clock
from huong.reports.models import Letter, Mailbox, Messenger

WEEK = timedelta(days=7)


def mailbox(name: str) -> Mailbox | None:
    """Return how far a mailbox was read, None if it never was."""
    return Mailbox.objects.filter(name=name).first()


def messengers() -> list[Messenger]:
    """Return the messengers, by name."""
    return list(Messenger.objects.order_by("name", "id"))


def counts() -> dict[str, int]:
    """Return what became of the letters of a week."""
    rows = Letter.objects.filter(at__gte=clock.now() - WEEK).values_list("outcome").annotate(count=Count("id"))
    return {str(outcome): int(count) for outcome, count in rows.values_list("outcome", "count")}
