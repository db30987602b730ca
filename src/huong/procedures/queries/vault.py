"""What is in somebody's vault, and what a paper in it says."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.errors import NotFound
from huong.journal import queries as journal
from huong.people.models import Party
from huong.procedures.events import SHARE_OPENED
from huong.procedures.models import Evidence, Share
from huong.procedures.queries.catalogue import document_by_id
from huong.procedures.queries.results import lines_of
from huong.procedures.queries.values import opened, seal, vault_scope


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
    return dict(opened(vault_scope(paper.party), paper.sealed, paper.uid) or {})


def sealed_for(party: Party, uid: str, values: dict[str, Any]) -> bytes | None:
    """Return what a paper says, sealed for a party's vault under the paper's own public id."""
    return seal(vault_scope(party), values, uid)


def own_paper(uid: str, party: Party) -> Evidence:
    """Return a paper of a party.

    Raises:
        NotFound: the party has none with this id.
    """
    found = Evidence.objects.filter(uid=uid, party=party).select_related("dossier", "party").first()
    if found is None:
        raise NotFound(_("You have no such paper."))
    return found


def lines_said_by(paper: Evidence, *, english: bool = False) -> list[tuple[str, str]]:
    """Return what a paper says as label and value, as far as the form of its procedure names it."""
    said = said_by(paper)
    if paper.dossier is None or not paper.dossier.edition_id:
        return [(path, str(value)) for path, value in said.items() if value]
    return lines_of(document_by_id(paper.dossier.edition_id), said, english=english)


def shares_of(party: Party) -> list[Share]:
    """Return what a party shares now, newest first."""
    found = Share.objects.filter(evidence__party=party, revoked_at=None, until__gt=clock.now())
    return list(found.select_related("evidence").order_by("-at"))


def openings_of(shares: list[Share]) -> dict[int, list[datetime]]:
    """Return when each share was opened, oldest first."""
    found: dict[int, list[datetime]] = {each.pk: [] for each in shares}
    for entry in journal.entries_of([f"share:{pk}" for pk in found], names=(SHARE_OPENED,)):
        found[int(entry.subject.removeprefix("share:"))].append(entry.at)
    return found
