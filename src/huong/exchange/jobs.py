"""What the exchange does by itself: expired grants are written down as ended."""

from datetime import timedelta

from huong.base.jobs import job, scheduled
from huong.exchange.actions import grants


@scheduled("exchange.expiry", every=timedelta(minutes=10))
@job(queue="default")
def end_expired() -> None:
    """End the grants whose time is over."""
    grants.end_expired()
