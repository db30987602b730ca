"""What the exchange does by itself: ends expired grants, asks registers that have not answered, forgets what is old."""

from datetime import timedelta

from huong.base.jobs import job, scheduled
from huong.exchange import representing, retaining
from huong.exchange.actions import grants


@scheduled("exchange.expiry", every=timedelta(minutes=10))
@job(queue="default")
def end_expired() -> None:
    """End the grants whose time is over."""
    grants.end_expired()


@scheduled("exchange.representations", every=representing.AGAIN)
@job(queue="default", tries=1)
def ask_registers_again() -> None:
    """Ask registers that have not answered, and those whose answer is a month old."""
    representing.ask_again()
    representing.ask_afresh()


@scheduled("exchange.retention", every=timedelta(days=1))
@job(queue="bulk")
def end_retention() -> None:
    """End what the city's terms of retention say is kept long enough."""
    retaining.end()
