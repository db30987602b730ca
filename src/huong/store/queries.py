"""What others may ask of the store. Importing this loads neither ibis nor pandas: web workers use it."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from huong.store import source
from huong.store.access import Use
from huong.store.analysis import run, table
from huong.store.lineage import holds
from huong.store.models import Commit
from huong.store.serving.reading import Filter, RowPage, row, rows
from huong.store.source import AsOf, commit_at, current, currents, existing_of, rows_of

if TYPE_CHECKING:
    import ibis

__all__ = [
    "Filter",
    "RowPage",
    "Use",
    "commit_at",
    "commits",
    "current",
    "currents",
    "existing_of",
    "files_of",
    "holds",
    "read",
    "row",
    "rows",
    "rows_of",
    "run",
    "table",
]


def commits(dataset: str) -> QuerySet[Commit]:
    """Return the published commits of a dataset, newest first."""
    return Commit.objects.filter(dataset=dataset, state="published").order_by("-version")


def files_of(dataset: str, as_of: AsOf = None) -> list[Path]:
    """Return local paths of the Parquet files of a version.

    Raises:
        NoCommit: there is none.
        Retired: it is no longer kept.
    """
    return source.files_of(commit_at(dataset, as_of))


def read(
    dataset: str,
    *,
    use: Use,
    as_of: AsOf = None,
    fields: Sequence[str] | None = None,
    where: Mapping[str, Any] | None = None,
) -> "ibis.Table":
    """Return what somebody may read of a dataset, as an expression. The one door for analysis.

    Fields that identify persons come only when they are named, with the power or a grant for it; the
    rows are then decrypted into memory, so narrow them down with `where` first.

    Args:
        use: on whose behalf and why.
        as_of: a version or an instant.
        fields: the fields wanted; all that need no special power if left out.
        where: field to value, or to a list of values; identifiers of persons are found by their hash.

    Raises:
        NotFound: no such dataset, or nobody is signed in.
        Forbidden: purpose, power or grant is missing.

    Records: `store.read`; refusals too; `people.accessed` for each person identified.
    """
    from huong.store import reading

    return reading.read(dataset, use=use, as_of=as_of, fields=fields, where=where)


def dataset_names() -> Iterable[str]:
    """Return the datasets that have data."""
    from huong.store.models import Table

    return Table.objects.filter(current__isnull=False).order_by("dataset").values_list("dataset", flat=True)
