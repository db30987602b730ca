"""The one engine: every verb on a dossier is found, allowed, written down as an action, and its clock read again.

`act` is called inside the transaction of a verb; nothing else changes a dossier.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils import formats
from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.errors import BadInput, Forbidden, NotFound, WrongState
from huong.journal import actions as journal
from huong.people import access
from huong.people.models import User
from huong.procedures import events
from huong.procedures.actions.wording import require_keepable
from huong.procedures.errors import Overtaken
from huong.procedures.models import Action, Dossier
from huong.procedures.queries.catalogue import state_name
from huong.procedures.queries.clocks import flow_of, reading_of, step_reading_of
from huong.procedures.queries.values import scope_of, seal
from huong.procedures.rules import flow
from huong.procedures.rules.flow import CITIZEN, OFFICER, PLATFORM, Move

CLOSED = frozenset({"delivered", "refused", "withdrawn"})
LONGEST = 8000
HELPED = frozenset({"draft", "supplement_wanted"})


@dataclass(frozen=True)
class Actor:
    """Who acts, and as whom.

    Attributes:
        who: `flow.CITIZEN` (the caller has proved that the dossier is theirs), `flow.OFFICER` or `flow.PLATFORM`.
        user: the account; None for the platform, and for somebody who came by a private link.
        helper: whether a helper types for her with her code.
        deputy_for: the name of whoever the officer stands in for.
    """

    who: str
    user: User | None = None
    helper: bool = False
    deputy_for: str = ""


def citizen(user: User | None, *, helper: bool = False) -> Actor:
    """Return a citizen, or a helper for her, as who acts."""
    return Actor(CITIZEN, user, helper)


def officer(user: User, *, deputy_for: str = "") -> Actor:
    """Return an officer as who acts; the engine asks for the power."""
    return Actor(OFFICER, user, deputy_for=deputy_for)


PLATFORM_ITSELF = Actor(PLATFORM)


@dataclass(frozen=True)
class Deed:
    """What is done, beside the verb.

    Attributes:
        words: what the applicant reads (or, for a note, the office); sealed.
        reasons: the fields and papers concerned: `{"part": path or key, "why": code, "text": sentence}`.
        facts: further facts of the action, plain and without personal values ("until", "to", "amount").
        version: the version somebody looked at; None if they looked at none.
        at: when it holds from, if not now: the true time of something typed in later.
        agency: whose power an officer needs, if not the dossier's: an agency that was asked.
        public: whether the applicant sees it in the story.
        columns: further columns of the dossier that change.
    """

    words: str = ""
    reasons: Sequence[Mapping[str, str]] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    version: int | None = None
    at: datetime | None = None
    agency: str = ""
    public: bool = True
    columns: Mapping[str, Any] = field(default_factory=dict)


def found(uid: str) -> Dossier:
    """Return a dossier by its public id, locked where the database locks rows.

    Raises:
        NotFound: there is none.
    """
    dossier = Dossier.objects.select_for_update().filter(uid=uid).first()
    if dossier is None:
        raise NotFound(_("There is no such dossier."))
    return dossier


def looked_at(uid: str) -> Dossier:
    """Return a dossier by its public id without a lock, for what is prepared before a transaction.

    Raises:
        NotFound: there is none.
    """
    dossier = Dossier.objects.filter(uid=uid).first()
    if dossier is None:
        raise NotFound(_("There is no such dossier."))
    return dossier


def allowed(dossier: Dossier, verb: str, actor: Actor, deed: Deed) -> Move:
    """Return the move, if it may be made now by this actor.

    Raises:
        Overtaken: the dossier changed since the person looked at it.
        WrongState: its state, or its version of the procedure, does not allow this.
        Forbidden: the officer has no such power there; a citizen tries what only offices do.
        BadInput: words or reasons are needed, or cannot be kept.
    """
    move = flow.moves_of(flow_of(dossier)).get(verb)
    if move is None:
        raise WrongState(_("This procedure does not know this step."), code="not_in_this_procedure")
    _require_actor(dossier, move, actor, deed)
    if deed.version is not None and deed.version != dossier.version:
        raise overtaken(dossier)
    if dossier.state not in move.sources:
        mine = {None, actor.user.pk if actor.user else None}
        raise overtaken(dossier) if dossier.changed_by_id not in mine else _not_now(dossier)
    require_keepable(deed.words, label=_("In your words"), field="words", most=LONGEST)
    if move.words and not deed.words.strip():
        raise BadInput(_("Please write a few words: the applicant will read them."), code="text_needed", field="words")
    if move.reasons and not deed.reasons:
        raise BadInput(
            _("Please name the field or paper concerned, with the reason for each."),
            code="reasons_needed",
            field="reasons",
        )
    return move


def _require_actor(dossier: Dossier, move: Move, actor: Actor, deed: Deed) -> None:
    if actor.who not in move.who:
        raise Forbidden(_("This step is not yours to take."))
    if actor.helper:  # who helps fills in; whatever moves a dossier is hers alone
        raise Forbidden(_("Only the applicant can do this."))
    if actor.who == OFFICER:
        access.require_power(actor.user, move.power, deed.agency or dossier.agency)  # type: ignore[arg-type]


def _not_now(dossier: Dossier) -> WrongState:
    return WrongState(
        _("This dossier is “%(state)s” now, so this is not possible.")
        % {"state": state_name(dossier.state, dossier.edition_id)},
        state=dossier.state,
    )


def overtaken(dossier: Dossier) -> Overtaken:
    """Return the refusal for somebody who came second: who was first, when, and what the state is now."""
    who = str(dossier.changed_by) if dossier.changed_by else _("The applicant")
    return Overtaken(
        _("%(who)s changed this dossier at %(time)s: it is “%(state)s” now. What you typed was not lost.")
        % {
            "who": who,
            "time": formats.time_format(clock.local(dossier.changed_at), "H:i"),
            "state": state_name(dossier.state, dossier.edition_id),
        },
        state=dossier.state,
        version=dossier.version,
        by=who,
        at=dossier.changed_at.isoformat(),
    )


def act(dossier: Dossier, verb: str, actor: Actor, deed: Deed | None = None, *, to: str = "") -> Action:
    """Do one thing to a dossier: check it, write it down, read its clock again, change the row once.

    The caller holds the transaction and has the dossier from `found`.

    Args:
        to: the state after, where the move leaves it open; "" for the move's own.

    Returns:
        The action; the dossier carries the new values.

    Raises:
        Overtaken, WrongState, Forbidden, BadInput: as `allowed` says.

    Records: the event of the verb (`events.BY_VERB`).
    """
    deed = deed or Deed()
    move = allowed(dossier, verb, actor, deed)
    target = to or move.target or dossier.state
    if target == "back":
        target = flow.back_to(accepted=dossier.accepted_at is not None)
    return written(dossier, verb, actor, deed, target)


def written(dossier: Dossier, verb: str, actor: Actor, deed: Deed, target: str) -> Action:
    """Write an action down and change the dossier with it; `act` has checked that it may be."""
    now = clock.now()
    was_state, was_agency = dossier.state, dossier.agency
    columns = dict(deed.columns)
    action = Action(
        dossier=dossier,
        number=dossier.version,
        verb=verb,
        at=deed.at or now,
        written_at=now,
        who=actor.who,
        by=actor.user,
        helper=actor.helper,
        deputy_for=actor.deputy_for,
        agency=deed.agency or was_agency,
        to_agency=columns.get("agency", was_agency),
        from_state=was_state,
        to_state=target,
        sealed_words=seal(scope_of(dossier), deed.words.strip()[:LONGEST] or None, "words"),
        is_public=deed.public,
        reasons=[dict(reason) for reason in deed.reasons],
        facts=dict(deed.facts),
    )
    columns |= _clocked(dossier, action, target, columns) | {"changed_at": now, "changed_by": actor.user}
    _change(dossier, columns)
    action.due_at, action.runs = dossier.due_at, dossier.runs
    facts = {name: value for name, value in deed.facts.items() if isinstance(value, str | int | float | bool)}
    if was_state in HELPED and target != was_state:
        dossier.helpers.filter(ended_at=None).update(ended_at=now)
    entry = journal.record(
        events.BY_VERB[verb],
        f"dossier:{dossier.uid}",
        by=actor.user.pk if actor.user else None,
        at=action.at,
        agency=dossier.agency,
        unit=dossier.unit,
        audience="named",
        **facts,
        state=target,
        was_state=was_state,
        procedure=dossier.procedure,
        was_agency=was_agency,
        channel=dossier.channel,
        version=dossier.version,
        number=action.number,
    )
    action.entry = entry.pk
    action.save(force_insert=True)
    return action


def _clocked(dossier: Dossier, action: Action, target: str, columns: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns that follow from all actions, this one included: due, promised, open, closed."""
    found: dict[str, Any] = {"state": target, "is_open": flow.STATES[target].phase in {"open", "waiting"}}
    if target in CLOSED:
        found["closed_at"] = action.at
    elif dossier.closed_at is not None:
        found["closed_at"] = None
    if action.verb == "decide" and dossier.decided_at is None:  # a correction later on moves no figure of the past
        found["decided_at"] = action.at
    reading = reading_of(dossier, [*dossier.actions.all(), action])
    found |= {"due_at": reading.due_at, "plain_due_at": reading.due_without_disruptions, "runs": reading.running}
    if dossier.promised_at is None and reading.due_at is not None:
        found["promised_at"] = reading.due_at
    step = str(columns.get("step", dossier.step))
    found["step_due_at"] = (
        step_reading_of(dossier, [*dossier.actions.all(), action], step=step).due_at if step else None
    )
    found["queue_at"] = reading.due_at or columns.get("queue_at") or dossier.submitted_at or action.at
    return found


def _change(dossier: Dossier, columns: dict[str, Any]) -> None:
    moved = Dossier.objects.filter(pk=dossier.pk, version=dossier.version).update(version=F("version") + 1, **columns)
    if not moved:
        raise overtaken(Dossier.objects.select_related("changed_by").get(pk=dossier.pk))
    dossier.version += 1
    for name, value in columns.items():
        setattr(dossier, name, value)
