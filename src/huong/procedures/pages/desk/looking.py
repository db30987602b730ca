"""What the counter's form shows: what was looked up, from where, and what is left for the officer to type."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from huong.people.models import User
from huong.procedures.actions import counter
from huong.procedures.actions.resolving import places_of
from huong.procedures.models import Component, Dossier
from huong.procedures.pages.desk import looks
from huong.procedures.queries import document_by_id, screen
from huong.procedures.queries.application import place_name
from huong.procedures.queries.screen import english
from huong.procedures.queries.situation import wishes_of
from huong.procedures.queries.values import answers_of, parts_of
from huong.procedures.rules import fields, needs
from huong.procedures.rules.fields import FormField
from huong.procedures.rules.nouns import Document
from huong.procedures.rules.planning import REASONS
from huong.procedures.rules.sources import source


@dataclass(frozen=True)
class Draft:
    """A draft of the counter as its page shows it.

    Attributes:
        sources: the places that may be asked, with whether the person agreed.
        looked_up: whether the person was told and something was looked up.
        papers: by key, from where a paper came that nobody has to bring.
        spared, asked: how many fields nobody has to give, of how many.
    """

    dossier: Dossier
    sources: list[dict[str, Any]]
    looked_up: bool
    held: Mapping[str, Component]
    answers: Mapping[str, Any]
    papers: Mapping[str, str]
    spared: int
    asked: int


def draft_shown(uid: str, by: User) -> Draft | None:
    """Return a draft for its page; that the officer reads what was fetched is recorded, for whoever it is about."""
    dossier = counter.draft_of(uid, by=by)
    if dossier is None or dossier.edition_id is None:
        return None
    made, parts = document_by_id(dossier.edition_id), parts_of(dossier)
    answers = answers_of(dossier, parts)
    agreed, declined = wishes_of(dossier)
    looked_up = bool(agreed or declined)
    counted = needs.count(made, answers, parts)
    locked = [part.key for part in parts if part.locked and part.kind == "field"]
    if locked:
        looks.note(by, dossier, dossier.applicant.public_id, locked)
        for public_id, step in screen.others_in(dossier, answers).items():
            theirs = [path for path in locked if path.startswith(f"{step}.")]
            if theirs:
                looks.note(by, dossier, public_id, theirs)
    return Draft(
        dossier,
        [
            {
                "place": place,
                "name": _("Applicant’s papers") if place == "vault" else place_name(place),
                "use": place in agreed if looked_up else place not in made.consent,
                "consent": place in made.consent,
            }
            for place in sorted(places_of(made))
        ],
        looked_up,
        {part.key: part for part in parts if part.kind == "field"},
        answers,
        {
            part.key: screen.source_name(part.source) if part.source else ""
            for part in parts
            if part.kind == "paper" and part.origin in needs.SPARED and part.state != "empty"
        },
        counted.fields_spared,
        counted.fields,
    )


def steps(
    made: Document,
    typed: Mapping[str, str],
    known: Mapping[str, Any],
    faults: Mapping[str, str],
    draft: Draft | None,
) -> list[dict[str, Any]]:
    """Return the form as the officer fills it in, with what is known already."""
    return [
        {
            "title": step.title_en if english() else step.title,
            "fields": [
                {
                    "field": each,
                    "title": each.title_en if english() else each.title,
                    "hint": each.hint_en if english() else each.hint,
                    "choices": [(key, en if english() else vi) for key, vi, en in each.choices],
                    "fault": faults.get(each.path, ""),
                    "maybe": bool(each.when or step.when),
                    "when_json": json.dumps({**step.when, **each.when}) if each.when or step.when else "",
                    **_said(made, each, typed, known, draft),
                }
                for each in step.fields
            ],
        }
        for step in fields.steps_of(made.form)
    ]


def _said(
    made: Document, each: FormField, typed: Mapping[str, str], known: Mapping[str, Any], draft: Draft | None
) -> dict[str, Any]:
    """Return what a field says: locked as its source has it, or as it was typed, with the reason why it is asked."""
    part = draft.held.get(each.path) if draft else None
    value = draft.answers.get(each.path) if draft else None
    if part is not None and part.locked:
        shown = screen.may_show(made, each, part)
        return {
            "locked": True,
            "text": screen.in_words(each, value) if shown else _("not shown: this procedure does not need it"),
            "known_json": json.dumps(value) if each.kind in {"choice", "yesno"} else "",
            "source": screen.source_name(part.source),
            "can_be_wrong": shown and source(part.source).kind in {"register", "store"},
            "right": typed.get(f"right-{each.path}", ""),
        }
    why = part.why if part is not None and part.why in ASKED_BECAUSE else ""
    return {
        "locked": False,
        "value": typed[each.path] if typed.get(each.path) else _kept(value) or _proposed(each, known, typed),
        "why": _(REASONS[why]) if why else "",
    }


ASKED_BECAUSE = frozenset({"source_down", "no_source", "no_grant", "declined", "not_known", "not_member", "disputed"})


def _kept(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _proposed(each: FormField, known: Mapping[str, Any], typed: Mapping[str, str]) -> str:
    """Return what a field is proposed to say: what is known of the applicant, else the form's own proposal."""
    particulars = known.get("particulars", {})
    for one in each.sources:
        if one.kind == "applicant" and one.counts(typed) and particulars.get(one.part):
            return str(particulars[one.part])
        if one.kind == "value":
            return one.name
    return ""
