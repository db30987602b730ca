"""Personal datasets: what identifies a person is stored encrypted, under a key of that person's own.

The identifying fields of a row become one sealed value (AES-256-GCM-SIV, RFC 8452) under the data key
of the person; destroying that key erases the person from every commit and copy at once (a backup of the database
that was written before still holds the key, wrapped). Sealing
is deterministic, so that the same row is the same bytes and a second load changes nothing. Beside it
stand the keyed hash of the person and of identifying identifiers, for keys and joins.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import keys
from huong.base.errors import NotFound, Unavailable
from huong.journal import actions as journal
from huong.store import events
from huong.store.rules import HASHED, SEALED, SUBJECT

if TYPE_CHECKING:
    import pyarrow as pa

    from huong.catalogue.rules import ContractSpec

BATCH_ROWS = 20_000
_NONCE = b"\0" * 12
_PERSON = "vn.citizen_id"
_IDENTIFIERS = frozenset({_PERSON, "vn.tax_code", "vn.phone", "vn.plate", "vn.social_insurance", "vn.dossier_code"})


@dataclass(frozen=True)
class Layout:
    """How a personal dataset is stored: which fields are sealed, which of them also stand as a hash."""

    dataset: str
    sealed: tuple[str, ...]
    hashed: tuple[tuple[str, str], ...]  # field, context of its hash
    person: str

    def hash_of(self, field: str, value: object) -> str:
        """Return the keyed hash of a value of a hashed field, by which rows are found and joined."""
        return keys.keyed_hash(str(value), context=dict(self.hashed)[field])

    def scope(self, subject: str) -> str:
        """Return the name of a person's data key."""
        return f"store:{self.dataset}:{subject}"[:160]


def layout_of(spec: "ContractSpec") -> Layout | None:
    """Return how a contract's rows are protected; None if it holds no personal data."""
    if not spec.is_personal or not spec.identifying:
        return None
    semantics = {name: spec.by_name[name].semantic for name in spec.identifying}
    hashed = tuple(
        (name, f"store.{semantic}" if semantic in _IDENTIFIERS else f"store.{spec.dataset}.{name}")
        for name, semantic in semantics.items()
        if semantic in _IDENTIFIERS or name in spec.key
    )
    person = next((name for name, semantic in semantics.items() if semantic == _PERSON), "")
    return Layout(spec.dataset, tuple(spec.identifying), hashed, person or (hashed[0][0] if hashed else ""))


def knows_national_ids(spec: "ContractSpec") -> bool:
    """Return whether a contract's rows are known by the national id of a person."""
    layout = layout_of(spec)
    return layout is not None and bool(layout.person) and spec.by_name[layout.person].semantic == _PERSON


def protect(parquet_in: Path, parquet_out: Path, spec: "ContractSpec") -> int:
    """Seal the identifying fields of typed rows, batch by batch, before they are written to the store.

    Persons who were erased from this dataset stay erased: their rows come without identity.

    Args:
        parquet_in: accepted rows, columns named as the contract's fields.
        parquet_out: the same rows without identifying columns, with `_subject`, `_sealed` and hashes.

    Returns:
        How many rows.
    """
    import pyarrow.parquet as pq

    layout = layout_of(spec)
    if layout is None:
        raise Unavailable(_("This dataset holds no personal data, so there is nothing to encrypt."))
    source = pq.ParquetFile(parquet_in)
    writer: Any = None
    count = 0
    try:
        for batch in source.iter_batches(BATCH_ROWS):
            sealed = _sealed_batch(batch, layout)
            writer = writer or pq.ParquetWriter(parquet_out, sealed.schema, compression="zstd")
            writer.write_batch(sealed)
            count += sealed.num_rows
        if writer is None:
            empty = _sealed_batch(_empty(source.schema_arrow), layout)
            writer = pq.ParquetWriter(parquet_out, empty.schema, compression="zstd")
    finally:
        if writer is not None:
            writer.close()
        source.close()
    return count


def _empty(schema: Any) -> "pa.RecordBatch":
    import pyarrow as pa

    return pa.RecordBatch.from_arrays([pa.array([], field.type) for field in schema], schema=schema)


def _sealed_batch(batch: Any, layout: Layout) -> "pa.RecordBatch":
    import pyarrow as pa

    names = [name for name in layout.sealed if name in batch.schema.names]
    values = {name: batch.column(name).to_pylist() for name in names}
    identities = [dict(zip(names, row, strict=True)) for row in zip(*values.values(), strict=True)]
    subjects = [_subject(layout, identity) for identity in identities]
    sealing = keys.data_keys(layout.scope(subject) for subject in subjects)
    sealed = [
        _seal(sealing[layout.scope(subject)], identity, layout.dataset)
        for subject, identity in zip(subjects, identities, strict=True)
    ]
    columns = {name: batch.column(name) for name in batch.schema.names if name not in names}
    columns[SUBJECT], columns[SEALED] = pa.array(subjects, pa.string()), pa.array(sealed, pa.binary())
    for name, _context in layout.hashed:
        hashes = [None if value is None else layout.hash_of(name, value) for value in values.get(name, [])]
        columns[f"{name}{HASHED}"] = pa.array(hashes, pa.string())
    return pa.RecordBatch.from_pydict(columns)


def _subject(layout: Layout, identity: Mapping[str, Any]) -> str:
    value = identity.get(layout.person)
    if value is not None:
        return layout.hash_of(layout.person, value)
    return keys.keyed_hash(_json(identity).decode(), context=f"store.{layout.dataset}.row")


def _json(identity: Mapping[str, Any]) -> bytes:
    return orjson.dumps(identity, default=str, option=orjson.OPT_SORT_KEYS)


def _seal(key: bytes | None, identity: Mapping[str, Any], dataset: str) -> bytes | None:
    return None if key is None else AESGCMSIV(key).encrypt(_NONCE, _json(identity), dataset.encode())


def unseal(dataset: str, pairs: Sequence[tuple[str | None, bytes | None]]) -> list[dict[str, Any] | None]:
    """Return the identities behind (subject, sealed) pairs; None where the person was erased.

    Raises:
        Unavailable: sealed under keys that are not in this home.
    """
    scope = Layout(dataset, (), (), "").scope
    found = keys.data_keys(scope(subject) for subject, sealed in pairs if subject and sealed)
    return [
        _unsealed(found[scope(subject)], bytes(sealed), dataset) if subject and sealed else None
        for subject, sealed in pairs
    ]


def _unsealed(key: bytes | None, sealed: bytes, dataset: str) -> dict[str, Any] | None:
    if key is None:
        return None
    try:
        identity: dict[str, Any] = orjson.loads(AESGCMSIV(key).decrypt(_NONCE, sealed, dataset.encode()))
    except InvalidTag as error:
        raise Unavailable(
            _("This was encrypted under a key that is not in this home. Ask the operator to restore the keys."),
            code="wrong_key",
        ) from error
    return identity


def subjects_of(spec: "ContractSpec", people: Iterable[object]) -> list[str]:
    """Return the keyed hashes under which persons stand in a dataset, by their national id or key."""
    layout = layout_of(spec)
    return [layout.hash_of(layout.person, person) for person in people] if layout and layout.person else []


def erase_person(dataset: str, citizen_id: str, by: int | None = None) -> str:
    """Erase a person from a dataset, from all its commits and copies: destroy the key of what identifies them.

    Args:
        citizen_id: the national id (or the dataset's own key) of the person.
        by: the id of the person acting.

    Returns:
        The keyed hash of the person, as the journal names them.

    Raises:
        NotFound: the dataset holds no such person, or no personal data.

    Records: `store.erased`.
    """
    from huong.catalogue import queries as catalogue

    spec = catalogue.contract_of(dataset)
    layout = layout_of(spec)
    if layout is None or not layout.person:
        raise NotFound(_("This dataset holds no personal data."))
    subject = layout.hash_of(layout.person, citizen_id)
    with transaction.atomic():
        if not keys.destroy(layout.scope(subject)):
            raise NotFound(_("This dataset holds nothing about this person."))
        journal.record(events.ERASED, dataset, by=by, agency=spec.owner, audience="named", person=subject)
    return subject
