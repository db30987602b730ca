"""A life event as one application: several dossiers begun together, asked once, sent in one go."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock, ids
from huong.base.errors import BadInput, NotFound, WrongState
from huong.journal import actions as journal
from huong.people.models import Party
from huong.procedures import events
from huong.procedures.actions import acting
from huong.procedures.actions.acting import Actor
from huong.procedures.actions.asking import look
from huong.procedures.actions.drafting import AMENDABLE, begin, submit
from huong.procedures.actions.receiving import supply
from huong.procedures.actions.resolving import Resolution
from huong.procedures.actions.unsettling import unsettle
from huong.procedures.models import Bundle, Component, Dossier, LifeEvent
from huong.procedures.queries import catalogue
from huong.procedures.queries.application import application_of
from huong.procedures.queries.situation import told_in_application
from huong.procedures.queries.supplement import WANTED
from huong.procedures.queries.values import answers_of, parts_of, scope_of, sealer
from huong.procedures.rules.fields import holds
from huong.procedures.rules.sources import source


@dataclass(frozen=True)
class Begun:
    """An application and its dossiers, in their order."""

    bundle: Bundle
    dossiers: tuple[Dossier, ...]


@transaction.atomic
def begin_event(
    key: str,
    *,
    party: Party,
    actor: Actor,
    unit: str = "",
    way: str = "",
    lang: str = "vi",
    twin_of: Bundle | None = None,
) -> Begun:
    """Begin one application for a life event: a draft for each of its procedures that has a form here.

    Args:
        key: the life event: "child".
        unit: the ward or commune that shall answer.
        twin_of: the application for the first child, whose answers count here too.

    Raises:
        NotFound: no such life event, or none of its procedures has a form here.
        BadInput, NotOffered: as `begin` says.

    Records: `procedures.bundle_begun`, `procedures.begun` for each.
    """
    event = LifeEvent.objects.filter(key=key, bundled=True).first()
    codes = [code for code in event.procedures if code in set(catalogue.modelled())] if event else []
    if not codes:
        raise NotFound(_("These procedures cannot be applied for together here."))
    bundle = Bundle.objects.create(uid=ids.new_id(), event=key, party=party, at=clock.now(), twin_of=twin_of)
    made = tuple(begin(code, party=party, actor=actor, unit=unit, way=way, bundle=bundle, lang=lang) for code in codes)
    journal.record(
        events.BUNDLE_BEGUN, f"bundle:{bundle.uid}", by=actor.user.pk if actor.user else None, audience="named",
        agency=made[0].agency, unit=made[0].unit, event=key, dossiers=len(made),
    )  # fmt: skip
    return Begun(bundle, made)


def begin_twin(uid: str, *, actor: Actor) -> Begun:
    """Begin the same application for a second child; only what differs is asked.

    Args:
        uid: a dossier of the first child's application.

    Raises:
        NotFound: no such dossier, or it stands alone.

    Records: as `begin_event`.
    """
    dossier = Dossier.objects.select_related("bundle", "applicant").filter(uid=uid).first()
    if dossier is None or dossier.bundle is None:
        raise NotFound(_("There is no such dossier."))
    first = dossier.bundle.twin_of or dossier.bundle
    waiting = Dossier.objects.filter(bundle__twin_of=first, state="draft").select_related("bundle").order_by("pk")
    empty = [each for each in waiting if not answers_of(each)]
    if empty and empty[0].bundle is not None:
        return Begun(empty[0].bundle, tuple(empty))
    return begin_event(
        first.event, party=dossier.applicant, actor=actor, unit=dossier.unit, way=dossier.way, lang=dossier.lang,
        twin_of=first,
    )  # fmt: skip


@transaction.atomic
def add_offered(uid: str, code: str, *, actor: Actor) -> Dossier:
    """Take a procedure that a draft offers into the same application: recognition of the father, say.

    Raises:
        NotFound: no such dossier.
        BadInput: the draft does not offer it for its answers.
        WrongState: it was sent.

    Records: `procedures.begun`.
    """
    dossier = acting.found(uid)
    if dossier.state != "draft":
        raise WrongState(_("This dossier was sent already; it keeps what it says."))
    made = catalogue.document_by_id(dossier.edition_id or 0)
    answers = answers_of(dossier)
    if not any(offer.procedure == code and holds(offer.when, answers) for offer in made.offers):
        raise BadInput(_("This is not offered for what you answered."), code="not_offered_here")
    bundle = dossier.bundle
    if bundle is None:
        bundle = Bundle.objects.create(uid=ids.new_id(), event="", party=dossier.applicant, at=clock.now())
        Dossier.objects.filter(pk=dossier.pk).update(bundle=bundle)
    held = bundle.dossiers.filter(procedure=code).exclude(state="withdrawn").first()
    return held or begin(
        code, party=dossier.applicant, actor=actor, unit=dossier.unit, way=dossier.way, bundle=bundle, lang=dossier.lang
    )


@transaction.atomic
def leave_out(uid: str, *, actor: Actor) -> None:
    """Take one draft out of an application again; its answers go, the others stay.

    Raises:
        NotFound: no such dossier.
        WrongState: it was sent, or it stands alone.

    Records: `procedures.withdrawn`.
    """
    dossier = acting.found(uid)
    if dossier.state != "draft" or dossier.bundle_id is None:
        raise WrongState(_("This dossier was sent already; it keeps what it says."))
    acting.written(dossier, "withdraw", actor, acting.Deed(public=False), "withdrawn")
    dossier.parts.all().delete()


def resolve_all(uid: str, *, actor: Actor) -> dict[str, Resolution]:
    """Fill in every draft of the application that a dossier belongs to, in order, so that later ones take from earlier.

    Of what was sent and waits for a supplement, only what that changed is looked for.
    What registers must be asked is asked in the background; nobody waits here.

    Returns:
        By dossier, what became of its fields and papers.
    """
    dossier = Dossier.objects.filter(uid=uid).first()
    if dossier is None:
        raise NotFound(_("There is no such dossier."))
    drafts = [each for each in application_of(dossier) if each.state in AMENDABLE]
    return {each.uid: look(each.uid, actor=actor) for each in drafts}


@transaction.atomic
def send_all(uid: str, *, actor: Actor) -> list[Dossier]:
    """Send what she has filled in: what the office asked for, or the whole application that was not sent yet.

    Raises:
        BadInput, FormFaults, WrongState: as `supply` says; nothing was sent then.
        FormFaults, FormChanged, WrongState: as `submit_all` says.

    Records: as `supply` and `submit_all`.
    """
    dossier = acting.found(uid)
    if dossier.state != WANTED:
        return submit_all(uid, actor=actor)
    return [supply(each.uid, actor=actor) for each in application_of(dossier) if each.state == WANTED]


@transaction.atomic
def submit_all(uid: str, *, actor: Actor) -> list[Dossier]:
    """Send the whole application: every draft of it, or none.

    What one dossier says in another's words is what that one says now.

    Raises:
        FormFaults, FormChanged, WrongState: as `submit` says; nothing was sent then. `details["dossier"]` says which.

    Records: `procedures.submitted` for each.
    """
    dossier = acting.found(uid)
    whole = [each for each in application_of(dossier) if each.state in {"draft", "submitted"}]
    for each in whole:
        if each.state == "draft":
            _renew_copies(each)
    return [submit(each.uid, actor=actor) for each in whole]


def _renew_copies(dossier: Dossier) -> None:
    """Let a dossier say what the other dossiers of the application say now, where it only repeats them."""
    copies = [part for part in parts_of(dossier) if part.kind == "field" and part.origin == "bundle"]
    if not copies:
        return
    bundle, shared, _results = told_in_application(dossier)
    answers, sealed = answers_of(dossier, copies), sealer(scope_of(dossier))
    changed = []
    for part in copies:
        one = source(part.source)
        value = shared.get(one.part) if one.name == "same" else bundle.get(one.name, {}).get(one.part)
        if value != answers.get(part.key):
            changed.append(part.key)
            Component.objects.filter(pk=part.pk).update(sealed=sealed(value, part.key), changed_at=clock.now())
    unsettle(dossier, changed)
