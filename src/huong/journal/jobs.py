"""What the journal does by itself, again and again."""

from datetime import timedelta

from django.conf import settings

from huong.base.jobs import job, scheduled
from huong.journal import seals


@scheduled("journal.seal", every=timedelta(minutes=settings.HUONG.seal_minutes))
@job(queue="default")
def seal() -> int:
    """Seal what has settled since the last time."""
    return seals.seal()
