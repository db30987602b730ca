"""The port "what we hold on a person": each package that keeps something of persons says what, and can hand it over."""

from dataclasses import dataclass
from typing import Any, Protocol

from huong.base.ports import Port
from huong.people.models import Party


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
