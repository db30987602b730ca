"""Asking in the background: a form opens with what is known at once, and registers are asked behind it, each once.

A page never waits for a register. What one says later is filled in; where she wrote something herself meanwhile, it
stands beside her word, for her to choose.
"""

import time as time_module
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from huong.base import clock, keys
from huong.base.errors import HuongError, NotFound, WrongState
from huong.base.jobs import job
from huong.exchange import queries as exchange
from huong.exchange import registers as national
from huong.journal import actions as journal
from huong.procedures import events
from huong.procedures.actions import acting, filling
from huong.procedures.actions.acting import PLATFORM_ITSELF, Actor
from huong.procedures.actions.filling import ORIGINS, Found
from huong.procedures.actions.registers import KINDS, WAITING, Registers, known_of
from huong.procedures.actions.resolving import MOST_ROUNDS, Resolution, answers_to, dossier_of, explored, shared
from huong.procedures.actions.unsettling import unsettle
from huong.procedures.models import Component, Dossier, Question
from huong.procedures.queries.application import application_of
from huong.procedures.queries.catalogue import document_by_id
from huong.procedures.queries.situation import situation_of
from huong.procedures.queries.supplement import WANTED
from huong.procedures.queries.values import parts_of
from huong.procedures.rules.nouns import Document
from huong.procedures.rules.planning import Ask, Known
from huong.procedures.rules.sources import source

PATIENCE = 10.0
LIMIT = timedelta(seconds=20)
AGAIN = timedelta(minutes=2)
OPEN = frozenset({"draft", WANTED})
HOLDS = timedelta(minutes=15)
NO_MEMBER = Known(failed="not_member")


def look(uid: str, *, actor: Actor) -> Resolution:
    """Fill a dossier in with what vault, application, shared data and copies know, and put the other questions.

    No register is asked here: a job does that. A question that was not answered within `LIMIT` makes its field one to
    declare now; it is put again after `AGAIN`.

    Raises:
        NotFound: there is no such dossier.
        WrongState: it was sent already.

    Records: `procedures.resolved`, if something changed; `store.read` for what was read.
    """
    dossier = dossier_of(uid)
    parts = parts_of(dossier)
    only = filling.lookable(dossier, parts)
    if dossier.edition_id is None or (only is not None and not only):
        return Resolution((), 0)
    made = document_by_id(dossier.edition_id)
    now = situation_of(dossier, parts, behind=True, only=only)
    put: list[Ask] = []

    def at_once(asks: list[Ask]) -> dict[Ask, Known]:
        member = _is_member(dossier) if any(ask.kind == "register" for ask in asks) else False
        found = {ask: _copy(ask) if member else NO_MEMBER for ask in asks if ask.kind == "register"}
        near = [ask for ask in asks if ask.kind != "register"]
        found |= answers_to(near, dossier, made, deadline=time_module.monotonic() + PATIENCE)
        standing = _questions(dossier, [ask for ask, known in found.items() if known is None])
        for ask in [ask for ask, known in found.items() if known is None]:
            found[ask] = told = _told(standing.get(_key(ask)), clock.now())
            put.extend([ask] if told is None else [])
        return {ask: known or WAITING for ask, known in found.items()}

    outcomes, known = explored(made, now, at_once, only)
    with transaction.atomic():
        filling.fill(uid, Found(outcomes, parts, now.answers, len(known)), actor=actor)
        _put(dossier, put)
    return Resolution(tuple(outcomes), len(put))


def _is_member(dossier: Dossier) -> bool:
    try:
        exchange.member_of_agency(dossier.agency)
    except NotFound:
        return False
    return True


def _copy(ask: Ask) -> Known | None:
    """Return what a register answered before and still holds; None if it must be asked."""
    kind = KINDS.get(ask.name)
    if kind is None:
        return Known(failed="no_source")
    try:
        answer = national.kept(kind, ask.wanted)
    except HuongError:  # the city asks no such register, or the copy is of another shape
        return None
    return known_of(answer) if answer is not None else None


def _key(ask: Ask) -> tuple[str, str]:
    return f"{ask.kind}:{ask.name}", keys.keyed_hash(ask.wanted, context="procedures.question")


def _questions(dossier: Dossier, asks: Iterable[Ask]) -> dict[tuple[str, str], Question]:
    wanted = {_key(ask) for ask in asks}
    rows = dossier.questions.filter(about__in={about for _place, about in wanted}) if wanted else ()
    return {(row.place, row.about): row for row in rows}


def _told(row: Question | None, now: datetime) -> Known | None:
    """Return what a question that was put says: still asked, failed, or nothing known; None if it is to be put."""
    if row is None:
        return None
    if row.answered_at is None:
        if row.asked_at > now - LIMIT:
            return WAITING
        return Known(failed="source_down") if row.asked_at > now - LIMIT - AGAIN else None
    lasting = HOLDS if row.failed == "not_known" else AGAIN
    if row.answered_at <= now - lasting:
        return None
    return Known() if row.failed in {"", "not_known"} else Known(failed=row.failed)


def _put(dossier: Dossier, asks: Iterable[Ask]) -> None:
    """Put questions and have them answered; the dossier's row is locked, so that two pages put each once."""
    now, fresh = clock.now(), False
    for ask in asks:
        place, about = _key(ask)
        row, new = Question.objects.get_or_create(dossier=dossier, place=place, about=about, defaults={"asked_at": now})
        if not new and _told(row, now) is None:
            Question.objects.filter(pk=row.pk).update(asked_at=now, taken_at=None, answered_at=None, failed="")
            new = True
        fresh = fresh or new
    if fresh:
        answer.later(dossier.uid)


@dataclass
class _Draft:
    """A draft whose sources are asked, with what they said by now.

    Attributes:
        written: how many answers were counted in the journal already.
    """

    dossier: Dossier
    known: dict[Ask, Known] = field(default_factory=dict)
    written: int = 0


@job(queue="quick", tries=1)
def answer(uid: str) -> None:
    """Ask the registers what the drafts of an application wait for, and fill in what they say.

    They are asked side by side, and what one says is filled in when it says it. Each question is sent by one job
    only. What somebody changed meanwhile is planned again, so that nothing typed is lost.

    Records: `exchange.asked` or `exchange.failed` for each question; `procedures.resolved`.
    """
    dossier = Dossier.objects.filter(uid=uid).first()
    found = application_of(dossier) if dossier is not None else ()
    drafts = {each.pk: _Draft(each) for each in found if each.state in OPEN and each.edition_id}
    with Registers(patience=PATIENCE) as registers:
        while drafts:
            drafts = {key: draft for key, draft in drafts.items() if _written(draft, registers)}
            if not registers.is_waiting:
                return
            for each, ask, known in registers.answered():
                _note(each, ask, known)
                if each.pk in drafts:
                    drafts[each.pk].known[ask] = known


def _written(draft: _Draft, registers: Registers) -> bool:
    """Plan a draft with what is known, put what is to be asked, and write it; False if it is no draft any more."""
    dossier = draft.dossier
    made = document_by_id(dossier.edition_id or 0)

    def behind(asks: list[Ask]) -> dict[Ask, Known]:
        return {ask: _asked(dossier, made, ask, registers) for ask in asks}

    for _round in range(MOST_ROUNDS):
        dossier.refresh_from_db(fields=["state"])
        parts = parts_of(dossier)
        try:
            only = filling.lookable(dossier, parts)
        except WrongState:  # it was sent meanwhile; what was declared is verified later
            return False
        now = replace(situation_of(dossier, parts, behind=True, only=only), known=draft.known)
        outcomes, known = explored(made, now, behind, only)
        draft.known = {ask: each for ask, each in known.items() if each.failed != "asking"}
        fresh, draft.written = len(draft.known) - draft.written, len(draft.known)
        try:
            changed = filling.fill(dossier.uid, Found(outcomes, parts, now.answers, fresh), actor=PLATFORM_ITSELF)
        except WrongState:
            return False
        if not changed:
            break
    return True


def _asked(dossier: Dossier, made: Document, ask: Ask, registers: Registers) -> Known:
    """Return what a source says; a register is asked unless a copy holds, or another job has the question or its answer."""
    if ask.kind != "register":
        return shared(ask, dossier, made)
    known = _copy(ask)
    if known is None and not registers.asks(ask) and not _take(dossier, ask):
        known = _told(_questions(dossier, [ask]).get(_key(ask)), clock.now()) or WAITING
    if known is None:
        known = registers.put(ask, dossier)
    _note(dossier, ask, known)
    return known


def _take(dossier: Dossier, ask: Ask) -> bool:
    """Return whether this job sends the question; another one that has it, or had the answer, is not doubled."""
    place, about = _key(ask)
    now = clock.now()
    row, new = Question.objects.get_or_create(
        dossier=dossier, place=place, about=about, defaults={"asked_at": now, "taken_at": now}
    )
    if new:
        return True
    free = Q(taken_at=None) | Q(taken_at__lt=now - LIMIT, answered_at=None)
    return bool(Question.objects.filter(free, pk=row.pk).update(taken_at=now))


def _note(dossier: Dossier, ask: Ask, known: Known) -> None:
    """Write down that a question is answered, or why no answer can be had."""
    if known.failed == "asking":
        return
    place, about = _key(ask)
    failed = known.failed or ("" if known.values else "not_known")
    Question.objects.filter(dossier=dossier, place=place, about=about, answered_at=None).update(
        answered_at=clock.now(), failed=failed
    )


@transaction.atomic
def choose(uid: str, key: str, *, use: bool, actor: Actor) -> Component:
    """Take what a source says in the place of her own word, or keep her word; the office then sees that they differ.

    Args:
        key: the path of the field.

    Raises:
        WrongState: the dossier was sent already.
        NotFound: no source says something else about this field.

    Records: `procedures.chosen`.
    """
    dossier = acting.found(uid)
    filling.require_draft(dossier)
    part = Component.objects.filter(dossier=dossier, kind="field", key=key, why="said").first()
    if part is None or part.sealed_said is None:
        raise NotFound(_("No source says something else about this field."))
    if use:
        one = source(part.source)
        part.sealed, part.locked, part.origin = part.sealed_said, one.locks, ORIGINS[one.kind]
    part.state, part.why, part.sealed_said = "held", f"in_{source(part.source).kind}" if use else "differs", None
    part.changed_at = clock.now()
    part.save()
    unsettle(dossier, [key] if use else [])
    journal.record(
        events.CHOSEN, f"dossier:{dossier.uid}", by=actor.user.pk if actor.user else None, audience="named",
        agency=dossier.agency, unit=dossier.unit, part=key, use=use,
    )  # fmt: skip
    return part
