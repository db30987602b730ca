"""The arithmetic of the journal: canonical form, Merkle tree, chain of seals. Pure functions.

Source: RFC 6962 section 2.1 (Merkle hash trees with 0x00 for leaves and 0x01 for nodes).
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

SCALARS = (str, int, float, bool, type(None))
LONGEST_TEXT = 1000
LARGEST_NUMBER = 2**63 - 1
GENESIS = "0" * 64
LEAF_BYTES = 40
_SIGNED = b"huong-seal-v1\x00"


def require_scalars(data: Mapping[str, Any]) -> None:
    """Refuse what an entry must not hold: structures, long texts, numbers that JSON cannot carry.

    Raises:
        TypeError: a value is not a JSON scalar.
        ValueError: a text is too long or holds a NUL, or a number is not finite.

    >>> require_scalars({"rows": 3, "dataset": "cay-xanh", "rate": 0.5, "final": True, "to": None})
    >>> require_scalars({"rows": [1]})
    Traceback (most recent call last):
    TypeError: an entry holds JSON scalars only; "rows" is a list
    """
    for name, value in data.items():
        if not isinstance(value, SCALARS):
            raise TypeError(f'an entry holds JSON scalars only; "{name}" is a {type(value).__name__}')
        if isinstance(value, str) and (len(value) > LONGEST_TEXT or "\x00" in value):
            raise ValueError(f'"{name}" is too long for an entry, or holds a NUL: words belong in the package\'s table')
        if isinstance(value, int | float) and not abs(value) <= LARGEST_NUMBER:  # also catches "not a number"
            raise ValueError(f'"{name}" is not a number that fits 64 bits')


def instant(at: datetime) -> str:
    """Return an instant as text: UTC, always six digits of fraction, so that equal instants are equal texts.

    >>> instant(datetime(2026, 11, 24, 7, 0, tzinfo=UTC))
    '2026-11-24T07:00:00.000000Z'
    """
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def canonical(facts: Mapping[str, Any]) -> bytes:
    """Return one and only one spelling of an entry or a seal: sorted keys, no spaces, UTF-8.

    Whole floats become integers, since databases do not keep the difference.

    >>> canonical({"b": 1.0, "a": "Huế"}).decode()
    '{"a":"Huế","b":1}'
    """
    return orjson.dumps(_plain(facts), option=orjson.OPT_SORT_KEYS)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, float) and value.is_integer() and abs(value) <= LARGEST_NUMBER:
        return int(value)
    return value


def leaf(entry_id: int, facts: Mapping[str, Any]) -> bytes:
    """Return the leaf of an entry: its id (8 bytes) and the hash of its canonical form (32 bytes).

    The id stands in the leaf itself, so that a removed entry can be named by what is left.
    """
    return entry_id.to_bytes(8, "big") + hashlib.sha256(canonical(facts)).digest()


def _leaf_hash(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def _node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _split(size: int) -> int:
    """Return the largest power of two smaller than a size of at least two."""
    return 1 << ((size - 1).bit_length() - 1)


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the Merkle tree hash of leaves (RFC 6962: MTH), 32 bytes; of none, the hash of nothing.

    >>> root([]).hex()[:8]
    'e3b0c442'
    """
    if not leaves:
        return hashlib.sha256(b"").digest()
    level = [_leaf_hash(each) for each in leaves]
    while len(level) > 1:  # an odd last node rises unchanged, which is the RFC's tree built from below
        paired = [_node_hash(level[place], level[place + 1]) for place in range(0, len(level) - 1, 2)]
        level = paired + level[len(level) - len(level) % 2 :]
    return level[0]


def proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the audit path of one leaf (RFC 6962: PATH), from the foot of the tree up."""
    if len(leaves) <= 1:
        return []
    middle = _split(len(leaves))
    if index < middle:
        return [*proof(leaves[:middle], index), root(leaves[middle:])]
    return [*proof(leaves[middle:], index - middle), root(leaves[:middle])]


def root_of_proof(data: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """Return the root that a leaf and its audit path lead to; equal to the sealed root if the leaf is in the tree.

    >>> rows = [b"a", b"b", b"c"]
    >>> root_of_proof(b"c", 2, 3, proof(rows, 2)) == root(rows)
    True
    """
    if size <= 1:
        return _leaf_hash(data) if not path else b""
    if not path:
        return b""
    middle = _split(size)
    if index < middle:
        return _node_hash(root_of_proof(data, index, middle, path[:-1]), path[-1])
    return _node_hash(path[-1], root_of_proof(data, index - middle, size - middle, path[:-1]))


def signed_bytes(body: Mapping[str, Any]) -> bytes:
    """Return what the signature of a seal covers: a fixed prefix and the canonical form of its body."""
    return _SIGNED + canonical(body)


def seal_digest(body: Mapping[str, Any], signature: str) -> str:
    """Return the digest of a seal and its signature (hex), which the next seal carries as `previous`."""
    return hashlib.sha256(signed_bytes(body) + signature.encode()).hexdigest()


def leaves_of(packed: bytes) -> list[bytes]:
    """Return the leaves that a seal keeps packed."""
    return [packed[place : place + LEAF_BYTES] for place in range(0, len(packed), LEAF_BYTES)]


def id_of(leaf_data: bytes) -> int:
    """Return the entry id that stands in a leaf.

    >>> id_of(leaf(7, {}))
    7
    """
    return int.from_bytes(leaf_data[:8], "big")


def matches(name: str, patterns: Sequence[str]) -> bool:
    """Return whether an event's name is among patterns: exact names, "store.*", or "*" for all.

    >>> matches("store.committed", ("intake.*", "store.committed"))
    True
    >>> matches("stores.x", ("store.*",))
    False
    """
    return any(
        pattern in ("*", name) or (pattern.endswith(".*") and name.startswith(pattern[:-1])) for pattern in patterns
    )


def back_off_seconds(failures: int) -> float:
    """Return how long to wait after so many failures in a row: 1 s, 2 s, 4 s … at most 5 minutes.

    >>> [back_off_seconds(n) for n in (1, 2, 3, 20)]
    [1.0, 2.0, 4.0, 300.0]
    """
    return float(min(2 ** min(max(failures, 1) - 1, 20), 300))
