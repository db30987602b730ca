"""Making serving copies and bringing them to the next commit by the difference of its files."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from types import ModuleType
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from huong.base import clock
from huong.base.errors import NotFound
from huong.base.sql import is_postgresql
from huong.store import delta, locks
from huong.store.access import contract_of
from huong.store.errors import Retired
from huong.store.models import Commit, ServingCopy
from huong.store.rules import quoted
from huong.store.serving import layout as layouts
from huong.store.serving import postgresql, sqlite
from huong.store.source import commit_at, current, source_of, state_of
from huong.store.storage import storage
from huong.store.writing import Bench, staging_folder

if TYPE_CHECKING:
    import duckdb

    from huong.catalogue.rules import ContractSpec

CHUNK = 5000
LARGEST_DIFFERENCE = 200_000
LARGEST_TOUCHED = 20_000_000


def place() -> ModuleType:
    """Return the module that holds copies: SQLite files, or tables on PostgreSQL."""
    return postgresql if is_postgresql() else sqlite


def bring_up(dataset: str) -> int | None:
    """Bring a dataset's serving copy to its current commit. Harmless when repeated.

    Returns:
        The commit's version that the copy now shows; None if the dataset has no data.
    """
    with locks.held(f"{dataset}.serving"):
        commit = current(dataset)
        if commit is None or commit.version is None:
            return None
        copy = ServingCopy.objects.filter(dataset=dataset).first()
        at = place().version_of(dataset, copy.name) if copy else None
        layout = layouts.layout_of(_contract(dataset), state_of(commit).columns)
        if copy is not None and at is not None and copy.layout.get("print") == layout.print:
            layout = replace(layout, unique=bool(copy.layout.get("unique")))
            if at == commit.version:
                _keep(copy.name, commit, layout, copy.rows, rebuilt=copy.rebuilt)
                return commit.version
            if _carried(dataset, copy, at, commit, layout):
                return commit.version
        _rebuild(dataset, commit, layout)
        return commit.version


def _contract(dataset: str) -> "ContractSpec | None":
    try:
        return contract_of(dataset)
    except NotFound:
        return None


def _rebuild(dataset: str, commit: Commit, layout: layouts.Layout) -> None:
    with _opened() as con:
        stored = source_of(commit).sql()
        layout = replace(layout, unique=_is_unique(con, layout, stored))
        rows = _stream(con, layout.select(stored))
        name, count = place().build(dataset, layout, rows, commit.version)
    _keep(name, commit, layout, count, rebuilt=True)
    place().sweep(dataset, name)


def _keep(name: str, commit: Commit, layout: layouts.Layout, count: int, *, rebuilt: bool) -> None:
    ServingCopy.objects.update_or_create(
        dataset=commit.dataset,
        defaults={
            "version": commit.version or 0,
            "name": name,
            "layout": {**layout.as_json(), "print": layout.print},
            "rows": count,
            "made_at": clock.now(),
            "rebuilt": rebuilt,
        },
    )


def _is_unique(con: "duckdb.DuckDBPyConnection", layout: layouts.Layout, stored: str) -> bool:
    """Return whether no two rows have one key, which appends do not promise."""
    if not layout.key:
        return False
    key = ", ".join(quoted(name) for name in layout.key)
    twice = con.execute(f"SELECT 1 FROM ({stored}) GROUP BY {key} HAVING count(*) > 1 LIMIT 1").fetchone()
    return twice is None


@contextmanager
def _opened() -> Iterator["duckdb.DuckDBPyConnection"]:
    from huong.store.engine import workbench

    with staging_folder() as staging, workbench(staging) as con:
        yield con


def _stream(con: "duckdb.DuckDBPyConnection", sql: str) -> Iterator[Sequence[Any]]:
    con.execute(sql)
    while chunk := con.fetchmany(CHUNK):
        yield from chunk


def _carried(dataset: str, copy: ServingCopy, at: int, commit: Commit, layout: layouts.Layout) -> bool:
    """Bring a copy from one commit to another by what differs; False where making it anew is better."""
    try:
        before = state_of(commit_at(dataset, at))
    except (Retired, NotFound):
        return False
    after = state_of(commit)
    gone = sorted(set(before.files) - set(after.files), key=lambda file: file.name)
    come = sorted(set(after.files) - set(before.files), key=lambda file: file.name)
    touched = sum(file.rows for file in (*gone, *come))
    if touched > max(CHUNK, LARGEST_TOUCHED) or (gone and not (layout.key and layout.unique)):
        return False
    with _opened() as con:
        found = _difference(con, dataset, after, gone, come, layout)
    if found is None:
        return False
    removed, added = found
    try:
        with transaction.atomic():
            count = place().apply(dataset, copy.name, layout, removed, added, commit.version)
            _keep(copy.name, commit, layout, count, rebuilt=False)
    except (IntegrityError, sqlite3.IntegrityError):
        return False  # an append brought a key that is there already
    return True


def _difference(
    con: "duckdb.DuckDBPyConnection",
    dataset: str,
    after: delta.State,
    gone: Iterable[delta.DataFile],
    come: Iterable[delta.DataFile],
    layout: layouts.Layout,
) -> tuple[list[Sequence[Any]], list[Sequence[Any]]] | None:
    """Return the keys that go and the rows that come; None if that is too much for one transaction."""
    from pathlib import Path

    bench = Bench(con, Path(), storage(), dataset, after, after.columns, after.partition, "")
    new = _as_copied(bench, list(come), layout)
    if not gone:
        rows = _bounded(con, new)
        return None if rows is None else ([], rows)
    old = _as_copied(bench, list(gone), layout)
    key = ", ".join(quoted(name) for name in layout.key)
    first = quoted(layout.key[0])
    con.execute(
        f"CREATE TEMP TABLE differing AS SELECT {key}, n.h IS NOT NULL AS comes, o.h IS NOT NULL AS goes"
        f" FROM (SELECT {key}, hash(r) AS h FROM ({new}) r) n"
        f" FULL JOIN (SELECT {key}, hash(r) AS h FROM ({old}) r) o USING ({key}) WHERE n.h IS DISTINCT FROM o.h"
    )
    keys = _bounded(con, f"SELECT {key} FROM differing WHERE goes")
    if keys is None or _bounded(con, f"SELECT {first} FROM differing WHERE comes") is None:
        return None
    on = " AND ".join(f"n.{quoted(name)} = d.{quoted(name)}" for name in layout.key)
    rows = con.execute(f"SELECT n.* FROM ({new}) n SEMI JOIN (FROM differing WHERE comes) d ON {on}").fetchall()
    return keys, rows


def _as_copied(bench: Bench, files: list[delta.DataFile], layout: layouts.Layout) -> str:
    if files:
        return layout.select(bench.old(bench.paths(files)))
    nothing = ", ".join(f"CAST(NULL AS {kind}) AS {quoted(name)}" for name, kind in bench.columns)
    return layout.select(f"SELECT {nothing} WHERE false")


def _bounded(con: "duckdb.DuckDBPyConnection", sql: str) -> list[Sequence[Any]] | None:
    rows = con.execute(f"SELECT * FROM ({sql}) LIMIT {LARGEST_DIFFERENCE + 1}").fetchall()
    return None if len(rows) > LARGEST_DIFFERENCE else rows
