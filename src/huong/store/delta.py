"""The Delta tables: which files are a version, and one commit that turns one set of files into another.

Every change (append, upsert, replace, rollback, compaction) is planned as the whole set of files that a
version shall have. The commit then adds and removes what differs from the table's newest version. A
version that a killed process left beyond the pointer therefore needs no repair: readers never look at
it, and the next commit builds on the published version whatever lies in between.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from huong.base import clock
from huong.store.errors import UnsafeTable
from huong.store.storage import Storage

if TYPE_CHECKING:
    from deltalake import DeltaTable, Schema

SAFE_FEATURES = frozenset({"timestampNtz"})
CONFIGURATION = {
    "delta.enableDeletionVectors": "false",
    "delta.columnMapping.mode": "none",
    "delta.logRetentionDuration": "interval 36500 days",
    "delta.enableExpiredLogCleanup": "false",
    "delta.checkpointInterval": "20",
}
META = "huong."
_KEPT = 512
_published: dict[tuple[str, int], "State"] = {}


@dataclass(frozen=True)
class DataFile:
    """One Parquet file of a table, by its name in the table's folder."""

    name: str
    bytes: int
    rows: int
    partition: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True)
class State:
    """A version of a table: its files and the Arrow-compatible schema as DuckDB types."""

    version: int
    files: tuple[DataFile, ...]
    columns: tuple[tuple[str, str], ...]
    partition: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """Return how many rows the version has."""
        return sum(file.rows for file in self.files)

    @property
    def bytes(self) -> int:
        """Return how large its files are."""
        return sum(file.bytes for file in self.files)


@dataclass(frozen=True)
class Note:
    """What a commit of ours wrote about itself into the table's log."""

    version: int
    facts: Mapping[str, str] = field(default_factory=dict)

    def get(self, key: str) -> str:
        """Return a fact, or an empty text."""
        return str(self.facts.get(f"{META}{key}", ""))


def exists(place: Storage, dataset: str) -> bool:
    """Return whether a dataset has a table."""
    from deltalake import DeltaTable

    return bool(DeltaTable.is_deltatable(place.uri(dataset), storage_options=place.options or None))


def opened(place: Storage, dataset: str, version: int | None = None) -> "DeltaTable":
    """Open a table at a version, or at its newest.

    Raises:
        UnsafeTable: its files alone are not its rows (deletion vectors, column mapping, or a feature we
            do not know).
    """
    from deltalake import DeltaTable

    table = DeltaTable(place.uri(dataset), version=version, storage_options=place.options or None)
    require_plain(table)
    return table


def require_plain(table: "DeltaTable") -> None:
    """Refuse a table whose list of files is not the table. Fails closed.

    Raises:
        UnsafeTable: a reader feature beyond those known to be harmless.
    """
    protocol, settings = table.protocol(), table.metadata().configuration
    unknown = set(protocol.reader_features or ()) - SAFE_FEATURES
    mapped = settings.get("delta.columnMapping.mode", "none") != "none" or protocol.min_reader_version == 2
    vectors = settings.get("delta.enableDeletionVectors", "false") != "false"
    if unknown or mapped or vectors:
        raise UnsafeTable(features=sorted(unknown))


def state(place: Storage, dataset: str, version: int | None = None) -> State:
    """Return a version of a table: a published one by its number, which is remembered, else the newest."""
    if version is None:
        return _read(opened(place, dataset))
    kept = _published.get((place.uri(dataset), version))
    return kept or _keep(place.uri(dataset), _read(opened(place, dataset, version)))


def _keep(uri: str, found: State) -> State:
    """Remember a published version, which never changes again."""
    while len(_published) >= _KEPT:
        _published.pop(next(iter(_published)), None)
    _published[uri, found.version] = found
    return found


def _read(table: "DeltaTable") -> State:
    actions = table.get_add_actions(flatten=False)
    partition = tuple(table.metadata().partition_columns)
    names, sizes, rows = (actions[key].to_pylist() for key in ("path", "size_bytes", "num_records"))
    held = actions["partition"].to_pylist() if partition else [None] * len(names)
    files = tuple(
        DataFile(name, size, count, tuple((key, value.get(key)) for key in partition) if value else ())
        for name, size, count, value in zip(names, sizes, rows, held, strict=True)
    )
    return State(table.version(), tuple(sorted(files, key=lambda file: file.name)), _columns(table.schema()), partition)


def _columns(schema: "Schema") -> tuple[tuple[str, str], ...]:
    return tuple((found["name"], _duck(found["type"])) for found in json.loads(schema.to_json())["fields"])


_TYPES = {
    "string": "VARCHAR",
    "long": "BIGINT",
    "integer": "INTEGER",
    "short": "SMALLINT",
    "byte": "TINYINT",
    "double": "DOUBLE",
    "float": "FLOAT",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "binary": "BLOB",
    "timestamp": "TIMESTAMP WITH TIME ZONE",
    "timestamp_ntz": "TIMESTAMP",
}


def _duck(kind: Any) -> str:
    """Return the DuckDB name of a Delta type.

    >>> _duck({"type": "struct", "fields": [{"name": "lon", "type": "double"}, {"name": "lat", "type": "double"}]})
    'STRUCT(lon DOUBLE, lat DOUBLE)'
    >>> _duck("decimal(10,2)")
    'DECIMAL(10,2)'
    """
    if isinstance(kind, str):
        return _TYPES.get(kind) or kind.upper()
    if kind["type"] == "struct":
        return "STRUCT(" + ", ".join(f"{part['name']} {_duck(part['type'])}" for part in kind["fields"]) + ")"
    if kind["type"] == "array":
        return f"{_duck(kind['elementType'])}[]"
    return f"MAP({_duck(kind['keyType'])}, {_duck(kind['valueType'])})"


def schema_of(columns: Iterable[tuple[str, str]]) -> "Schema":
    """Return the Delta schema of columns given as DuckDB types; every column may be empty."""
    from deltalake import Schema

    fields = [{"name": name, "type": _delta(kind), "nullable": True, "metadata": {}} for name, kind in columns]
    return Schema.from_json(json.dumps({"type": "struct", "fields": fields}))


_BACK = {duck: delta for delta, duck in _TYPES.items()}


def _delta(kind: str) -> Any:
    """Return the Delta type of a DuckDB type.

    >>> _delta("STRUCT(lon DOUBLE, lat DOUBLE)")["fields"][1]["type"]
    'double'
    """
    if kind.endswith("[]"):
        return {"type": "array", "elementType": _delta(kind[:-2]), "containsNull": True}
    if kind.startswith("STRUCT("):
        parts = [part.strip().split(" ", 1) for part in kind[7:-1].split(",")]
        return {
            "type": "struct",
            "fields": [
                {"name": name.strip('"'), "type": _delta(inner), "nullable": True, "metadata": {}}
                for name, inner in parts
            ],
        }
    return _BACK.get(kind) or kind.lower()


def create(place: Storage, dataset: str, columns: Iterable[tuple[str, str]], partition: tuple[str, ...]) -> None:
    """Make an empty table with the plain features only."""
    from deltalake import DeltaTable

    DeltaTable.create(
        place.uri(dataset),
        schema_of(columns),
        partition_by=list(partition),
        configuration=dict(CONFIGURATION),
        storage_options=place.options or None,
    )
    place.settle(dataset)


def widen(place: Storage, dataset: str, columns: Iterable[tuple[str, str]]) -> None:
    """Add columns to a table; older rows have no value there. Readers of older versions see no difference."""
    fields = list(schema_of(columns).fields)
    opened(place, dataset).alter.add_columns(fields)
    place.settle(dataset)


def become(
    place: Storage,
    dataset: str,
    files: Iterable[DataFile],
    facts: Mapping[str, object],
    *,
    columns: tuple[tuple[str, str], ...] | None = None,
    same_rows: bool = False,
) -> int:
    """Make the newest version of a table consist of exactly these files, in one commit.

    Args:
        files: the whole set; new ones must be in the table's folder already.
        facts: what the commit says of itself; found again by `notes_after`.
        columns: what the files have. Columns that the table lacks are added; where one has another type,
            the schema is replaced. Both are Delta versions of their own, which nobody reads.
        same_rows: the rows stay the same (compaction).

    Returns:
        The new version.

    Raises:
        Overtaken: somebody committed at the same time.
    """
    from deltalake import CommitProperties
    from deltalake.exceptions import CommitFailedError

    from huong.store.errors import Overtaken

    table = opened(place, dataset)
    now = _read(table)
    wanted = {file.name: file for file in files}
    missing = [pair for pair in columns or () if pair not in now.columns]
    anew = bool({name for name, _kind in missing} & {name for name, _kind in now.columns})
    if missing and not anew:
        widen(place, dataset, missing)
        table = opened(place, dataset)
        now = _read(table)
    elif anew and now.files:
        become(place, dataset, [], {})
        table = opened(place, dataset)
        now = _read(table)
    actions = _difference(now, wanted, data_change=not same_rows)
    notes = {f"{META}{key}": str(value) for key, value in facts.items()}
    try:
        table.create_write_transaction(
            actions,
            mode="overwrite" if anew else "append",
            schema=schema_of(columns if anew and columns else now.columns),
            partition_by=list(now.partition),
            commit_properties=CommitProperties(custom_metadata=notes, max_commit_retries=0),
        )
    except CommitFailedError as error:
        raise Overtaken from error
    place.settle(dataset)
    return now.version + 1  # certain, since a commit in between would have failed ours


def _difference(now: State, wanted: dict[str, DataFile], *, data_change: bool) -> list[Any]:
    from deltalake.transaction import AddAction, RemoveAction

    here = {file.name: file for file in now.files}
    at = int(clock.now().timestamp() * 1000)
    added = [
        AddAction(file.name, file.bytes, dict(file.partition), at, data_change, json.dumps({"numRecords": file.rows}))
        for name, file in wanted.items()
        if name not in here
    ]
    removed = [
        RemoveAction(file.name, data_change, at, file.bytes, dict(file.partition))
        for name, file in here.items()
        if name not in wanted
    ]
    return [*added, *removed]


def notes_after(place: Storage, dataset: str, version: int | None) -> list[Note]:
    """Return what our commits beyond a version say of themselves, oldest first.

    Args:
        version: the published Delta version; None: look at the whole log.
    """
    if not exists(place, dataset):
        return []
    table = opened(place, dataset)
    beyond = int(table.version()) - (-1 if version is None else version)
    if beyond <= 0:
        _keep(place.uri(dataset), _read(table))  # the next thing asked for
        return []
    entries = [entry for entry in table.history(beyond) if any(str(key).startswith(META) for key in entry)]
    return sorted((Note(int(entry["version"]), entry) for entry in entries), key=lambda note: note.version)
