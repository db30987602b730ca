"""The clocks of a dossier: what was done and the city's calendar handed to the pure rule."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db.models import Q

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
    """Return actions as the clock sees them, in the order in which they hold."""
    rows = sorted(actions, key=lambda each: (each.at, each.number))
    return [
        rule.Moment(
            action.verb,
            action.at,
            action.to_state,
            step=str(action.facts.get("step", "")),
            holder=action.to_agency,
            until=date.fromisoformat(action.facts["until"]) if action.verb == "extend" else None,
        )
        for action in rows
    ]


def disruptions_of(dossier: Dossier) -> list[rule.Disruption]:
    """Return the declared disruptions that touch a dossier: its unit or the whole city, its procedure or all."""
    units = {dossier.unit, *_above(dossier.unit)}
    return [
        rule.Disruption(row.starts_at, row.ends_at, row.mode, row.legal_text, frozenset(row.units))  # type: ignore[arg-type]
        for row in Disruption.objects.filter(Q(ends_at=None) | Q(ends_at__gt=dossier.created_at)).order_by("starts_at")
        if (not row.units or units & set(row.units)) and (not row.procedures or dossier.procedure in row.procedures)
    ]


def _above(unit: str) -> list[str]:
    return [each.code for each in places.units(tier="city")] if unit else []


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
