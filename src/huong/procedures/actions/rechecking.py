"""Comparing with the source: what was declared because it did not answer, and what an officer wants to see once more."""

import time as time_module
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.errors import HuongError, NotFound
from huong.people import queries as people
from huong.procedures.actions import acting
from huong.procedures.actions.acting import PLATFORM_ITSELF, Actor, Deed
from huong.procedures.actions.resolving import PATIENCE, answers_to
from huong.procedures.models import Component, Dossier
from huong.procedures.queries.catalogue import document_by_id
from huong.procedures.queries.values import answers_of, parts_of
from huong.procedures.rules.flow import MOVES, OFFICER
from huong.procedures.rules.planning import Ask
from huong.procedures.rules.sources import source

BATCH = 50


def verify(uid: str, keys: Iterable[str] = (), *, actor: Actor, patience: float = PATIENCE) -> dict[str, str]:
    """Ask the sources of fields again and write down whether they say the same; nobody is asked to bring a paper.

    Called outside any transaction.

    Args:
        keys: paths of fields; every field that has a source if left out.
        actor: an officer, or the platform for what was declared while a source was down.

    Returns:
        By path "verified", "differs", or the reason why no answer was had.

    Raises:
        NotFound: there is no such dossier.
        Forbidden, WrongState: as the engine says.

    Records: `procedures.verified`, if an answer was had; `exchange.asked` with the officer, whom the person sees.
    """
    dossier = Dossier.objects.select_related("applicant").filter(uid=uid).first()
    if dossier is None or dossier.edition_id is None:
        raise NotFound(_("There is no such dossier."))
    acting.allowed(dossier, "verify", actor, Deed())
    wanted, parts = set(keys), parts_of(dossier)
    answers = answers_of(dossier, parts)
    asks = _asks(dossier, [part for part in parts if not wanted or part.key in wanted], answers)
    by = actor.user if actor.who == OFFICER else None
    deadline = time_module.monotonic() + patience
    known = answers_to(
        dict.fromkeys(asks.values()), dossier, document_by_id(dossier.edition_id), deadline=deadline, by=by
    )
    found: dict[str, str] = {}
    for key, ask in asks.items():
        answer = known[ask]
        value = answer.values.get(_part(parts, key))
        missing = answer.failed or ("not_known" if value in (None, "") else "")
        found[key] = missing or ("verified" if value == answers.get(key) else "differs")
    told = {key: what for key, what in found.items() if what in {"verified", "differs"}}
    if told:
        _write(uid, told, actor)
    return found


def _asks(dossier: Dossier, parts: Iterable[Component], answers: Mapping[str, Any]) -> dict[str, Ask]:
    own = people.own_particulars(dossier.applicant).get("national_id", "")
    asks = {}
    for part in parts:
        if part.kind == "field" and part.source and part.key in answers:
            one = source(part.source)
            whom = own if one.whom == "applicant" else str(answers.get(one.whom) or "")
            if one.kind in {"register", "store"} and whom:
                asks[part.key] = Ask(one.kind, one.name, whom)
    return asks


def _part(parts: Iterable[Component], key: str) -> str:
    return next(source(part.source).part for part in parts if part.key == key and part.source)


@transaction.atomic
def _write(uid: str, told: Mapping[str, str], actor: Actor) -> None:
    dossier = acting.found(uid)
    facts = {"part": next(iter(told)) if len(told) == 1 else str(len(told))}
    acting.act(dossier, "verify", actor, Deed(facts=facts, public=False))
    for what in set(told.values()):
        rows = Component.objects.filter(dossier=dossier, key__in=[key for key, each in told.items() if each == what])
        if what == "verified":
            rows.update(state="verified", why=what, fetched_at=clock.now())
        else:
            rows.update(why=what)


def verify_later() -> int:
    """Compare what was declared while a source was down, now that it may answer. Returns how many dossiers changed."""
    waiting = Component.objects.filter(
        state="later", kind="field", sealed__isnull=False, dossier__state__in=MOVES["verify"].sources
    ).exclude(why="differs")
    uids = list(waiting.order_by("dossier_id").values_list("dossier__uid", flat=True).distinct()[:BATCH])
    changed = 0
    for uid in uids:
        keys = list(waiting.filter(dossier__uid=uid).values_list("key", flat=True))
        try:
            found = verify(uid, keys, actor=PLATFORM_ITSELF)
        except HuongError:  # decided meanwhile, or erased: nothing is left to compare
            continue
        changed += any(what in {"verified", "differs"} for what in found.values())
    return changed
