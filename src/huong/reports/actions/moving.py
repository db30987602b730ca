"""How every verb moves a report: found, allowed, changed once, written down, said."""

from typing import Any

from django.db.models import F, Q
from django.utils import formats
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.errors import BadInput, NotFound, WrongState
from huong.journal import actions as journal
from huong.journal import queries as entries
from huong.journal.models import Entry
from huong.people import access
from huong.people.models import User
from huong.reports.actions import words
from huong.reports.errors import Overtaken
from huong.reports.models import Report, ReportWords
from huong.reports.queries.book import book
from huong.reports.rules import numbers
from huong.reports.rules.marks import marks_of, pin_of
from huong.reports.rules.nouns import Transition

PUBLIC_EVENTS = {
    "accepted", "dispatched", "handed_over", "taken", "answered", "closed", "reopened",
    "rated", "merged", "referred", "told", "imported",
}  # fmt: skip


def found(number: str) -> Report:
    """Return a report by its number, locked where the database locks rows.

    Raises:
        NotFound: no report has this number.
    """
    report = Report.objects.select_for_update().filter(pk=numbers.id_of(number)).first()
    if report is None:
        raise NotFound(_("No report has the number %(number)s.") % {"number": number[:40]})
    return report


def seen(number: str) -> Report:
    """Return a report by its number, to look at.

    Raises:
        NotFound: no report has this number.
    """
    report = Report.objects.filter(pk=numbers.id_of(number)).first()
    if report is None:
        raise NotFound(_("No report has the number %(number)s.") % {"number": number[:40]})
    return report


def allowed(
    report: Report, verb: str, *, by: User | None, version: int | None = None, text: str | None = None
) -> Transition:
    """Return the city's rule for a move, if it may be made now by this person.

    Args:
        by: who moves; None for the citizen and the platform, whom the caller has checked.
        version: the version the person looked at; None if they looked at none.
        text: the words given; None where the move has none.

    Raises:
        Overtaken: the report changed since the person looked at it.
        WrongState: its state does not allow this.
        Forbidden: the person has no such power in the report's agency.
        BadInput: words are needed.
    """
    rule = book().transitions.get(verb)
    if rule is None:
        raise WrongState(_("The city has no rule for this move (%(verb)s).") % {"verb": verb})
    stale = version is not None and version != report.version
    if by is not None and rule.power and not (stale and _had_it(report, by)):
        access.require_power(by, rule.power, report.agency)
    if stale:
        raise overtaken(report)
    if report.state not in rule.sources:
        raise overtaken(report) if report.changed_by_id not in {None, by.pk if by else None} else _not_now(report)
    if rule.text and text is not None and not text.strip():
        said = _("Please write a few words: the citizen will read them.")
        asked = _("Please say in a few words what is still wrong, or choose a reason.")
        raise BadInput(said if by else asked, code="text_needed", field="text")
    return rule


def _had_it(report: Report, by: User) -> bool:
    """Return whether an agency of this person had the report before: they are told who took it on."""
    mine = access.agencies_of(by)
    return report.hops.filter(Q(agency__in=mine) | Q(from_agency__in=mine)).exists()


def _not_now(report: Report) -> WrongState:
    return WrongState(
        _("%(number)s is “%(state)s” now, so this is not possible.")
        % {"number": report.number, "state": state_name(report.state)},
        state=report.state,
    )


def overtaken(report: Report) -> Overtaken:
    """Return the refusal for somebody who came second: who was first, when, and what the state is now."""
    who = str(report.changed_by) if report.changed_by else _("The citizen")
    return Overtaken(
        _("%(who)s changed %(number)s at %(time)s: it is “%(state)s” now. What you typed was not lost.")
        % {
            "who": who,
            "number": report.number,
            "time": formats.time_format(clock.local(report.changed_at), "H:i"),
            "state": state_name(report.state),
        },
        state=report.state,
        version=report.version,
        by=who,
        at=report.changed_at.isoformat(),
    )


def state_name(state: str) -> str:
    """Return the name of a state in the reader's language."""
    held = book().states.get(state)
    if held is None:
        return state
    return held.name_en if (get_language() or "vi").startswith("en") else held.name


def change(report: Report, event: str, *, by: User | None, facts: dict[str, Any] | None = None, **fields: Any) -> Entry:
    """Change a report if nobody did since it was read, and write the entry down.

    Args:
        report: as it was read; it carries the new values afterwards.
        event: one of `events`.
        facts: further facts of the entry.
        fields: the columns that change.

    Raises:
        Overtaken: somebody else changed it meanwhile.
    """
    was = {"was_state": report.state, "was_category": report.category, "was_agency": report.agency}
    was_unit, was_pin = report.unit, pin(report)
    if "state" in fields:
        fields.setdefault("is_open", book().is_open(fields["state"]))
    now = clock.now()
    fields |= {"changed_at": now, "changed_by": by, "queue_at": fields.get("due_at", report.due_at) or now}
    moved = Report.objects.filter(pk=report.pk, version=report.version).update(version=F("version") + 1, **fields)
    if not moved:
        raise overtaken(Report.objects.select_related("changed_by").get(pk=report.pk))
    _mark(report, fields)
    report.version += 1
    for name, value in fields.items():
        setattr(report, name, value)
    pins = {"pin": pin(report), "was_pin": was_pin} if pin(report) != was_pin else {}
    return record(report, event, by=by, was_unit=was_unit, **was, **pins, **(facts or {}))


def pin(report: Report) -> str:
    """Return where the map of answered reports counts a report, as it stands."""
    return pin_of(
        is_open=report.is_open,
        is_public=report.is_public,
        merged=report.merged_into_id is not None,
        unit=report.unit,
        cell=report.cell,
        main=report.main,
        received=clock.local(report.received_at).date(),
    )


def marks(report: Report) -> str:
    """Return by which agency, unit and kind a search in words finds a report."""
    return marks_of(agency=report.agency, unit=report.unit, main=report.main)


def _mark(report: Report, fields: dict[str, Any]) -> None:
    """Let searches in words find a report where it is now."""
    where = {name: fields[name] for name in ("agency", "unit", "main") if name in fields}
    if any(value != getattr(report, name) for name, value in where.items()):
        now = {"agency": report.agency, "unit": report.unit, "main": report.main} | where
        ReportWords.objects.filter(report=report).update(marks=marks_of(**now))


def record(report: Report, event: str, *, by: User | None, **facts: Any) -> Entry:
    """Write down what happened to a report: ids and codes, never words."""
    public = report.is_public and event.split(".")[1] in PUBLIC_EVENTS
    return journal.record(
        event,
        report.number,
        by=by.pk if by else None,
        agency=report.agency,
        unit=report.unit,
        audience="public" if public else "staff",
        state=report.state,
        category=report.category,
        priority=report.priority,
        version=report.version,
        **facts,
    )


def last_entry(report: Report) -> int:
    """Return the id of the newest entry about a report."""
    return entries.entries_about(report.number, limit=1)[0].pk


def say(report: Report, entry: Entry, kind: str, text: str, *, by: User | None, **options: Any) -> Any:
    """Keep the words of an entry, if there are any."""
    return words.keep(report, entry, kind, text, by=by, **options) if text.strip() else None
