"""From where each field and paper of a dossier may come: the plan of asking once, pure, with a reason for each.

The order is vault, bundle, store, register, then what is proposed, then the applicant. The plan is made again after
each round of fetching, since one answer may name the person the next is about.

Source: issue of procedures, `resolve`; Decree 47/2020 article 9.3; Decree 61/2018 article 4 (no data asked twice).
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from huong.base.text import noop
from huong.procedures.rules.fields import FormField, FormStep, holds
from huong.procedures.rules.nouns import Accepted, Document, Requirement
from huong.procedures.rules.sources import Source, source

HAVE, FETCH, ASK_CONSENT, ASK_APPLICANT, UNAVAILABLE = "have", "fetch", "ask_consent", "ask_applicant", "unavailable"
WAIT, OFFER = "wait", "offer"
REASONS: Final[dict[str, str]] = {
    "in_vault": noop("It is in the applicant's own papers here."),
    "in_bundle": noop("It was answered in the same application."),
    "in_store": noop("The city's shared data know it."),
    "in_register": noop("A national register knows it."),
    "from_sign_in": noop("It is known from signing in."),
    "proposed": noop("Proposed; please change it if it is different."),
    "rests_on_change": noop("It was fetched for another answer, which changed; it is asked anew."),
    "standing": noop("It was fetched before and still holds."),
    "to_fetch": noop("It can be fetched."),
    "asking": noop("The source is being asked."),
    "said": noop("The source says something else; the applicant chooses."),
    "yours": noop("No source knows this; only the applicant does."),
    "consent": noop("The law asks for the applicant's explicit request before this is fetched."),
    "declined": noop("The applicant does not want this source used."),
    "whom_unknown": noop("It is not known yet whom to ask about."),
    "not_readable": noop("This purpose does not allow reading it about another person."),
    "no_grant": noop("No permission for this purpose is in force at the source."),
    "not_member": noop("The agency has not joined the exchange."),
    "not_known": noop("The source was asked and does not know it."),
    "source_down": noop("The source did not answer: declared now, verified later."),
    "no_source": noop("The source is not connected yet: declared now, verified later."),
    "disputed": noop("The applicant says that the source is wrong; the owner of the source looks into it."),
    "differs": noop("The source says something else than what was declared."),
    "verified": noop("The source says the same."),
    "issued_later": noop("Whoever issues this paper passes it on; it is not there yet."),
}
DOWN: Final = frozenset({"source_down", "no_source", "not_member"})


@dataclass(frozen=True)
class Ask:
    """One question to a source: which register or dataset, about whom."""

    kind: str
    name: str
    wanted: str


@dataclass(frozen=True)
class Known:
    """What a source answered, or why it did not.

    Attributes:
        values: by part; empty if it knows nothing.
        failed: a key of `REASONS` if no answer can be had; "asking" if it is still waited for.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    failed: str = ""
    exchange: str = ""
    fetched_at: datetime | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True)
class Paper:
    """A valid paper of the applicant's vault."""

    id: int
    type: str
    values: Mapping[str, Any]
    valid_until: datetime | None = None


@dataclass(frozen=True)
class Situation:
    """Everything that is known before planning, gathered once.

    Attributes:
        answers: by path, as they stand.
        applicant: name, national_id, birth_date ... of who applies.
        vault: by type of paper, the newest first.
        bundle: by procedure, the answers of the other dossiers of the same life event.
        shared: the same answers by the name under which several procedures ask them.
        results: by procedure of the bundle, the types of paper that it produces.
        standing: paths and keys that hold already: fetched and still valid, or disputed.
        rests: by path and key, the paths of the answers on which what a source gives for it rests.
        typed: paths that the applicant answered herself.
        agreed, declined: places ("register:marriage") she asked to use, or does not want used.
        closed: by place, why it cannot be asked at all.
        granted: by place, the parts a grant covers; a place without an entry is not narrowed.
        known: what was asked already.
        hers: paths whose value she gave herself, so that a source that answers later does not take its place.
        ageing: paths that a source gave about the same person, and whose time has passed.
        waiting: paths whose source is being asked; found while planning.
    """

    answers: Mapping[str, Any]
    applicant: Mapping[str, str]
    vault: Mapping[str, Paper] = field(default_factory=dict)
    bundle: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    shared: Mapping[str, Any] = field(default_factory=dict)
    results: Mapping[str, frozenset[str]] = field(default_factory=dict)
    standing: frozenset[str] = frozenset()
    rests: Mapping[str, Set[str]] = field(default_factory=dict)
    typed: frozenset[str] = frozenset()
    agreed: frozenset[str] = frozenset()
    declined: frozenset[str] = frozenset()
    closed: Mapping[str, str] = field(default_factory=dict)
    granted: Mapping[str, frozenset[str]] = field(default_factory=dict)
    known: Mapping[Ask, Known] = field(default_factory=dict)
    hers: frozenset[str] = frozenset()
    ageing: frozenset[str] = frozenset()
    waiting: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Outcome:
    """What becomes of one field or paper.

    Attributes:
        outcome: have, fetch, wait (it is being asked), offer (she and the source differ), ask_consent, ask_applicant
            or unavailable.
        reason: a key of `REASONS`.
        ask: the question that "fetch" means.
        known: the answer that "have" rests on, if a source was asked.
        paper: the vault's paper that "have" rests on.
    """

    kind: str
    key: str
    outcome: str
    reason: str
    value: Any = None
    source: Source | None = None
    ask: Ask | None = None
    known: Known | None = None
    paper: Paper | None = None


def plan(made: Document, steps: Iterable[FormStep], now: Situation) -> list[Outcome]:
    """Return the outcome for each field and paper that counts, in the order of the form.

    Values found on the way count at once: they may decide which further fields count, and about whom to ask.
    """
    answers = dict(now.answers)
    found: list[Outcome] = []
    for step in steps:
        if not holds(step.when, answers):
            continue
        for each in step.fields:
            if not holds(each.when, answers):
                continue
            outcome = _field(made, each, now, answers)
            found.append(outcome)
            if outcome.outcome == WAIT:
                now = replace(now, waiting=now.waiting | {each.path})
            _settle(answers, outcome, now)
    found += [_paper(made, need, now, answers) for need in made.requirements if holds(need.when, answers)]
    return found


def _settle(answers: dict[str, Any], outcome: Outcome, now: Situation) -> None:
    """Let an outcome count for what follows: a value found, or one that a source gave before and gives no more."""
    if outcome.outcome == HAVE:
        if outcome.value is not None:
            answers[outcome.key] = outcome.value
    elif outcome.key not in now.typed:
        answers.pop(outcome.key, None)


def asks_of(outcomes: Iterable[Outcome]) -> list[Ask]:
    """Return the questions to ask, each once, in the order of the plan."""
    return list(dict.fromkeys(each.ask for each in outcomes if each.outcome == FETCH and each.ask is not None))


def _field(made: Document, each: FormField, now: Situation, answers: Mapping[str, Any]) -> Outcome:
    if each.path in now.standing and _rests(each.path, now, answers):
        return Outcome("field", each.path, HAVE, "standing")
    near = [one for one in each.sources if one.kind in {"vault", "bundle"}]
    far = [one for one in each.sources if one.kind not in {"vault", "bundle"}]
    found, why = _first(made, near, now, answers)
    if found is None:
        found = _shared(each, now)
    if found is None:
        found, why = _first(made, far, now, answers)
    if found is not None and found.outcome == WAIT and each.path not in now.ageing:
        found = _from_sign_in(each, now, answers) or found  # shown while the source is asked
    found = found or _default(each)
    if found is None:
        down = why in DOWN
        return Outcome("field", each.path, UNAVAILABLE if down else ASK_APPLICANT, why, source=_asked(each, answers))
    if _stands(each, found, now, answers):
        return Outcome("field", each.path, HAVE, "standing")
    if _differs(each, found, now):
        found = replace(found, outcome=OFFER, reason="said")
    return Outcome(
        "field", each.path, found.outcome, found.reason, found.value, found.source, found.ask, found.known, found.paper
    )


def _rests(key: str, now: Situation, answers: Mapping[str, Any]) -> bool:
    """Return whether everything on which a value rests is as it was when the value was given."""
    return all(answers.get(path) == now.answers.get(path) for path in now.rests.get(key, ()))


def _differs(each: FormField, found: Outcome, now: Situation) -> bool:
    """Return whether shared data say something else than she wrote herself while they were asked."""
    shared = found.outcome == HAVE and found.source is not None and found.source.kind in {"register", "store"}
    return shared and each.path in now.hers and found.value != now.answers.get(each.path)


def _stands(each: FormField, found: Outcome, now: Situation, answers: Mapping[str, Any]) -> bool:
    """Return whether a field stays as it is: she typed what is only proposed, or what ages is being asked anew.

    What ages does not stand beside another number that a source has given meanwhile.
    """
    if found.outcome == WAIT:
        return each.path in now.ageing and _rests(each.path, now, answers)
    only_proposed = found.source is not None and not found.source.locks and found.outcome == HAVE
    return each.path in now.typed and only_proposed


def _from_sign_in(each: FormField, now: Situation, answers: Mapping[str, Any]) -> Outcome | None:
    """Return what signing in says of a field."""
    for one in each.sources:
        value = now.applicant.get(one.part) if one.kind == "applicant" and one.counts(answers) else None
        if value:
            return Outcome("", "", HAVE, "from_sign_in", value, one)
    return None


def _default(each: FormField) -> Outcome | None:
    """Return what the form proposes by itself."""
    value = each.schema.get("default")
    return None if value is None else Outcome("field", each.path, HAVE, "proposed", value, Source("value", str(value)))


def _asked(each: FormField, answers: Mapping[str, Any]) -> Source | None:
    """Return the source that would have been asked, so that it can be asked again later."""
    return next((one for one in each.sources if one.kind in {"register", "store"} and one.counts(answers)), None)


def _shared(each: FormField, now: Situation) -> Outcome | None:
    """Return what another dossier of the application was told under the same name."""
    value = now.shared.get(each.same)
    if value is None:
        return None
    return Outcome("field", each.path, HAVE, "in_bundle", value, Source("bundle", "same", part=each.same))


def _first(
    made: Document, sources: Iterable[Source], now: Situation, answers: Mapping[str, Any]
) -> tuple[Outcome | None, str]:
    """Return the first source that gives something or can be asked, else why the last one did not."""
    why = "yours"
    for one in sources:
        if not one.counts(answers):
            continue
        found = _tried(made, one, now, answers)
        if isinstance(found, Outcome):
            return found, found.reason
        why = found if why not in DOWN else why
    return None, why


def _tried(made: Document, one: Source, now: Situation, answers: Mapping[str, Any]) -> Outcome | str:
    """Return what a source gives, or the reason why it gives nothing."""
    if one.place in now.declined:
        return "declined"
    if one.kind == "value":
        return Outcome("", "", HAVE, "proposed", one.name, one)
    if one.kind == "applicant":
        value = now.applicant.get(one.part)
        return Outcome("", "", HAVE, "from_sign_in", value, one) if value else "yours"
    if one.kind == "vault":
        paper = now.vault.get(one.name)
        value = paper.values.get(one.part) if paper else None
        return Outcome("", "", HAVE, "in_vault", value, one, paper=paper) if value not in (None, "") else "yours"
    if one.kind == "bundle":
        value = now.bundle.get(one.name, {}).get(one.part)
        return Outcome("", "", HAVE, "in_bundle", value, one) if value not in (None, "") else "yours"
    return _shared_data(made, one, now, answers)


def _shared_data(made: Document, one: Source, now: Situation, answers: Mapping[str, Any]) -> Outcome | str:
    own = now.applicant.get("national_id") or now.applicant.get("tax_code") or ""
    wanted = own if one.whom == "applicant" else str(answers.get(one.whom) or "")
    if not wanted and one.whom in now.waiting:
        return Outcome("", "", WAIT, "asking", source=one)
    if refused := _refused(made, one, now, wanted=wanted, own=own):
        return refused
    if one.place in made.consent and one.place not in now.agreed:
        return Outcome("", "", ASK_CONSENT, "consent", source=one)
    ask = Ask(one.kind, one.name, wanted)
    known = now.known.get(ask)
    if known is None:
        return Outcome("", "", FETCH, "to_fetch", source=one, ask=ask)
    if known.failed == "asking":
        return Outcome("", "", WAIT, "asking", source=one, ask=ask)
    value = known.values.get(one.part)
    if known.failed or value in (None, ""):
        return known.failed or "not_known"
    return Outcome("", "", HAVE, f"in_{one.kind}", value, one, known=known)


def _refused(made: Document, one: Source, now: Situation, *, wanted: str, own: str) -> str:
    """Return why a source may not be asked for this; empty if it may."""
    if not wanted:
        return "whom_unknown"
    if wanted != own and one.part not in made.reads.get(one.name, ()):
        return "not_readable"
    if one.place in now.granted and one.part not in now.granted[one.place]:
        return "no_grant"
    return now.closed.get(one.place, "")


def _paper(made: Document, need: Requirement, now: Situation, answers: Mapping[str, Any]) -> Outcome:
    if need.key in now.standing and _rests(need.key, now, answers):
        return Outcome("paper", need.key, HAVE, "standing")
    why = "yours"
    for accepted in need.accepts:
        found = _accepted(made, accepted, now, answers)
        if isinstance(found, Outcome):
            if found.outcome == WAIT and need.key in now.ageing and _rests(need.key, now, answers):
                return Outcome("paper", need.key, HAVE, "standing")
            return Outcome(
                "paper", need.key, found.outcome, found.reason, accepted.type, found.source, found.ask, found.known,
                found.paper,
            )  # fmt: skip
        why = found if found != "yours" else why
    return Outcome("paper", need.key, UNAVAILABLE if why in DOWN else ASK_APPLICANT, why)


def _accepted(made: Document, accepted: Accepted, now: Situation, answers: Mapping[str, Any]) -> Outcome | str:
    paper = now.vault.get(accepted.type)
    if paper is not None and "vault" not in now.declined:
        return Outcome("", "", HAVE, "in_vault", source=Source("vault", accepted.type), paper=paper)
    if made_by := [code for code, types in now.results.items() if accepted.type in types]:
        return Outcome("", "", HAVE, "in_bundle", source=Source("bundle", made_by[0], part=accepted.type))
    if not accepted.source:
        return "yours"
    one = source(accepted.source)
    if one.kind == "bundle":
        return "yours"
    return _tried(made, one, now, answers) if one.counts(answers) else "yours"
