"""What files does by itself: tidy up after processes that were killed."""

from datetime import timedelta

from huong.base.jobs import job, scheduled
from huong.files import actions


@scheduled("files.sweep", every=timedelta(hours=6))
@job(queue="bulk")
def sweep() -> int:
    """Delete parts of uploads and files without a blob that are older than a day."""
    return actions.sweep()
