"""The store's pure rules: names in SQL, who may read what, and how a read is asked for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol

Reason = Literal["", "anonymous", "no_purpose", "no_power", "not_shared", "not_granted", "identifying"]
HASHED: Final = "__hash"
SEALED: Final = "_sealed"
SUBJECT: Final = "_subject"
MONTH: Final = "_month"
RESTRICTED: Final = "_restricted"
"""Stands in a row given to a reader where the person concerned had its use restricted."""


def quoted(name: str) -> str:
    """Return a name as SQL takes it.

    >>> quoted('a"b')
    '"a""b"'
    """
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """Return a text as SQL takes it.

    >>> text("it's")
    "'it''s'"
    """
    return "'" + value.replace("'", "''") + "'"


def is_hidden(column: str) -> bool:
    """Return whether a stored column is the platform's own and never given to readers.

    >>> is_hidden("_flags"), is_hidden("phone__hash"), is_hidden("ward")
    (True, True, False)
    """
    return column.startswith("_") or column.endswith(HASHED)


class Grant(Protocol):
    """What the store asks of a grant; the exchange package brings them."""

    @property
    def id(self) -> str:
        """The grant's number."""

    @property
    def dataset(self) -> str:
        """The dataset that may be read."""

    @property
    def consumer(self) -> str:
        """The code of the agency that may read."""

    @property
    def fields(self) -> frozenset[str]:
        """The fields that may be read."""

    @property
    def rows(self) -> Mapping[str, str]:
        """Field to value that every row given must have."""

    @property
    def purpose(self) -> str:
        """What it may be read for."""


@dataclass(frozen=True)
class Asker:
    """Who asks, as far as the decision goes."""

    known: bool = False
    may_read: bool = False
    may_identify: bool = False
    reads_all: bool = False


@dataclass(frozen=True)
class Terms:
    """What the contract says that the decision needs."""

    dataset: str
    owner: str
    classification: str
    fields: tuple[str, ...]
    identifying: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Decision:
    """Which fields and rows a read may have, or why none.

    Attributes:
        fields: the fields given.
        identifying: those of them that identify persons.
        allowed: all fields that could be given, by which rows may be narrowed down and ordered.
        where: field to value that every row given must have.
        refused: why nothing may be read.
    """

    fields: tuple[str, ...] = ()
    identifying: tuple[str, ...] = ()
    allowed: frozenset[str] = frozenset()
    where: Mapping[str, str] = field(default_factory=dict)
    refused: Reason = ""


def decide(
    terms: Terms, asker: Asker, *, agency: str, purpose: str, grant: Grant | None, wanted: Iterable[str] | None
) -> Decision:
    """Decide which fields and rows somebody may read. The only place where this is decided.

    Fields that identify persons come only when they are asked for by name, with the power for the
    owner's data or a grant that names them.

    Args:
        terms: the dataset.
        asker: what the person or system may.
        agency: the code of the agency for which it is read.
        purpose: why.
        grant: the grant used, if any.
        wanted: the fields asked for; None: all that come without a special power.

    Returns:
        The decision; `refused` names the reason if nothing may be read.
    """
    if not asker.known and grant is None:
        return Decision(refused="anonymous")
    if not purpose.strip():
        return Decision(refused="no_purpose")
    if grant is not None:
        return _under_grant(terms, grant, agency, wanted)
    if not asker.may_read:
        return Decision(refused="no_power")
    own = agency == terms.owner or asker.reads_all
    if terms.classification in {"restricted", "personal"} and not own:
        return Decision(refused="not_shared")
    return _chosen(terms, terms.fields, asker.may_identify, wanted, {})


def _under_grant(terms: Terms, grant: Grant, agency: str, wanted: Iterable[str] | None) -> Decision:
    if grant.dataset != terms.dataset or grant.consumer != agency:
        return Decision(refused="not_granted")
    allowed = tuple(name for name in terms.fields if name in grant.fields)
    if wanted is not None and not set(wanted) <= set(allowed):
        return Decision(refused="not_granted")
    identify = bool(grant.fields & terms.identifying)
    return _chosen(terms, allowed, identify, allowed if wanted is None else wanted, grant.rows)


def _chosen(
    terms: Terms,
    allowed: tuple[str, ...],
    may_identify: bool,  # noqa: FBT001 - one private caller
    wanted: Iterable[str] | None,
    where: Mapping[str, str],
) -> Decision:
    plain_ones = tuple(name for name in allowed if name not in terms.identifying)
    usable = frozenset(allowed if may_identify else plain_ones)
    if wanted is None:
        return Decision(plain_ones, (), usable, where)
    asked = set(wanted)
    named = tuple(name for name in allowed if name in asked)
    identifying = tuple(name for name in named if name in terms.identifying)
    if identifying and not may_identify:
        return Decision(refused="identifying")
    return Decision(named, identifying, usable, where)


def order_of(order: Iterable[str], columns: Iterable[str]) -> list[tuple[str, bool]]:
    """Return an order as (column, descending); names that are not columns are left out.

    >>> order_of(["-opened", "ward", "nowhere"], ["opened", "ward"])
    [('opened', True), ('ward', False)]
    """
    known = set(columns)
    return [(name.lstrip("-"), name.startswith("-")) for name in order if name.lstrip("-") in known]


def plain(value: Any) -> Any:
    """Return a value as JSON keeps it."""
    return value.isoformat() if hasattr(value, "isoformat") else value


def batches_held(history: Iterable[tuple[int, str, str]]) -> frozenset[str]:
    """Return the batches that the present content consists of.

    Args:
        history: (version, mode, batch) of all commits, oldest first. The batch of a rollback is
            "rollback:<version>:<id>".

    >>> sorted(batches_held([(1, "append", "a"), (2, "append", "b"), (3, "rollback", "rollback:1:x")]))
    ['a']
    """
    held: dict[int, frozenset[str]] = {0: frozenset()}
    present: frozenset[str] = frozenset()
    for version, mode, batch in history:
        if mode == "rollback":
            present = held.get(int(batch.split(":")[1]), frozenset())
        elif mode == "replace":
            present = frozenset({batch})
        else:
            present |= {batch}
        held[version] = present
    return present
