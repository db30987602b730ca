"""What field reports do by themselves: climb the ladder, tell after moves on many, let lost photos and old contacts go."""

from datetime import timedelta

from huong.base.jobs import job, scheduled
from huong.reports.actions import escalating, photos, reporters, telling


@scheduled("reports.escalate", every=timedelta(minutes=1))
@job()
def escalate() -> int:
    """Tell the next rung of every report that waits too long."""
    return escalating.escalate_due()


@scheduled("reports.tell_after_bulk", every=timedelta(minutes=1))
@job()
def tell_after_bulk() -> int:
    """Tell of moves on many that can no longer be undone."""
    return telling.tell_after_bulk()


@scheduled("reports.forget_contacts", every=timedelta(hours=12))
@job(queue="bulk")
def forget_contacts() -> int:
    """Erase the contact of reports that ended long ago."""
    return reporters.forget_contacts()


@scheduled("reports.sweep_photos", every=timedelta(hours=6))
@job(queue="bulk")
def sweep_photos() -> int:
    """Let photos go whose report never came."""
    return photos.sweep()
