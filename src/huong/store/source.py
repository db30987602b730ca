"""From a dataset and a moment to the files to read: every reader starts here, from the pointer."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from huong.store import delta
from huong.store.engine import Source
from huong.store.errors import NoCommit, Retired
from huong.store.models import Commit, Table
from huong.store.storage import storage

AsOf = int | datetime | Commit | None


def current(dataset: str) -> Commit | None:
    """Return the commit that readers of a dataset see, or None if it has no data yet."""
    table = Table.objects.select_related("current").filter(dataset=dataset).first()
    return table.current if table else None


def commit_at(dataset: str, as_of: AsOf = None) -> Commit:
    """Return the commit that a reader at a version or instant sees.

    Args:
        as_of: a version number, an instant (timezone-aware), a commit, or None for the present.

    Raises:
        NoCommit: there was none yet.
        Retired: it is no longer kept.
    """
    if isinstance(as_of, Commit):
        found: Commit | None = as_of
    elif as_of is None:
        found = current(dataset)
    else:
        published = Commit.objects.filter(dataset=dataset, state="published")
        wanted = published.filter(at__lte=as_of) if isinstance(as_of, datetime) else published.filter(version=as_of)
        found = wanted.order_by("-version").first()
    if found is None or found.delta_version is None:
        raise NoCommit(dataset=dataset)
    if found.retired_at is not None:
        raise Retired(dataset=dataset, version=found.version)
    return found


def state_of(commit: Commit) -> delta.State:
    """Return a commit's files and columns."""
    if commit.delta_version is None:
        raise NoCommit(dataset=commit.dataset)
    return delta.state(storage(), commit.dataset, commit.delta_version)


def files_of(commit: Commit) -> list[Path]:
    """Return local paths of a commit's files."""
    return storage().fetch(commit.dataset, [file.name for file in state_of(commit).files])


def source_of(commit: Commit) -> Source:
    """Return a commit as the engine reads it."""
    files = tuple(files_of(commit))
    columns = state_of(commit).columns
    present, mixed = _shape(files)
    return Source(files, columns, present, mixed)


@lru_cache(maxsize=256)
def _shape(files: tuple[Path, ...]) -> tuple[frozenset[str], bool]:
    """Return which columns the files have together, and whether they differ."""
    if not files:
        return frozenset(), False
    import pyarrow.parquet as pq

    shapes = {tuple(pq.read_schema(file).names) for file in files}
    return frozenset(name for names in shapes for name in names), len(shapes) > 1


def rows_of(commit: Commit) -> str:
    """Return a SELECT of a commit's rows, for the platform's own DuckDB connections."""
    return source_of(commit).sql()


def existing_of(dataset: str) -> tuple[str, ...]:
    """Return the columns a dataset has at present, () if it has none."""
    found = current(dataset)
    return tuple(name for name, _kind in state_of(found).columns) if found else ()


def currents(names: Iterable[str]) -> dict[str, Commit]:
    """Return the current commits of datasets, in one query; those without data are left out."""
    tables = Table.objects.select_related("current").filter(dataset__in=list(names), current__isnull=False)
    return {table.dataset: table.current for table in tables if table.current is not None}
