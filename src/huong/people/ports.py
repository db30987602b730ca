"""What packages above fill in: whoever keeps data about persons says what, hands it over, and can erase it (law 6)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from huong.base.ports import Port
from huong.people.models import Party, User


@dataclass(frozen=True)
class Person:
    """Who is erased. Hold it no longer than the call; it must not reach a log, a job or the journal.

    Attributes:
        party: the public id under which the party is registered.
        national_id: their national id in clear, by which keyed hashes are made; empty if it is not known.
    """

    party: str
    national_id: str


class Eraser(Protocol):
    """Erases a person from whatever one package keeps.

    It is called outside any transaction and opens its own, so files may be rewritten. It must be harmless
    when repeated, since an erasure that was interrupted is done again from the start, and it records an
    entry of its own for what it erased. What several persons share (a raw file, a file of refused rows)
    must not be lost for the others: leave out the person's rows, or say in the docs why the whole goes.
    """

    def __call__(self, person: Person, *, by: int | None) -> int:
        """Erase, and return how many things (datasets, files, rows) held something about the person."""
        ...


erasers: Port[Eraser] = Port("erasure of a person")
"""Filled by store (sealed columns of personal datasets); later by intake, reports, procedures."""


@dataclass(frozen=True)
class Held:
    """One thing that is kept about a person, as their own page shows it.

    Attributes:
        key: by which the holder finds it again.
        title: what it is, in the reader's language.
        detail: which data of theirs.
        agency: the code of the agency that answers for it.
        why: the ground on which it is kept.
    """

    key: str
    title: str
    detail: str
    agency: str
    why: str = ""


class Holder(Protocol):
    """A package that keeps something of persons."""

    def held(self, party: Party) -> list[Held]:
        """Return what is kept about a person."""

    def export(self, party: Party) -> dict[str, Any]:
        """Return what is kept about a person, as plain values for themselves."""


holders: Port[Holder] = Port("what we hold on a person")


@dataclass(frozen=True)
class Correctable:
    """One fact of a held thing that can be corrected: its name, and what people call it."""

    name: str
    title: str


class Remedy(Protocol):
    """Carries out what a person may ask about one kind of held thing; keyed by the part of `Held.key` before the colon."""

    def correctable(self, party: Party, key: str) -> list[Correctable]:
        """Return what can be corrected; empty where it is corrected at its source only."""

    def correct(self, party: Party, key: str, field: str, value: str, *, ground: str, by: User) -> None:
        """Correct one fact. May use files, so it is called outside a transaction.

        Raises:
            Forbidden, BadInput: not by this person, or not to this value.
        """

    def erase(self, party: Party, key: str, *, by: User) -> None:
        """Erase the thing. May use files, so it is called outside a transaction.

        Raises:
            Forbidden, BadInput: not by this person, or the law says that it is kept.
        """


remedies: Port[Remedy] = Port("remedy for held data")
"""Filled by exchange (party, datasets of the store, register copies, shared facts)."""

demands: Port[Callable[[str], bool]] = Port("purposes that law demands")
"""Asked whether a purpose is demanded by law, so that a restriction does not hold against it."""
