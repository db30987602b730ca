"""Writing staged rows: Parquet parts of texts, a new part whenever a new column turns up."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from huong.base import home
from huong.intake.readers import limits
from huong.intake.types import ROW


class Parts:
    """A growing set of Parquet parts in a folder; every column is text, `_row` is the row's number."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: list[Path] = []
        self.columns: list[str] = []
        self.rows = 0
        self._writer: Any = None
        self._waiting: list[Sequence[str | None]] = []
        self._numbers: list[int] = []

    def __enter__(self) -> "Parts":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None:
            self._flush()
        self._close()

    def name(self, columns: Sequence[str]) -> None:
        """Say which columns the following rows have; rows that wait to be written are widened, not written apart."""
        if list(columns) != self.columns:
            if self._writer is not None or list(columns[: len(self.columns)]) != self.columns:
                self._flush()
                self._close()
            self.columns = limits.require_names(list(columns))

    def add(self, number: int, cells: Sequence[str | None]) -> None:
        """Take in one row, its cells in the order of the columns; None and "" both mean empty."""
        self._waiting.append(cells)
        self._numbers.append(number)
        if len(self._waiting) >= limits.PART_ROWS:
            self._flush()

    def add_record(self, number: int, record: Mapping[str, str | None]) -> None:
        """Take in one row by column names; new names become new columns."""
        if not record.keys() <= self._known():
            known = self._known()
            self.name([*self.columns, *(name for name in record if name not in known)])
        self.add(number, [record.get(name) for name in self.columns])

    def add_table(self, table: pa.Table, numbers: Iterable[int] | pa.Array) -> None:
        """Take in many rows at once, as a table of texts with our columns."""
        if not table.num_rows:
            return
        self._write(table.append_column(ROW, pa.array(numbers, pa.int64())))

    def _known(self) -> frozenset[str]:
        if getattr(self, "_known_for", None) is not self.columns:
            self._known_for, self._known_set = self.columns, frozenset(self.columns)
        return self._known_set

    def _flush(self) -> None:
        if not self._waiting:
            return
        width = len(self.columns)
        waiting = (
            cells if len(cells) == width else [*cells, *[None] * (width - len(cells))] for cells in self._waiting
        )
        arrays = [pa.array([cell or None for cell in cells], pa.string()) for cells in zip(*waiting, strict=True)]
        arrays = arrays or [pa.nulls(len(self._waiting), pa.string()) for _name in self.columns]
        numbers, self._waiting = self._numbers, []
        self._numbers = []
        self.add_table(pa.table(arrays, names=self.columns), numbers)

    def _write(self, table: pa.Table) -> None:
        if self._writer is None:
            home.require_space(table.nbytes)
            path = self.folder / f"staged-{len(self.files):04d}.parquet"
            self._writer = pq.ParquetWriter(path, table.schema, compression="snappy")
            self.files.append(path)
        self._writer.write_table(table)
        self.rows += table.num_rows

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None
