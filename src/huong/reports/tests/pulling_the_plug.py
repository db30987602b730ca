"""Run by `test_feeds_survive_a_kill.py` as a process of its own: loads of reports are killed at every step.

The referee forks a process that kills itself (SIGKILL) when it reaches a step, then a successor that pulls again; after
each round every report stands once in the store, as it is, and every event once. It prints one JSON line.
"""

import json
import os
import signal
import sys

from huong.intake.tests.pulling_the_plug import forked

DATASETS = ("field_reports", "field_report_events")


def prepare():
    """Make the tables, the city's rules and the contracts of reports."""
    from django.core.management import call_command

    from huong.base import home
    from huong.base.testing import cast
    from huong.catalogue import actions as catalogue
    from huong.people.actions import agencies
    from huong.reports import loading
    from huong.reports.actions import feeding

    home.prepare(demo=False)
    call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
    cast.units()
    agencies.load(cast.HUE)
    loading.load(cast.HUE)
    feeding.publish_codes(cast.HUE)
    for name in DATASETS:
        catalogue.add((cast.HUE / "contracts" / f"{name}.yaml").read_text(encoding="utf-8"), by=None)
    feeding.set_up(cast.HUE)


def citizens_send(number):
    """Let a report come and the one before it be accepted."""
    from huong.reports.actions import Draft, accept, send
    from huong.reports.models import Report
    from huong.reports.tests.conftest import IOC, officer_of

    send(Draft(text=f"Cống nghẹt lần {number}", category="thoat-nuoc.cong-nghet", unit="An Cựu"))
    if number:
        accept(Report.objects.order_by("pk")[number - 1].number, by=officer_of(IOC, f"dieuphoi{number}"))


def source_of(dataset):
    """Return the id of a dataset's source."""
    from huong.intake.models import Source

    return Source.objects.get(dataset=dataset).pk


def killed_at(dataset, step):
    """Pull and kill the process at a step."""
    from huong.intake import actions, ports
    from huong.store import ports as store

    def plug(reached, _name):
        if reached == step.removeprefix("store."):
            os.kill(os.getpid(), signal.SIGKILL)

    (store if step.startswith("store.") else ports).steps.add("plug", plug)
    actions.pull(source_of(dataset))


def succeed(datasets, by_schedule):
    """Come back to life and pull; then every report and every event is in once."""
    from huong.intake import actions, queries
    from huong.intake.models import Load
    from huong.store import actions as store

    store.recover()
    if by_schedule:
        for load in Load.objects.exclude(state="done"):
            actions.run(load.pk)
    for dataset in datasets:
        actions.pull(source_of(dataset))
    assert queries.waiting_of(DATASETS) == {}
    assert not Load.objects.exclude(state="done").exists()
    require_once()


def require_once():
    """Compare the store with the reports and the journal."""
    from huong.journal.models import Entry
    from huong.reports.models import Report
    from huong.store import queries as stored

    reports, happened = (stored.run(stored.table(name)).to_pylist() for name in DATASETS)
    assert sorted((row["number"], row["state"]) for row in reports) == sorted(
        (report.number, report.state) for report in Report.objects.all()
    )
    wanted = Entry.objects.filter(name__in=("reports.received", "reports.accepted")).order_by("pk")
    assert sorted(row["id"] for row in happened) == list(wanted.values_list("pk", flat=True))


def referee(steps):
    """Play one round for each step."""
    import django

    django.setup()
    import deltalake  # noqa: F401 - loaded once here, so that no fork loads it again
    import duckdb  # noqa: F401
    import pyarrow.parquet  # noqa: F401

    assert forked(prepare) == 0
    killed = 0
    for number, step in enumerate(steps):
        dataset, other = DATASETS[number % 2], DATASETS[1 - number % 2]
        assert forked(citizens_send, number) == 0
        killed += forked(killed_at, dataset, step) == -signal.SIGKILL
        assert forked(succeed, (dataset, other), bool(number % 3)) == 0, f"round {number}: {step}"
    sys.stdout.write(json.dumps({"rounds": len(steps), "killed": killed}) + "\n")


if __name__ == "__main__":
    referee(sys.argv[1:])
