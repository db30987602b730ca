"""What procedures do by themselves: tell the national portal, ask the payment provider for what got lost."""

from datetime import timedelta

from huong.base.jobs import job, scheduled
from huong.procedures.actions import paying, syncing


@scheduled("procedures.portal", every=timedelta(seconds=20))
@job(tries=1)
def send_to_portal() -> int:
    """Send to the national portal what is due."""
    return syncing.send_due()


@scheduled("procedures.payments", every=timedelta(minutes=5))
@job(tries=1)
def ask_for_payments() -> int:
    """Ask the payment provider about payments of which nothing was heard."""
    return paying.ask_lost()
