"""What the next version of a table consists of, for each way of writing: append, upsert by key, replace."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from huong.store import merging, writing
from huong.store.delta import State
from huong.store.engine import workbench
from huong.store.rules import quoted
from huong.store.storage import Storage


def plan(
    place: Storage,
    dataset: str,
    before: State | None,
    parquet: Sequence[Path],
    staging: Path,
    *,
    mode: str,
    key: Sequence[str],
    partition: str = "",
    event: str = "",
) -> writing.Plan:
    """Make the files of the next version.

    Args:
        before: the published version; None if the dataset has none.
        parquet: what the load brings, in order; of rows with one key the last one counts.
        staging: where new files go.
        mode: append, upsert or replace.
        key: the fields that identify a row; needed for upsert.
        partition: the field to partition by, if the table does not exist yet. Days and instants
            partition by month in the city's zone.
        event: the time field whose newest value is kept with the commit.

    Raises:
        WrongSchema: a column has another type than the table's.
        KeyMissing: a row has no key.
    """
    with workbench(staging) as con:
        bench = writing.opened_bench(
            con, place, dataset, before, parquet, staging, partition, replace=mode == "replace"
        )
        names = [name for name, _kind in bench.columns]
        keys = [writing.stored_key(name, names) for name in key]
        ready = parquet[0] if len(parquet) == 1 else None
        if mode == "append":
            made = append(bench, ready)
        elif mode == "upsert":
            made = merging.upsert(bench, keys)
        else:
            made = merging.replace(bench, keys, ready=ready)
        if before is not None and mode != "replace":
            known = {name for name, _kind in before.columns}
            made.widened = tuple(pair for pair in bench.columns if pair[0] not in known)
        made.data_at = _newest(bench, event)
        return made


def append(bench: writing.Bench, ready: Path | None) -> writing.Plan:
    """Plan an append: what is there stays, the rows come beside it."""
    kept = list(bench.before.files) if bench.before else []
    made = writing.write(bench, bench.select, ready=ready)
    new = list(made)
    count = sum(file.rows for file in new)
    return writing.Plan(
        [*kept, *new], bench.columns, bench.partition, writing.made_paths(made), added=count, changed=count > 0
    )


def _newest(bench: writing.Bench, event: str) -> datetime | None:
    kinds = dict(bench.columns)
    if not event or event not in kinds:
        return None
    found = bench.con.execute(
        f"SELECT epoch_us(max(CAST({quoted(event)} AS TIMESTAMP WITH TIME ZONE))) FROM ({bench.incoming})"
    ).fetchone()
    if not found or found[0] is None:
        return None
    return datetime.fromtimestamp(found[0] / 1_000_000, UTC)
