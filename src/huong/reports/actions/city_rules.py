"""The city changes its rules while it works: each change is a new version, and its effect can be seen before."""

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.errors import BadInput, Conflict, NotFound
from huong.journal import actions as journal
from huong.people import access
from huong.people import queries as people
from huong.people.models import User
from huong.reports import events
from huong.reports.loading import renew
from huong.reports.models import CityRule, Report
from huong.reports.queries.book import book, city_time
from huong.reports.rules import nouns
from huong.reports.rules.book import OPEN_PHASES, Book, arranged
from huong.reports.rules.faults import faults_of
from huong.reports.rules.nouns import NORMAL

POWER = "reports.rules"


@dataclass
class Preview:
    """What a change would do.

    Attributes:
        in_force: the version that it would end, if there is one.
        open_reports: open reports that it concerns at all; those accepted keep the promise they were given.
        waiting: reports not yet accepted that would be treated in another way.
        moved: (category, unit, now, then, count) of those.
    """

    in_force: int
    open_reports: int
    waiting: int
    moved: list[tuple[str, str, str, str, int]] = field(default_factory=list)


def require_rules_reader(user: User) -> None:
    """Refuse somebody who may not see the city's rules: all who see reports may.

    Raises:
        Unauthenticated, Forbidden: they see no reports.
    """
    access.require_power(user, "reports.read")


def preview(kind: str, key: str, body: dict[str, Any] | None, *, by: User) -> Preview:
    """Return what a new version of a rule would change, without changing anything.

    Args:
        kind: "category", "route", "clock" ...
        key: the rule's key.
        body: the new content; None to end the rule.

    Raises:
        BadInput: the content does not say what it must.
        Forbidden: `by` may not change rules.
    """
    access.require_power(by, POWER)
    now, then = book(), _book_with(kind, key, body)
    held = CityRule.objects.filter(kind=kind, key=key, valid_to=None).first()
    rows = Report.objects.filter(is_open=True, state__in=_states(now, ("new",)))
    groups = rows.values_list("category", "unit").annotate(count=Count("pk")).order_by("category", "unit")
    moved = []
    for category, unit, count in groups:
        before, after = _treatment(now, category, unit), _treatment(then, category, unit)
        if before != after:
            moved.append((category, unit, before, after, count))
    return Preview(held.version if held else 0, _concerned(now, kind, key), sum(row[4] for row in moved), moved)


def _states(held: Book, phases: tuple[str, ...]) -> list[str]:
    return [state.key for state in held.states.values() if state.phase in phases]


def _treatment(held: Book, category: str, unit: str) -> str:
    span = held.span_of(category, NORMAL)
    kind = held.categories.get(category)
    shown = "public" if kind and kind.public else "private"
    return f"{held.route(category, unit, city_time(clock.now())) or '-'} · {span.length} · {shown}"


def _concerned(held: Book, kind: str, key: str) -> int:
    rows = Report.objects.filter(is_open=True)
    if kind == "category":
        return rows.filter(category__in=held.keys_under(key)).count()
    if kind == "state":
        return rows.filter(state=key).count()
    if kind == "transition" and key in held.transitions:
        return rows.filter(state__in=held.transitions[key].sources).count()
    return rows.filter(state__in=_states(held, OPEN_PHASES)).count()


def _book_with(kind: str, key: str, body: dict[str, Any] | None) -> Book:
    rows = CityRule.objects.filter(valid_to=None).exclude(kind=kind, key=key)
    made = [nouns.made(row.kind, row.key, row.body, version=row.version) for row in rows]
    if body is not None:
        made.append(_made(kind, key, body))
    return arranged(made)


def _made(kind: str, key: str, body: dict[str, Any]) -> Any:
    try:
        return nouns.made(kind, key, body)
    except ValueError as error:
        raise BadInput(
            _("This rule cannot be used: %(reason)s.") % {"reason": error}, code="bad_rule", field="body"
        ) from error


@transaction.atomic
def change_rule(kind: str, key: str, body: dict[str, Any], *, by: User, version: int | None = None) -> CityRule:
    """Put a new version of a rule in force; the one before is kept. Promises given stay as they were given.

    Args:
        kind: "category", "route", "clock", "state", "transition", "answer", "channel", "duty", "step", "rating",
            "setting".
        key: the rule's key; a new one makes a new rule.
        body: the whole content (see `rules.nouns`).
        version: the version looked at; None if none.

    Raises:
        BadInput: the content does not say what it must, or breaks the whole.
        Conflict: somebody else changed the rule since.
        Forbidden: `by` may not change rules.

    Records: `reports.rule_changed`.
    """
    access.require_power(by, POWER)
    _made(kind, key, body)
    _require_whole(kind, key, body)
    return _next_version(kind, key, body, by=by, version=version)


@transaction.atomic
def end_rule(kind: str, key: str, *, by: User, version: int | None = None) -> CityRule:
    """End a rule: a route, a stock answer ... A category ends by its last day (`active_to`), since drafts name it.

    Raises:
        NotFound: no such rule is in force.
        BadInput: a category, or a rule that the rest needs.
        Conflict, Forbidden: see `change_rule`.

    Records: `reports.rule_changed`.
    """
    access.require_power(by, POWER)
    held = CityRule.objects.filter(kind=kind, key=key, valid_to=None).first()
    if held is None:
        raise NotFound(_("No such rule is in force."))
    if kind == "category":
        raise BadInput(_("A category ends by its last day: drafts and reports name it."), code="category_stays")
    _require_whole(kind, key, None)
    if version is not None and version != held.version:
        raise Conflict
    CityRule.objects.filter(pk=held.pk).update(valid_to=clock.now())
    renew()
    journal.record(events.RULE_CHANGED, f"{kind}:{key}", by=by.pk, kind=kind, version=held.version)
    return held


def _next_version(kind: str, key: str, body: dict[str, Any], *, by: User, version: int | None) -> CityRule:
    at = clock.now()
    last = CityRule.objects.filter(kind=kind, key=key).order_by("-version").first()
    if version is not None and version != (last.version if last else 0):
        raise Conflict(_("Somebody else changed this rule since you opened it. Please look at the newest version."))
    CityRule.objects.filter(kind=kind, key=key, valid_to=None).update(valid_to=at)
    made = CityRule.objects.create(
        kind=kind, key=key, version=last.version + 1 if last else 1, body=body, valid_from=at, by=by.pk
    )
    renew()
    journal.record(events.RULE_CHANGED, f"{kind}:{key}", by=by.pk, kind=kind, version=made.version)
    return made


def _agencies() -> set[str]:
    return {agency.code for agency in people.agencies()}


def _require_whole(kind: str, key: str, body: dict[str, Any] | None) -> None:
    """Refuse rules that do not fit together: a clock is missing, a move leads nowhere, a parent is no main category.

    Raises:
        BadInput: with the sentence.
    """
    faults = faults_of(_book_with(kind, key, body), _agencies())
    if faults:
        raise BadInput(
            _("The rules would no longer fit together: %(faults)s.") % {"faults": "; ".join(faults[:3])},
            code="rules_do_not_fit",
            field="body",
        )
    if kind == "state" and body is None and Report.objects.filter(state=key).exists():
        raise BadInput(_("There are reports in this state."), code="state_in_use")
