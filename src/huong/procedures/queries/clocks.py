"""The clocks of a dossier: what was done and the city's calendar handed to the pure rule."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime

from huong.base import calendar, clock
from huong.places import queries as places
from huong.procedures.models import Action, Disruption, Dossier, Procedure
from huong.procedures.queries.catalogue import document_by_id
from huong.procedures.rules import clock as rule
from huong.procedures.rules import flow
from huong.procedures.rules.nouns import FlowRule

ENDED = frozenset({"decided", "delivered", "refused", "withdrawn"})


def flow_of(dossier: Dossier) -> FlowRule:
    """Return how the version of a dossier narrows the flow; a procedure that is not modelled narrows nothing."""
    return document_by_id(dossier.edition_id).flow if dossier.edition_id else FlowRule()


def limit_of(dossier: Dossier) -> rule.Limit | None:
    """Return how long the office has for a dossier, by the version of its day; None if no limit is set."""
    if dossier.edition_id:
        limit = document_by_id(dossier.edition_id).limit
        return _limit(limit.amount, limit.measure)
    found = Procedure.objects.filter(code=dossier.procedure).values_list("limit_amount", "limit_measure").first()
    return _limit(*found) if found else None


def _limit(amount: float, measure: str) -> rule.Limit | None:
    if measure != "same_day" and amount <= 0:
        return None
    return rule.Limit(amount, measure)  # type: ignore[arg-type]


def watch_of(flow_rule: FlowRule) -> rule.Watch:
    """Return what the clock of a dossier looks at, for a version."""
    return rule.Watch(frozenset(state for state in flow.STATES if flow.runs(state, flow_rule)), ENDED)


def moments_of(actions: Iterable[Action]) -> list[rule.Moment]:
    """Return actions as the clock sees them, in the order in which they hold; a step lasts until another is named."""
    found: list[rule.Moment] = []
    step = ""
    for action in sorted(actions, key=lambda each: (each.at, each.number)):
        step = str(action.facts.get("step", step))
        until = date.fromisoformat(action.facts["until"]) if action.verb == "extend" else None
        found.append(
            rule.Moment(action.verb, action.at, action.to_state, step=step, holder=action.to_agency, until=until)
        )
    return found


def disruptions_of(dossier: Dossier) -> list[rule.Disruption]:
    """Return the declared disruptions that touch a dossier: its unit or the whole city, its procedure or all."""
    rows = _kept[0][0] if _kept else list(Disruption.objects.order_by("starts_at"))
    now = clock.now()
    touching = [
        row
        for row in rows
        if (row.ends_at is None or row.ends_at > dossier.created_at)
        and (not row.procedures or dossier.procedure in row.procedures)
        and row.starts_at <= (row.ends_at or now)
    ]
    if not touching:
        return []
    units = {dossier.unit, *_above(dossier.unit)}
    return [
        rule.Disruption(row.starts_at, row.ends_at, row.mode, row.legal_text, frozenset(row.units))  # type: ignore[arg-type]
        for row in touching
        if not row.units or units & set(row.units)
    ]


_kept: list[tuple[list[Disruption], list[str]]] = []


@contextmanager
def remembered() -> Iterator[None]:
    """Read disruptions and the city's units once for a block that computes many clocks."""
    _kept[:] = [(list(Disruption.objects.order_by("starts_at")), [each.code for each in places.units(tier="city")])]
    try:
        yield
    finally:
        _kept.clear()


def _above(unit: str) -> list[str]:
    if not unit:
        return []
    return _kept[0][1] if _kept else [each.code for each in places.units(tier="city")]


def reading_of(
    dossier: Dossier, actions: Sequence[Action] | None = None, *, at: datetime | None = None
) -> rule.Reading:
    """Return how the clock of a dossier stands, from its actions alone.

    Args:
        actions: the dossier's, if they are at hand.
        at: the instant of looking; now if left out.
    """
    rows = list(dossier.actions.all()) if actions is None else actions
    return rule.read(
        moments_of(rows),
        limit_of(dossier),
        calendar.value(),
        now=at or clock.now(),
        watch=watch_of(flow_of(dossier)),
        disruptions=disruptions_of(dossier),
    )


def limit_of_days(days: float) -> rule.Limit | None:
    """Return a limit of working days; half a day counts as one session; None for none.

    >>> limit_of_days(1.5)
    Limit(amount=3, measure='half_days', late_by_noon=False)
    """
    if days <= 0:
        return None
    return rule.Limit(int(days), "working_days") if days == int(days) else rule.Limit(round(days * 2), "half_days")


def step_reading_of(
    dossier: Dossier, actions: Sequence[Action] | None = None, *, step: str = "", at: datetime | None = None
) -> rule.Reading:
    """Return how the clock of a step of the work stands; an empty one if the step has no limit.

    Args:
        step: the key of the step; the dossier's present one if left out.
    """
    key = step or dossier.step
    steps = document_by_id(dossier.edition_id).steps if dossier.edition_id else ()
    limit = next((limit_of_days(each.days) for each in steps if each.key == key), None)
    return _narrowed(dossier, actions, limit, at, step=key) if limit else rule.Reading()


def hop_reading_of(
    dossier: Dossier, actions: Sequence[Action], *, agency: str, days: float, at: datetime | None = None
) -> rule.Reading:
    """Return how the clock of one agency's leg stands, by the days it was given when the dossier was handed to it."""
    return _narrowed(dossier, actions, limit_of_days(days), at, holder=agency)


def _narrowed(
    dossier: Dossier,
    actions: Sequence[Action] | None,
    limit: rule.Limit | None,
    at: datetime | None,
    *,
    step: str = "",
    holder: str = "",
) -> rule.Reading:
    rows = list(dossier.actions.all()) if actions is None else actions
    whole = watch_of(flow_of(dossier))
    return rule.read(
        moments_of(rows),
        limit,
        calendar.value(),
        now=at or clock.now(),
        watch=rule.Watch(whole.running, whole.ended, step=step, holder=holder),
        disruptions=disruptions_of(dossier),
    )


def due_in_days(days: float, at: datetime, dossier: Dossier) -> datetime:
    """Return when something asked at an instant is due, in working days of the offices; declared disruptions count."""
    watch = rule.Watch(frozenset({"asked"}), frozenset(), starts=frozenset({"ask"}))
    limit = limit_of_days(days) or rule.Limit(1, "working_days")
    reading = rule.read(
        [rule.Moment("ask", at, "asked")], limit, calendar.value(), now=at, watch=watch,
        disruptions=disruptions_of(dossier),
    )  # fmt: skip
    return reading.due_at or at
