"""What officers and systems do with reports over the API. Each verb asks for the power in the report's agency."""

import inspect
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Status

from huong.base.errors import BadInput, NotFound
from huong.people.auth import Door, person
from huong.people.models import User
from huong.reports import actions, queries
from huong.reports.api.citizens import draft_of, key_of, receipt
from huong.reports.api.shapes import (
    WORKED,
    BulkIn,
    DraftIn,
    EraseQuery,
    MoveIn,
    OutcomeOut,
    PreviewOut,
    PurposeIn,
    RuleIn,
    RuleOut,
    SentOut,
    StoryOut,
    WorkPageOut,
    WorkQuery,
    worked,
)
from huong.reports.api.stories import told
from huong.reports.models import CityRule, Report
from huong.reports.queries import Wanted

router = Router(auth=Door())
VERBS: dict[str, Callable[..., Any]] = {
    "accept": actions.accept,
    "merge": actions.merge,
    "unmerge": actions.unmerge,
    "refer": actions.refer,
    "petition": actions.hand_to_petitions,
    "reject": actions.reject,
    "dispatch": actions.dispatch,
    "hand_over": actions.hand_over,
    "take": actions.take,
    "assign": actions.assign,
    "ask": actions.ask,
    "answer": actions.answer,
    "close": actions.close,
    "reopen": actions.reopen,
    "note": actions.note,
    "tell": actions.tell,
    "prioritise": actions.prioritise,
    "recategorise": actions.recategorise,
    "relocate": actions.relocate,
    "join": actions.join,
    "escalate": actions.escalate,
    "hide": actions.hide,
    "show": actions.show,
}


def _options(verb: str, move: MoveIn) -> dict[str, Any]:
    """Return what a verb takes of a move.

    Raises:
        NotFound: there is no such verb.
        BadInput: something it needs is missing.
    """
    if verb not in VERBS:
        raise NotFound(_("This is no move of a report."))
    given = {name: value for name, value in move.dict().items() if value is not None}
    if "lon" in given and "lat" in given:
        given["point"] = (given.pop("lon"), given.pop("lat"))
    if "photos" in given:
        given["photos"] = tuple(given["photos"])
    takes = inspect.signature(VERBS[verb]).parameters
    missing = [
        name
        for name, each in takes.items()
        if each.default is each.empty and name not in {"number", "by"} and name not in given
    ]
    if missing:
        raise BadInput(_("This move needs: %(names)s.") % {"names": ", ".join(missing)}, code="move_incomplete")
    return {name: value for name, value in given.items() if name in takes}


def _story(request: HttpRequest, number: str) -> dict[str, Any]:
    user = person(request)
    return _told(queries.require_visible(user, number), user)


def _told(report: Report, user: User) -> dict[str, Any]:
    return {
        "report": worked(report),
        "story": [told(moment) for moment in queries.story(report, "staff")],
        "promise": queries.promise_of(report),
        "parent": report.parent.number if report.parent else "",
        "children": [child.number for child in report.children.order_by("pk")],
        "merged_into": report.merged_into.number if report.merged_into else "",
        "moves": queries.moves_for(report, user),
        "asks": report.asks,
    }


@router.get("/work", response=WorkPageOut)
def work(request: HttpRequest, query: Query[WorkQuery]) -> dict[str, Any]:
    """List the reports that whoever asks may see, in the order in which they are due; `next` leads on."""
    asked = query.dict(exclude={"state", "after", "size"})
    wanted = Wanted(**asked, states=tuple(filter(None, query.state.split(","))))
    size = min(query.size, 200)
    page = queries.reports_for(person(request), wanted, after=query.after, size=size, only=WORKED)
    return {"reports": [worked(each) for each in page.items], "next": page.next}


@router.get("/work/{number}", response=StoryOut)
def one(request: HttpRequest, number: str) -> dict[str, Any]:
    """Return a report with its whole story and the moves that are possible now."""
    return _story(request, number)


@router.post("/work", response={201: SentOut, 200: SentOut})
def take_down(request: HttpRequest, body: DraftIn) -> Status[dict[str, Any]]:
    """Take a report down for somebody on the phone or at the counter."""
    sent = actions.send(draft_of(body), key=key_of(request), by=person(request))
    return Status(200 if sent.repeated else 201, receipt(sent))


@router.post("/work/bulk", response=OutcomeOut)
def bulk(request: HttpRequest, body: BulkIn) -> Any:
    """Make one move on many reports; `uid` is for undoing."""
    return actions.bulk(body.numbers, verb=body.verb, by=person(request), **_options(body.verb, body.move))


@router.post("/work/bulk/{uid}/undo", response=OutcomeOut)
def undo(request: HttpRequest, uid: str) -> Any:
    """Undo a move on many reports, where nobody has touched them since."""
    return actions.undo(uid, by=person(request))


@router.post("/work/{number}/contact", response=dict[str, str])
def contact(request: HttpRequest, number: str, body: PurposeIn) -> dict[str, str]:
    """Return name and contact of whoever sent a report; who reads them and why is written down."""
    return actions.contact(number, by=person(request), purpose=body.purpose)


@router.post("/work/{number}/words/{words_id}/original", response=dict[str, str])
def original(request: HttpRequest, number: str, words_id: int, body: PurposeIn) -> dict[str, str]:
    """Return words as they were first written; who reads them and why is written down."""
    text = actions.original_words(number, words_id=words_id, by=person(request), purpose=body.purpose)
    return {"text": text}


@router.delete("/work/{number}/reporter", response=dict[str, int])
def erase(request: HttpRequest, number: str, query: Query[EraseQuery]) -> dict[str, int]:
    """Erase contact and words of whoever sent a report, on their request."""
    return {"erased": actions.erase_reporter(number, by=person(request), all_of_them=query.all_of_them)}


@router.post("/work/{number}/{verb}", response=StoryOut)
def move(request: HttpRequest, number: str, verb: str, body: MoveIn) -> dict[str, Any]:
    """Make a move: accept, dispatch, hand_over, answer ...; 409 tells who was quicker."""
    options = _options(verb, body)
    user = person(request)
    return _told(VERBS[verb](number, by=user, **options), user)  # told even where it has left the mover's sight


@router.get("/rules/{kind}", response=list[RuleOut])
def rules(request: HttpRequest, kind: str) -> list[CityRule]:
    """List the rules of a kind that are in force."""
    actions.require_rules_reader(person(request))
    return queries.rules_of(kind)


@router.get("/rules/{kind}/{key}", response=list[RuleOut])
def rule_versions(request: HttpRequest, kind: str, key: str) -> list[CityRule]:
    """List every version of a rule, newest first."""
    actions.require_rules_reader(person(request))
    return queries.versions_of(kind, key)


@router.put("/rules/{kind}/{key}", response=RuleOut)
def change_rule(request: HttpRequest, kind: str, key: str, body: RuleIn) -> CityRule:
    """Put a new version of a rule in force; promises given stay."""
    return actions.change_rule(kind, key, body.body, by=person(request), version=body.version)


@router.post("/rules/{kind}/{key}/preview", response=PreviewOut)
def preview(request: HttpRequest, kind: str, key: str, body: RuleIn) -> Any:
    """Say what a new version of a rule would change."""
    return actions.preview(kind, key, body.body, by=person(request))


@router.delete("/rules/{kind}/{key}", response=RuleOut)
def end_rule(request: HttpRequest, kind: str, key: str, version: int | None = None) -> CityRule:
    """End a rule."""
    return actions.end_rule(kind, key, by=person(request), version=version)
