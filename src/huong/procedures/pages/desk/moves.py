"""The moves of one dossier as forms: exactly those that are allowed now, what each asks for, and carrying one out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _real
from django.utils.translation import gettext_lazy as _

from huong.base.errors import BadInput, NotFound
from huong.base.text import whole
from huong.people import access
from huong.people.models import User
from huong.people.names import Names, colleagues
from huong.procedures.actions import consulting, receiving, undoing, working
from huong.procedures.actions.acting import officer
from huong.procedures.models import Dossier
from huong.procedures.pages.desk import parts
from huong.procedures.queries.catalogue import document_by_id
from huong.procedures.queries.clocks import flow_of
from huong.procedures.queries.screen import english
from huong.procedures.rules import flow


@dataclass(frozen=True)
class Move:
    """One thing an officer may do with a dossier.

    Attributes:
        label: the verb on the button.
        icon: its Lucide name.
        fields: what the form asks for: words, reasons, agency, asked, person, step, until, days, returns, agrees.
        hint: one sentence on what it does.
        run: carries it out; takes the public id, what was typed, who, and the version looked at.
        verb: the verb of the flow, if it is not the key.
        fits: a further condition on the dossier.
    """

    label: str | Promise
    icon: str
    fields: tuple[str, ...]
    hint: str | Promise
    run: Callable[[str, QueryDict, User, int | None], object]
    verb: str = ""
    fits: Callable[[Dossier], bool] = lambda dossier: True


def reasons_in(data: QueryDict) -> list[dict[str, str]]:
    """Return the fields and papers that were marked, each with its sentence."""
    return [
        {"part": part, "why": data.get(f"why-{part}", "")[:40] or "other", "text": data.get(f"text-{part}", "").strip()}
        for part in dict.fromkeys(data.getlist("part"))
    ]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(_real("Please choose a day."), code="day_needed", field="until") from error


def _days(text: str) -> float | None:
    try:
        return float(text.replace(",", ".")) if text.strip() else None
    except ValueError as error:
        raise BadInput(_real("Please write the days as a number."), code="bad_days", field="days") from error


def _person(text: str) -> User:
    found = User.objects.filter(pk=whole(text) or 0).first()
    if found is None:
        raise BadInput(_real("Please choose a person."), code="person_needed", field="person")
    return found


def _supplement(uid: str, data: QueryDict, by: User, version: int | None) -> object:
    return receiving.request_supplement(
        uid, words=data.get("words", ""), reasons=reasons_in(data), by=by, version=version
    )


def _hand_over(uid: str, data: QueryDict, by: User, version: int | None) -> object:
    return working.hand_over(
        uid,
        to=data.get("agency", ""),
        words=data.get("words", ""),
        by=by,
        returns=data.get("returns") == "1",
        days=_days(data.get("days", "")) or 0,
        version=version,
    )


def _consult(uid: str, data: QueryDict, by: User, version: int | None) -> object:
    days = _days(data.get("days", ""))
    return consulting.consult(
        uid, to=data.get("agency", ""), words=data.get("words", ""), by=by, days=days, version=version
    )


def _answer(uid: str, data: QueryDict, by: User, version: int | None) -> object:
    if data.get("agrees") not in {"1", "0"}:
        raise BadInput(_real("Please say whether your agency agrees or objects."), code="choose", field="agrees")
    return consulting.answer(
        uid,
        agency=data.get("asked", ""),
        agrees=data["agrees"] == "1",
        words=data.get("words", ""),
        by=by,
        version=version,
    )


MOVES: dict[str, Move] = {
    "accept": Move(
        _("Accept"), "check", (), _("It gets its code, the receipt can be printed, the clock runs."),
        lambda uid, _data, by, version: receiving.accept(uid, by=by, version=version),
    ),
    "start": Move(
        _("Begin to work on it"), "play", (), _("It becomes yours; the applicant sees that work began."),
        lambda uid, _data, by, version: working.start(uid, by=by, version=version),
    ),
    "supply": Move(
        _("The applicant brought what was missing"), "message-square", (),
        _("Only when everything that was asked for is there."),
        lambda uid, _data, by, version: receiving.supply(uid, actor=officer(by), version=version),
    ),
    "resume": Move(
        _("Go on"), "play", ("words",), _("The clock runs again."),
        lambda uid, data, by, version: working.resume(
            uid, actor=officer(by), words=data.get("words", ""), version=version
        ),
    ),
    "answer_consultation": Move(
        _("Answer for our agency"), "message-square", ("asked", "agrees", "words"),
        _("Only offices read the answer. When all have answered, the dossier goes back."), _answer,
    ),
    "request_supplement": Move(
        _("Ask for what is missing"), "circle-help", ("reasons", "words"),
        _("Once only: mark everything that is missing or wrong, with a sentence for each. The clock stands meanwhile."),
        _supplement,
    ),
    "refuse": Move(
        _("Refuse"), "circle-x", ("reasons", "words"),
        _("Mark the exact field or paper, with the reason. The applicant reads it."),
        lambda uid, data, by, version: receiving.refuse(
            uid, words=data.get("words", ""), reasons=reasons_in(data), by=by, version=version
        ),
    ),
    "give_back": Move(
        _("Give it back"), "undo-2", ("words",), _("To the agency that handed it over and waits for it."),
        lambda uid, data, by, version: working.give_back(uid, words=data.get("words", ""), by=by, version=version),
        verb="hand_over", fits=lambda dossier: bool(dossier.returns_to),
    ),
    "assign": Move(
        _("Give to a person"), "user-check", ("person", "step"), _("Somebody of the agency that has it."),
        lambda uid, data, by, version: working.assign(
            uid, to=_person(data.get("person", "")), by=by, step=data.get("step", ""), version=version
        ),
    ),
    "consult": Move(
        _("Ask another agency"), "users", ("asked_agency", "days", "words"),
        _("It has days of its own. Several may be asked."), _consult,
    ),
    "hand_over": Move(
        _("Hand over"), "share-2", ("agency", "days", "returns", "words"),
        _("Between tiers too. The promise to the applicant stays."), _hand_over,
    ),
    "go_on_without": Move(
        _("Go on without the answer"), "arrow-right", ("silent", "words"),
        _("For an agency whose day has passed: silence counts as agreement."),
        lambda uid, data, by, version: consulting.go_on_without(
            uid, agency=data.get("asked", ""), words=data.get("words", ""), by=by, version=version
        ),
        verb="answer_consultation",
    ),
    "undo": Move(
        _("Take back what you did last"), "undo-2", (), _("Possible for ten minutes, as long as nobody went on with it."),
        lambda uid, _data, by, version: undoing.undo(uid, by=by, version=version),
    ),
    "suspend": Move(
        _("Put on hold"), "circle-pause", ("words",), _("The clock stands, and the promised day moves."),
        lambda uid, data, by, version: working.suspend(uid, words=data.get("words", ""), by=by, version=version),
    ),
    "extend": Move(
        _("Promise a new day"), "calendar", ("until", "words"), _("Once only, with an apology that the applicant reads."),
        lambda uid, data, by, version: working.extend(
            uid, until=_day(data.get("until", "")), words=data.get("words", ""), by=by, version=version
        ),
    ),
    "note": Move(
        _("Internal note"), "pencil", ("words",), _("The applicant does not read it."),
        lambda uid, data, by, _version: working.note(uid, words=data.get("words", ""), by=by),
    ),
    "withdraw": Move(
        _("The applicant withdraws"), "undo-2", ("words",), _("At the applicant’s own wish; it ends here."),
        lambda uid, data, by, version: receiving.withdraw(
            uid, actor=officer(by), words=data.get("words", ""), version=version
        ),
    ),
}  # fmt: skip
MAIN = ("answer_consultation", "accept", "start", "supply", "resume")


def run(uid: str, key: str, data: QueryDict, *, by: User) -> object:
    """Carry a move out.

    Raises:
        NotFound: there is no such move.
        HuongError: what the verb refuses.
    """
    move = MOVES.get(key)
    if move is None:
        raise NotFound
    return move.run(uid, data, by, whole(data.get("version", "")))


@dataclass(frozen=True)
class Surroundings:
    """What the forms of a dossier let people choose from."""

    named: Names
    parts: list[tuple[str, str]]
    asked: list[str]
    silent: list[str]


def allowed(dossier: Dossier, user: User, around: Surroundings) -> list[str]:
    """Return the keys of the moves that the flow, the version and the officer's powers allow now."""
    known = flow.moves_of(flow_of(dossier))
    found = []
    for key, move in MOVES.items():
        rule = known.get(move.verb or key)
        if rule is None or dossier.state not in rule.sources or flow.OFFICER not in rule.who or not move.fits(dossier):
            continue
        if key == "answer_consultation":
            if _asked_of(user, around.asked):
                found.append(key)
        elif key == "undo":
            if undoing.undoable(dossier, user):
                found.append(key)
        elif access.has_power(user, rule.power, dossier.agency) and (key != "go_on_without" or around.silent):
            found.append(key)
    return found


def _asked_of(user: User, asked: list[str]) -> list[str]:
    return [code for code in asked if access.has_power(user, flow.HANDLE, code)]


def forms_of(
    dossier: Dossier, user: User, around: Surroundings, *, typed: Mapping[str, Any] | None = None, tried: str = ""
) -> list[dict[str, Any]]:
    """Return the moves somebody may make now, the main one first, each with what its form asks for.

    Args:
        typed: what was typed into the move that was refused, so that nothing is lost.
        tried: the key of that move; it stays open.
    """
    keys = allowed(dossier, user, around)
    if tried in MOVES and tried not in keys:
        keys.append(tried)  # the words typed are shown, even if somebody was quicker
    main = tried or next((key for key in MAIN if key in keys), "")
    steps = document_by_id(dossier.edition_id).steps if dossier.edition_id else ()
    usual = document_by_id(dossier.edition_id).consults if dossier.edition_id else ()
    named = around.named
    given = {
        "agencies": [pair for pair in named.agencies_to_choose() if pair[0] != dossier.agency],
        "people": colleagues(dossier.agency),
        "steps": [(each.key, each.name_en if english() else each.name) for each in steps],
        "usual": [(each.agency, each.name_en if english() else each.name, each.days) for each in usual],
        "asked": [(code, named.agency(code)) for code in _asked_of(user, around.asked)],
        "silent": [(code, named.agency(code)) for code in around.silent],
    }
    return [
        {
            "key": key,
            "label": MOVES[key].label,
            "icon": MOVES[key].icon,
            "hint": MOVES[key].hint,
            "fields": MOVES[key].fields,
            "main": key == main,
            "typed": typed if key == tried and typed is not None else {},
            "reasons": parts.reasons(_reasons(around.parts, typed if key == tried else None))
            if "reasons" in MOVES[key].fields
            else "",
            "needs_words": flow.MOVES[MOVES[key].verb or key].words,
            **given,
        }
        for key in sorted(keys, key=lambda key: (key != main, list(MOVES).index(key)))
    ]


def _reasons(parts: list[tuple[str, str]], typed: Any) -> list[dict[str, Any]]:
    marked = set(typed.getlist("part")) if typed is not None else set()
    return [
        {
            "part": part,
            "title": title,
            "on": part in marked,
            "text": typed.get(f"text-{part}", "") if typed is not None else "",
        }
        for part, title in parts
    ]
