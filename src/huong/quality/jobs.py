"""The daily judgement of what time and use change."""

from datetime import timedelta

from huong.base.jobs import job, scheduled


@scheduled("quality.rescore", every=timedelta(hours=1))
@job(queue="default", tries=2)
def rescore() -> None:
    """Judge live and shared again for every dataset under a contract."""
    from huong.catalogue import queries as catalogue
    from huong.quality import actions

    for name in catalogue.dataset_names():
        spec = catalogue.contract_of(name)
        if spec is not None:
            actions.rescore_over_time(spec)
