"""Asking once: what vault, application, shared data and registers know is written into a dossier, with its origin.

Sources are asked outside any transaction and within one patience for all of them; what fails never stops the form.
"""

import time as time_module
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.errors import BadInput, Forbidden, HuongError, NotFound
from huong.exchange import queries as exchange
from huong.journal import actions as journal
from huong.people.models import User
from huong.procedures import events
from huong.procedures.actions import acting, filling
from huong.procedures.actions.acting import Actor
from huong.procedures.actions.filling import Found
from huong.procedures.actions.registers import Registers, plain, why
from huong.procedures.models import Dossier, ExplicitRequest
from huong.procedures.queries.catalogue import document_by_id
from huong.procedures.queries.situation import situation_of
from huong.procedures.queries.values import parts_of
from huong.procedures.rules import fields, planning
from huong.procedures.rules.flow import OFFICER
from huong.procedures.rules.nouns import Document
from huong.procedures.rules.planning import Ask, Known, Outcome, Situation
from huong.procedures.rules.sources import source
from huong.store import queries as store

PATIENCE = 3.0
MOST_ROUNDS = 5


@dataclass(frozen=True)
class Resolution:
    """What became of each field and paper, and how many questions went out."""

    outcomes: tuple[Outcome, ...]
    asked: int

    @property
    def consents(self) -> list[str]:
        """Return the places for which the law wants her explicit request first."""
        return list(
            dict.fromkeys(each.source.place for each in self.outcomes if each.reason == "consent" and each.source)
        )

    def of(self, key: str) -> Outcome | None:
        """Return what became of one field or paper."""
        return next((each for each in self.outcomes if each.key == key), None)


def resolve(uid: str, *, actor: Actor, patience: float = PATIENCE, anew: bool = False) -> Resolution:
    """Fill a dossier in with what is known already, so that nobody is asked for it.

    Called outside any transaction: sources are asked over the network first, then everything is written at once.

    Args:
        patience: seconds for all sources together; what comes later is declared now and verified later.
        anew: ask again for what still holds.

    Returns:
        The outcome and reason of every field and paper, which form, desk and figures read.

    Raises:
        NotFound: there is no such dossier.
        WrongState: it was sent already.

    Records: `procedures.resolved`, if something changed; `exchange.asked`, `store.read` for what was asked.
    """
    dossier = draft_of(uid)
    if dossier.edition_id is None:
        return Resolution((), 0)
    made, parts = document_by_id(dossier.edition_id), parts_of(dossier)
    now = situation_of(dossier, parts, anew=anew)
    by = actor.user if actor.who == OFFICER else None
    deadline = time_module.monotonic() + patience
    outcomes, known = explored(made, now, partial(answers_to, dossier=dossier, made=made, deadline=deadline, by=by))
    filling.fill(uid, Found(outcomes, parts, now.answers, len(known)), actor=actor)
    return Resolution(tuple(outcomes), len(known))


def draft_of(uid: str) -> Dossier:
    """Return a dossier that is still filled in, with whoever applies.

    Raises:
        NotFound: there is no such dossier.
        WrongState: it was sent already.
    """
    dossier = dossier_of(uid)
    filling.require_draft(dossier)
    return dossier


def dossier_of(uid: str) -> Dossier:
    """Return a dossier with whoever applies.

    Raises:
        NotFound: there is no such dossier.
    """
    dossier = Dossier.objects.select_related("applicant").filter(uid=uid).first()
    if dossier is None:
        raise NotFound(_("There is no such dossier."))
    return dossier


def explored(
    made: Document,
    now: Situation,
    answering: Callable[[list[Ask]], Mapping[Ask, Known]],
    only: Set[str] | None = None,
) -> tuple[list[Outcome], dict[Ask, Known]]:
    """Plan, ask, and plan again with the answers, until nothing is left to ask.

    Args:
        answering: answers questions, or says why it cannot; called outside any transaction.
        only: the fields and papers for which sources are asked; all if left out.
    """
    steps, known = fields.steps_of(made.form), dict(now.known)
    outcomes = planning.plan(made, steps, now)
    for _round in range(MOST_ROUNDS):
        asks = planning.asks_of(each for each in outcomes if only is None or each.key in only)
        if not asks:
            break
        known |= answering(asks)
        now = replace(now, known=known)
        outcomes = planning.plan(made, steps, now)
    return outcomes, known


def answers_to(
    asks: Iterable[Ask], dossier: Dossier, made: Document, *, deadline: float, by: User | None = None
) -> dict[Ask, Known]:
    """Ask the sources, each about each person once; a slow or failing one is written down as that.

    Registers are asked side by side, so that this takes as long as the slowest of them.

    Args:
        deadline: the instant of the monotonic clock after which no answer is waited for.
        by: the officer who asks; None on behalf of who applies.
    """
    found: dict[Ask, Known] = {}
    with Registers(patience=deadline - time_module.monotonic(), by=by) as registers:
        for ask in sorted(asks, key=lambda each: each.kind != "register"):  # while they are asked, shared data are read
            found[ask] = registers.put(ask, dossier) if ask.kind == "register" else shared(ask, dossier, made, by)
        while registers.is_waiting:
            found |= {ask: known for _dossier, ask, known in registers.answered()}
    return found


def shared(ask: Ask, dossier: Dossier, made: Document, by: User | None = None) -> Known:
    """Return what the city's shared data know of somebody; what fails is written down as that."""
    try:
        return _store(ask, dossier, made, by)
    except HuongError as error:
        return Known(failed=why(error))


def _store(ask: Ask, dossier: Dossier, made: Document, by: User | None) -> Known:
    """Read one person's row of a dataset, under the grant of the dossier's agency for this purpose."""
    grant = exchange.grant_in_force(ask.name, dossier.agency, dossier.procedure)
    if grant is None:
        return Known(failed="no_grant")
    wanted = sorted(_parts(made, ask.name) & grant.fields)
    use = store.Use(dossier.agency, f"{dossier.procedure}/{dossier.uid}", grant=grant, person=by)
    at = clock.now()
    try:
        row = store.row(ask.name, ask.wanted, use, fields=wanted)
    except NotFound:
        return Known({}, fetched_at=at)
    return Known(plain(row), fetched_at=at, exchange=grant.id)


def _parts(made: Document, dataset: str) -> set[str]:
    named = [one for each in fields.fields_of(made.form) for one in each.sources]
    named += [source(each.source) for need in made.requirements for each in need.accepts if each.source]
    return {one.part for one in named if (one.kind, one.name) == ("store", dataset)}


@transaction.atomic
def wish(uid: str, place: str, *, use: bool, actor: Actor) -> None:
    """Write down that she asks us to use a source for this dossier, or that it shall not be used.

    Args:
        place: "register:marriage", "store:social_allowance", or "vault".

    Raises:
        WrongState: the dossier was sent already.
        BadInput: the procedure knows no such source.
        Forbidden: a helper says so; the request must be her own.

    Records: `procedures.wished`.
    """
    if actor.helper:
        raise Forbidden(_("Only the applicant can do this."))
    dossier = acting.found(uid)
    filling.require_draft(dossier)
    made = document_by_id(dossier.edition_id or 0)
    if place not in places_of(made):
        raise BadInput(_("This procedure asks no such source."), code="no_such_source")
    now: datetime = clock.now()
    standing = ExplicitRequest.objects.filter(dossier=dossier, source=place, revoked_at=None)
    if standing.filter(use=use).exists():
        return
    standing.update(revoked_at=now)
    ExplicitRequest.objects.create(dossier=dossier, source=place, purpose=dossier.procedure, use=use, at=now)
    journal.record(
        events.WISHED, f"dossier:{dossier.uid}", by=actor.user.pk if actor.user else None, audience="named",
        agency=dossier.agency, unit=dossier.unit, source=place, use=use,
    )  # fmt: skip


def places_of(made: Document) -> frozenset[str]:
    """Return the places that a procedure takes values from, as somebody agrees to them or refuses them."""
    named = [one for each in fields.fields_of(made.form) for one in each.sources if one.locks]
    named += [source(each.source) for need in made.requirements for each in need.accepts if each.source]
    return frozenset({one.place for one in named} | {"vault"})
