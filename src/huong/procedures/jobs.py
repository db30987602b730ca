"""What procedures do by themselves: compare with sources that were down."""

from datetime import timedelta

from huong.base.jobs import job, scheduled
from huong.procedures.actions import rechecking


@scheduled("procedures.verify_later", every=timedelta(minutes=15))
@job()
def verify_later() -> int:
    """Compare what was declared while a source was down with what it says now."""
    return rechecking.verify_later()
