"""Parquet and Arrow: typed already, so Parquet is passed on as it is."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.utils.translation import gettext as _

from huong.base import home
from huong.intake.errors import Unreadable
from huong.intake.readers import apart, limits
from huong.intake.types import Recipe, Staged


def stage(path: Path, *, name: str, recipe: Recipe) -> Staged:
    """Look at a Parquet file; its rows are not read here.

    Raises:
        Unreadable: damaged, encrypted, without rows, or with a name twice.
    """
    try:
        found = pq.ParquetFile(path)
        schema: Any = found.schema_arrow
    except (pa.ArrowException, OSError, ValueError) as error:
        raise Unreadable(
            _("The Parquet file “%(name)s” is damaged or was not sent to its end. Please send it again.")
            % {"name": name},
            code="damaged_parquet",
        ) from error
    names = limits.require_names([str(column) for column in schema.names])
    if not found.metadata.num_rows:
        raise limits.no_rows(name)
    return Staged(
        [path],
        names,
        found.metadata.num_rows,
        typed=True,
        numbered=False,
        detected={"types": {column.name: str(column.type) for column in schema}},
    )


def from_stream(path: Path, to: Path, *, name: str) -> Path:
    """Write an Arrow stream as Parquet, in a process of its own: a damaged one may end it.

    Raises:
        Unreadable: it is no Arrow stream, or it breaks off.
    """
    home.require_space(path.stat().st_size)
    if not apart.survives("arrow", path, to):
        raise Unreadable(
            _("The Arrow stream “%(name)s” is damaged or was not sent to its end. Please send it again.")
            % {"name": name},
            code="damaged_arrow",
        )
    return to
