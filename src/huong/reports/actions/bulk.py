"""One move on many reports at once, which can be undone for a while."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from huong.base import clock, ids
from huong.base.errors import BadInput, HuongError, NotFound, WrongState
from huong.journal import actions as journal
from huong.people.models import User
from huong.reports import events
from huong.reports.actions import family, handling, hops, moving, screening, sorting
from huong.reports.models import Bulk, BulkItem, Hop, Message, Report
from huong.reports.queries.book import book

MOST = 500
Verb = Callable[..., Report]
VERBS: dict[str, Verb] = {
    "accept": screening.accept,
    "dispatch": handling.dispatch,
    "hand_over": handling.hand_over,
    "take": handling.take,
    "assign": handling.assign,
    "answer": handling.answer,
    "close": handling.close,
    "prioritise": handling.prioritise,
    "recategorise": sorting.recategorise,
    "tell": handling.tell,
    "join": family.join,
}
KEPT = (
    "state", "is_open", "category", "main", "category_version", "priority", "is_public", "agency", "assignee_id",
    "accepted_at", "closed_at", "due_at", "late3_at", "hop_due_at", "left_us", "left3_us", "office_clock", "promise",
    "promise_en", "escalated", "escalate_at", "parent_id", "rating", "out_channel",
)  # fmt: skip
TIMES = {name for name in KEPT if name.endswith("_at")}


@dataclass
class Outcome:
    """What became of a move on many: its id for undoing, who was moved, who refused and why."""

    uid: str
    done: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def bulk(numbers: Iterable[str], *, verb: str, by: User, **options: Any) -> Outcome:
    """Make one move on many reports; each is its own transaction and entry, refusals are named and stop nobody else.

    Args:
        numbers: at most 500.
        verb: one of `VERBS`.
        options: what the verb takes: to, text, category ...

    Returns:
        The outcome; its `uid` is for `undo`, until the city's window (`undo_minutes`) is over.

    Raises:
        BadInput: no such verb, or too many reports.
    """
    wanted = list(dict.fromkeys(numbers))
    if verb not in VERBS:
        raise BadInput(_("This move cannot be made on many reports at once."), code="no_such_verb")
    if not 0 < len(wanted) <= MOST:
        raise BadInput(_("Choose at most %(most)d reports at a time.") % {"most": MOST}, code="too_many_reports")
    at = clock.now()
    minutes = int(book().setting("undo_minutes", 10))
    held = Bulk.objects.create(uid=ids.new_id(), by=by, verb=verb, at=at, until=at + timedelta(minutes=minutes))
    outcome = Outcome(held.uid)
    for number in wanted:
        try:
            _one(held, number, by=by, **options)
            outcome.done.append(number)
        except HuongError as error:
            outcome.refused.append((number, error.message))
    return outcome


@transaction.atomic
def _one(held: Bulk, number: str, *, by: User, **options: Any) -> None:
    before = moving.found(number)
    kept = {name: getattr(before, name) for name in KEPT}
    report = VERBS[held.verb](number, by=by, **options)
    entry = moving.last_entry(report)
    plain = json.loads(json.dumps(kept, default=lambda at: at.isoformat()))
    BulkItem.objects.create(bulk=held, report=report, before=plain, version=report.version, entry=entry)


def undo(uid: str, *, by: User) -> Outcome:
    """Put the reports of a move on many back as they were, where nobody has touched them since.

    Citizens are told of a move on many only when its window is over, so nobody has heard of it.

    Raises:
        NotFound: the person made no such move.
        WrongState: it was undone already, or the window is over.

    Records: `reports.undone` for each, `reports.bulk_undone`.
    """
    held = Bulk.objects.filter(uid=uid, by=by).first()
    if held is None:
        raise NotFound(_("There is nothing to undo."))
    won = Bulk.objects.filter(pk=held.pk, undone_at=None, until__gte=clock.now()).update(undone_at=clock.now())
    if not won:
        raise WrongState(_("This can no longer be undone."))
    outcome = Outcome(uid)
    for item in held.items.select_related("report").order_by("id"):
        if _put_back(item, by=by):
            outcome.done.append(item.report.number)
        else:
            outcome.refused.append((item.report.number, str(moving.overtaken(moving.seen(item.report.number)).message)))
    journal.record(events.BULK_UNDONE, uid, by=by.pk, count=len(outcome.done), kept=len(outcome.refused))
    return outcome


@transaction.atomic
def _put_back(item: BulkItem, *, by: User) -> bool:
    report = moving.found(item.report.number)
    if report.version != item.version:
        return False
    before = {name: _value(name, value) for name, value in item.before.items()}
    moving.change(report, events.UNDONE, by=by, facts={"entry": item.entry}, **before)
    Message.objects.filter(report=report, entry=item.entry).update(withdrawn_at=clock.now(), is_public=False)
    _put_legs_back(report, item)
    BulkItem.objects.filter(pk=item.pk).update(undone=True)
    return True


def _value(name: str, value: Any) -> Any:
    return parse_datetime(value) if name in TIMES and isinstance(value, str) else value


def _put_legs_back(report: Report, item: BulkItem) -> None:
    """Take the legs away that began with the move, and let the one before run on."""
    Hop.objects.filter(report=report, started_at__gte=item.bulk.at).delete()
    last = Hop.objects.filter(report=report, ended_at__gte=item.bulk.at).order_by("-started_at", "-id").first()
    if last is not None and hops.running(report) is None:
        hops.set_columns(last, {"ended_at": None})
