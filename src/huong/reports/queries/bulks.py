"""Reads about moves on many reports."""

from huong.base import clock
from huong.people.models import User
from huong.reports.models import Bulk


def last_bulk(uid: str, user: User) -> Bulk | None:
    """Return a person's own move on many reports while it can still be undone."""
    if not uid:
        return None
    return Bulk.objects.filter(uid=uid[:32], by=user, undone_at=None, until__gt=clock.now()).first()
