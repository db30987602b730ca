"""What intake does by itself: fetch what is due, take up what was killed, clear away."""

from datetime import timedelta

from huong.base.jobs import job, scheduled
from huong.intake.actions import forgetting, loads, sources


@scheduled("intake.pull_due", every=timedelta(minutes=1))
@job()
def pull_due() -> None:
    """Queue the sources that are due."""
    sources.pull_due()


@scheduled("intake.resume_killed", every=timedelta(minutes=5))
@job()
def resume_killed() -> None:
    """Run loads again whose process was killed."""
    loads.resume_killed()


@scheduled("intake.sweep", every=timedelta(hours=12))
@job(queue="bulk")
def sweep() -> None:
    """Clear away what killed loads left."""
    sources.sweep()


@scheduled("intake.end_retention", every=timedelta(days=1))
@job(queue="bulk")
def end_retention() -> None:
    """Erase what the contracts of personal datasets keep only for a time."""
    forgetting.end_retention()
