"""Counting what strangers ask, so that nobody tries codes one after the other."""

from datetime import timedelta

from django.http import HttpRequest

from huong.base import keys, limits


def count(request: HttpRequest, what: str, *, rate: int, per: timedelta = timedelta(minutes=1)) -> None:
    """Count one request of an address; only a keyed hash of the address is kept.

    Raises:
        TooMany: more than the rate.
    """
    limits.take(f"procedures.{what}:{source_of(request)}", rate=rate, per=per)


def source_of(request: HttpRequest) -> str:
    """Return a keyed hash of the address that asks."""
    return keys.keyed_hash(str(request.META.get("REMOTE_ADDR", "")), context="procedures.source")[:40]
