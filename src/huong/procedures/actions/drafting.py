"""A citizen's draft: begun, saved at every step, sent once. What a source filled in is never taken from a browser."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock, ids, keys
from huong.base.errors import BadInput, WrongState
from huong.journal import actions as journal
from huong.people import queries as people
from huong.people import rules as spellings
from huong.people.models import Party
from huong.places import queries as places
from huong.procedures import events
from huong.procedures.actions import acting
from huong.procedures.actions.acting import Actor, Deed
from huong.procedures.actions.unsettling import FORMER, former, unsettle
from huong.procedures.errors import FormChanged, FormFaults, NotAskedFor, NotOffered
from huong.procedures.models import Bundle, Component, Dossier, ProcedureVersion
from huong.procedures.queries import catalogue, supplement
from huong.procedures.queries.said import called, said
from huong.procedures.queries.values import answers_of, parts_of, scope_of, seal, sealer
from huong.procedures.rules import fields, needs
from huong.procedures.rules.fields import Fault, FormField
from huong.procedures.rules.nouns import Document

AMENDABLE = frozenset({"draft", "supplement_wanted"})
AT_COUNTER = ("counter", "post", "paper")


@dataclass(frozen=True)
class Place:
    """Where a dossier goes: the unit, and the agency there that answers."""

    unit: str
    agency: str


@dataclass(frozen=True)
class CameIn:
    """How a dossier came in that its applicant did not begin online.

    Attributes:
        uid: the public id it gets; a new one if left out.
        at: the true time of receipt; now if left out.
        phone, mail: how the applicant is reached about it.
    """

    uid: str = ""
    at: datetime | None = None
    phone: str = ""
    mail: str = ""


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
    came: CameIn | None = None,
) -> Dossier:
    """Begin a draft of a procedure for somebody. This is the one place where a living dossier comes into being.

    Args:
        code: the procedure's code.
        party: who applies: the person, or the child or firm that is represented.
        unit: the ward or commune, by today's code or any name; needed if the ward answers.
        way: on whose behalf somebody else files: "parent", "owner", "delegate"; empty for oneself.
        came: what an officer says of how it came in.

    Raises:
        NotFound: no such procedure, or no form of it here and it did not come in at a counter.
        NotOffered: not for this kind of applicant, or not online.
        BadInput: the ward must be chosen.
        WrongState: the public id it shall get stands for another dossier already.

    Records: `procedures.begun`.
    """
    offer = offered(code, party.kind, channel)
    place = place_of(offer.agency, unit)
    now, came = clock.now(), came or CameIn()
    if came.uid and Dossier.objects.filter(uid=came.uid).exists():
        raise WrongState(_("This was sent already; nothing was begun a second time."), code="sent_already")
    at, phone = came.at or now, spellings.phone(came.phone)
    born = people.own_particulars(party).get("birth_date", "") if channel in AT_COUNTER else ""
    dossier = Dossier(
        uid=came.uid or ids.new_id(),
        procedure=code,
        edition=offer.version,
        channel=channel,
        lang=lang,
        applicant=party,
        filed_by=actor.user,
        way=way,
        bundle=bundle,
        unit=place.unit,
        unit_on=clock.local(at).date(),
        agency=place.agency,
        lead_agency=place.agency,
        created_at=at,
        queue_at=at,
        changed_at=at,
        entered_at=now if came.at else None,
        phone_hash=keys.keyed_hash(phone, context="procedures.phone") if phone else "",
        birth_hash=keys.keyed_hash(born, context="procedures.birth") if born else "",
    )
    contact = {"phone": phone or came.phone.strip()[:40], "mail": came.mail.strip()[:200]}
    dossier.sealed_contact = seal(scope_of(dossier), contact if any(contact.values()) else None, "contact")
    dossier.save(force_insert=True)
    acting.written(dossier, "begin", actor, Deed(at=at, public=False), "draft")
    return dossier


@dataclass(frozen=True)
class Offer:
    """What is offered: the version in force, None for a procedure without a form here, and the agency that answers."""

    version: ProcedureVersion | None
    agency: str


def offered(code: str, kind: str, channel: str) -> Offer:
    """Return what is offered to a kind of applicant over a channel.

    Args:
        kind: "person" or "organisation".

    Raises:
        NotFound: no such procedure, or no form of it here and it did not come in at a counter.
        NotOffered: not for this kind of applicant, or not online.
    """
    procedure, version = catalogue.procedure(code), catalogue.in_force(code)
    if version is None and channel not in AT_COUNTER:
        version = catalogue.current(code)[0]
    made = catalogue.document_by_id(version.pk) if version else None
    audience = made.audience if made else tuple(procedure.audience.split())
    if audience and kind not in audience:
        raise NotOffered(
            _("This procedure is for firms and organisations.")
            if "organisation" in audience
            else _("This procedure is for persons.")
        )
    if channel == "online" and made is not None and made.level == "information":
        raise NotOffered(_("This procedure is taken in at the counter only."))
    return Offer(version, made.agency if made else procedure.agency or "unit")


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
def save(
    uid: str,
    typed: Mapping[str, Any],
    *,
    actor: Actor,
    version: int | None = None,
    confirmed: bool = True,
    meanwhile: Collection[str] = (),
) -> list[Fault]:
    """Save what was typed, right or not: a draft keeps everything; locked values stay as their source says.

    While the office asks for something, only what its request names may change, and what depends on that; the former
    value stays beside the new one. What a source gave for an answer that changes now (whom it was asked about, or what
    made it count) goes with it.

    Args:
        typed: path to value, as a form or an API sends it; paths of locked or unknown fields are left alone.
        confirmed: whether a field that was asked for counts as supplied though it was not changed.
        meanwhile: paths whose source was still being asked when she began to type: her word is kept beside what the
            source has said since.

    Returns:
        What is wrong with what was typed, for the page; it is saved all the same.

    Raises:
        WrongState: the dossier is neither a draft nor waiting for what was asked.
        NotAskedFor: a field would change that the office did not ask for; nothing was saved.
        FormFaults: a text is too long or holds a sign that cannot be kept; `details["faults"]` names the field, and
            nothing was saved (code "cannot_be_kept").
        Overtaken: it was changed since it was looked at.

    Records: `procedures.saved` with how many fields.
    """
    dossier = acting.found(uid)
    if dossier.state not in AMENDABLE:
        raise WrongState(_("This dossier was sent already; it can be changed only if the office asks for something."))
    if version is not None and version != dossier.version:
        raise acting.overtaken(dossier)
    made = catalogue.document_by_id(dossier.edition_id or 0)
    parts = parts_of(dossier)
    held = {part.key: part for part in parts if part.kind == "field"}
    before = answers_of(dossier, parts)
    known = {each.path: each for each in fields.fields_of(made.form)}
    told = {path: fields.cleaned(known[path], value) for path, value in typed.items() if path in known}
    _require_keepable(known, told)
    if dossier.state == "draft":
        kept = {path: value for path, value in told.items() if _takes(held.get(path), value)}
        _keep_beside(dossier, [held[path] for path in meanwhile if path in held and path in told], told, before)
    else:
        kept = _supplied(dossier, made, parts, before, told, blind=actor.helper)
        kept = {
            path: value
            for path, value in kept.items()
            if _is_new(held.get(path), path, value, before, confirmed) and not _holds(held.get(path))
        }
    _keep(dossier, held, kept, before)
    unsettle(dossier, {path for path, value in kept.items() if value != before.get(path)})
    journal.record(
        events.SAVED, f"dossier:{dossier.uid}", by=actor.user.pk if actor.user else None, audience="named",
        agency=dossier.agency, unit=dossier.unit, fields=len(kept), helper=actor.helper,
    )  # fmt: skip
    return fields.faults_of(made.form, before | kept, only=frozenset(kept), today=clock.today())


def _require_keepable(known: Mapping[str, FormField], told: Mapping[str, Any]) -> None:
    """Refuse what cannot be kept at all, in a sentence that names the field.

    Raises:
        FormFaults: as `save` says.
    """
    found = [fault for path, value in told.items() if (fault := fields.unkeepable(known[path], value))]
    if found:
        sentences = said(found)
        raise FormFaults(" ".join(sentences.values()), code="cannot_be_kept", faults=sentences)


def _supplied(
    dossier: Dossier,
    made: Document,
    parts: list[Component],
    before: Mapping[str, Any],
    told: Mapping[str, Any],
    *,
    blind: bool = False,
) -> dict[str, Any]:
    """Return what may be changed of what was typed; refuse what the office did not ask for and would change.

    Args:
        blind: whether the rest is refused even if it would change nothing: a helper, who sees only what is asked for,
            shall not find out by guessing what else stands there.

    Raises:
        NotAskedFor: as `save` says.
    """
    allowed = supplement.changeable(dossier, parts, before, supplement.sentences_of(dossier), told)
    answers = {**before, **{path: value for path, value in told.items() if path in allowed}}
    for each in fields.asked_fields(made.form, answers):
        if each.path in told and each.path not in allowed and (blind or told[each.path] != before.get(each.path)):
            raise not_asked_for(called(each), each.path)
    return {path: value for path, value in told.items() if path in allowed}


def _holds(part: Component | None) -> bool:
    return part is not None and part.locked


def _takes(part: Component | None, value: Any) -> bool:
    """Return whether a draft takes a value: a source does not hold the field, and nothing does not end the asking."""
    if part is None:
        return True
    return not part.locked and not (value is None and part.state == "asking" and part.sealed is None)


def _keep_beside(
    dossier: Dossier, parts: Iterable[Component], told: Mapping[str, Any], before: Mapping[str, Any]
) -> None:
    """Keep what she typed while a source was asked, where it has answered since: her word, and beside it the source's."""
    sealed = sealer(scope_of(dossier))
    for part in parts:
        value = told[part.key]
        if part.locked and value is not None and value != before.get(part.key):
            Component.objects.filter(pk=part.pk).update(
                origin="declared",
                locked=False,
                state="held",
                sealed=sealed(value, part.key),
                sealed_said=part.sealed,
                why="said",
                changed_at=clock.now(),
            )


def not_asked_for(title: str, key: str) -> NotAskedFor:
    """Return the refusal for a field or paper that would change and was not asked for."""
    return NotAskedFor(
        _("The office did not ask for “%(title)s”: it stays as you sent it. Nothing was changed.") % {"title": title},
        field=key,
    )


def _is_new(part: Component | None, path: str, value: Any, before: Mapping[str, Any], confirmed: bool) -> bool:  # noqa: FBT001
    return value != before.get(path) or (confirmed and part is not None and part.state == "wanted")


def _keep(dossier: Dossier, held: Mapping[str, Component], kept: Mapping[str, Any], before: Mapping[str, Any]) -> None:
    now, sealed = clock.now(), sealer(scope_of(dossier))
    rows = [
        Component(
            dossier=dossier,
            kind="field",
            key=path,
            origin="declared",
            state="empty" if value is None else _state_after(held.get(path)),
            sealed=sealed(value, path),
            why=_why_after(held.get(path), changed=before.get(path) != value, empty=value is None),
            source=held[path].source if path in held else "",
            changed_at=held[path].changed_at if path in held and value == before.get(path) else now,
            **({} if dossier.state == "draft" else former(held.get(path), now)),
        )
        for path, value in kept.items()
    ]
    Component.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["dossier", "kind", "key"],
        update_fields=["origin", "state", "sealed", "why", "changed_at", *FORMER],
    )


def _why_after(part: Component | None, *, changed: bool, empty: bool) -> str:
    """Return why a field is as it is, once it was typed: what was proposed and then changed is hers.

    What she leaves empty again she does not hold against its source.
    """
    if part is None or (changed and part.why in {"proposed", "from_sign_in"}):
        return ""
    return "" if empty and part.why in {"said", "differs"} else part.why


def _state_after(part: Component | None) -> str:
    return part.state if part is not None and part.state in {"later", "disputed", "asking"} else "held"


@transaction.atomic
def submit(uid: str, *, actor: Actor, version: int | None = None, at: datetime | None = None) -> Dossier:
    """Send a draft. Pressed twice, or sent again after a break, it is one dossier.

    Args:
        at: the true time, for what an officer types in later; now if left out.

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
    columns = _counted(dossier) | {"submitted_at": at or clock.now()}
    wait_no_longer(dossier)
    acting.act(dossier, "submit", actor, Deed(version=version, at=at, columns=columns))
    return dossier


def wait_no_longer(dossier: Dossier) -> None:
    """Let fields whose source is still asked be declared now and verified later; what it offered, be her word."""
    asking = Component.objects.filter(dossier=dossier, state="asking")
    asking.filter(sealed__isnull=True).update(state="empty", why="source_down")
    asking.filter(sealed__isnull=False).update(state="later", why="source_down")
    Component.objects.filter(dossier=dossier, why="said").update(why="differs", sealed_said=None)


def _counted(dossier: Dossier) -> dict[str, int]:
    """Refuse what is not whole, and return how much was asked and spared; without a form, the papers are all there is."""
    parts = parts_of(dossier)
    if dossier.edition_id is None:
        return {"papers_asked": len(parts)}
    made, answers = catalogue.document_by_id(dossier.edition_id), answers_of(dossier, parts)
    _require_whole(made, answers, parts)
    counted = needs.count(made, answers, parts)
    return {
        "fields_asked": counted.fields,
        "fields_spared": counted.fields_spared,
        "papers_asked": counted.papers,
        "papers_spared": counted.papers_spared,
    }


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
