"""Everything about a dossier that its purpose allows, for one screen of an officer: fields with origin, papers, story.

Values of other persons that came from a shared source are shown only as far as the procedure's `reads` allows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huong.base.errors import NotFound
from huong.people import queries as people
from huong.places import queries as places
from huong.procedures.models import Component, Dossier
from huong.procedures.models.dossier import ORIGINS, PART_STATES
from huong.procedures.queries.catalogue import document_by_id, procedure_name
from huong.procedures.queries.values import former_of
from huong.procedures.rules import fields, needs
from huong.procedures.rules.fields import FormField
from huong.procedures.rules.nouns import Document, Requirement
from huong.procedures.rules.sources import Source, source
from huong.ui import words

FROM_SOURCES = frozenset({"fetched", "bundle", "reused"})
CONTACT = frozenset({"phone", "mail"})
PAPERS_WITHOUT_FILE = frozenset({"shown", "cut", "bundle", "reused"})


@dataclass(frozen=True)
class Shown:
    """One field or paper as an officer sees it.

    Attributes:
        value: in words; empty if there is none or it may not be shown.
        hidden: why a value that is there is not shown; empty if it is.
        origin, state: in words.
        source: who says so, in words.
        reason: the code of why it is as it is ("differs", "unavailable" ...).
        blob: the file of a paper.
        supplied_at: when it was supplied on request; `before` and `blob_before` are what stood there then.
        was_empty: whether nothing stood there.
    """

    key: str
    title: str
    value: str
    origin: str = ""
    state: str = ""
    tone: str = "plain"
    source: str = ""
    fetched_at: datetime | None = None
    locked: bool = False
    hidden: str = ""
    reason: str = ""
    blob: int | None = None
    held: bool = True
    required: bool = False
    supplied_at: datetime | None = None
    before: str = ""
    blob_before: int | None = None
    was_empty: bool = False

    @property
    def stayed(self) -> bool:
        """Return whether it was supplied as it stood before."""
        return (self.value, self.blob) == (self.before, self.blob_before) and not (self.was_empty or self.hidden)


@dataclass(frozen=True)
class Group:
    """One step of the form."""

    title: str
    fields: list[Shown]


def english() -> bool:
    """Return whether the reader reads English."""
    return (get_language() or "vi").startswith("en")


def groups_of(
    dossier: Dossier, parts: Iterable[Component], answers: Mapping[str, Any], *, without_contact: bool = False
) -> list[Group]:
    """Return the fields of a dossier by the steps of its form; those that do not count for its answers are left out.

    Args:
        without_contact: phone and mail are not shown, for an agency that is only asked for an opinion.
    """
    if not dossier.edition_id:
        return []
    made = document_by_id(dossier.edition_id)
    held = {part.key: part for part in parts if part.kind == "field"}
    before = former_of(dossier, held.values())
    found = []
    for step in fields.steps_of(made.form):
        if not fields.holds(step.when, answers):
            continue
        shown = [
            _with_former(made, each, held.get(each.path), answers.get(each.path), before)
            for each in step.fields
            if fields.holds(each.when, answers) and (each.required or each.path in answers or each.path in before)
        ]
        if without_contact:
            reached = {each.path for each in step.fields if each.kind in CONTACT}
            shown = [_covered(each) if each.key in reached else each for each in shown]
        if shown:
            found.append(Group(step.title_en if english() else step.title, shown))
    return found


def _covered(each: Shown) -> Shown:
    return (
        replace(each, value="", before="", hidden=_("not shown: the question does not need it")) if each.held else each
    )


def _with_former(
    made: Document, each: FormField, held: Component | None, value: Any, before: Mapping[str, Any]
) -> Shown:
    """Return a field, with what stood there before it was supplied on request."""
    shown = _field(made, each, held, value)
    if held is None or held.supplied_at is None:
        return shown
    was = before.get(each.path)
    readable = may_show(made, each, held, held.origin_before)
    return replace(
        shown,
        supplied_at=held.supplied_at,
        before=in_words(each, was) if was is not None and readable else "",
        was_empty=was is None,
        hidden=shown.hidden or ("" if readable else _("not shown: this procedure does not need it")),
    )


def _field(made: Document, each: FormField, held: Component | None, value: Any) -> Shown:
    title = each.title_en if english() else each.title
    if held is None or value is None:
        return Shown(each.path, title, "", state=_("not there yet"), held=False, required=each.required)
    hidden = "" if may_show(made, each, held) else _("not shown: this procedure does not need it")
    return Shown(
        each.path,
        title,
        "" if hidden else in_words(each, value),
        hidden=hidden,
        **_provenance(held),
        required=each.required,
    )


def may_show(made: Document, each: FormField, held: Component, origin: str | None = None) -> bool:
    """Return whether an officer may see a value: hers, or of another person as far as `reads` allows.

    Args:
        origin: from where the value is, if it is not the one that stands now.
    """
    if (held.origin if origin is None else origin) not in FROM_SOURCES:
        return True
    used = _used(each, held)
    if used is None or used.kind != "register" or used.whom == "applicant":
        return True
    return used.part in made.reads.get(used.name, ())


def _used(each: FormField, held: Component) -> Source | None:
    """Return the source that filled a field: the one it names, else the first of the field that locks."""
    try:
        return source(held.source)
    except ValueError:
        return next((one for one in each.sources if one.locks), None)


def _provenance(held: Component) -> dict[str, Any]:
    tones = {"verified": "good", "disputed": "weak", "wanted": "weak", "later": "weak"}
    return {
        "origin": str(dict(ORIGINS).get(held.origin, held.origin)),
        "state": str(dict(PART_STATES).get(held.state, held.state)),
        "tone": "bad" if held.why == "differs" else tones.get(held.state, "plain"),
        "source": source_name(held.source),
        "fetched_at": held.fetched_at,
        "locked": held.locked,
        "reason": held.why,
    }


def source_name(text: str) -> str:
    """Return who says so, in words: a register, a dataset of the city, another procedure; the text itself if unknown."""
    try:
        found = source(text)
    except ValueError:
        return text
    names = {
        "person": _("Population register"),
        "household": _("Residence register"),
        "birth": _("Civil status register"),
        "marriage": _("Civil status register"),
        "children": _("Civil status register"),
        "firm": _("Business register"),
        "firms": _("Business register"),
        "parcel": _("Land register"),
        "parcels": _("Land register"),
        "insurance": _("Social insurance register"),
    }
    if found.kind == "register":
        return str(names.get(found.name, found.name))
    if found.kind == "bundle":
        return procedure_name(found.name)
    return str(
        {"vault": _("Applicant’s papers"), "store": _("City data"), "applicant": _("Account")}.get(found.kind, "")
    )


def in_words(each: FormField, value: Any) -> str:
    """Return a value as people read it: dates, yes and no, chosen answers, names of wards."""
    if each.kind == "date":
        return _day(str(value))
    if each.kind == "number" and isinstance(value, int | float) and not isinstance(value, bool):
        return words.number(value)
    if each.kind == "yesno":
        return _("yes") if value else _("no")
    if each.kind == "choice":
        titles = {key: (en if english() else vi) for key, vi, en in each.choices}
        return titles.get(str(value), str(value))
    if each.kind == "unit":
        try:
            return str(places.unit(str(value)))
        except NotFound:
            return str(value)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _day(value: str) -> str:
    try:
        return words.day(date.fromisoformat(value))
    except ValueError:
        return value


def papers_of(dossier: Dossier, parts: Iterable[Component], answers: Mapping[str, Any]) -> list[Shown]:
    """Return the papers that count for a dossier; of a procedure that is not modelled, those that were brought."""
    held = {part.key: part for part in parts if part.kind == "paper"}
    made = document_by_id(dossier.edition_id) if dossier.edition_id else None
    needed = needs.papers_needed(made, answers) if made else ()
    known = {need.key for need in needed}
    found = [_paper(need.key, _name(need), held.get(need.key), required=need.required) for need in needed]
    return found + [
        _paper(key, part.type or key, part, required=False) for key, part in held.items() if key not in known
    ]


def _name(need: Requirement) -> str:
    return need.name_en if english() and need.name_en else need.name


def _paper(key: str, title: str, held: Component | None, *, required: bool) -> Shown:
    if held is None or (held.state == "empty" and held.supplied_at is None):
        return Shown(key, title, "", state=_("not there yet"), held=False, required=required)
    return Shown(
        key,
        title,
        "",
        **_provenance(held),
        blob=held.blob,
        required=required,
        supplied_at=held.supplied_at,
        blob_before=held.blob_before,
        was_empty=not (held.blob_before or held.origin_before in PAPERS_WITHOUT_FILE),
    )


def shown_fields(groups: Iterable[Group]) -> list[str]:
    """Return the paths of the fields whose values an officer sees, for the record of the access."""
    return [each.key for group in groups for each in group.fields if each.value]


def others_in(dossier: Dossier, answers: Mapping[str, Any]) -> dict[str, str]:
    """Return the other persons a dossier names who are known here: public id to the step of the form that holds them."""
    if not dossier.edition_id:
        return {}
    steps = {
        people.hash_of(str(answers[each.path])): each.step
        for each in fields.fields_of(document_by_id(dossier.edition_id).form)
        if each.kind == "person_id" and answers.get(each.path)
    }
    return {
        party.public_id: steps[party.national_id_hash]
        for party in people.parties_with(steps)
        if party.pk != dossier.applicant_id
    }
