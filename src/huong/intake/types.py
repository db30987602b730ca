"""What intake's parts hand to each other: plain values."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Final

ROW: Final = "_row"
RULES: Final = "_rules"
RAW: Final = "_raw"
OWN: Final = frozenset({ROW, RULES, RAW, "_state"})
STRUCTURE_BIT: Final = 62
STRUCTURE_RULE: Final = "structure"
OPTIONAL_KEYS: Final = frozenset({"json", "ndjson", "geojson"})
"""Kinds of file that leave out what is empty: their columns may differ from load to load."""


@dataclass(frozen=True)
class Recipe:
    """How a messy file is read. Whatever is left empty is detected, and shown.

    Attributes:
        encoding: "utf-8", "utf-16", "windows-1258", "tcvn3", "vni", "windows-1252".
        font: letters typed in an old font inside a modern file: "tcvn3" or "vni"; "none" for certainly none.
        delimiter: one character.
        decimal: "," or ".": the sign before the decimals of numbers.
        sheet: the name of the sheet of a workbook.
        header_row: the row (from 1) in which the column names begin; 0: there is none.
        header_rows: how many rows the column names take.
        first_row: the row (from 1) in which the data begins.
        path: where in a JSON document the list stands, with dots: "result.items".
        member: which file of a zip archive is meant.
    """

    encoding: str = ""
    font: str = ""
    delimiter: str = ""
    quote: str = '"'
    decimal: str = ""
    sheet: str = ""
    header_row: int | None = None
    header_rows: int | None = None
    first_row: int | None = None
    path: str = ""
    member: str = ""

    @classmethod
    def of(cls, values: Mapping[str, Any] | None) -> "Recipe":
        """Return a recipe from plain values; what is unknown or empty is left out.

        >>> Recipe.of({"delimiter": ";", "colour": "red"}).delimiter
        ';'
        """
        known = {found.name for found in fields(cls)}
        return cls(**{key: value for key, value in (values or {}).items() if key in known and value not in ("", None)})

    def plain(self) -> dict[str, Any]:
        """Return only what differs from detecting everything, to be kept as JSON."""
        empty = Recipe()
        return {key: value for key, value in asdict(self).items() if value != getattr(empty, key)}


@dataclass(frozen=True)
class Ragged:
    """A row whose number of cells does not fit the header; it is kept in quarantine as it stood."""

    row: int
    expected: int
    found: int
    text: str


@dataclass
class Staged:
    """A file as a table: Parquet parts with every column as text (typed if the source was Parquet).

    Attributes:
        files: Parquet parts, read together by name.
        columns: the columns' names in their order, without `_row`.
        rows: how many rows stand in the parts.
        typed: whether the parts are the source itself, with its types.
        numbered: whether the parts hold `_row`; otherwise the place in the file is taken.
        detected: what was found out about the file, to be shown.
        ragged: rows whose number of cells does not fit.
    """

    files: list[Path]
    columns: list[str]
    rows: int
    typed: bool = False
    numbered: bool = True
    detected: dict[str, Any] = field(default_factory=dict)
    ragged: list[Ragged] = field(default_factory=list)


@dataclass(frozen=True)
class Proposal:
    """A proposed source for one column that the contract expects.

    Attributes:
        column: the file's column, or empty if none fits.
        confidence: between 0 and 1.
        why: "same" name, "similar" name, "content", "before" (chosen last time), or "none".
    """

    field: str
    expected: str
    column: str
    confidence: float
    why: str


@dataclass(frozen=True)
class Trial:
    """What a source answered when it was tried; without columns it answered and had nothing to give.

    Attributes:
        columns: the names of its columns.
        samples: a few values per column; none for a personal dataset.
        mapping: expected column to column, as proposed.
    """

    columns: list[str] = field(default_factory=list)
    samples: dict[str, list[str]] = field(default_factory=dict)
    mapping: dict[str, str] = field(default_factory=dict)
