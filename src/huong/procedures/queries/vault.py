"""What is in somebody's vault, and what a paper in it says."""

from typing import Any

from huong.people.models import Party
from huong.procedures.models import Evidence
from huong.procedures.queries.values import opened, seal, vault_scope

CONTEXT = "evidence"


def papers_of(party: Party) -> list[Evidence]:
    """Return the papers of a party, newest first: those in force, then those that were replaced or revoked."""
    found = list(Evidence.objects.filter(party=party).select_related("dossier").order_by("-issued_at", "-id")[:200])
    return sorted(found, key=lambda each: bool(each.superseded_by_id or each.revoked_at))


def paper_in_force(party: Party, kind: str) -> Evidence | None:
    """Return the newest paper of a type in a party's vault that still holds."""
    found = Evidence.objects.filter(party=party, type=kind, superseded_by=None, revoked_at=None)
    return found.order_by("-issued_at", "-id").first()


def said_by(paper: Evidence) -> dict[str, Any]:
    """Return what a paper says, path to value.

    Raises:
        KeyDestroyed: it was erased.
    """
    return dict(opened(vault_scope(paper.party), paper.sealed, CONTEXT) or {})


def sealed_for(party: Party, values: dict[str, Any]) -> bytes | None:
    """Return what a paper says, sealed for a party's vault."""
    return seal(vault_scope(party), values, CONTEXT)
