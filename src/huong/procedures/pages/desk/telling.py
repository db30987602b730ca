"""A dossier's story and its clocks in words for officers."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huong.base import clock
from huong.people.names import Names
from huong.procedures.models import Action, Dossier
from huong.procedures.queries import clocks, state_name
from huong.procedures.rules.times import Reading
from huong.ui import words

VERBS: dict[str, tuple[str | Promise, str]] = {
    "begin": (gettext_lazy("Begun"), "pencil"),
    "help": (gettext_lazy("Somebody came with the applicant’s code to help"), "users"),
    "submit": (gettext_lazy("Sent"), "send"),
    "request_supplement": (gettext_lazy("The applicant was asked for what is missing"), "circle-help"),
    "supply": (gettext_lazy("The applicant sent what was missing"), "message-square"),
    "accept": (gettext_lazy("Accepted"), "check"),
    "refuse": (gettext_lazy("Refused"), "circle-x"),
    "start": (gettext_lazy("Work began"), "play"),
    "assign": (gettext_lazy("Given to a person"), "user-check"),
    "hand_over": (gettext_lazy("Handed over"), "share-2"),
    "undo": (gettext_lazy("Taken back"), "undo-2"),
    "consult": (gettext_lazy("Another agency was asked for its opinion"), "users"),
    "answer_consultation": (gettext_lazy("An agency that was asked answered"), "message-square"),
    "suspend": (gettext_lazy("Put on hold"), "circle-pause"),
    "resume": (gettext_lazy("Work goes on"), "play"),
    "extend": (gettext_lazy("A new day was promised, with an apology"), "calendar"),
    "require_fee": (gettext_lazy("A fee is to be paid"), "id-card"),
    "pay": (gettext_lazy("The fee was paid"), "circle-check"),
    "verify": (gettext_lazy("Verified"), "shield-check"),
    "note": (gettext_lazy("Internal note"), "pencil"),
    "propose": (gettext_lazy("The result waits for signature"), "file-text"),
    "return_for_work": (gettext_lazy("Given back for work"), "undo-2"),
    "decide": (gettext_lazy("The result is signed"), "file-check"),
    "deliver": (gettext_lazy("The result was handed over"), "circle-check"),
    "withdraw": (gettext_lazy("Withdrawn by the applicant"), "undo-2"),
    "correct": (gettext_lazy("The result is being corrected"), "wrench"),
    "keep": (gettext_lazy("The result stays as it is"), "file-check"),
    "rate": (gettext_lazy("The applicant rated how it went"), "hand-heart"),
}
OUTCOMES: dict[str, str | Promise] = {
    "same": gettext_lazy("the source says the same"),
    "different": gettext_lazy("the source says something else"),
    "nothing": gettext_lazy("the source knows nothing about it"),
    "unavailable": gettext_lazy("the source does not answer now"),
    "seen": gettext_lazy("seen and right"),
}


def outcome_name(outcome: str) -> str:
    """Return the outcome of a comparison in words."""
    return str(OUTCOMES.get(outcome, outcome))


def told(
    actions: Sequence[Action], said: Mapping[int, str], named: Names, titles: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return the story, newest first, each action with its words and the fields and papers it names."""
    return [_moment(each, said.get(each.number, ""), named, titles) for each in reversed(actions)]


def _moment(action: Action, said: str, named: Names, titles: Mapping[str, str]) -> dict[str, Any]:
    label, icon = VERBS.get(action.verb, (action.verb, "activity"))
    return {
        "at": action.at,
        "late_entry": action.written_at - action.at > timedelta(minutes=5),
        "written_at": action.written_at,
        "label": label,
        "icon": icon,
        "who": _who(action),
        "agency": named.agency(action.agency) if action.agency and action.who != "citizen" else "",
        "to": named.agency(action.to_agency)
        if action.to_agency != action.agency and action.verb == "hand_over"
        else "",
        "words": said,
        "reasons": [(titles.get(each["part"], each["part"]), each.get("text", "")) for each in action.reasons],
        "detail": _detail(action, named, titles),
        "citizen": action.who == "citizen",
        "internal": not action.is_public and action.verb != "begin",
    }


def _who(action: Action) -> str:
    if action.helper:
        return _("a helper with the applicant’s code")
    if action.who == "citizen":
        return _("applicant")
    if action.who == "platform" or action.by is None:
        return _("the platform")
    return f"{action.by} ({_('for %(name)s') % {'name': action.deputy_for}})" if action.deputy_for else str(action.by)


def _detail(action: Action, named: Names, titles: Mapping[str, str]) -> str:
    facts = action.facts
    if action.verb == "verify":
        part = str(facts.get("part", ""))
        return f"{titles.get(part, part)}: {outcome_name(str(facts.get('outcome', '')))}"
    if action.verb == "undo":
        return str(VERBS[str(facts["undone"])][0])
    if action.verb in {"consult", "answer_consultation"}:
        agency = named.agency(str(facts.get("to", "")))
        if facts.get("silent"):
            return f"{agency}: {_('no answer in time')}"
        return agency if "agrees" not in facts else f"{agency}: {_('agrees') if facts['agrees'] else _('objects')}"
    return ""


def lines(dossier: Dossier, actions: Sequence[Action]) -> dict[str, Any]:
    """Return the clock of a dossier in words: what was promised, what holds now, with and without disruptions."""
    reading = clocks.reading_of(dossier, actions)
    step = clocks.step_reading_of(dossier, actions)
    return {
        "promised_at": dossier.promised_at,
        "due_at": reading.due_at,
        "moved": reading.due_at != dossier.promised_at and dossier.promised_at is not None,
        "plain_due_at": reading.due_without_disruptions if reading.due_without_disruptions != reading.due_at else None,
        "running": reading.running,
        "paused_since": reading.paused_since,
        "finished_at": reading.finished_at,
        "left": office(reading.left) if reading.left else "",
        "late": office(reading.overdue_by) if reading.overdue else "",
        "late_without": _late_without(reading),
        "step": step.due_at,
        "step_late": step.overdue,
    }


def _late_without(reading: Reading) -> str:
    """Return by how much it would be late had no disruption been declared, if that differs."""
    if reading.overdue_without_disruptions <= reading.overdue_by:
        return ""
    return office(reading.overdue_without_disruptions)


def office(length: timedelta) -> str:
    """Return a length of office time: working days of eight hours, else hours."""
    hours = length.total_seconds() / 3600
    if hours >= 8:
        return _("%(n)s working days") % {"n": words.number(round(hours / 8, 1))}
    return _("%(n)s working hours") % {"n": words.number(round(hours, 1))}


def hops(dossier: Dossier, actions: Sequence[Action], named: Names) -> list[dict[str, Any]]:
    """Return the legs of a dossier's way: which agency had it, how long, by which day, whether in time."""
    found: list[dict[str, Any]] = []
    for action in sorted(actions, key=lambda each: (each.at, each.number)):
        if action.from_state in {"", "draft"} and action.to_state == "draft":
            continue
        if found and found[-1]["code"] == action.to_agency:
            continue
        if found:
            found[-1]["ended_at"] = action.at
        days = float(action.facts.get("days") or 0) if action.verb == "hand_over" else 0.0
        due = clocks.hop_reading_of(dossier, actions, agency=action.to_agency, days=days).due_at if days else None
        found.append(
            {"code": action.to_agency, "agency": named.agency(action.to_agency), "started_at": action.at, "due_at": due}
        )
    for each in found:
        each.setdefault("ended_at", dossier.closed_at)
        each["running"] = each["ended_at"] is None
        each["late"] = bool(each["due_at"] and (each["ended_at"] or clock.now()) > each["due_at"])
    return found


def state_of(dossier: Dossier) -> str:
    """Return the state in words, as the version of the procedure names it."""
    return state_name(dossier.state, dossier.edition_id)
