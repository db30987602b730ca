"""Which column of a file is which field of the contract: proposed, for a person to confirm."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from huong.catalogue.rules import ContractSpec, FieldSpec
from huong.intake.rules.differences import alike
from huong.intake.rules.header import same_name
from huong.intake.types import Proposal

SURE: Final = 0.9
LIKELY: Final = 0.62
_ENOUGH: Final = 0.8
_FORMS: Final[dict[str, str]] = {
    "vn.citizen_id": r"0\d{11}",
    "vn.tax_code": r"\d{10}(-\d{3})?",
    "vn.phone": r"(\+84|0)[\s.\d]{8,12}",
    "vn.plate": r"\d{2}[A-Z][A-Z0-9]?[-\s.]?\d{3}\.?\d{1,2}",
    "vn.dossier_code": r"[A-Z0-9.]+-\d{6}-\d{4}",
}
_DATE: Final = r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T].*)?"


def expected_columns(spec: ContractSpec) -> dict[str, FieldSpec]:
    """Return the columns that the contract expects of a source, with the field each belongs to."""
    return {name: found for found in spec.fields for name in (found.source or (found.name,))}


def known_names(spec: ContractSpec) -> frozenset[str]:
    """Return every name under which a column of this contract may appear in a header, made comparable."""
    names = set()
    for column, found in expected_columns(spec).items():
        names |= {same_name(name) for name in _names(column, found)}
    return frozenset(names - {""})


def _names(column: str, found: FieldSpec) -> list[str]:
    if len(found.source) > 1:
        return [column]
    return [column, found.name, found.title_vi, found.title_en]


def propose(
    spec: ContractSpec, columns: Sequence[str], samples: Mapping[str, Sequence[str]] | None = None
) -> list[Proposal]:
    """Propose a column for everything the contract expects; no column is proposed twice.

    Args:
        columns: the file's columns.
        samples: some values of each column, for a guess by content.
    """
    expected = expected_columns(spec)
    found: dict[str, Proposal] = {}
    taken: set[str] = set()
    candidates = [
        (confidence, -place, name, column, why)
        for place, column in enumerate(columns)
        for name, spec_of in expected.items()
        for confidence, why in [_judge(name, spec_of, column, (samples or {}).get(column, ()))]
        if confidence >= LIKELY
    ]
    for confidence, _place, name, column, why in sorted(candidates, key=lambda entry: entry[:2], reverse=True):
        if name not in found and column not in taken:
            found[name] = Proposal(expected[name].name, name, column, round(confidence, 2), why)
            taken.add(column)
    return [found.get(name) or Proposal(spec_of.name, name, "", 0.0, "none") for name, spec_of in expected.items()]


def remembered(proposals: Sequence[Proposal], before: Mapping[str, str], columns: Sequence[str]) -> list[Proposal]:
    """Return proposals in which what a person chose last time comes first, as far as those columns are here again.

    >>> guess = [Proposal("street", "duong", "Phố", 0.7, "similar"), Proposal("note", "ghi_chu", "Lề", 0.7, "similar")]
    >>> [found.column for found in remembered(guess, {"duong": "Lề"}, ["Phố", "Lề"])]
    ['Lề', '']
    """
    again = {name: column for name, column in before.items() if column in columns}
    taken = set(again.values())
    kept = [
        found if found.column not in taken else Proposal(found.field, found.expected, "", 0.0, "none")
        for found in proposals
    ]
    return [
        Proposal(found.field, found.expected, again[found.expected], 1.0, "before")
        if found.expected in again
        else found
        for found in kept
    ]


def _judge(name: str, found: FieldSpec, column: str, values: Sequence[str]) -> tuple[float, str]:
    if column == name:
        return 1.0, "same"
    best = max(alike(column, known) if known else 0.0 for known in _names(name, found))
    if best == 1.0:
        return (0.99 if same_name(column) == same_name(name) else 0.95), "same"
    content = _content(found, values)
    if best >= LIKELY:
        return max(LIKELY, min(0.89, best * 0.85 + 0.15 * content)), "similar"
    return (content * 0.75, "content") if content >= _ENOUGH else (0.0, "none")


def _content(found: FieldSpec, values: Sequence[str]) -> float:
    """Return which share of values has the form that the field asks for; 0 if it asks for none."""
    filled = [value.strip() for value in values if value and value.strip()]
    form = _form(found)
    if not filled or (not form and not found.values):
        return 0.0
    if found.values:
        return sum(value in found.values for value in filled) / len(filled)
    return sum(bool(re.fullmatch(form, value)) for value in filled) / len(filled)


def _form(found: FieldSpec) -> str:
    if found.semantic in _FORMS:
        return _FORMS[found.semantic]
    if found.limits.pattern:
        return found.limits.pattern
    return _DATE if found.logical_type in ("date", "timestamp") else ""


def settled(proposals: Sequence[Proposal]) -> dict[str, str]:
    """Return the mapping that needs nobody's confirmation: only names that are the same."""
    return {found.expected: found.column for found in proposals if found.confidence >= SURE}


def lacking(spec: ContractSpec, mapping: Mapping[str, str]) -> list[str]:
    """Return the expected columns of required fields that a mapping leaves out."""
    expected = expected_columns(spec)
    needed = {name for name, found in expected.items() if found.required or found.name in spec.key}
    return [name for name in expected if name in needed and not mapping.get(name)]


def unknown(spec: ContractSpec, mapping: Mapping[str, str]) -> list[str]:
    """Return names in a mapping that the contract does not expect."""
    return [name for name in mapping if name not in expected_columns(spec)]
