"""The book of a city's rules, arranged for use, and the questions put to it. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from huong.base.text import fold
from huong.reports.rules.clocks import Span, span
from huong.reports.rules.nouns import (
    DANGER,
    NORMAL,
    Category,
    Channel,
    ClockRule,
    Duty,
    RatingAnswer,
    Route,
    Setting,
    State,
    Step,
    StockAnswer,
    Transition,
)

UNSORTED = "khac.chua-ro"
OPEN_PHASES = ("new", "open", "waiting")


@dataclass(frozen=True, eq=False)
class Book:
    """Every rule in force, by kind and key; one object for each edition, so that what follows from it can be kept."""

    categories: Mapping[str, Category] = field(default_factory=dict)
    routes: tuple[Route, ...] = ()
    clocks: Mapping[str, ClockRule] = field(default_factory=dict)
    states: Mapping[str, State] = field(default_factory=dict)
    transitions: Mapping[str, Transition] = field(default_factory=dict)
    answers: Mapping[str, StockAnswer] = field(default_factory=dict)
    channels: Mapping[str, Channel] = field(default_factory=dict)
    duties: Mapping[str, Duty] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    ratings: Mapping[str, RatingAnswer] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)

    def setting(self, key: str, default: Any) -> Any:
        """Return what the city set, or a default."""
        return self.settings.get(key, default)

    def is_open(self, state: str) -> bool:
        """Return whether somebody still has to do something about a report in this state."""
        found = self.states.get(state)
        return bool(found and found.phase in OPEN_PHASES)

    def main_categories(self, on: date) -> list[Category]:
        """Return the main categories that hold on a day, in order."""
        found = [each for each in self.categories.values() if not each.parent and each.is_active(on)]
        return sorted(found, key=lambda each: (each.order, each.key))

    def categories_under(self, main: str, on: date) -> list[Category]:
        """Return the categories of a main one that hold on a day, in order."""
        found = [each for each in self.categories.values() if each.parent == main and each.is_active(on)]
        return sorted(found, key=lambda each: (each.order, each.key))

    def keys_under(self, key: str) -> list[str]:
        """Return a category's key and those below it, ended ones too, for filters."""
        return [key, *(each.key for each in self.categories.values() if each.parent == key)]

    def clock_of(self, category: str) -> ClockRule:
        """Return the clock that holds for a category: its own, its main category's, the default.

        Raises:
            KeyError: the city has no clock "default".
        """
        own = self.categories.get(category)
        main = self.categories.get(own.parent) if own else None
        for key in (own.clock if own else "", main.clock if main else ""):
            if key and key in self.clocks:
                return self.clocks[key]
        return self.clocks["default"]

    def span_of(self, category: str, priority: int) -> Span:
        """Return how long an answer may take."""
        if priority == DANGER:
            return span("hours", float(self.setting("danger_minutes", 5)) / 60)
        rule = self.clock_of(category)
        return span(rule.measure, rule.normal if priority == NORMAL else rule.urgent)

    def hop_span_of(self, category: str, priority: int) -> Span:
        """Return how long one agency has."""
        rule = self.clock_of(category)
        if priority == NORMAL and rule.hop:
            return span(rule.measure, rule.hop)
        return self.span_of(category, priority)

    def route(self, category: str, unit: str, at: datetime) -> str:
        """Return who must answer: an agency's code, "unit" for the ward's committee, or nothing.

        Args:
            category: a key.
            unit: the code of the unit, empty if not known.
            at: an instant in the city's zone.
        """
        for route in self.routes:
            if _matches(route.categories, category) and _matches(route.units, unit) and _in_time(route, at):
                if route.agency == "unit" and not unit:
                    continue
                return route.agency
        return ""

    def duty_of(self, unit: str) -> Duty:
        """Return who is on duty for danger to life in a unit."""
        return self.duties.get(unit) or self.duties.get("*") or Duty("*", "unit" if unit else "")

    def ladder(self, name: str) -> list[Step]:
        """Return the rungs of a ladder, the lowest first."""
        return sorted((step for step in self.steps if step.ladder == name), key=lambda step: step.after_minutes)

    def answers_for(self, verb: str, category: str) -> list[StockAnswer]:
        """Return the stock answers that fit a move and a category, in order."""
        found = [each for each in self.answers.values() if each.verb == verb and _matches(each.categories, category)]
        return sorted(found, key=lambda each: (each.order, each.key))

    def suggest(self, text: str, on: date, *, limit: int = 3) -> list[tuple[Category, float]]:
        """Return the categories whose words stand in a text, the best first, each with a share of 0 to 1."""
        key = f" {fold(text)} "
        weights = {
            each.key: sum(len(word) for word in each.words if f" {fold(word)} " in _spaced(key))
            for each in self.categories.values()
            if each.parent and each.is_active(on)
        }
        best = sorted(((weight, name) for name, weight in weights.items() if weight), reverse=True)
        total = sum(weight for weight, _name in best)
        return [(self.categories[name], round(weight / total, 3)) for weight, name in best[:limit]]


def _spaced(text: str) -> str:
    return "".join(each if each.isalnum() else " " for each in text)


def _matches(patterns: Iterable[str], value: str) -> bool:
    return any(
        pattern in {"*", value} or (pattern.endswith("*") and value.startswith(pattern[:-1])) for pattern in patterns
    )


def _in_time(route: Route, at: datetime) -> bool:
    if route.weekdays and at.isoweekday() not in route.weekdays:
        return False
    if not route.hours:
        return True
    begin, end = (time.fromisoformat(part.strip()) for part in route.hours.split("-"))
    now = at.time()
    return begin <= now < end if begin <= end else now >= begin or now < end


def arranged(nouns: Iterable[Any]) -> Book:
    """Return the book that a heap of nouns makes."""
    held: dict[type[Any], dict[str, Any]] = {}
    for noun in nouns:
        held.setdefault(type(noun), {})[noun.key] = noun
    return Book(
        categories=held.get(Category, {}),
        routes=tuple(sorted(held.get(Route, {}).values(), key=lambda route: (route.order, route.key))),
        clocks=held.get(ClockRule, {}),
        states=held.get(State, {}),
        transitions=held.get(Transition, {}),
        answers=held.get(StockAnswer, {}),
        channels=held.get(Channel, {}),
        duties=held.get(Duty, {}),
        steps=tuple(held.get(Step, {}).values()),
        ratings=held.get(RatingAnswer, {}),
        settings={key: each.value for key, each in held.get(Setting, {}).items()},
    )
