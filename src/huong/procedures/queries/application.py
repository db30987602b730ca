"""An application as one walk: the steps of its dossiers one after the other, what is there and what is hers to say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import orjson
from django.db.models import Prefetch
from django.utils import formats
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huong.base import keys
from huong.base.errors import NotFound
from huong.base.text import noop
from huong.catalogue import queries as datasets
from huong.people.models import Party
from huong.procedures.models import Bundle, Component, Dossier, PaperPage
from huong.procedures.queries import supplement
from huong.procedures.queries.catalogue import document_by_id, procedure_name
from huong.procedures.queries.values import scope_of
from huong.procedures.rules import needs
from huong.procedures.rules.fields import FormField, FormStep, holds, steps_of
from huong.procedures.rules.needs import Count
from huong.procedures.rules.nouns import Document, Requirement
from huong.procedures.rules.planning import REASONS
from huong.procedures.rules.sources import source

REGISTERS = {
    "person": noop("Population data"),
    "household": noop("Household data"),
    "birth": noop("Civil status data"),
    "marriage": noop("Civil status data"),
    "children": noop("Civil status data"),
    "firm": noop("Business data"),
    "firms": noop("Business data"),
    "parcel": noop("Land data"),
    "parcels": noop("Land data"),
    "insurance": noop("Insurance data"),
}
THERE = frozenset({"fetched", "reused", "bundle", "issued"})
MASK = "•"


@dataclass(frozen=True)
class Shown:
    """One field as a page shows it.

    Attributes:
        value: as it stands; `text` is how a person reads it, masked where it is not hers to see.
        locked: a source keeps it; she cannot type over it, but can say that it is wrong.
        proposed: it is filled in, and free to be changed.
        fixed: it was sent, and the office did not ask for it: it stays.
        asked: what the office says about it, if it asks for it.
        said: what its source says beside her own word, for her to take.
    """

    field: FormField
    value: Any
    text: str
    title: str
    hint: str
    locked: bool
    proposed: bool
    part: Component | None
    source: str = ""
    place: str = ""
    why: str = ""
    state: str = ""
    fixed: bool = False
    asked: str = ""
    said: str = ""

    @property
    def is_copy(self) -> bool:
        """Return whether it only repeats what another dossier of the application says."""
        return self.locked and self.place.startswith("bundle")

    @property
    def can_be_wrong(self) -> bool:
        """Return whether she can say that the source is wrong."""
        return self.locked and not self.fixed and self.place.startswith(("register:", "store:"))


@dataclass(frozen=True)
class Stage:
    """One page of the walk: a step of one of the dossiers."""

    dossier: Dossier
    step: FormStep
    title: str
    fields: tuple[Shown, ...]

    @property
    def asks(self) -> list[Shown]:
        """Return what is hers to say."""
        return [each for each in self.fields if not (each.locked or each.fixed)]

    @property
    def there(self) -> list[Shown]:
        """Return what is there already, and what was sent and stays."""
        return [each for each in self.fields if each.locked or (each.fixed and each.text)]

    @property
    def counts(self) -> bool:
        """Return whether the page is part of the walk: something is missing there, or she typed there."""
        return any(each.state != "asking" and (each.value in (None, "") or not each.proposed) for each in self.asks)

    @property
    def is_open(self) -> bool:
        """Return whether something compulsory is missing."""
        return any(
            each.state == "wanted" or (each.field.required and each.value in (None, "") and each.state != "asking")
            for each in self.asks
        )


@dataclass(frozen=True)
class PaperShown:
    """One paper as a page shows it."""

    dossier: Dossier
    need: Requirement
    name: str
    hint: str
    part: Component | None
    pages: tuple[PaperPage, ...]
    why: str = ""
    source: str = ""
    fixed: bool = False
    asked: str = ""

    @property
    def is_there(self) -> bool:
        """Return whether nothing is to be done about it."""
        return self.part is not None and self.part.state not in {"empty", "wanted", "asking"}

    @property
    def is_hers(self) -> bool:
        """Return whether she gives it herself."""
        return self.part is None or self.part.origin in {"declared", "uploaded"}


@dataclass(frozen=True)
class Application:
    """Everything that somebody applies for in one go.

    Attributes:
        wants: whether an office waits for something that was left out or is wrong.
    """

    dossiers: tuple[Dossier, ...]
    stages: tuple[Stage, ...]
    papers: tuple[PaperShown, ...]
    counted: Count
    wants: bool = False
    answers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def asking(self) -> list[str]:
        """Return the sources that are being asked, as they are called on a page."""
        fields = [each.source for stage in self.stages for each in stage.asks if each.state == "asking"]
        papers = [each.source for each in self.papers if each.part is not None and each.part.state == "asking"]
        return list(dict.fromkeys(each for each in (*fields, *papers) if each))

    @property
    def lead(self) -> Dossier:
        """Return the dossier under whose address papers and preview stand: the first that she can change."""
        return next((each for each in self.dossiers if each.state in {"draft", supplement.WANTED}), self.dossiers[0])

    @property
    def walk(self) -> list[Stage]:
        """Return the pages on which she has something to do."""
        return [each for each in self.stages if each.counts]

    def stage(self, uid: str, step: str) -> Stage:
        """Return one page.

        Raises:
            NotFound: there is none for these answers.
        """
        for each in self.stages:
            if (each.dossier.uid, each.step.key) == (uid, step):
                return each
        raise NotFound(_("There is no such step."))


def application_of(dossier: Dossier) -> list[Dossier]:
    """Return the dossiers that belong together with one, itself included: its life event, and that of a twin."""
    if dossier.bundle_id is None:
        return [dossier]
    first = Bundle.objects.filter(pk=dossier.bundle_id).values_list("twin_of", flat=True).first() or dossier.bundle_id
    family = Bundle.objects.filter(pk=first) | Bundle.objects.filter(twin_of=first)
    found = Dossier.objects.filter(bundle__in=family).exclude(state="withdrawn").select_related("applicant")
    return list(found.order_by("bundle_id", "pk"))


def application(dossier: Dossier, *, helper: bool = False) -> Application:
    """Return an application with its pages, in a number of queries that does not grow with its fields.

    Args:
        helper: whether a helper looks, who sees of a dossier that was sent only what the office asks for.
    """
    found = _whole(application_of(dossier))
    return _of_helper(found, dossier) if helper and dossier.state == supplement.WANTED else found


def _of_helper(found: Application, dossier: Dossier) -> Application:
    """Return what somebody who helps with a supplement sees: what may be changed, and nothing else of the application."""
    stages = [
        replace(each, fields=tuple(one for one in each.fields if not (one.fixed or one.locked)))
        for each in found.stages
        if each.dossier.pk == dossier.pk
    ]
    papers = [each for each in found.papers if each.dossier.pk == dossier.pk and not each.fixed and each.is_hers]
    shown = {one.field.path for each in stages for one in each.fields}
    answers = {path: value for path, value in found.answers.get(dossier.uid, {}).items() if path in shown}
    return replace(
        found,
        dossiers=(dossier,),
        stages=tuple(each for each in stages if each.fields),
        papers=tuple(papers),
        answers={dossier.uid: answers},
        counted=Count(0, 0, 0, 0),
    )


def _whole(dossiers: list[Dossier]) -> Application:
    pages = Prefetch("pages", PaperPage.objects.order_by("number"))
    rows = Component.objects.filter(dossier__in=dossiers).order_by("id").prefetch_related(pages)
    by_dossier: dict[int, list[Component]] = {each.pk: [] for each in dossiers}
    for row in rows:
        by_dossier[row.dossier_id].append(row)
    opened = keys.data_keys(scope_of(each) for each in dossiers)
    stages: list[Stage] = []
    papers: list[PaperShown] = []
    told: dict[str, dict[str, Any]] = {}
    counts = []
    for each in dossiers:
        if not each.edition_id:
            continue
        made, parts = document_by_id(each.edition_id), by_dossier[each.pk]
        answers = told[each.uid] = _opened(opened[scope_of(each)], parts, "sealed")
        said = _opened(opened[scope_of(each)], parts, "sealed_said")
        free = _free(each, parts, answers)
        stages += _stages(each, made, parts, answers, said, free)
        papers += _papers(each, made, parts, answers, free)
        counts.append(needs.count(made, answers, parts))
    wants = any(each.state == supplement.WANTED for each in dossiers)
    return Application(tuple(dossiers), tuple(stages), tuple(papers), _sum(counts), wants, told)


@dataclass(frozen=True)
class _Free:
    """What she may change of a dossier: everything of a draft, what is asked for of one that was sent."""

    draft: bool
    keys: frozenset[str] = frozenset()
    sentences: Mapping[str, str] = field(default_factory=dict)

    def fixes(self, key: str) -> bool:
        return not self.draft and key not in self.keys


def _free(dossier: Dossier, parts: list[Component], answers: Mapping[str, Any]) -> _Free:
    if dossier.state != supplement.WANTED:
        return _Free(draft=dossier.state == "draft")
    sentences = supplement.sentences_of(dossier)
    return _Free(draft=False, keys=supplement.changeable(dossier, parts, answers, sentences), sentences=sentences)


def _opened(key: bytes | None, parts: Iterable[Component], column: str) -> dict[str, Any]:
    if key is None:
        return {}
    sealed = {part.key: getattr(part, column) for part in parts if part.kind == "field"}
    return {
        path: orjson.loads(keys.open_bytes(key, bytes(value), context=path))
        for path, value in sealed.items()
        if value is not None
    }


def _sum(counts: list[Count]) -> Count:
    return Count(
        sum(each.fields for each in counts),
        sum(each.fields_spared for each in counts),
        sum(each.papers for each in counts),
        sum(each.papers_spared for each in counts),
    )


def is_english() -> bool:
    """Return whether the reader wants English."""
    return (get_language() or "vi").startswith("en")


def _stages(
    dossier: Dossier,
    made: Document,
    parts: list[Component],
    answers: Mapping[str, Any],
    said: Mapping[str, Any],
    free: _Free,
) -> list[Stage]:
    held = {part.key: part for part in parts if part.kind == "field"}
    return [
        Stage(
            dossier,
            step,
            step.title_en if is_english() else step.title,
            tuple(
                replace(
                    shown(each, held, answers, said),
                    fixed=free.fixes(each.path),
                    asked=free.sentences.get(each.path, ""),
                )
                for each in step.fields
                if holds(each.when, answers)
            ),
        )
        for step in steps_of(made.form)
        if holds(step.when, answers)
    ]


def shown(each: FormField, held: Mapping[str, Component], answers: Mapping[str, Any], said: Mapping[str, Any]) -> Shown:
    """Return a field as its reader sees it; the particulars of somebody whose id was only typed are masked.

    Args:
        said: path to what a source says beside her own word.
    """
    part, value = held.get(each.path), answers.get(each.path)
    locked = part is not None and part.locked
    english = is_english()
    text = spoken(each, value)
    place = source(part.source).place if part is not None and part.source else ""
    offer = spoken(each, said.get(each.path))
    if part is not None and (locked or offer) and _is_guessed(part, held, answers):
        text, offer = masked(text) if locked else text, masked(offer)
    tells = part is not None and (locked or offer or part.state == "asking")
    return Shown(
        each,
        value,
        text,
        each.title_en if english else each.title,
        (each.hint_en if english else each.hint),
        locked,
        part is not None and part.why in {"proposed", "from_sign_in"} and value not in (None, ""),
        part,
        source_name(part.source) if part is not None and part.source and tells else "",
        place,
        _(REASONS[part.why]) if part is not None and part.why in REASONS else "",
        part.state if part is not None else "",
        said=offer,
    )


def _is_guessed(part: Component, held: Mapping[str, Component], answers: Mapping[str, Any]) -> bool:
    """Return whether a value is about somebody whose number was typed, not proved by a source: it could be anybody's."""
    one = source(part.source)
    if one.kind not in {"register", "store"} or one.whom == "applicant":
        return False
    about = held.get(one.whom)
    own = next((answers.get(key) for key, each in held.items() if each.source == "applicant:national_id"), None)
    return about is None or (about.origin == "declared" and answers.get(one.whom) != own)


def masked(text: str) -> str:
    """Return a text of which only the first sign of each word is to be read.

    >>> masked("Trần Minh")
    'T••• M•••'
    """
    return " ".join(word[:1] + MASK * 3 for word in text.split())


def spoken(each: FormField, value: Any) -> str:
    """Return a value as a person reads it."""
    if value in (None, ""):
        return ""
    if each.kind == "yesno":
        return _("yes") if value else _("no")
    if each.kind == "choice":
        titles = {key: (en if is_english() else vi) for key, vi, en in each.choices}
        return titles.get(str(value), str(value))
    if each.kind == "date":
        try:
            return formats.date_format(date.fromisoformat(str(value)), "d/m/Y")
        except ValueError:
            return str(value)
    if each.kind == "person_id":
        return f"{str(value)[:3]}{MASK * 3}{str(value)[-3:]}"
    return str(value)


def source_name(text: str) -> str:
    """Return how a source is called on a page."""
    return place_name(source(text).place)


def place_name(place: str) -> str:
    """Return how a place is called that values come from: "register:marriage", "store:social_allowance", "vault"."""
    kind, _colon, name = place.partition(":")
    if kind == "register":
        return _(REGISTERS.get(name, name))
    if kind == "store":
        try:
            spec = datasets.contract_of(name)
        except NotFound:
            return name
        return str(spec.title_en if is_english() else spec.title_vi)
    return {"vault": _("Your papers here"), "bundle": _("Same application")}.get(kind, _("Signing in"))


def _papers(
    dossier: Dossier, made: Document, parts: list[Component], answers: Mapping[str, Any], free: _Free
) -> list[PaperShown]:
    held = {part.key: part for part in parts if part.kind == "paper"}
    return [_paper_shown(dossier, need, held.get(need.key), free) for need in needs.papers_needed(made, answers)]


def _paper_shown(dossier: Dossier, need: Requirement, part: Component | None, free: _Free) -> PaperShown:
    english = is_english()
    return PaperShown(
        dossier,
        need,
        need.name_en if english else need.name,
        need.hint_en if english else need.hint,
        part,
        tuple(part.pages.all()) if part is not None else (),
        _(REASONS[part.why]) if part is not None and part.why in REASONS else "",
        source_name(part.source) if part is not None and part.source else "",
        free.fixes(need.key),
        free.sentences.get(need.key, ""),
    )


def drafts_of(party: Party) -> list[Dossier]:
    """Return the drafts of somebody, newest first; what an officer is typing at a counter is not theirs to go on with."""
    own = Dossier.objects.filter(applicant=party, state="draft").exclude(channel__in=["counter", "post", "paper"])
    return list(own.order_by("-changed_at")[:20])


def title_of(found: Application) -> str:
    """Return what an application is called: the procedure, or the first of several."""
    return procedure_name(found.dossiers[0].procedure)
