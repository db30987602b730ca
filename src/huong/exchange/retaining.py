"""Ending what was kept long enough: access records, what exchanges tell of matters, copies, shares; terms are city data.

In the journal each use stays as a sealed entry. An exchange first loses what it tells (matter, purpose, fields);
its signed proof and digests stay, so that it can still be exported and proven, until its own term ends.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Model, QuerySet

from huong.base import clock, plain_yaml
from huong.exchange import events
from huong.exchange.models import AccessRecord, Exchange, FactShare, PersonPlace, Question, RegisterCopy
from huong.journal import actions as journal
from huong.journal.actions import EntryDraft

BATCH: Final = 1000
TERMS: Final = ("accesses_days", "exchanges_days", "proofs_days")
TOLD: Final = {"issue": "", "purpose": "", "fields": "", "grant": "", "endpoint": "", "persons": 0}


@lru_cache(maxsize=4)
def _terms(folder: str) -> dict[str, int]:
    file = Path(folder) / "exchange.yaml"
    found = plain_yaml.facts_of(file)
    return {name: int(found.get("retention", {}).get(name, 0)) for name in TERMS}


def end() -> dict[str, int]:
    """End what is past its term, in batches. A term of 0 or none means: kept.

    Returns:
        How many of each kind.

    Records: `exchange.retention_ended`, if there was something.
    """
    terms, now = _terms(str(settings.HUONG.city)), clock.now()
    before = {name: now - timedelta(days=days) for name, days in terms.items() if days > 0}
    counts = {"copies": _in_batches(_stale_copies(now), _delete)}
    if "accesses_days" in before:
        counts |= _accesses(before["accesses_days"])
    if "exchanges_days" in before:
        counts |= _exchanges(before["exchanges_days"])
    if "proofs_days" in before:
        counts["proofs"] = _in_batches(Exchange.objects.filter(at__lt=before["proofs_days"], seen=None), _delete)
    if any(counts.values()):
        with transaction.atomic():
            journal.record_many([EntryDraft(events.RETENTION_ENDED, "exchange", audience="staff", data=dict(counts))])
    return counts


def _stale_copies(now: datetime) -> "QuerySet[RegisterCopy]":
    return RegisterCopy.objects.filter(valid_until__lt=now - timedelta(days=1))


def _accesses(before: datetime) -> dict[str, int]:
    over = FactShare.objects.filter(valid_to__lt=before).exclude(recipient="")
    return {
        "accesses": _in_batches(AccessRecord.objects.filter(at__lt=before), _delete_accesses),
        "places": _in_batches(PersonPlace.objects.filter(at__lt=before), _delete),
        "shares": _in_batches(over, lambda rows: rows.update(recipient="", purpose="", sealed=None)),
    }


def _exchanges(before: datetime) -> dict[str, int]:
    old = Exchange.objects.filter(at__lt=before)
    return {
        "unproven": _in_batches(old.filter(sealed_proof=None, seen=None), _delete),
        "exchanges": _in_batches(old.exclude(**TOLD), lambda rows: rows.update(**TOLD)),
    }


def _in_batches(found: "QuerySet[Any]", verb: Callable[["QuerySet[Any]"], int]) -> int:
    """Do something to rows, a thousand in a transaction, until none is left. Returns how many."""
    count, model = 0, found.model
    while True:
        with transaction.atomic():
            ids = list(found.order_by("id").values_list("id", flat=True)[:BATCH])
            if ids:
                verb(model._default_manager.filter(id__in=ids))
        count += len(ids)
        if len(ids) < BATCH:
            return count


def _delete(rows: "QuerySet[Model]") -> int:
    return rows.delete()[0]


def _delete_accesses(rows: "QuerySet[AccessRecord]") -> int:
    """Delete accesses; the questions that people asked about them stay, with their answers."""
    Question.objects.filter(access__in=rows).update(access=None)
    return rows.delete()[0]
