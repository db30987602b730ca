"""Work on a report: dispatch, hand over, take, assign, ask, answer, close, reopen, note."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock, limits
from huong.base.errors import BadInput
from huong.people.models import User
from huong.reports import events
from huong.reports.actions import family, hops, moving
from huong.reports.actions import photos as pictures
from huong.reports.actions.windows import require_window
from huong.reports.models import Report
from huong.reports.queries.book import book, offices
from huong.reports.rules import clocks
from huong.reports.rules.nouns import NORMAL, URGENT


@transaction.atomic
def dispatch(
    number: str, *, to: str, by: User, receiver: int | None = None, text: str = "", version: int | None = None
) -> Report:
    """Send an accepted report to the agency that must answer, with a clock of its own for it.

    Args:
        to: the agency's code.
        receiver: the id of a person there, if one shall have it.
        text: a note for the agency.

    Raises:
        NotFound: no such report or agency.
        BadInput: the agency has ended; the receiver holds no post there.
        Overtaken, WrongState, Forbidden: see `moving.allowed`.

    Records: `reports.dispatched`.
    """
    return _pass_on(number, "dispatch", events.DISPATCHED, to=to, by=by, receiver=receiver, text=text, version=version)


@transaction.atomic
def hand_over(
    number: str, *, to: str, text: str, by: User, receiver: int | None = None, version: int | None = None
) -> Report:
    """Hand a report over to another agency, which is named, with a reason that the citizen reads.

    The citizen's promise stays; the new agency gets a clock of its own.

    Args:
        to: the agency's code.
        text: why.
        receiver: the id of a person there, if one shall have it.

    Raises:
        BadInput: no reason; the agency has it already, or has ended; the receiver holds no post there.
        Overtaken, WrongState, Forbidden: see `moving.allowed`.

    Records: `reports.handed_over`.
    """
    return _pass_on(
        number, "hand_over", events.HANDED_OVER, to=to, by=by, receiver=receiver, text=text, version=version
    )


def _pass_on(
    number: str, verb: str, event: str, *, to: str, by: User, receiver: int | None, text: str, version: int | None
) -> Report:
    report = moving.found(number)
    rule = moving.allowed(report, verb, by=by, version=version, text=text)
    agency, before = hops.agency_named(to), report.agency
    if verb == "hand_over" and agency.code == before:
        raise BadInput(_("%(agency)s has this report already.") % {"agency": agency}, code="same_agency", field="to")
    person = hops.receiver_named(receiver, agency.code)
    entry = moving.change(
        report, event, by=by, state=rule.targets[0], agency=agency.code, assignee=person, facts={"from": before}
    )
    public = verb == "hand_over"
    reason = moving.say(report, entry, "reason", text, by=by, public=public, for_reporter=public)
    hops.begin(report, agency.code, by=by, reason=reason, receiver=person, from_agency=before)
    return report


@transaction.atomic
def take(number: str, *, by: User | None, version: int | None = None) -> Report:
    """Take a report in hand: the citizen sees that somebody works on it, and the ladder of danger stops.

    Args:
        by: None for the system of another city that works on it, which the caller has checked.

    Records: `reports.taken`.
    """
    report = moving.found(number)
    rule = moving.allowed(report, "take", by=by, version=version)
    calm = {"escalate_at": None} if report.priority > URGENT else {}
    moving.change(report, events.TAKEN, by=by, state=rule.targets[0], assignee=by, **calm)
    hop = hops.running(report)
    if hop is not None and hop.taken_at is None:
        hops.set_columns(hop, {"taken_at": clock.now()})
    return report


@transaction.atomic
def assign(number: str, *, to: int | None, by: User, version: int | None = None) -> Report:
    """Give a report to a person of the agency that has it, or to nobody.

    Raises:
        BadInput: the person holds no post there.

    Records: `reports.assigned`.
    """
    report = moving.found(number)
    moving.allowed(report, "assign", by=by, version=version)
    person = hops.receiver_named(to, report.agency)
    moving.change(report, events.ASSIGNED, by=by, assignee=person, facts={"to": to})
    return report


@transaction.atomic
def ask(number: str, *, text: str, by: User, version: int | None = None) -> Report:
    """Ask the citizen something; the clocks stand until the answer.

    Records: `reports.asked`.
    """
    report = moving.found(number)
    rule = moving.allowed(report, "ask", by=by, version=version, text=text)
    hop = hops.running(report)
    entry = moving.change(report, events.ASKED, by=by, state=rule.targets[0], escalate_at=None, **hops.stopped(report))
    if hop is not None:
        hops.set_columns(hop, hops.stopped(hop))
        Report.objects.filter(pk=report.pk).update(hop_due_at=hop.due_at)
    moving.say(report, entry, "question", text, by=by)
    return report


@transaction.atomic
def reply(number: str, *, text: str = "", photos: tuple[str, ...] = ()) -> Report:
    """Take the citizen's words in: the answer to a question lets the clocks go on; else they are added.

    The caller has checked that it is the citizen (private link, or signed in).

    Raises:
        BadInput: nothing is said.
        WrongState: the report takes no more words.
        TooMany: more than thirty within an hour.

    Records: `reports.replied` or `reports.added`.
    """
    report = moving.found(number)
    limits.take(f"reports.reply:{report.pk}", rate=30, per=timedelta(hours=1))
    waiting = report.state == "asked"
    rule = moving.allowed(report, "reply" if waiting else "add", by=None)
    if not text.strip() and not photos:
        raise BadInput(_("Please write something, or add a photo."), code="text_needed", field="text")
    entry = _resume(report, rule.targets[0]) if waiting else moving.change(report, events.ADDED, by=None)
    said = moving.say(report, entry, "reply", text, by=None)
    pictures.attach(report, photos, by=None, message=said)
    return report


def _resume(report: Report, state: str) -> Any:
    hop = hops.running(report)
    times = hops.going_on(report)
    due_at = times.get("due_at", report.due_at)
    times["escalate_at"] = hops.next_rung(report.priority, due_at, report.escalated)
    if hop is not None:
        hops.set_columns(hop, hops.going_on(hop))
        times["hop_due_at"] = hop.due_at
    facts = {"due": due_at.isoformat() if due_at else None}
    return moving.change(report, events.REPLIED, by=None, state=state, facts=facts, **times)


@transaction.atomic
def answer(
    number: str,
    *,
    text: str,
    by: User | None,
    public: bool = True,
    photos: tuple[str, ...] = (),
    version: int | None = None,
) -> Report:
    """Answer the citizen; the matter is dealt with, and can be rated.

    Args:
        text: what was done.
        by: None for the system of another city that worked on it, which the caller has checked.
        public: whether everybody reads it (of a public report).
        photos: public ids of photos taken in before, of the work done.

    Records: `reports.answered`.
    """
    return _end(
        number, "answer", events.ANSWERED, "answer", text=text, by=by, public=public, photos=photos, version=version
    )


@transaction.atomic
def close(number: str, *, text: str, by: User | None, public: bool = True, version: int | None = None) -> Report:
    """Close a report without a solution, with a reason that the citizen reads; `by` as in `answer`.

    Records: `reports.closed`.
    """
    return _end(number, "close", events.CLOSED, "reason", text=text, by=by, public=public, photos=(), version=version)


def _end(
    number: str,
    verb: str,
    event: str,
    kind: str,
    *,
    text: str,
    by: User | None,
    public: bool,
    photos: tuple[str, ...],
    version: int | None,
) -> Report:
    report = moving.found(number)
    rule = moving.allowed(report, verb, by=by, version=version, text=text)
    times = hops.going_on(report)  # answered while the citizen was asked: the clock counts up to now
    due_at = times.get("due_at", report.due_at)
    entry = moving.change(
        report,
        event,
        by=by,
        state=rule.targets[0],
        closed_at=clock.now(),
        escalate_at=None,
        facts={"late": bool(due_at and due_at < clock.now()), "due": due_at.isoformat() if due_at else None},
        **times,
    )
    hops.end(report)
    said = moving.say(report, entry, kind, text, by=by, public=public)
    pictures.attach(report, photos, by=by, message=said)
    family.parent_may_be_done(report)
    return report


@transaction.atomic
def reopen(number: str, *, text: str, by: User | None, version: int | None = None) -> Report:
    """Open an answered report again at the agency that answered, with a new promise.

    Args:
        by: the officer; None for the citizen (whom the caller has checked), within the city's window only.

    Raises:
        WrongState: the window is over, or the state does not allow it.

    Records: `reports.reopened`.
    """
    report = moving.found(number)
    return reopened(report, text=text, by=by, version=version)


def reopened(report: Report, *, text: str, by: User | None, version: int | None = None) -> Report:
    """Open a found report again; the caller holds the transaction."""
    rule = moving.allowed(report, "reopen", by=by, version=version, text=text)
    if by is None:
        require_window(report, "reopen_days")
    promise = hops.promise(report)
    entry = moving.change(
        report,
        events.REOPENED,
        by=by,
        state=rule.targets[0],
        closed_at=None,
        accepted_at=report.accepted_at or clock.now(),
        reopened=report.reopened + 1,
        rating="",
        facts={"due": promise["due_at"].isoformat(), "round": report.reopened + 1},
        **promise,
    )
    moving.say(report, entry, "reason" if by else "reply", text, by=by)
    hops.begin(report, report.agency, by=by, from_agency=report.agency)
    return report


@transaction.atomic
def note(number: str, *, text: str, by: User, photos: tuple[str, ...] = ()) -> Report:
    """Add an internal note, which no citizen reads.

    Args:
        photos: public ids of photos taken in before; only officers see them.

    Records: `reports.noted`.
    """
    report = moving.found(number)
    moving.allowed(report, "note", by=by, text=text)
    entry = moving.change(report, events.NOTED, by=by)
    said = moving.say(report, entry, "note", text, by=by, for_reporter=False)
    pictures.attach(report, photos, by=by, message=said, is_public=False)
    return report


@transaction.atomic
def tell(number: str, *, text: str, by: User | None, public: bool = True, version: int | None = None) -> Report:
    """Tell the citizen (and everybody) how it stands, without changing the state: "seen, not yet verified".

    Args:
        by: None for the system of another city that works on it, which the caller has checked.

    Records: `reports.told`.
    """
    report = moving.found(number)
    moving.allowed(report, "tell", by=by, version=version, text=text)
    entry = moving.change(report, events.TOLD, by=by)
    moving.say(report, entry, "update", text, by=by, public=public)
    return report


@transaction.atomic
def prioritise(number: str, *, priority: int, by: User, version: int | None = None) -> Report:
    """Make a report urgent or normal; its clock is set anew from the acceptance, by today's rules.

    Raises:
        BadInput: no such urgency.

    Records: `reports.prioritised`.
    """
    if priority not in {NORMAL, URGENT}:
        raise BadInput(_("A report is normal or urgent; danger to life is asked for as rescue."), field="priority")
    report = moving.found(number)
    moving.allowed(report, "prioritise", by=by, version=version)
    fields: dict[str, Any] = {"priority": priority}
    if report.accepted_at is not None and report.left_us is None:
        fields |= _clock_anew(report, report.category, priority)
    due_at = fields.get("due_at", report.due_at)
    moving.change(report, events.PRIORITISED, by=by, facts={"due": due_at.isoformat() if due_at else None}, **fields)
    return report


def _clock_anew(report: Report, category: str, priority: int) -> dict[str, Any]:
    amount = book().span_of(category, priority)
    due_at, late3_at = clocks.due(report.accepted_at or clock.now(), amount, offices())
    return {
        "due_at": due_at,
        "late3_at": late3_at,
        "office_clock": amount.office,
        "escalate_at": hops.next_rung(priority, due_at, report.escalated),
    }
