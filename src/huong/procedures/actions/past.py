"""Dossiers of the past are taken over with their stories, many at once; nobody is told of what happened long ago.

One that waits for a signature gets its papers afterwards (`presenting.lay_before_leaders`): setting a page takes time.
"""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.db import transaction

from huong.base import calendar, clock, ids, keys
from huong.journal import actions as journal
from huong.journal.actions import EntryDraft
from huong.people.models import Party
from huong.procedures import events
from huong.procedures.models import Action, Component, Consultation, DayNumber, Dossier, KeptFigures, Rating
from huong.procedures.queries.clocks import due_in_days, flow_of, limit_of, moments_of, watch_of
from huong.procedures.queries.values import scope_of, seal_with
from huong.procedures.rules import clock as rule
from huong.procedures.rules import flow
from huong.procedures.rules.past import PastDossier, PastStep

BATCH = 200
ENDS = frozenset({"delivered", "refused", "withdrawn"})


def take_over(pasts: Sequence[PastDossier], parties: dict[str, Party]) -> list[Dossier]:
    """Take dossiers over with their actions, in transactions of at most 200.

    Args:
        pasts: each with its steps, oldest first.
        parties: the applicants by national id.

    Returns:
        The dossiers, in the same order.

    Records: `procedures.imported`, one per dossier, at the time of its last step.
    """
    found: list[Dossier] = []
    waiting = iter(pasts)
    while batch := list(islice(waiting, BATCH)):
        rows = [_row(past, parties[past.person]) for past in batch]
        made = keys.data_keys(scope_of(row) for row in rows)
        with transaction.atomic():
            found += _written(batch, rows, made)
    _forget_months(pasts)
    return found


def _forget_months(pasts: Sequence[PastDossier]) -> None:
    """Let go of figures kept of months into which history came: they are counted again, and kept by the next job."""
    if pasts:
        earliest = min(past.steps[0].at for past in pasts)
        KeptFigures.objects.filter(last__gte=clock.local(earliest).date()).delete()


def _written(pasts: list[PastDossier], rows: list[Dossier], made: dict[str, bytes | None]) -> list[Dossier]:
    actions = [_actions(past, row, made[scope_of(row)] or b"") for past, row in zip(pasts, rows, strict=True)]
    for past, row, done in zip(pasts, rows, actions, strict=True):
        _clocked(past, row, done)
    _number(rows)
    kept = Dossier.objects.bulk_create(rows)
    for row, done in zip(kept, actions, strict=True):
        for action in done:
            action.dossier = row
    Action.objects.bulk_create([action for done in actions for action in done], batch_size=500)
    Component.objects.bulk_create(
        [part for past, row in zip(pasts, kept, strict=True) for part in _parts(past, row, made[scope_of(row)] or b"")],
        batch_size=500,
    )
    Consultation.objects.bulk_create(
        [
            asked
            for past, row in zip(pasts, kept, strict=True)
            for asked in _consultations(past, row, made[scope_of(row)] or b"")
        ]
    )
    Rating.objects.bulk_create(
        [
            Rating(dossier=row, level=past.rating, at=past.steps[-1].at)
            for past, row in zip(pasts, kept, strict=True)
            if past.rating
        ]
    )
    journal.record_many(_entry(row) for row in kept)
    return kept


def _row(past: PastDossier, party: Party) -> Dossier:
    first, last = past.steps[0].at, past.steps[-1]
    at = {step.verb: step.at for step in past.steps}
    return Dossier(
        uid=ids.new_id(),
        procedure=past.procedure,
        edition_id=past.version_id,
        state=last.state,
        is_open=flow.STATES[last.state].phase in {"open", "waiting"},
        channel=past.channel,
        applicant=party,
        unit=past.unit,
        unit_on=clock.local(first).date(),
        agency=past.agency,
        lead_agency=past.agency,
        assignee_id=past.assignee,
        created_at=first,
        submitted_at=at.get("submit"),
        accepted_at=at.get("accept"),
        decided_at=at.get("decide"),
        closed_at=last.at if last.state in ENDS else None,
        entered_at=last.at if past.channel == "paper" else None,
        extended=sum(step.verb == "extend" for step in past.steps),
        supplements=sum(step.verb == "request_supplement" for step in past.steps),
        fee=past.fee,
        fee_paid=past.fee if "pay" in at else 0,
        rating=past.rating,
        version=len(past.steps) + 1,
        queue_at=first,
        changed_at=last.at,
        changed_by_id=past.assignee if last.who == "officer" else None,
        **past.counts,
    )


def _actions(past: PastDossier, row: Dossier, key: bytes) -> list[Action]:
    found, before = [], ""
    for number, step in enumerate(past.steps, start=1):
        officer = step.who == "officer"
        found.append(
            Action(
                number=number,
                verb=step.verb,
                at=step.at,
                written_at=step.at,
                who=step.who,
                by_id=past.assignee if officer and step.verb != "answer_consultation" else None,
                agency=step.asked if step.verb == "answer_consultation" else past.agency,
                to_agency=past.agency,
                from_state=before,
                to_state=step.state,
                sealed_words=seal_with(key, step.words or None, "words"),
                is_public=step.public,
                facts=_facts(step),
            )
        )
        before = step.state
    return found


def _facts(step: PastStep) -> dict[str, Any]:
    found: dict[str, Any] = {"until": step.until.isoformat()} if step.until else {}
    if step.asked:
        found |= {"to": step.asked} | ({"days": step.days} if step.verb == "consult" else {"agrees": step.agrees})
    return found


def _consultations(past: PastDossier, row: Dossier, key: bytes) -> list[Consultation]:
    """Return what other agencies were asked; one that has not answered can still do so."""
    answers = {step.asked: step for step in past.steps if step.verb == "answer_consultation"}
    found = []
    for step in past.steps:
        if step.verb != "consult" or not step.asked:
            continue
        answer = answers.get(step.asked)
        found.append(
            Consultation(
                dossier=row,
                agency=step.asked,
                asked_by_agency=past.agency,
                asked_by_id=past.assignee,
                asked_at=step.at,
                due_at=due_in_days(step.days, step.at, row),
                days=step.days,
                sealed_question=seal_with(key, step.words or None, "question"),
                sealed_answer=seal_with(key, answer.words or None, "answer") if answer else None,
                agrees=answer.agrees if answer else None,
                answered_at=answer.at if answer else None,
            )
        )
    return found


def _clocked(past: PastDossier, row: Dossier, actions: list[Action]) -> None:
    limit, watch, offices = limit_of(row), watch_of(flow_of(row)), calendar.value()
    moments = moments_of(actions)
    for number, action in enumerate(actions, start=1):
        reading = rule.read(moments[:number], limit, offices, now=action.at, watch=watch)
        action.due_at, action.runs = reading.due_at, reading.running
        if action.verb == "accept":
            row.promised_at = reading.due_at
    row.due_at = row.plain_due_at = reading.due_at
    row.runs = reading.running
    row.queue_at = reading.due_at or row.submitted_at or row.created_at


def _number(rows: list[Dossier]) -> None:
    """Give codes within the days on which dossiers were accepted, after those given already."""
    days: dict[tuple[str, date], list[Dossier]] = {}
    for row in rows:
        if row.accepted_at is not None:
            days.setdefault((row.agency, clock.local(row.accepted_at).date()), []).append(row)
    for (agency, day), found in days.items():
        counted, _new = DayNumber.objects.get_or_create(agency=agency, series="dossier", day=day)
        for row in sorted(found, key=_accepted):
            counted.last += 1
            row.code = f"{agency}-{day:%y%m%d}-{counted.last:04d}"
        counted.save(update_fields=["last"])


def _accepted(row: Dossier) -> datetime:
    return row.accepted_at or row.created_at


def _parts(past: PastDossier, row: Dossier, key: bytes) -> list[Component]:
    return [
        Component(
            dossier=row,
            kind=part.kind,
            key=part.key,
            origin=part.origin,
            state="held",
            locked=part.origin == "fetched",
            sealed=seal_with(key, part.value, part.key),
            source=part.source,
            fetched_at=row.created_at if part.origin == "fetched" else None,
            changed_at=row.created_at,
        )
        for part in past.parts
    ]


def _entry(row: Dossier) -> EntryDraft:
    return EntryDraft(
        events.IMPORTED,
        f"dossier:{row.uid}",
        at=row.changed_at,
        agency=row.agency,
        unit=row.unit,
        audience="named",
        data={"state": row.state, "procedure": row.procedure, "channel": row.channel, "actions": row.version - 1},
    )
