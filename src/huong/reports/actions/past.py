"""Reports of the past are taken over with their stories, many at once: history of other systems, a demonstration."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from django.db import transaction

from huong.base import ids
from huong.base.text import fold
from huong.journal import actions as journal
from huong.journal import queries as entries
from huong.journal.models import Entry
from huong.reports.actions import moving
from huong.reports.models import Hop, Message, Rating, Report, ReportWords
from huong.reports.queries.book import book
from huong.reports.rules import masking
from huong.reports.rules.marks import marks_of
from huong.reports.rules.past import DESCRIPTION, Past, Step

BATCH = 100


def take_over(pasts: Sequence[Past], *, source: str) -> list[Report]:
    """Take reports over with their stories, in transactions of at most 100, none longer than a quarter of a second.

    Nobody is told of what happened long ago: its entries say that they are of the past.

    Args:
        pasts: each with its steps, oldest first.
        source: which other system they come from.

    Returns:
        The reports, in the same order.

    Records: what each step says, at its own time.
    """
    found: list[Report] = []
    waiting = iter(pasts)
    while batch := list(islice(waiting, BATCH)):
        ready = [_prepared(past, source) for past in batch]  # before the transaction: it only writes
        with transaction.atomic():
            found += _written(batch, ready)
    return found


@dataclass(frozen=True)
class _Ready:
    """A report that only has to be written: its row, its words to be searched, the words of its steps covered."""

    row: Report
    folded: str
    said: tuple[masking.Masked, ...]


def _prepared(past: Past, source: str) -> _Ready:
    description = masking.masked(past.text)
    said = tuple(description if step.kind == DESCRIPTION else masking.masked(step.text) for step in past.steps)
    row = _row(past, masking.title_of(description.text), source)
    return _Ready(row, fold(f"{description.text} {row.place}"), said)


def _written(pasts: list[Past], ready: list[_Ready]) -> list[Report]:
    reports = Report.objects.bulk_create([each.row for each in ready])
    ReportWords.objects.bulk_create(
        [
            ReportWords(
                report=report,
                folded=each.folded,
                marks=marks_of(agency=report.agency, unit=report.unit, main=report.main),
            )
            for report, each in zip(reports, ready, strict=True)
        ]
    )
    told = [
        (report, past, step, said)
        for report, past, each in zip(reports, pasts, ready, strict=True)
        for step, said in zip(past.steps, each.said, strict=True)
    ]
    _say(told, _record(reports, pasts))
    Hop.objects.bulk_create(
        [_hop(report) for report in reports if report.agency and report.accepted_at is not None],
    )
    Rating.objects.bulk_create(
        [
            Rating(
                report=report,
                round=past.reopened,
                level=past.rating,
                answers=list(past.rated),
                at=past.steps[-1].at,
            )
            for report, past in zip(reports, pasts, strict=True)
            if past.rating
        ]
    )
    return reports


def main_of(category: str) -> str:
    """Return the main category of a kind, as the city's rules have it."""
    held = book().categories.get(category)
    return held.parent if held and held.parent else category.split(".", maxsplit=1)[0]


def _row(past: Past, title: str, source: str) -> Report:
    last = past.steps[-1].at
    return Report(
        uid=ids.new_id(),
        state=past.state,
        is_open=past.is_open,
        category=past.category,
        main=main_of(past.category),
        category_version=past.category_version,
        priority=past.priority,
        channel=past.channel,
        lang=past.lang,
        is_public=past.is_public,
        title=title,
        unit=past.unit,
        unit_then=past.unit,
        unit_on=past.unit_on or past.received_at.date(),
        lon=past.lon,
        lat=past.lat,
        cell=past.cell,
        place=past.place,
        agency=past.agency,
        assignee_id=past.assignee_id,
        received_at=past.received_at,
        accepted_at=past.accepted_at,
        closed_at=past.closed_at,
        due_at=past.due_at,
        late3_at=past.late3_at,
        hop_due_at=past.due_at if past.is_open else None,
        queue_at=past.due_at or last,
        promise=past.promise,
        promise_en=past.promise_en,
        rating=past.rating,
        reopened=past.reopened,
        followers=past.followers,
        asks=dict(past.asks),
        external_source=source if past.external_id else "",
        external_id=past.external_id,
        external_status=past.external_status,
        version=len(past.steps),
        changed_at=last,
    )


def _record(reports: list[Report], pasts: list[Past]) -> list[Entry]:
    """Write every step down and return the entries, report by report."""
    drafts = [
        draft
        for report, past in zip(reports, pasts, strict=True)
        for draft in _drafts(report, past.steps, public=past.is_public, pin=moving.pin(report))
    ]
    journal.record_many(drafts)
    order = {report.number: place for place, report in enumerate(reports)}
    found = entries.entries_of(list(order), names=("reports.*",))
    return sorted(found, key=lambda entry: (order[entry.subject], entry.pk))


def _drafts(
    report: Report, steps: Sequence[Step], *, public: bool, pin: str, since: str = ""
) -> list[journal.EntryDraft]:
    found, was = [], {"was_state": since, "was_category": "", "was_agency": "", "was_unit": ""}
    if since:
        was = {
            "was_state": since,
            "was_category": report.category,
            "was_agency": report.agency,
            "was_unit": report.unit,
        }
    for number, step in enumerate(steps, start=report.version + 1 if since else 1):
        agency = step.agency or report.agency
        pins = {"pin": pin, "was_pin": ""} if pin and step is steps[-1] else {}
        found.append(
            journal.EntryDraft(
                f"reports.{step.event}",
                report.number,
                by=step.by,
                at=step.at,
                agency=agency,
                unit=report.unit,
                audience="public" if public else "staff",
                data={
                    "state": step.state,
                    "category": report.category,
                    "priority": report.priority,
                    "version": number,
                    "past": True,
                    "cell": report.cell,
                    **was,
                    **pins,
                    **step.facts,
                },
            )
        )
        was = {"was_state": step.state, "was_category": report.category, "was_agency": agency, "was_unit": report.unit}
    return found


def _say(told: list[tuple[Report, Past, Step, masking.Masked]], held: list[Entry]) -> None:
    Message.objects.bulk_create(
        [
            _message(report, past, step, said, entry)
            for (report, past, step, said), entry in zip(told, held, strict=True)
            if step.kind and (step.text or past.text)
        ]
    )


def _message(report: Report, past: Past, step: Step, said: masking.Masked, entry: Entry) -> Message:
    return Message(
        report=report,
        entry=entry.pk,
        at=step.at,
        kind=step.kind,
        is_public=past.is_public and step.kind in {DESCRIPTION, "answer", "update"},
        text=said.text,
        lang=past.lang,
        by_id=step.by,
        agency=step.agency if step.kind != DESCRIPTION else "",
        covered=",".join(dict.fromkeys(said.found)),
    )


def _hop(report: Report) -> Hop:
    return Hop(
        report=report,
        agency=report.agency,
        started_at=report.accepted_at or report.received_at,
        ended_at=report.closed_at,
        due_at=report.due_at,
        late3_at=report.late3_at,
    )


def end_since(report: Report, past: Past, step: Step) -> list[journal.EntryDraft]:
    """Return the entry of a report that ended in the other system since it was taken over; the row is changed.

    The caller holds the transaction and records the entry.
    """
    report.is_open = False
    drafts = _drafts(report, [step], public=report.is_public, pin=moving.pin(report), since=report.state)
    Report.objects.filter(pk=report.pk).update(
        state=past.state,
        is_open=False,
        closed_at=past.closed_at,
        due_at=past.due_at,
        external_status=past.external_status,
        version=report.version + 1,
        changed_at=step.at,
    )
    Hop.objects.filter(report=report, ended_at=None).update(ended_at=past.closed_at)
    return drafts
