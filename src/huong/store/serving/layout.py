"""What a serving copy looks like: columns, key, indexes, derived from the contract and the stored columns."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from huong.base import ids
from huong.store.rules import HASHED, SEALED, SUBJECT, quoted

if TYPE_CHECKING:
    from huong.catalogue.rules import ContractSpec

MOST_INDEXES = 8
ROW, TEXT = "_n", "_text"
_KINDS = {"BIGINT": "integer", "INTEGER": "integer", "SMALLINT": "integer", "TINYINT": "integer"}
_KINDS |= {"DOUBLE": "number", "FLOAT": "number", "BOOLEAN": "boolean", "DATE": "date", "BLOB": "blob"}


@dataclass(frozen=True)
class Column:
    """One column of a copy: its name, the stored column it comes from, and what it holds."""

    name: str
    source: str
    kind: str

    @property
    def expression(self) -> str:
        """Return the DuckDB expression that makes its values."""
        held = quoted(self.source)
        if self.kind in {"lon", "lat"}:
            return f"{held}.{self.kind}"
        if self.kind == "date":
            return f"strftime({held}, '%Y-%m-%d')"
        if self.kind == "timestamp":
            return f"strftime({held} AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%fZ')"
        if self.kind == "local":
            return f"strftime({held}, '%Y-%m-%dT%H:%M:%S.%f')"
        if self.kind == "decimal":
            return f"CAST({held} AS DOUBLE)"
        if self.kind == "boolean":
            return f"CAST({held} AS TINYINT)"
        return f"CAST(to_json({held}) AS VARCHAR)" if self.kind == "json" else held


@dataclass(frozen=True)
class Layout:
    """A copy's shape. Two copies with the same print can be brought from one commit to the next."""

    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    indexed: tuple[str, ...] = ()
    searched: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    unique: bool = False

    @property
    def print(self) -> str:
        """Return a digest of the shape; whether keys proved unique is a fact of the rows, not of the shape."""
        return ids.digest(repr(replace(self, unique=False)))[:16]

    @property
    def names(self) -> list[str]:
        """Return all columns in order: number, fields, folded text."""
        return [ROW, *(column.name for column in self.columns), TEXT]

    @property
    def tie(self) -> tuple[str, ...]:
        """Return the columns that make every order total."""
        return (*self.key, ROW)

    def as_json(self) -> dict[str, Any]:
        """Return the shape as JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, held: dict[str, Any]) -> "Layout":
        """Return the shape that `as_json` gave."""
        lists = {name: tuple(held[name]) for name in ("key", "indexed", "searched", "points")}
        columns = tuple(Column(**column) for column in held["columns"])
        return cls(columns=columns, unique=held["unique"], **lists)

    def select(self, rows: str) -> str:
        """Return a DuckDB SELECT of the copy's columns (without the number) over stored rows."""
        wanted = [f"{column.expression} AS {quoted(column.name)}" for column in self.columns]
        return f"SELECT {', '.join([*wanted, f'{_folded(self.searched)} AS {TEXT}'])} FROM ({rows})"


def layout_of(spec: "ContractSpec | None", stored: Iterable[tuple[str, str]]) -> Layout:
    """Return the shape of a dataset's copy.

    Args:
        spec: its contract; None for a dataset without one (nothing but a row number is indexed).
        stored: the stored columns with their DuckDB types.
    """
    kinds = dict(stored)
    fields = [found.name for found in spec.fields] if spec else [name for name in kinds if not name.startswith("_")]
    columns: list[Column] = []
    points: list[str] = []
    for name in fields:
        if name not in kinds:
            continue
        if kinds[name].startswith("STRUCT(lon"):
            points.append(name)
            columns += [Column(f"{name}_lon", name, "lon"), Column(f"{name}_lat", name, "lat")]
        else:
            columns.append(Column(name, name, _kind(kinds[name])))
    hidden = [name for name in kinds if name.endswith(HASHED) or name in {SUBJECT, SEALED}]
    columns += [Column(name, name, _kind(kinds[name])) for name in hidden]
    here = {column.name for column in columns}
    key = tuple(_stored(name, here) for name in (spec.key if spec else ()))
    if not set(key) <= here:
        key = ()
    return Layout(tuple(columns), key, _indexed(spec, columns, key), _searched(spec, kinds), tuple(points[:1]))


def _stored(name: str, here: set[str]) -> str:
    return name if name in here else f"{name}{HASHED}"


def _kind(stored: str) -> str:
    if stored == "TIMESTAMP WITH TIME ZONE":
        return "timestamp"
    if stored == "TIMESTAMP":
        return "local"
    if stored.startswith("DECIMAL"):
        return "decimal"
    return _KINDS.get(stored) or ("text" if stored == "VARCHAR" else "json")


def _indexed(spec: "ContractSpec | None", columns: list[Column], key: tuple[str, ...]) -> tuple[str, ...]:
    """Return the columns with an index of their own: units, codes, small lists, times, hashes."""
    if spec is None:
        return ()
    by_name = spec.by_name
    first = [name for name in (spec.unit_field, spec.event_field, spec.partition) if name]
    listed = [
        found.name
        for found in spec.fields
        if found.code_list or found.values or found.unique or found.reference or found.semantic == "vn.unit"
    ]
    times = [found.name for found in spec.fields if found.logical_type in {"date", "timestamp"}]
    hashes = [column.name for column in columns if column.name.endswith(HASHED) or column.name == SUBJECT]
    here = {column.name for column in columns}
    wanted = [name for name in dict.fromkeys([*hashes, *first, *listed, *times]) if name in here and (name,) != key]
    return tuple(wanted[: MOST_INDEXES + len([name for name in wanted if name not in by_name])])


def _searched(spec: "ContractSpec | None", kinds: dict[str, str]) -> tuple[str, ...]:
    """Return the text fields that free search looks through: plain words, no codes, nothing that identifies."""
    if spec is None:
        return tuple(name for name, kind in kinds.items() if kind == "VARCHAR" and not name.startswith("_"))[:6]
    return tuple(
        found.name
        for found in spec.fields
        if found.logical_type == "string"
        and kinds.get(found.name) == "VARCHAR"
        and not (found.identifying or found.code_list or found.values)
    )[:6]


def _folded(names: Iterable[str]) -> str:
    """Return the DuckDB expression that folds texts as `base.text.fold` does."""
    parts = [f"coalesce({quoted(name)}, '')" for name in names]
    if not parts:
        return "''"
    together = " || ' ' || ".join(parts)
    bare = f"strip_accents(lower(replace(replace({together}, 'đ', 'd'), 'Đ', 'd')))"
    return f"trim(regexp_replace({bare}, '\\s+', ' ', 'g'))"
