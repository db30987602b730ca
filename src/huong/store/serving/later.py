"""Bringing up a serving copy as a job."""

from huong.base.jobs import job
from huong.store.serving import building


@job(queue="default", tries=5)
def bring_up(dataset: str) -> None:
    """Bring a dataset's serving copy to its current commit."""
    building.bring_up(dataset)
