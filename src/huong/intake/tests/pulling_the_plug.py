"""Run by `test_kill.py` as a process of its own: loads are killed at every step, again and again.

The referee forks a loader that kills itself (SIGKILL) when it reaches a step of the load or of the commit,
then a successor that recovers and runs the load again. It prints one JSON line.
"""

import json
import os
import signal
import sys
import traceback
from pathlib import Path

DATASET = "drains"
ROWS = 40
WRONG = 4
IN_THE_STORE = ("store.delta_committed", "store.pointer_moved", "store.also_done", "store.published")


def forked(function, *args):
    """Run a function in a fork, and return how it ended: 0, its exit code, or minus the signal."""
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    try:
        function(*args)
    except BaseException:  # noqa: BLE001 - a fork must not return into its parent's code
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def prepare(folder):
    """Make the tables and a dataset."""
    from django.core.management import call_command

    from huong.base import home
    from huong.base.testing import cast
    from huong.catalogue import actions as catalogue
    from huong.intake.tests.conftest import document
    from huong.people import queries as people

    home.prepare(demo=False)
    call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
    cast.units()
    cast.agencies(Path(folder) / "city")
    cast.joined("minh", "Trần Văn Minh", steward=people.agency(cast.DRAINS))
    catalogue.add(document(DATASET, mode="append"), by=None)


def file_of(folder, number):
    """Write the rows of one load: keys of its own, some without a street."""
    path = Path(folder) / f"{number}.csv"
    rows = [f"C-{number}-{row},{'' if row < WRONG else 'Lê Lợi'},1,2020-01-01" for row in range(ROWS)]
    path.write_text("ma,duong,do_sau,ngay_dat\n" + "\n".join(rows) + "\n")
    return path


def killed_at(folder, number, step):
    """Load a file and pull the plug at a step."""
    from huong.intake import actions, ports
    from huong.store import ports as store

    def plug(reached, _name):
        if reached == step.removeprefix("store."):
            os.kill(os.getpid(), signal.SIGKILL)

    (store if step.startswith("store.") else ports).steps.add("plug", plug)
    actions.load_file(DATASET, file_of(folder, number))


def succeed(folder, number, by_recovery):
    """Recover or load the same file again; check that every row is in once, accepted or waiting."""
    from huong.intake import actions, queries
    from huong.intake.models import Load
    from huong.journal.models import Entry
    from huong.store import actions as store
    from huong.store import queries as stored

    store.recover()
    if by_recovery:
        for load in Load.objects.exclude(state="done"):
            actions.run(load.pk)
    actions.load_file(DATASET, file_of(folder, number))
    loads = number + 1
    current = stored.current(DATASET)
    assert current.rows == loads * (ROWS - WRONG), f"{current.rows} rows after {loads} loads"
    assert current.version == loads, current.version
    assert Load.objects.filter(state="done").count() == loads
    assert queries.waiting_of([DATASET]) == {DATASET: loads * WRONG}
    assert Entry.objects.filter(name="intake.loaded").count() == loads
    assert Entry.objects.filter(name="store.committed").count() == loads
    scores = {load.commit_after for load in Load.objects.filter(state="done")}
    assert scores == set(range(1, loads + 1)), scores


def referee(folder, steps):
    """Play one round for each step."""
    import django

    django.setup()
    import deltalake  # noqa: F401 - loaded once here, so that no fork loads it again
    import duckdb  # noqa: F401
    import pyarrow.parquet  # noqa: F401

    from huong.intake import actions  # noqa: F401

    assert forked(prepare, folder) == 0
    killed = 0
    for number, step in enumerate(steps):
        killed += forked(killed_at, folder, number, step) == -signal.SIGKILL
        assert forked(succeed, folder, number, bool(number % 2)) == 0, f"round {number}: {step}"
    sys.stdout.write(json.dumps({"rounds": len(steps), "killed": killed}) + "\n")


if __name__ == "__main__":
    referee(os.environ["HUONG_HOME"], sys.argv[1:])
