"""What messages does by itself: send what waits."""

from datetime import timedelta

from huong.base.jobs import job, scheduled
from huong.messages import actions


@scheduled("messages.deliver_due", every=timedelta(minutes=1))
@job(queue="default", tries=1)
def deliver_due() -> int:
    """Send what is due again."""
    return actions.deliver_due()
