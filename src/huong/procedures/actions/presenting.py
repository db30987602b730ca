"""Dossiers taken over while they waited for a signature get what a leader signs: each result, its checklist, its paper."""

from collections.abc import Iterable

from django.db import transaction

from huong.journal import actions as journal
from huong.procedures import events
from huong.procedures.actions.proposing import Draft, draft_of, keep_draft
from huong.procedures.models import Action, Dossier
from huong.procedures.queries.catalogue import document_by_id


def lay_before_leaders(uids: Iterable[str] | None = None) -> int:
    """Give every dossier in "signing" that has no result yet the ones its procedure makes; may be repeated.

    Called outside any transaction: setting a page takes some hundredths of a second.

    Args:
        uids: only these; all that lack them if left out.

    Returns:
        How many dossiers got their papers.

    Records: `procedures.presented` for each; `files.kept`.
    """
    waiting = Dossier.objects.filter(state="signing", results=None, edition__isnull=False).select_related("applicant")
    found = waiting if uids is None else waiting.filter(uid__in=list(uids))
    return sum(_presented(dossier) for dossier in list(found.order_by("id")))


def _presented(dossier: Dossier) -> bool:
    made = document_by_id(dossier.edition_id or 0)
    proposed = dossier.actions.filter(verb="propose").select_related("by").order_by("-number").first()
    if proposed is None:
        return False
    checks = {each.key: "yes" for each in made.checks}  # whoever proposed it confirmed them, where it came from
    drafts = [draft_of(dossier, made, kind, checks, {}, proposed.by) for kind in made.results]
    blobs = [keep_draft(dossier, draft, proposed.by) for draft in drafts]
    return bool(drafts) and _written(dossier, proposed, drafts, blobs)


@transaction.atomic
def _written(dossier: Dossier, proposed: Action, drafts: list[Draft], blobs: list[int]) -> bool:
    Dossier.objects.select_for_update().get(pk=dossier.pk)
    if dossier.results.exists():
        return False  # somebody else was quicker
    for draft, blob in zip(drafts, blobs, strict=True):
        draft.row.draft, draft.row.proposed_at = blob, proposed.at
        draft.row.save()
    journal.record(
        events.PRESENTED, f"dossier:{dossier.uid}", by=proposed.by_id, agency=dossier.agency, unit=dossier.unit,
        audience="named", results=len(drafts),
    )  # fmt: skip
    return True
