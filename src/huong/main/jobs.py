"""Scheduled housekeeping of the whole house."""

from datetime import timedelta

from django.apps import apps
from django.core.management import call_command

from huong.base import sql
from huong.base.jobs import job, scheduled


@scheduled("main.housekeeping", every=timedelta(hours=24))
@job(queue="default", tries=2)
def housekeeping() -> None:
    """Remove ended sessions and the results of old jobs."""
    call_command("clearsessions")
    call_command("prune_db_task_results", min_age_days=14, failed_min_age_days=60, verbosity=0)


@scheduled("main.learn_sizes", every=timedelta(hours=1))
@job()
def learn_sizes() -> None:
    """Let the database learn how large its tables have grown, so that it goes on choosing the right index."""
    sql.learn_sizes(sorted(model._meta.db_table for model in apps.get_models()))
