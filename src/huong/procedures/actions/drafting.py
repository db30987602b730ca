"""A citizen's draft: begun, saved at every step, sent once. What a source filled in is never taken from a browser."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock, ids
from huong.base.errors import BadInput, WrongState
from huong.journal import actions as journal
from huong.people import queries as people
from huong.people.models import Party
from huong.places import queries as places
from huong.procedures import events
from huong.procedures.actions import acting
from huong.procedures.actions.acting import Actor, Deed
from huong.procedures.errors import FormChanged, FormFaults, NotOffered
from huong.procedures.models import Bundle, Component, Dossier
from huong.procedures.queries import catalogue
from huong.procedures.queries.said import said
from huong.procedures.queries.values import answers_of, parts_of, scope_of, sealer
from huong.procedures.rules import fields, needs
from huong.procedures.rules.fields import Fault, FormField
from huong.procedures.rules.nouns import Document

AMENDABLE = frozenset({"draft", "supplement_wanted"})


@dataclass(frozen=True)
class Place:
    """Where a dossier goes: the unit, and the agency there that answers."""

    unit: str
    agency: str


@transaction.atomic
def begin(
    code: str,
    *,
    party: Party,
    actor: Actor,
    unit: str = "",
    channel: str = "online",
    way: str = "",
    bundle: Bundle | None = None,
    lang: str = "vi",
) -> Dossier:
    """Begin a draft of a procedure for somebody.

    Args:
        code: the procedure's code.
        party: who applies: the person, or the child or firm that is represented.
        unit: the ward or commune, by today's code or any name; needed if the ward answers.
        way: on whose behalf somebody else files: "parent", "owner", "delegate"; empty for oneself.

    Raises:
        NotFound: no such procedure, or no form of it here.
        NotOffered: not for this kind of applicant, or not online.
        BadInput: the ward must be chosen.

    Records: `procedures.begun`.
    """
    version, made = catalogue.current(code)
    _require_offered(made, party, channel)
    place = place_of(made.agency, unit)
    now = clock.now()
    dossier = Dossier.objects.create(
        uid=ids.new_id(),
        procedure=code,
        edition=version,
        channel=channel,
        lang=lang,
        applicant=party,
        filed_by=actor.user,
        way=way,
        bundle=bundle,
        unit=place.unit,
        unit_on=clock.local(now).date(),
        agency=place.agency,
        lead_agency=place.agency,
        created_at=now,
        queue_at=now,
        changed_at=now,
    )
    acting.written(dossier, "begin", actor, Deed(public=False), "draft")
    return dossier


def _require_offered(made: Document, party: Party, channel: str) -> None:
    if party.kind not in made.audience:
        raise NotOffered(
            _("This procedure is for firms and organisations.")
            if "organisation" in made.audience
            else _("This procedure is for persons.")
        )
    if channel == "online" and made.level == "information":
        raise NotOffered(_("This procedure is taken in at the counter only."))


def place_of(agency: str, unit: str) -> Place:
    """Return where a dossier goes.

    Args:
        agency: an agency's code, or "unit" for the People's Committee of the unit.
        unit: a code of today or any name of a ward or commune; may be empty if an agency is named.

    Raises:
        BadInput: the ward is needed and is not clear.
    """
    unit = unit.strip()
    known = places.current_code(unit, clock.today()) if unit.isdecimal() else places.resolve(unit).code
    code = known or ""
    if agency != "unit":
        return Place(code, people.agency(agency).code)
    found = people.agency_of_unit(code) if code else None
    if found is None:
        raise BadInput(_("Please choose the ward or commune that shall answer."), code="unit_needed", field="unit")
    return Place(code, found.code)


@transaction.atomic
def save(uid: str, typed: Mapping[str, Any], *, actor: Actor, version: int | None = None) -> list[Fault]:
    """Save what was typed, right or not: a draft keeps everything; locked values stay as their source says.

    Args:
        typed: path to value, as a form or an API sends it; paths of locked or unknown fields are left alone.

    Returns:
        What is wrong with what was typed, for the page; it is saved all the same.

    Raises:
        WrongState: the dossier is neither a draft nor waiting for what was asked.
        Overtaken: it was changed since it was looked at.

    Records: `procedures.saved` with how many fields.
    """
    dossier = acting.found(uid)
    if dossier.state not in AMENDABLE:
        raise WrongState(_("This dossier was sent already; it can be changed only if the office asks for something."))
    if version is not None and version != dossier.version:
        raise acting.overtaken(dossier)
    made = catalogue.document_by_id(dossier.edition_id or 0)
    held = {part.key: part for part in parts_of(dossier) if part.kind == "field"}
    allowed = [each for each in fields.fields_of(made.form) if _may_type(dossier, held.get(each.path))]
    kept = {each.path: fields.cleaned(each, typed[each.path]) for each in allowed if each.path in typed}
    before = answers_of(dossier, held.values())
    answers = before | kept
    _keep(dossier, held, allowed, kept, before)
    journal.record(
        events.SAVED, f"dossier:{dossier.uid}", by=actor.user.pk if actor.user else None, audience="named",
        agency=dossier.agency, unit=dossier.unit, fields=len(kept), helper=actor.helper,
    )  # fmt: skip
    return fields.faults_of(made.form, answers, only=frozenset(kept), today=clock.today())


def _may_type(dossier: Dossier, part: Component | None) -> bool:
    if part is not None and part.locked:
        return False
    if dossier.state == "draft":
        return True
    return part is not None and (part.state == "wanted" or (part.state == "held" and part.origin == "declared"))


def _keep(
    dossier: Dossier,
    held: Mapping[str, Component],
    allowed: list[FormField],
    kept: Mapping[str, Any],
    before: Mapping[str, Any],
) -> None:
    now, sealed = clock.now(), sealer(scope_of(dossier))
    rows = [
        Component(
            dossier=dossier,
            kind="field",
            key=each.path,
            origin="declared",
            state="empty" if kept[each.path] is None else _state_after(held.get(each.path)),
            sealed=sealed(kept[each.path], each.path),
            why=_why_after(held.get(each.path), changed=before.get(each.path) != kept[each.path]),
            source=held[each.path].source if each.path in held else "",
            changed_at=now,
        )
        for each in allowed
        if each.path in kept
    ]
    Component.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["dossier", "kind", "key"],
        update_fields=["origin", "state", "sealed", "why", "changed_at"],
    )


def _why_after(part: Component | None, *, changed: bool) -> str:
    """Return why a field is as it is, once it was typed: what was proposed and then changed is hers."""
    if part is None or (changed and part.why in {"proposed", "from_sign_in"}):
        return ""
    return part.why


def _state_after(part: Component | None) -> str:
    return part.state if part is not None and part.state in {"later", "disputed"} else "held"


@transaction.atomic
def submit(uid: str, *, actor: Actor, version: int | None = None) -> Dossier:
    """Send a draft. Pressed twice, or sent again after a break, it is one dossier.

    Raises:
        FormFaults: fields are wrong or missing, or papers; `details["faults"]` and `details["papers"]` say which.
        FormChanged: the form's version was replaced meanwhile; `move_to_current` carries the answers over.
        WrongState: it was withdrawn.

    Records: `procedures.submitted`.
    """
    dossier = acting.found(uid)
    if dossier.state != "draft" and dossier.submitted_at is not None and dossier.state != "withdrawn":
        return dossier
    acting.allowed(dossier, "submit", actor, Deed(version=version))
    if dossier.edition is not None and dossier.edition.state == "retired":
        raise FormChanged(
            _("The form has changed since you began. Your answers are kept: look at what is new, then send.")
        )
    made = catalogue.document_by_id(dossier.edition_id or 0)
    parts = parts_of(dossier)
    answers = answers_of(dossier, parts)
    _require_whole(made, answers, parts)
    counted = needs.count(made, answers, parts)
    columns = {
        "submitted_at": clock.now(),
        "fields_asked": counted.fields,
        "fields_spared": counted.fields_spared,
        "papers_asked": counted.papers,
        "papers_spared": counted.papers_spared,
    }
    acting.act(dossier, "submit", actor, Deed(version=version, columns=columns))
    return dossier


def _require_whole(made: Document, answers: Mapping[str, Any], parts: list[Component]) -> None:
    faults = fields.faults_of(made.form, answers, today=clock.today())
    lacking = needs.missing(made, answers, parts)
    if faults or lacking:
        raise FormFaults(
            _("Some fields or papers need another look."),
            faults=said(faults),
            papers=[need.key for need in lacking],
        )


@transaction.atomic
def discard(uid: str, *, actor: Actor) -> Dossier:
    """Let a draft go; one that the office prepared is not prepared again.

    Raises:
        WrongState: it was sent already; it can be withdrawn instead.

    Records: `procedures.discarded`.
    """
    dossier = acting.found(uid)
    acting.act(dossier, "discard", actor, Deed(public=False))
    return dossier


@transaction.atomic
def move_to_current(uid: str, *, actor: Actor) -> list[str]:
    """Carry a draft over to the version in force: answers whose fields still exist stay, nothing is lost silently.

    Returns:
        The paths of fields that the new form does not know any more; their answers are kept but not sent.

    Raises:
        WrongState: it is no draft any more.

    Records: `procedures.saved`.
    """
    dossier = acting.found(uid)
    if dossier.state != "draft":
        raise WrongState(_("This dossier was sent already; it keeps the form of its day."))
    version, made = catalogue.current(dossier.procedure)
    Dossier.objects.filter(pk=dossier.pk).update(edition=version)
    journal.record(
        events.SAVED, f"dossier:{dossier.uid}", by=actor.user.pk if actor.user else None, audience="named",
        agency=dossier.agency, unit=dossier.unit, fields=0, helper=actor.helper,
    )  # fmt: skip
    known = {each.path for each in fields.fields_of(made.form)}
    return sorted(part.key for part in parts_of(dossier) if part.kind == "field" and part.key not in known)
