"""On which answers a value of a source rests: whom it was asked about, and what made the source or the field count.

A value that was fetched for one person must never stand beside another one's number. What it rests on is read from the
form itself, so that it holds for every field and paper of every procedure.
"""

from collections.abc import Iterable, Mapping, Set

from huong.procedures.rules.fields import FormField, FormStep, steps_of
from huong.procedures.rules.nouns import Document, Requirement
from huong.procedures.rules.sources import Source, source

NEAR = frozenset({"vault", "bundle", "store", "register", "applicant"})


def rests_on(made: Document) -> dict[str, frozenset[str]]:
    """Return, by path of a field and key of a paper, the paths of the answers on which its sources rest."""
    found = {each.path: _of_field(step, each) for step in steps_of(made.form) for each in step.fields}
    return found | {need.key: _of_paper(need) for need in made.requirements}


def _of_field(step: FormStep, each: FormField) -> frozenset[str]:
    if not any(one.kind in NEAR for one in each.sources):
        return frozenset()
    return _named(each.sources) | step.when.keys() | each.when.keys()


def _of_paper(need: Requirement) -> frozenset[str]:
    named = [source(each.source) for each in need.accepts if each.source]
    return _named(named) | need.when.keys() if named else frozenset()


def _named(sources: Iterable[Source]) -> frozenset[str]:
    whom = {one.whom for one in sources if one.kind in {"register", "store"} and one.whom != "applicant"}
    return frozenset(whom | {one.when[0] for one in sources if one.when[0]})


def shaken(rests: Mapping[str, Set[str]], changed: Set[str], given: Set[str]) -> frozenset[str]:
    """Return what of the given values cannot stand any more, directly or because what it rests on goes too.

    Args:
        rests: as `rests_on` returns it.
        changed: the paths whose answers changed.
        given: the paths and keys whose values a source gave.

    >>> rests = {"father.id": {"relation"}, "father.name": {"father.id"}, "mother.name": {"mother.id"}}
    >>> sorted(shaken(rests, {"relation"}, {"father.id", "father.name", "mother.name"}))
    ['father.id', 'father.name']
    """
    gone: frozenset[str] = frozenset()
    while True:
        moved = changed | gone
        more = gone | {key for key in given if key not in changed and rests.get(key, frozenset()) & moved}
        if more == gone:
            return gone
        gone = more
