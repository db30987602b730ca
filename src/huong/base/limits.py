"""Limits as buckets in the database, so that every worker on every machine counts together."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock, sql
from huong.base.errors import TooMany
from huong.base.models import Bucket

COUNT = 'UPDATE base_bucket SET taken = taken + 1 WHERE key = %s AND "window" = %s AND taken < %s'
FULL = 'SELECT 1 FROM base_bucket WHERE key = %s AND "window" = %s AND taken >= %s'


def take(bucket: str, *, rate: int, per: timedelta) -> None:
    """Count one request of a source.

    Args:
        bucket: whose, such as "sign-in:203.0.113.7".
        rate: how many requests one window allows.
        per: the length of the window.

    Raises:
        TooMany: the window is used up; `details["retry_after"]` says how many seconds to wait.
    """
    if sql.changed(COUNT, _place(bucket, rate, per)):
        return
    take_slowly(bucket, rate=rate, per=per)


def counting(bucket: str, *, rate: int, per: timedelta) -> sql.Change:
    """Return the change that counts one request, for who writes other rows in the same statement.

    If it changed no row, the window is new or used up: `take_slowly` decides, in the same transaction.
    """
    return sql.Change(COUNT, _place(bucket, rate, per))


def take_slowly(bucket: str, *, rate: int, per: timedelta) -> None:
    """Count one request where the window is new or used up, as `take` does.

    Raises:
        TooMany: as `take` says.
    """
    seconds = max(1, int(per.total_seconds()))
    stamp = int(clock.now().timestamp())
    window = stamp // seconds
    with transaction.atomic():
        row, fresh = Bucket.objects.get_or_create(key=bucket, defaults={"window": window, "taken": 1})
        if fresh:
            return
        if row.window != window:
            Bucket.objects.filter(key=bucket).update(window=window, taken=1)
            return
        counted = sql.changed(COUNT, [bucket, window, rate])
    if not counted:
        wait = seconds - stamp % seconds
        raise TooMany(
            _("Too many requests. Please wait %(seconds)d seconds and try again.") % {"seconds": wait},
            retry_after=wait,
        )


def is_used_up(bucket: str, *, rate: int, per: timedelta) -> bool:
    """Return whether the window of a source is used up already; counts nothing."""
    return sql.one(FULL, _place(bucket, rate, per)) is not None


def _place(bucket: str, rate: int, per: timedelta) -> list[str | int]:
    window = int(clock.now().timestamp()) // max(1, int(per.total_seconds()))
    return [bucket, window, rate]
