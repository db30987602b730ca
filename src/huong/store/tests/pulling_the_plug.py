"""Run by `test_kill.py` as a process of its own: commits are killed at every step, again and again.

The referee forks a writer that kills itself (SIGKILL) when it reaches a step, a reader that looks all the
time, and a successor that recovers and starts the same load again. It prints one JSON line.
"""

import json
import os
import signal
import sys
import time
import traceback
from pathlib import Path

ROWS = 200
DATASET = "drains"


def forked(function, *args):
    """Run a function in a fork, and return its process id."""
    pid = os.fork()
    if pid:
        return pid
    try:
        function(*args)
    except BaseException:  # noqa: BLE001 - a fork must never return into its parent's code
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def waited(pid):
    """Return how a fork ended: 0, its exit code, or minus the signal."""
    _pid, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


def prepare(home):
    """Make the tables."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)


def batch_file(home, number):
    """Write the rows of a batch: keys of its own, and for an upsert also the keys of the batch before."""
    import duckdb

    path = Path(home) / f"batch-{number}.parquet"
    first = (number - (number % 2)) * ROWS
    count = 2 * ROWS if number % 2 else ROWS
    with duckdb.connect() as con:
        con.execute(
            f"COPY (SELECT {first} + i AS id, {number} AS batch FROM range({count}) t(i)) TO '{path}' (FORMAT parquet)"
        )
    return path


def load(home, number):
    """Load one batch as the intake does: even ones are appends, odd ones upserts over the batch before."""
    from huong.store import actions
    from huong.store.models import ServingCopy

    def also(commit):
        ServingCopy.objects.create(
            dataset=f"load-{number}", version=commit.version or 0, name="", made_at=commit.at, rows=commit.rows
        )

    mode = "upsert" if number % 2 else "append"
    file = batch_file(home, number)
    with actions.locked(DATASET):
        commit = actions.begin(DATASET, batch=f"batch-{number}", mode=mode, load=str(number))
        if not commit.is_published:
            actions.write(commit, [file], key=["id"])
            actions.publish(commit, also=also)


def killed_at(home, number, step):
    """Load a batch and pull the plug at a step."""
    from huong.store import ports

    def plug(reached, _dataset):
        if reached == step:
            os.kill(os.getpid(), signal.SIGKILL)

    ports.steps.add("plug", plug)
    load(home, number)


def look(home):
    """Read what readers see, over and over, and write down whatever is torn or goes backwards."""
    from huong.store import queries, source

    last = 0
    while True:
        commit = queries.current(DATASET)
        if commit is not None:
            rows = counted(source.rows_of(commit))
            if rows != commit.rows or rows % ROWS or (commit.version or 0) < last:
                Path(home, "torn.txt").write_text(f"{commit} has {rows} rows, promised {commit.rows}, last {last}")
            last = commit.version or 0
        time.sleep(0.01)


def counted(sql):
    import duckdb

    with duckdb.connect() as con:
        return con.execute(f"SELECT count(*) FROM ({sql})").fetchone()[0]


def succeed(home, number, finishes):
    """Recover, start the same load again, and check that every batch is in exactly once."""
    import duckdb

    from huong.journal.models import Entry
    from huong.store import actions, ports, queries, source
    from huong.store.models import Commit, ServingCopy

    def finisher(commit):
        return lambda done: ServingCopy.objects.create(
            dataset=f"load-{done.load}", version=done.version or 0, name="", made_at=done.at, rows=done.rows
        )

    if finishes:
        ports.finishers.add("test", finisher)
    actions.recover()
    assert not Commit.objects.filter(state__in=["written", "committing"]).exists(), "something is left in between"
    load(home, number)
    with duckdb.connect() as con:
        found = con.execute(
            f"SELECT id, batch FROM ({source.rows_of(queries.current(DATASET))}) ORDER BY id"
        ).fetchall()
    model = {}
    for each in range(number + 1):
        first, count = (each - each % 2) * ROWS, 2 * ROWS if each % 2 else ROWS
        model |= dict.fromkeys(range(first, first + count), each)
    assert found == sorted(model.items()), f"{len(found)} rows, expected {len(model)}"
    versions = list(queries.commits(DATASET).values_list("version", flat=True))
    assert versions == list(range(number + 1, 0, -1)), versions
    assert Entry.objects.filter(name="store.committed").count() == number + 1
    assert ServingCopy.objects.filter(dataset__startswith="load-").count() == number + 1


def referee(home, rounds):
    """Play the rounds."""
    import django

    django.setup()
    import deltalake  # noqa: F401 - loaded once here, so that no fork loads it again
    import duckdb  # noqa: F401
    import pyarrow.parquet  # noqa: F401

    from huong.store import actions, maintenance, queries, source  # noqa: F401
    from huong.store.ports import STEPS

    assert waited(forked(prepare, home)) == 0
    reader = forked(look, home)
    killed = 0
    for number in range(rounds):
        step = STEPS[number % len(STEPS)]
        if waited(forked(killed_at, home, number, step)) == -signal.SIGKILL:
            killed += 1
        assert waited(forked(succeed, home, number, bool(number // len(STEPS) % 2))) == 0, f"round {number}, {step}"
    os.kill(reader, signal.SIGKILL)
    waited(reader)
    torn = Path(home, "torn.txt")
    sys.stdout.write(
        json.dumps({"rounds": rounds, "killed": killed, "torn": torn.read_text() if torn.exists() else ""}) + "\n"
    )


if __name__ == "__main__":
    referee(os.environ["HUONG_HOME"], int(sys.argv[1]))
