"""What a source gave goes when an answer changes on which it rests: it is cleared at once, and asked anew."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from huong.base import clock
from huong.procedures.models import Component, Dossier
from huong.procedures.queries.catalogue import document_by_id
from huong.procedures.queries.values import parts_of
from huong.procedures.rules import resting

GIVEN = frozenset({"reused", "bundle", "fetched", "cut"})
FORMER = ("sealed_before", "blob_before", "origin_before", "supplied_at")
CLEARED = {
    "origin": "declared",
    "locked": False,
    "sealed": None,
    "sealed_said": None,
    "type": "",
    "evidence": None,
    "exchange": "",
    "fetched_at": None,
    "valid_until": None,
}
BESIDE = frozenset({"said", "differs", "verified", "disputed"})


def unsettle(dossier: Dossier, changed: Collection[str]) -> list[str]:
    """Clear what rests on answers that changed; the caller's transaction and journal entry are used.

    In a draft it is asked anew when somebody looks. While an office waits for something, the former value stays beside
    it, she may say what is right, and the sources of just these fields are asked again. Her own word stays hers; that
    a source once said something else about it does not count for the new person.

    Args:
        changed: the paths whose answers changed.

    Returns:
        The paths and keys that were cleared.
    """
    if not changed or dossier.edition_id is None:
        return []
    made, parts = document_by_id(dossier.edition_id), parts_of(dossier)
    given = {part.key for part in parts if _is_given(part) or part.why in BESIDE}
    gone = resting.shaken(resting.rests_on(made), frozenset(changed), given)
    now = clock.now()
    for part in parts:
        if part.key in gone:
            facts = _cleared(dossier, part, now) if _is_given(part) else _plain(part)
            Component.objects.filter(pk=part.pk).update(**facts)
    return sorted(gone)


def _is_given(part: Component) -> bool:
    """Return whether a source gave a value: it is locked, or proposed from signing in and not changed."""
    return part.state not in {"empty", "asking"} and (part.origin in GIVEN or part.why == "from_sign_in")


def _cleared(dossier: Dossier, part: Component, now: datetime) -> dict[str, Any]:
    facts = {**CLEARED, "changed_at": now}
    if dossier.state == "draft":
        return {**facts, "state": "empty", "source": "", "why": ""}
    state = "wanted" if part.state == "wanted" else "later"
    return {**facts, **former(part, now), "state": state, "why": "rests_on_change"}


def _plain(part: Component) -> dict[str, Any]:
    state = part.state if part.state in {"later", "wanted"} else "held" if part.sealed else "empty"
    return {"state": state, "why": "", "sealed_said": None, "source": "" if state == "held" else part.source}


def former(part: Component | None, now: datetime) -> dict[str, Any]:
    """Return what a part keeps of how it stood when the office asked: its value or file, and from where that came."""
    if part is None:
        return {"supplied_at": now}
    if part.supplied_at is not None:
        return {name: getattr(part, name) for name in FORMER} | {"supplied_at": now}
    return {
        "sealed_before": part.sealed,
        "blob_before": part.blob,
        "origin_before": part.origin,
        "supplied_at": now,
    }


def renewable(parts: Iterable[Component]) -> frozenset[str]:
    """Return what may be asked anew though the dossier was sent: what was cleared and nobody has said since."""
    return frozenset(
        part.key
        for part in parts
        if part.supplied_at is not None
        and part.why in {"rests_on_change", "asking", "source_down", "no_source", "not_member"}
        and part.state in {"later", "asking"}
        and part.sealed is None
    )
