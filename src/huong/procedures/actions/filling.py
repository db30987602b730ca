"""Writing into a dossier what was resolved: one transaction, one entry; locked values with their origin."""

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.errors import WrongState
from huong.journal import actions as journal
from huong.procedures import events
from huong.procedures.actions import acting
from huong.procedures.actions.acting import Actor
from huong.procedures.actions.unsettling import renewable
from huong.procedures.models import Component, Dossier
from huong.procedures.queries.catalogue import document_by_id
from huong.procedures.queries.supplement import WANTED
from huong.procedures.queries.values import parts_of, scope_of, sealer
from huong.procedures.rules import resting
from huong.procedures.rules.planning import HAVE, OFFER, UNAVAILABLE, WAIT, Known, Outcome

ORIGINS = {"vault": "reused", "bundle": "bundle", "store": "fetched", "register": "fetched", "applicant": "fetched"}
PAPER_ORIGINS = {"vault": "reused", "bundle": "bundle"}
NOT_HERS = frozenset({"reused", "bundle", "fetched", "cut"})
Sealing = Callable[[Any, str], bytes | None]
WRITTEN = [
    "origin", "state", "locked", "sealed", "type", "evidence", "source", "exchange", "fetched_at", "valid_until",
    "why", "sealed_said", "changed_at",
]  # fmt: skip


@dataclass(frozen=True)
class Found:
    """What was resolved, and what it was resolved from.

    Attributes:
        seen: the fields and papers as they stood; what changed since is left alone.
        answers: their values, by path.
        asked: how many questions went to sources.
    """

    outcomes: list[Outcome]
    seen: list[Component]
    answers: Mapping[str, Any]
    asked: int


def require_draft(dossier: Dossier) -> None:
    """Refuse to fill in what was sent.

    Raises:
        WrongState: the dossier was sent already.
    """
    if dossier.state != "draft":
        raise WrongState(_("This dossier was sent already; it keeps what it says."))


def lookable(dossier: Dossier, parts: Iterable[Component]) -> frozenset[str] | None:
    """Return what sources may still be asked for: everything of a draft (None), what was cleared in a supplement.

    Raises:
        WrongState: the dossier was sent, and no office asks for anything.
    """
    if dossier.state == WANTED:
        return renewable(parts)
    require_draft(dossier)
    return None


@transaction.atomic
def fill(uid: str, found: Found, *, actor: Actor) -> int:
    """Write outcomes into a draft; what somebody changed since they were read stays as it is.

    So does what rests on something that was changed: an answer about another person is not written. Of what was sent
    only fields are written that were cleared by a supplement.

    Returns:
        How many fields and papers somebody had changed meanwhile: planning again finds out what holds for them.

    Raises:
        NotFound, WrongState: as `resolve` says.

    Records: `procedures.resolved`, if something changed.
    """
    dossier = acting.found(uid)
    parts = parts_of(dossier)
    only = lookable(dossier, parts)
    held = {(part.kind, part.key): part for part in parts}
    before = {(part.kind, part.key): part.changed_at for part in found.seen}
    untouched = {name for name in {*held, *before} if name not in held or held[name].changed_at == before.get(name)}
    outcomes = {(each.kind, each.key): each for each in found.outcomes}
    sealed = sealer(scope_of(dossier))
    kept = _shaken(dossier, {key for _kind, key in held.keys() - untouched})
    rows = [
        _row(dossier, each, held.get(name), found.answers.get(each.key), sealed)
        for name, each in outcomes.items()
        if (name in untouched or name not in held) and each.key not in kept and (only is None or each.key in only)
    ]
    if only is None:
        rows += [
            _hers(dossier, held[name]) for name in held if name in untouched and _no_longer_asked(held[name], outcomes)
        ]
    written = [row for row in rows if row is not None]
    if written:
        Component.objects.bulk_create(
            written, update_conflicts=True, unique_fields=["dossier", "kind", "key"], update_fields=WRITTEN
        )
        journal.record(
            events.RESOLVED, f"dossier:{dossier.uid}", by=actor.user.pk if actor.user else None, audience="named",
            agency=dossier.agency, unit=dossier.unit, found=sum(row.locked for row in written),
            later=sum(row.state == "later" for row in written), asked=found.asked,
        )  # fmt: skip
    return len(held.keys() - untouched)


def _shaken(dossier: Dossier, changed: Set[str]) -> frozenset[str]:
    """Return the fields and papers for which the outcomes do not hold, since what they rest on changed meanwhile."""
    if not changed:
        return frozenset()
    rests = resting.rests_on(document_by_id(dossier.edition_id or 0))
    return resting.shaken(rests, changed, rests.keys())


def _no_longer_asked(part: Component, outcomes: Mapping[tuple[str, str], Outcome]) -> bool:
    """Return whether a source filled in something that does not count any more: the father, left blank since."""
    return (part.kind, part.key) not in outcomes and part.origin in NOT_HERS and part.state != "empty"


def _row(dossier: Dossier, each: Outcome, part: Component | None, value: Any, sealed: Sealing) -> Component | None:
    """Return what an outcome writes; None if everything stays as it is."""
    if each.reason == "standing":
        return _plain(dossier, part, "") if part is not None and part.state == "asking" else None
    if each.outcome in {WAIT, OFFER}:
        return _waiting(dossier, each, part) if each.outcome == WAIT else _offered(dossier, each, part, sealed)
    if each.outcome == HAVE:
        made = _field(dossier, each, sealed) if each.kind == "field" else _paper(dossier, each)
        return _if_new(made, part, same=each.kind == "paper" or value == each.value)
    if each.outcome == UNAVAILABLE and each.kind == "field":
        return _later(dossier, each, part)
    if part is not None and part.origin in NOT_HERS and (part.locked or each.kind == "paper"):
        return _hers(dossier, part, each.reason)
    return _free(dossier, part, each.reason) if part is not None else None


def _free(dossier: Dossier, part: Component, why: str) -> Component | None:
    """Return what was waited for, or offered, and is simply hers now; None if it is that already."""
    if part.state == "asking" and part.kind == "paper":
        return _hers(dossier, part, why)
    waited = part.state in {"later", "asking"} or part.why == "said"
    return _plain(dossier, part, why) if waited and part.kind == "field" and not part.locked else None


def _waiting(dossier: Dossier, each: Outcome, part: Component | None) -> Component | None:
    """Return a field or paper whose source is being asked; what she typed meanwhile stays in it."""
    if part is not None and part.state == "asking" and part.source == str(each.source)[:160]:
        return None
    return Component(
        dossier=dossier,
        kind=each.kind,
        key=each.key,
        state="asking",
        sealed=part.sealed if part is not None and part.origin not in NOT_HERS else None,
        source=str(each.source)[:160] if each.source else "",
        why=each.reason,
        changed_at=part.changed_at if part is not None and part.origin not in NOT_HERS else clock.now(),
    )


def _offered(dossier: Dossier, each: Outcome, part: Component | None, sealed: Sealing) -> Component | None:
    """Return her word with what the source says beside it: she takes that, or keeps hers."""
    known, paper = each.known or Known(), each.paper
    fetched = known.fetched_at or (part.fetched_at if part is not None else None)
    if part is None or (part.why == "said" and (part.source, part.fetched_at) == (str(each.source)[:160], fetched)):
        return None
    return Component(
        dossier=dossier,
        kind="field",
        key=each.key,
        state="held",
        sealed=part.sealed,
        sealed_said=sealed(each.value, each.key),
        evidence_id=paper.id if paper else None,
        source=str(each.source)[:160],
        exchange=known.exchange[:64],
        fetched_at=fetched,
        valid_until=paper.valid_until if paper else known.valid_until,
        why=each.reason,
        changed_at=part.changed_at,
    )


def _if_new(made: Component, part: Component | None, *, same: bool) -> Component | None:
    """Return a row if it says something new; the time of the change stays when only its proof is younger."""
    if part is None or not same or (part.source, part.locked, part.origin) != (made.source, made.locked, made.origin):
        return made
    if made.valid_until is None or (part.fetched_at and made.fetched_at and made.fetched_at <= part.fetched_at):
        return None
    made.changed_at = part.changed_at
    return made


def _field(dossier: Dossier, each: Outcome, sealed: Sealing) -> Component:
    one, known, paper = each.source, each.known or Known(), each.paper
    return Component(
        dossier=dossier,
        kind="field",
        key=each.key,
        origin=ORIGINS.get(one.kind if one else "", "declared"),
        state="held",
        locked=one is not None and one.locks,
        sealed=sealed(each.value, each.key),
        evidence_id=paper.id if paper else None,
        source=str(one)[:160] if one else "",
        exchange=known.exchange[:64],
        fetched_at=known.fetched_at or clock.now(),
        valid_until=paper.valid_until if paper else known.valid_until,
        why=each.reason,
        changed_at=clock.now(),
    )


def _paper(dossier: Dossier, each: Outcome) -> Component:
    one, known, paper = each.source, each.known or Known(), each.paper
    origin = PAPER_ORIGINS.get(one.kind if one else "", "cut")
    return Component(
        dossier=dossier,
        kind="paper",
        key=each.key,
        origin=origin,
        state="later" if origin == "bundle" else "held",
        locked=True,
        type=str(each.value or ""),
        evidence_id=paper.id if paper else None,
        source=str(one)[:160] if one else "",
        exchange=known.exchange[:64],
        fetched_at=known.fetched_at or clock.now(),
        valid_until=paper.valid_until if paper else known.valid_until,
        why=each.reason,
        changed_at=clock.now(),
    )


def _later(dossier: Dossier, each: Outcome, part: Component | None) -> Component | None:
    """Return a field whose source does not answer: hers to declare, verified later."""
    if part is not None and part.state == "later" and not part.locked and part.why == each.reason:
        return None
    return Component(
        dossier=dossier,
        kind="field",
        key=each.key,
        state="later",
        sealed=part.sealed if part is not None and part.origin not in NOT_HERS else None,
        source=str(each.source)[:160] if each.source else "",
        why=each.reason,
        changed_at=part.changed_at if part is not None and part.origin not in NOT_HERS else clock.now(),
    )


def _hers(dossier: Dossier, part: Component, why: str = "") -> Component:
    """Return what a source filled in and is hers now, and empty: refused, ended, unknown, or not asked any more."""
    return Component(
        dossier=dossier, kind=part.kind, key=part.key, state="empty", why=why, changed_at=clock.now()
    )  # fmt: skip


def _plain(dossier: Dossier, part: Component, why: str) -> Component:
    """Return what she declared for a source that answers again and does not know it; her word did not change by that."""
    return Component(
        dossier=dossier, kind=part.kind, key=part.key, state="held" if part.sealed else "empty", sealed=part.sealed,
        why=why, changed_at=part.changed_at,
    )  # fmt: skip
