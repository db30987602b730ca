"""Parquet and Arrow: typed already, so Parquet is passed on as it is."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.utils.translation import gettext as _

from huong.intake.errors import Unreadable
from huong.intake.readers import limits
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
    """Write an Arrow stream as Parquet, batch by batch.

    Raises:
        Unreadable: it is no Arrow stream, or it breaks off.
    """
    try:
        with (
            pa.OSFile(str(path)) as source,
            pa.ipc.open_stream(source) as reader,
            pq.ParquetWriter(to, reader.schema, compression="snappy") as writer,
        ):
            for batch in reader:
                writer.write_batch(batch)
    except (pa.ArrowException, OSError) as error:
        raise Unreadable(
            _("The Arrow stream “%(name)s” is damaged or was not sent to its end. Please send it again.")
            % {"name": name},
            code="damaged_arrow",
        ) from error
    return to
