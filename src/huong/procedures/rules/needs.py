"""What a dossier still needs: the papers that count for its answers, and what nobody has to give."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from huong.procedures.rules.fields import FormField, asked_fields, holds
from huong.procedures.rules.nouns import Document, Requirement

SPARED = frozenset({"reused", "bundle", "fetched", "issued", "cut"})


class Part(Protocol):
    """A component, as far as counting looks at it."""

    @property
    def kind(self) -> str:
        """Return "field" or "paper"."""

    @property
    def key(self) -> str:
        """Return the path of the field, or the key of the requirement."""

    @property
    def origin(self) -> str:
        """Return from where it came."""

    @property
    def state(self) -> str:
        """Return how it stands."""


@dataclass(frozen=True)
class Count:
    """What was asked in all, and what she did not have to give (một lần khai)."""

    fields: int
    fields_spared: int
    papers: int
    papers_spared: int


def papers_needed(made: Document, answers: Mapping[str, Any]) -> tuple[Requirement, ...]:
    """Return the papers that count for these answers."""
    return tuple(need for need in made.requirements if holds(need.when, answers))


def missing(made: Document, answers: Mapping[str, Any], parts: Iterable[Part]) -> tuple[Requirement, ...]:
    """Return the compulsory papers that are not there in any form."""
    there = {part.key for part in parts if part.kind == "paper" and part.state not in {"empty", "wanted", "asking"}}
    return tuple(need for need in papers_needed(made, answers) if need.required and need.key not in there)


def count(made: Document, answers: Mapping[str, Any], parts: Iterable[Part]) -> Count:
    """Return how many fields and papers the procedure asks for, and how many she did not have to give.

    A field counts if its conditions hold and it is compulsory or was filled; a paper if its conditions hold.
    Source: Index 766, digitisation ("components replaced by data"); Decree 224/2026 article 18.4.
    """
    held = {(part.kind, part.key): part for part in parts}
    fields: list[FormField] = [
        each for each in asked_fields(made.form, answers) if each.required or answers.get(each.path) not in (None, "")
    ]
    papers = papers_needed(made, answers)
    return Count(
        len(fields),
        sum(_spared(held.get(("field", each.path))) for each in fields),
        len(papers),
        sum(_spared(held.get(("paper", need.key))) for need in papers),
    )


def _spared(part: Part | None) -> bool:
    return part is not None and part.origin in SPARED
