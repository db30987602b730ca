"""What an office asked for, for whoever supplies it: what may be changed now, with the office's sentence for each."""

from collections.abc import Iterable, Mapping
from typing import Any

from huong.procedures.models import Component, Dossier
from huong.procedures.queries.catalogue import document_by_id
from huong.procedures.rules import supplement
from huong.procedures.rules.fields import fields_of

WANTED = "supplement_wanted"


def sentences_of(dossier: Dossier) -> dict[str, str]:
    """Return what the standing request names: path or key to the office's sentence; nothing if none stands."""
    if dossier.state != WANTED:
        return {}
    request = dossier.actions.filter(verb="request_supplement").order_by("-number").first()
    return {str(each.get("part", "")): str(each.get("text", "")) for each in request.reasons} if request else {}


def changeable(
    dossier: Dossier,
    parts: Iterable[Component],
    answers: Mapping[str, Any],
    named: Iterable[str],
    typed: Mapping[str, Any] | None = None,
) -> frozenset[str]:
    """Return the fields and papers of a dossier that may be changed while something is asked for.

    Args:
        named: what the request names; a part that is marked as asked for counts in any case.
        typed: path to value, as they are typed now.
    """
    held = {part.key: part for part in parts if part.kind != "form"}
    wanted = frozenset(named) | {key for key, part in held.items() if part.state == "wanted"}
    if dossier.edition_id is None:
        return wanted
    made = document_by_id(dossier.edition_id)
    known = [each.path for each in fields_of(made.form)] + [need.key for need in made.requirements]
    empty = frozenset(key for key in known if _was_empty(held.get(key)))
    return supplement.changeable(made, wanted, empty, answers, typed or {})


def _was_empty(part: Component | None) -> bool:
    """Return whether a field or paper was not there when the office asked: what was supplied unnamed, was not."""
    return part is None or part.supplied_at is not None or (part.state == "empty" and part.sealed is None)
