"""The clocks of open dossiers computed again from their actions: compared every night, rewritten only when asked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from huong.base import clock
from huong.journal import actions as journal
from huong.people.models import User
from huong.procedures import events
from huong.procedures.actions import telling
from huong.procedures.models import Action, Disruption, DisruptionTold, Dossier, MovedDay
from huong.procedures.queries import clocks

BATCH, TOLD_AT_ONCE = 500, 20
SHOWN = 20
STORED = ("due_at", "plain_due_at", "runs", "step_due_at")


@dataclass
class Checked:
    """What a computation found.

    Attributes:
        checked: how many open dossiers.
        different: ids of those whose stored columns differ from what their actions say, the first of them.
        count: how many differ.
        rewritten: how many were rewritten.
    """

    checked: int = 0
    count: int = 0
    rewritten: int = 0
    different: list[str] = field(default_factory=list)


def computed(dossier: Dossier, actions: Sequence[Action]) -> dict[str, Any]:
    """Return the stored columns of a clock as the actions say them, calendar and disruptions of now."""
    reading = clocks.reading_of(dossier, actions)
    step = clocks.step_reading_of(dossier, actions).due_at if dossier.step else None
    return {
        "due_at": reading.due_at,
        "plain_due_at": reading.due_without_disruptions,
        "runs": reading.running,
        "step_due_at": step,
    }


def check() -> Checked:
    """Compute every open dossier's clock again and compare; nothing is changed.

    Records: `procedures.clocks_checked` with the counts.
    """
    found = Checked()
    with clocks.remembered():
        for batch in _batches():
            for dossier, actions in batch:
                found.checked += 1
                said = computed(dossier, actions)
                if any(getattr(dossier, name) != said[name] for name in STORED):
                    found.count += 1
                    found.different = [*found.different, dossier.uid][:SHOWN]
    journal.record(events.CLOCKS_CHECKED, "dossiers", checked=found.checked, different=found.count)
    return found


def rewrite(why: str, *, by: User | None = None, units: Sequence[str] = (), procedures: Sequence[str] = ()) -> Checked:
    """Write the computed clocks of open dossiers down where they differ, in transactions of at most 500.

    What was promised first stays; history is not touched: no action is added, and every stored day follows again from
    the actions. That it moved, and when, is kept (`MovedDay`). Harmless when repeated.

    Args:
        why: "disruption", "calendar" or "check".
        units, procedures: only these; none for all.

    Records: `procedures.clocks_rewritten`, one entry per batch that changed something.
    """
    found = Checked()
    with clocks.remembered():
        for batch in _batches(units, procedures):
            found.checked += len(batch)
            changed = [pair for pair in ((each, computed(each, actions)) for each, actions in batch) if _differs(*pair)]
            found.count += len(changed)
            found.rewritten += _written(why, changed, by)
    return found


def _differs(dossier: Dossier, said: dict[str, Any]) -> bool:
    return any(getattr(dossier, name) != said[name] for name in STORED)


@transaction.atomic
def _written(why: str, changed: list[tuple[Dossier, dict[str, Any]]], by: User | None) -> int:
    count, moved, now = 0, [], clock.now()
    for dossier, said in changed:
        queue = said["due_at"] or dossier.queue_at
        # the version that was read: somebody who acts at this moment computes the clock anew anyway
        if Dossier.objects.filter(pk=dossier.pk, version=dossier.version).update(**said, queue_at=queue):
            count += 1
            due, runs = said["due_at"], said["runs"]
            moved.append(MovedDay(dossier=dossier, after=dossier.version - 1, at=now, due_at=due, runs=runs))
    MovedDay.objects.bulk_create(moved)
    if count:
        ids = [dossier.pk for dossier, _said in changed]
        journal.record(
            events.CLOCKS_REWRITTEN, "dossiers", by=by.pk if by else None, why=why, count=count,
            first=min(ids), last=max(ids),
        )  # fmt: skip
    return count


def _batches(units: Sequence[str] = (), procedures: Sequence[str] = ()) -> Iterator[list[tuple[Dossier, list[Action]]]]:
    rows = Dossier.objects.filter(is_open=True).select_related("applicant").order_by("pk")
    if units:
        rows = rows.filter(unit__in=units)
    if procedures:
        rows = rows.filter(procedure__in=procedures)
    last = 0
    while dossiers := list(rows.filter(pk__gt=last)[:BATCH]):
        actions: dict[int, list[Action]] = {}
        for action in Action.objects.filter(dossier__in=dossiers).order_by("dossier_id", "number"):
            actions.setdefault(action.dossier_id, []).append(action)
        yield [(each, actions.get(each.pk, [])) for each in dossiers]
        last = dossiers[-1].pk


def tell(disruption: Disruption) -> list[Dossier]:
    """Write down, once per dossier, that its applicant hears of a disruption that touches it.

    Returns:
        The dossiers whose applicants are to be told now.

    Records: `procedures.disruption_told` for each.
    """
    news: list[Dossier] = []
    for batch in _batches(disruption.units, disruption.procedures):
        touched = [each for each, _actions in batch if each.accepted_at is not None]
        known = set(
            DisruptionTold.objects.filter(disruption=disruption, dossier__in=touched).values_list(
                "dossier_id", flat=True
            )
        )
        fresh = [each for each in touched if each.pk not in known]
        for start in range(0, len(fresh), TOLD_AT_ONCE):
            news += _told(disruption, fresh[start : start + TOLD_AT_ONCE])
    return news


@transaction.atomic
def _told(disruption: Disruption, dossiers: list[Dossier]) -> list[Dossier]:
    """Write down whom a disruption is told to, and tell them, in one transaction: nobody is left out or told twice."""
    DisruptionTold.objects.bulk_create(
        [DisruptionTold(disruption=disruption, dossier=each, at=clock.now()) for each in dossiers]
    )
    for each in dossiers:
        journal.record(
            events.APPLICANT_TOLD, f"dossier:{each.uid}", agency=each.agency, unit=each.unit, audience="named",
            disruption=disruption.key,
        )  # fmt: skip
        telling.tell_disrupted(each, disruption)
    return dossiers
