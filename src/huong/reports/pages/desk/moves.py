"""The moves of one report as forms: which there are, what each asks for, and carrying one out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from huong.base.errors import NotFound
from huong.base.text import whole
from huong.people import queries as people
from huong.people.models import User
from huong.people.names import names
from huong.reports import actions, queries
from huong.reports.models import Report
from huong.reports.pages.desk import asking
from huong.reports.queries import cities

Data = Mapping[str, str]


@dataclass(frozen=True)
class Move:
    """One thing an officer may do with a report.

    Attributes:
        label: the verb on the button.
        icon: its Lucide name.
        fields: what the form asks for: text, agency, receiver, person, category, priority, channel, petition, other,
            peer, photos (public ids, by commas), public.
        hint: one sentence on what it does.
        run: carries it out; takes the number, what was typed, who and the version looked at.
    """

    label: str | Promise
    icon: str
    fields: tuple[str, ...]
    hint: str | Promise
    run: Callable[[str, Data, User, int | None], Report]


def _accept(number: str, data: Data, by: User, version: int | None) -> Report:
    priority = whole(data.get("priority", ""))
    return actions.accept(
        number,
        by=by,
        category=data.get("category", ""),
        to=data.get("agency", ""),
        priority=priority,
        version=version,
    )


def _dispatch(number: str, data: Data, by: User, version: int | None) -> Report:
    receiver = whole(data.get("receiver", ""))
    text = data.get("text", "")
    return actions.dispatch(number, to=data.get("agency", ""), by=by, receiver=receiver, text=text, version=version)


def _hand_over(number: str, data: Data, by: User, version: int | None) -> Report:
    receiver = whole(data.get("receiver", ""))
    text = data.get("text", "")
    return actions.hand_over(number, to=data.get("agency", ""), text=text, by=by, receiver=receiver, version=version)


def _answer(number: str, data: Data, by: User, version: int | None) -> Report:
    public = data.get("public") == "1"
    photos = tuple(filter(None, data.get("photos", "").split(",")))
    return actions.answer(number, text=data.get("text", ""), by=by, public=public, photos=photos, version=version)


def _close(number: str, data: Data, by: User, version: int | None) -> Report:
    return actions.close(number, text=data.get("text", ""), by=by, public=data.get("public") == "1", version=version)


def _tell(number: str, data: Data, by: User, version: int | None) -> Report:
    return actions.tell(number, text=data.get("text", ""), by=by, public=data.get("public") == "1", version=version)


def _hand_to_petitions(number: str, data: Data, by: User, version: int | None) -> Report:
    return actions.hand_to_petitions(
        number, to=data.get("channel", ""), text=data.get("text", ""), by=by, version=version
    )


def _forward(number: str, data: Data, by: User, version: int | None) -> Report:
    return actions.forward(number, to=data.get("peer", ""), text=data.get("text", ""), by=by, version=version)


MOVES: dict[str, Move] = {
    "accept": Move(
        _("Accept"), "check", ("category", "agency", "priority"),
        _("The promise is given and the clock starts; left empty, the city's routes choose who answers."), _accept,
    ),
    "dispatch": Move(
        _("Dispatch"), "send", ("agency", "receiver", "text"), _("The agency gets a clock of its own."), _dispatch
    ),
    "take": Move(
        _("Take it"), "hand-heart", (), _("The citizen sees that somebody works on it."),
        lambda number, _data, by, version: actions.take(number, by=by, version=version),
    ),
    "answer": Move(
        _("Answer"), "message-square", ("stock", "text", "photos", "public"),
        _("Say what was done. The citizen can rate it and, if not satisfied, reopen it."), _answer,
    ),
    "ask": Move(
        _("Ask the citizen"), "circle-help", ("text",), _("The clock stands until the answer."),
        lambda number, data, by, version: actions.ask(number, text=data.get("text", ""), by=by, version=version),
    ),
    "tell": Move(
        _("Tell how it stands"), "megaphone", ("text", "public"), _("The state stays as it is."), _tell
    ),
    "hand_over": Move(
        _("Hand over"), "share-2", ("agency", "receiver", "text"),
        _("The receiver is named and the citizen reads why. The promise to the citizen stays."), _hand_over,
    ),
    "assign": Move(
        _("Give to a person"), "user-check", ("person",), _("Somebody of the agency that has it."),
        lambda number, data, by, version: actions.assign(
            number, to=whole(data.get("person", "")), by=by, version=version
        ),
    ),
    "note": Move(
        _("Internal note"), "pencil", ("text",), _("No citizen reads it."),
        lambda number, data, by, _version: actions.note(number, text=data.get("text", ""), by=by),
    ),
    "recategorise": Move(
        _("Change the category"), "layers", ("category",), _("The promise that was given stays."),
        lambda number, data, by, version: actions.recategorise(
            number, category=data.get("category", ""), by=by, version=version
        ),
    ),
    "prioritise": Move(
        _("Urgent or normal"), "zap", ("priority",), _("The clock is set anew from the acceptance."),
        lambda number, data, by, version: actions.prioritise(
            number, priority=whole(data.get("priority", "")) or 0, by=by, version=version
        ),
    ),
    "merge": Move(
        _("Same as another"), "copy", ("other",), _("Both go on as one; the citizen follows the other."),
        lambda number, data, by, version: actions.merge(number, into=data.get("other", ""), by=by, version=version),
    ),
    "unmerge": Move(
        _("Take apart again"), "undo-2", (), _("It waits to be screened again."),
        lambda number, _data, by, version: actions.unmerge(number, by=by, version=version),
    ),
    "join": Move(
        _("Make it part of another"), "workflow", ("other",), _("The whole shows its parts; at most ten."),
        lambda number, data, by, version: actions.join(number, parent=data.get("other", ""), by=by, version=version),
    ),
    "refer": Move(
        _("Refer to another channel"), "external-link", ("channel", "text"),
        _("For what is no field report. The citizen reads where to turn."),
        lambda number, data, by, version: actions.refer(
            number, to=data.get("channel", ""), text=data.get("text", ""), by=by, version=version
        ),
    ),
    "petition": Move(
        _("Hand over as a complaint or denunciation"), "scale", ("petition", "text"),
        _("It leaves this channel and goes on under the law on complaints."), _hand_to_petitions,
    ),
    "reject": Move(
        _("Do not accept"), "circle-x", ("text",), _("For abuse or nothing that can be checked; the citizen reads why."),
        lambda number, data, by, version: actions.reject(number, text=data.get("text", ""), by=by, version=version),
    ),
    "close": Move(
        _("Close without a solution"), "circle-x", ("text", "public"), _("The citizen reads why."), _close
    ),
    "reopen": Move(
        _("Open again"), "rotate-ccw", ("text",), _("With a new promise."),
        lambda number, data, by, version: actions.reopen(number, text=data.get("text", ""), by=by, version=version),
    ),
    "forward": Move(
        _("Send to another city's system"), "upload", ("peer", "text"),
        _("The matter goes there, never who sent it. It stays with its agency, which hears how it goes on there."), _forward,
    ),
    "escalate": Move(
        _("Tell the next rung now"), "siren", (), _("The ladder's next people are told at once."),
        lambda number, _data, by, version: actions.escalate(number, by=by, version=version),
    ),
}  # fmt: skip
MAIN = ("accept", "take", "answer", "reopen", "unmerge")


def run(number: str, verb: str, data: Data, *, by: User) -> Report:
    """Carry a move out.

    Raises:
        NotFound: there is no such move.
        HuongError: what the verb refuses.
    """
    move = MOVES.get(verb)
    if move is None:
        raise NotFound
    return move.run(number, data, by, whole(data.get("version", "")))


def forms_of(report: Report, user: User, *, typed: Data, tried: str = "") -> list[dict[str, Any]]:
    """Return the moves somebody may make now, the main one first, each with what its form asks for.

    Args:
        typed: what was typed into the move that was refused, so that nothing is lost.
        tried: the key of that move; it stays open.
    """
    allowed = queries.moves_for(report, user)
    if tried in MOVES and tried not in allowed:
        allowed.append(tried)  # the words typed are shown, even if somebody was quicker
    takers = cities.takers_of(report) if "forward" in allowed else []
    if not takers and tried != "forward":
        allowed = [key for key in allowed if key != "forward"]
    main = tried or next((key for key in MAIN if key in allowed), "")
    keys = [key for key in (main, *MOVES) if key in allowed]
    given = _choices(report, {name for key in keys for name in MOVES[key].fields})
    return [
        {
            "key": key,
            "label": MOVES[key].label,
            "icon": MOVES[key].icon,
            "hint": MOVES[key].hint,
            "fields": MOVES[key].fields,
            "main": key == main,
            "typed": typed if key == tried else {},
            "needs_text": "text" in MOVES[key].fields and _needs_text(key),
            "stock": _stock(key, report),
            **given,
            "peers": [(each.key, each.name) for each in takers],
        }
        for key in dict.fromkeys(keys)
    ]


def _needs_text(key: str) -> bool:
    rule = queries.book().transitions.get(key)
    return bool(rule and rule.text)


def _stock(verb: str, report: Report) -> list[dict[str, str]]:
    """Return the stock answers that fit, with their words in the language of whoever sent the report."""
    english = report.lang.startswith("en")
    return [
        {"title": each.title, "text": each.text_en if english and each.text_en else each.text}
        for each in queries.book().answers_for(verb, report.category)
    ]


def _choices(report: Report, fields: set[str]) -> dict[str, Any]:
    """Return what the forms let people choose from; only what is needed is looked up."""
    found: dict[str, Any] = {}
    if fields & {"agency"}:
        found["agencies"] = names().agencies_to_choose()
    if "category" in fields:
        found["categories"] = asking.categories()
        found["category"] = report.category
    if fields & {"person", "receiver"}:
        found["people"] = people.holders(report.agency) if report.agency else []
    if fields & {"channel", "petition"}:
        held_channels = sorted(queries.book().channels.values(), key=lambda each: each.order)
        found["channels"] = [(each.key, asking.name_of(each)) for each in held_channels if not each.petition]
        found["petitions"] = [(each.key, asking.name_of(each)) for each in held_channels if each.petition]
    return found
