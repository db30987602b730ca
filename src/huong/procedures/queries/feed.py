"""Dossiers as rows for the store: those that changed, what happened, those open when a day began. Drafts stay out."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from typing import Any

from django.db.models import Q

from huong.base import clock
from huong.journal.models import Entry
from huong.procedures.models import Action, Dossier
from huong.procedures.rules import feed, flow
from huong.procedures.rules.feed import Moved

BATCH = 1_000
NAMES = ("procedures.*",)
FIELDS = (
    "uid", "procedure", "state", "is_open", "channel", "unit", "agency", "lead_agency", "bundle_id", "submitted_at",
    "accepted_at", "promised_at", "due_at", "plain_due_at", "closed_at", "extended", "supplements", "fields_asked",
    "fields_spared", "papers_asked", "papers_spared", "rating", "changed_at",
)  # fmt: skip
FACTS = ("pk", "uid", "procedure", "unit", "submitted_at")


def is_wanted(entry: Entry, what: str) -> bool:
    """Return whether an entry is about a dossier, and for which dataset it counts."""
    about = entry.subject.startswith(feed.SUBJECT) and not entry.name.startswith("procedures.portal")
    return about and (what == feed.CURRENT or (feed.short(entry.name) not in feed.SILENT and "state" in entry.data))


def event_row(entry: Entry) -> dict[str, Any]:
    """Return the row of an entry of the journal."""
    return feed.event_row(entry.pk, entry.at, entry.name, entry.subject, entry.agency, entry.unit, entry.data)


def current_rows(subjects: Iterable[str]) -> Iterator[list[dict[str, Any]]]:
    """Yield the rows of dossiers as they stand now, a batch at a time (one query each).

    Args:
        subjects: of their entries; drafts, and what is gone, are left out.
    """
    wanted = [subject.removeprefix(feed.SUBJECT) for subject in subjects]
    for first in range(0, len(wanted), BATCH):
        rows = Dossier.objects.filter(uid__in=wanted[first : first + BATCH], submitted_at__isnull=False)
        yield [
            row | {"dossier": row["uid"], "in_life_event": row["bundle_id"] is not None}
            for row in rows.order_by("pk").values(*FIELDS)
        ]


def open_rows(day: date) -> Iterator[list[dict[str, Any]]]:
    """Yield a row for each dossier that was open when a day began, as its actions tell, a batch at a time."""
    midnight = datetime.combine(day, time(0), tzinfo=clock.zone())
    rows = Dossier.objects.filter(Q(is_open=True) | Q(closed_at__gte=midnight), submitted_at__lt=midnight)
    last = 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk").values(*FACTS)[:BATCH]):
        last = batch[-1]["pk"]
        moves = _moves([row["pk"] for row in batch])
        stood = ((row, feed.standing_at(moves.get(row["pk"], ()), midnight)) for row in batch)
        yield [
            feed.daily_row(row, found, day=day, midnight=midnight)
            for row, found in stood
            if found is not None and found.state in flow.OPEN
        ]


def _moves(dossiers: list[int]) -> dict[int, list[Moved]]:
    """Return what was done with some dossiers, in order."""
    found: dict[int, list[Moved]] = {}
    rows = Action.objects.filter(dossier__in=dossiers).order_by("dossier_id", "at", "number")
    for pk, at, state, agency, due, runs in rows.values_list(
        "dossier_id", "at", "to_state", "to_agency", "due_at", "runs"
    ):
        found.setdefault(pk, []).append(Moved(at, state, agency, due, runs))
    return found
