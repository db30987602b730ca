"""What others may read of messages: a person's bell, the outbox."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from huong.base import clock, paging
from huong.messages import rules
from huong.messages.models import Bell, ContactPoint, Outgoing

if TYPE_CHECKING:
    from huong.people.models import User


def unread(user: "User", *, limit: int = 20) -> list[Bell]:
    """Return the unread lines of a person, newest first."""
    return list(Bell.objects.filter(user_id=user.pk, read_at__isnull=True).order_by("-at", "-pk")[:limit])


def unread_count(user: "User") -> int:
    """Return how many lines a person has not read; 0 for a visitor."""
    return Bell.objects.filter(user_id=user.pk, read_at__isnull=True).count() if user.pk else 0


def bells_of(user: "User", *, after: str | None = None, size: int = 50) -> paging.Page[Bell]:
    """Return a page of a person's lines, read or not, newest first."""
    return paging.keyset(Bell.objects.filter(user_id=user.pk), order=("-at", "-id"), after=after, size=size)


def text_of(line: Bell) -> str:
    """Return what a line says, in the language of whoever looks."""
    return gettext(line.text) % line.arguments if line.arguments else gettext(line.text)


def contact_points_of(user: "User", *, verified: bool = True) -> list[ContactPoint]:
    """Return where a person can be reached."""
    found = ContactPoint.objects.filter(user_id=user.pk).order_by("created_at")
    return list(found.filter(verified_at__isnull=False) if verified else found)


def outbox(*, state: str = "", after: str | None = None, size: int = 50) -> paging.Page[Outgoing]:
    """Return a page of outgoing messages, newest first; of one state if named."""
    found = Outgoing.objects.filter(state=state) if state else Outgoing.objects.all()
    return paging.keyset(found, order=("-created_at", "-id"), after=after, size=size)


def stuck(*, channels: Sequence[str] = (), except_for: Sequence[str] = ()) -> QuerySet[Outgoing]:
    """Return messages that failed, were given up by the house, or wait far too long.

    Args:
        channels: only those of these channels; all if left out.
        except_for: none of these channels.
    """
    late = Q(state="waiting", next_at__lt=clock.now() - rules.SLOW)
    found = Outgoing.objects.filter(Q(state__in=["failed", "dead"]) | late)
    found = found.filter(channel__in=channels) if channels else found
    return found.exclude(channel__in=except_for)


def failed_count() -> int:
    """Return how many messages failed or were given up."""
    return Outgoing.objects.filter(state__in=["failed", "dead"]).count()
