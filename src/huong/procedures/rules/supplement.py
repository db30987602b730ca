"""What may be changed while an office waits for something: what its request names, and what depends on that.

Source: Decree 61/2018 article 17 (one request lists everything; the rest of the dossier stands as it was filed).
"""

from collections.abc import Mapping, Set
from typing import Any

from huong.procedures.rules.fields import holds, steps_of
from huong.procedures.rules.nouns import Document
from huong.procedures.rules.resting import rests_on


def changeable(
    made: Document, named: Set[str], empty: Set[str], answers: Mapping[str, Any], typed: Mapping[str, Any]
) -> frozenset[str]:
    """Return the paths of fields and keys of papers that may be changed, for what was answered and is typed now.

    Beside what is named: a field or paper that counts only because of a field that may be changed, or whose source
    rests on one, and that stood empty when the office asked or was cleared since. What it opens may open further ones.

    Args:
        named: paths and keys that the request names.
        empty: paths and keys of what was not there when the office asked.
        answers: path to value, as they stand.
        typed: path to value, as they are typed now; only what may be changed counts.
    """
    found, rests = frozenset(named), rests_on(made)
    while True:
        told = {**answers, **{path: value for path, value in typed.items() if path in found}}
        more = found | _fields(made, rests, found, empty, told) | _papers(made, rests, found, empty, told)
        if more == found:
            return found
        found = more


Rests = Mapping[str, Set[str]]


def _fields(
    made: Document, rests: Rests, found: Set[str], empty: Set[str], answers: Mapping[str, Any]
) -> frozenset[str]:
    return frozenset(
        each.path
        for step in steps_of(made.form)
        for each in step.fields
        if each.path in empty
        and (step.when.keys() | each.when.keys() | rests[each.path]) & found
        and holds(step.when, answers)
        and holds(each.when, answers)
    )


def _papers(
    made: Document, rests: Rests, found: Set[str], empty: Set[str], answers: Mapping[str, Any]
) -> frozenset[str]:
    return frozenset(
        need.key
        for need in made.requirements
        if need.key in empty and (need.when.keys() | rests[need.key]) & found and holds(need.when, answers)
    )
