"""The store's background work: serving copies, maintenance."""

from datetime import timedelta

from huong.base.jobs import job, scheduled
from huong.store import maintenance
from huong.store.models import Table
from huong.store.serving.later import bring_up

__all__ = ["bring_up", "maintain", "maintain_all"]


@job(queue="bulk")
def maintain(dataset: str) -> None:
    """Merge a dataset's small files and end its time travel where the retention says so."""
    maintenance.maintain(dataset)


@scheduled("store.maintenance", every=timedelta(hours=1))
@job(queue="default", tries=2)
def maintain_all() -> None:
    """Enqueue maintenance for every dataset that has data."""
    for dataset in Table.objects.filter(current__isnull=False).values_list("dataset", flat=True):
        maintain.later(dataset)
