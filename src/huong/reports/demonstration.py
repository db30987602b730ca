"""Two years of made-up reports for a demonstration home, true to the seasons; and fresh ones while it runs."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_noop

from huong.base import clock, home, plain_yaml
from huong.base.demo import Filler
from huong.base.text import fold
from huong.people import queries as people
from huong.places import queries as places
from huong.places.cells import cell_of
from huong.reports.actions import Draft, past, send
from huong.reports.models import Report
from huong.reports.queries.book import book, city_time, offices
from huong.reports.rules import clocks
from huong.reports.rules.book import UNSORTED
from huong.reports.rules.nouns import Category
from huong.reports.rules.past import DESCRIPTION, Past, Step

SEED = 1307
DAYS, REPORTS = 730, 20_000
WAITING_AT_MOST, AT_ONCE = 40, 500
SHARES = {"answered": 0.86, "referred": 0.04, "merged": 0.05, "rejected": 0.025, "petition": 0.005, "closed": 0.02}
EVENTS = {"referred": "referred", "rejected": "rejected", "petition": "handed_to_petitions", "merged": "merged"}


def texts() -> dict[str, Any]:
    """Return the words and shares of the city's demonstration; empty if it has none."""
    file = Path(settings.HUONG.city) / "demonstration" / "reports.yaml"
    return plain_yaml.facts_of(file)


def fill(count: int = REPORTS) -> None:
    """Fill a demonstration home with two years of reports, oldest first; nothing if it holds reports already."""
    held = texts()
    if not held or Report.objects.exists():
        return
    maker = Maker(Random(SEED), held)
    days = maker.days(clock.now(), count)
    originals: list[Report] = []
    waiting: list[Past] = []
    for at in days:
        waiting.append(maker.story(at))
        if len(waiting) == AT_ONCE:
            originals = _keep(waiting, originals)
            waiting = []
    _keep(waiting, originals)


def _keep(pasts: list[Past], before: list[Report]) -> list[Report]:
    """Write reports, and say of those that were merged with which: an earlier one of the same kind."""
    with transaction.atomic():  # who reads them sees those merged with what they were merged into
        return _taken(pasts, before)


def _taken(pasts: list[Past], before: list[Report]) -> list[Report]:
    found = past.take_over(pasts, source="demonstration")
    known: dict[str, Report] = {}
    for report in [*before, *found]:
        if report.state == "merged":
            original = known.get(report.category)
            fields = {"merged_into": original} if original else {"state": "rejected"}
            Report.objects.filter(pk=report.pk).update(**fields)
        else:
            known[report.category] = report
    return [report for report in found if report.state != "merged"]


class Maker:
    """Makes stories of reports from a city's words, its rules and chance."""

    def __init__(self, random: Random, held: Mapping[str, Any]) -> None:
        self.random, self.held, self.book, self.calendar = random, held, book(), offices()
        self.units = [unit for unit in places.units() if unit.lon is not None and unit.lat is not None]
        self.agencies = {unit.code: people.agency_of_unit(unit.code) for unit in self.units}
        today = clock.today()
        self.under = {key: self._usual(self.book.categories_under(key, today)) for key in held["weights"]}
        self.under = {key: found for key, found in self.under.items() if found}

    def _usual(self, found: list[Category]) -> list[Category]:
        return [each for each in found if not each.danger and each.words]

    def days(self, until: datetime, count: int) -> list[datetime]:
        """Return when reports came, oldest first: more in the rains, most on days of flood, fewer at night."""
        days = [until - timedelta(days=back) for back in range(DAYS, -1, -1)]
        weights = [1.0 + 0.4 * self._rains(day) + 3.0 * self._floods(day) for day in days]
        found = []
        for day in self.random.choices(days, weights=weights, k=count):
            hour = min(23, max(0, round(self.random.gauss(13, 4.5))))
            local = clock.local(day).replace(
                hour=hour, minute=self.random.randrange(60), second=self.random.randrange(60)
            )
            found.append(local if local <= until else local - timedelta(days=1))
        return sorted(found)

    def _rains(self, day: datetime) -> bool:
        return clock.local(day).month in self.held["rain_months"]

    def _floods(self, day: datetime) -> bool:
        return f"{clock.local(day):%m-%d}" in self.held["flood_days"]

    def category(self, at: datetime) -> Category:
        """Return what a report of that day is about."""
        weights = dict(self.held["weights"])
        for holds, more in ((self._rains(at), self.held["rain"]), (self._floods(at), self.held["flood"])):
            for key, factor in more.items() if holds else ():
                weights[key] = weights.get(key, 0) * factor
        mains = list(self.under)
        main = self.random.choices(mains, weights=[weights[key] for key in mains])[0]
        found = self.under[main]
        return self.random.choices(found, weights=range(len(found) + 2, 2, -1))[0]

    def words(self, category: Category) -> tuple[str, str]:
        """Return what somebody wrote, and the place in words."""
        choice = self.random.choice
        street, other = self.random.sample(self.held["streets"], 2)
        numbers = {name: self.random.randrange(1, most) for name, most in (("n", 300), ("k", 90), ("m", 30), ("d", 9))}
        place = choice(self.held["places"]).format(street=street, street2=other, **numbers)
        ending = choice(self.held["endings"]).format(**numbers)
        text = f"{choice(self.held['openings'])}{choice(category.words)} {place}. {ending}".strip()
        text = text[0].upper() + text[1:]
        return (fold(text) if self.random.random() < 0.12 else text), place

    def draft(self) -> Draft:
        """Return what a citizen sends now."""
        category = self.category(clock.now())
        text, place = self.words(category)
        unit = self.random.choice(self.units)
        return Draft(text=text, category=category.key, unit=unit.code, place=place, channel="app")

    def story(self, at: datetime) -> Past:
        """Return a report received at an instant with everything that happened to it until now."""
        category = self.category(at)
        text, place = self.words(category)
        unit = self.random.choice(self.units)
        lon, lat = (
            round(value + self.random.uniform(-0.008, 0.008), 6) for value in (unit.lon or 0.0, unit.lat or 0.0)
        )
        channels = self.held["channels"]
        begun = Past(
            received_at=at,
            state="received",
            category=category.key,
            category_version=category.version,
            channel=self.random.choices(list(channels), weights=list(channels.values()))[0],
            text=text,
            unit=unit.code,
            unit_on=at.date(),
            lon=lon,
            lat=lat,
            cell=cell_of(lon, lat),
            place=place,
            agency=str(self.book.setting("screening_agency", "")),
            steps=(),
        )
        return self._screened(begun, category)

    def _screened(self, begun: Past, category: Category) -> Past:
        screening = begun.agency
        received = Step("received", begun.received_at, "received", screening, DESCRIPTION)
        accepted = begun.received_at + timedelta(minutes=self.random.expovariate(1 / 70) + 3)
        if accepted > clock.now():
            due = begun.received_at + timedelta(hours=float(self.book.setting("screening_hours", 4)))
            return replace(begun, due_at=due, steps=(received,))
        end = self.random.choices(list(SHARES), weights=list(SHARES.values()))[0]
        if end in EVENTS:
            text = self.random.choice(self.held["refusals"]) if end == "rejected" else ""
            step = Step(EVENTS[end], accepted, end, screening, "reason" if text else "", text)
            return replace(begun, state=end, is_open=False, closed_at=accepted, steps=(received, step))
        return self._handled(begun, category, received, accepted, end)

    def _agency(self, begun: Past) -> str:
        found = self.book.route(begun.category, begun.unit, city_time(begun.received_at))
        own = self.agencies.get(begun.unit)
        return (own.code if own else begun.agency) if found in {"unit", ""} else found

    def _handled(self, begun: Past, category: Category, received: Step, accepted: datetime, end: str) -> Past:
        agency = self._agency(begun)
        due, _late3 = clocks.due(accepted, self.book.span_of(category.key, 0), self.calendar)
        main = self.book.categories.get(category.parent)
        taken = accepted + (due - accepted) * self.random.uniform(0.02, 0.3)
        late = self.random.random() < 0.17
        closed = accepted + (due - accepted) * (
            self.random.uniform(1.05, 2.6) if late else self.random.uniform(0.3, 0.98)
        )
        still = self.random.random() < 0.004
        story = [received, Step("accepted", accepted, "dispatched", agency, facts={"due": due.isoformat()})]
        story += [step for step in (Step("taken", taken, "in_progress", agency),) if step.at <= clock.now()]
        known = replace(
            begun,
            agency=agency,
            accepted_at=accepted,
            due_at=due,
            is_public=category.public,
            promise=category.promise or (main.promise if main else ""),
            promise_en=category.promise_en or (main.promise_en if main else ""),
            followers=max(0, round(self.random.expovariate(1.4)) - 1),
        )
        if still or closed > clock.now():
            return replace(known, state=story[-1].state, steps=tuple(story))
        return self._ended(known, story, closed, end)

    def _ended(self, known: Past, story: list[Step], closed: datetime, end: str) -> Past:
        verb = "answer" if end == "answered" else "close"
        ready = self.book.answers_for(verb, known.category) or self.book.answers_for("answer", known.category)
        text = self.random.choice(ready).text if ready else ""
        kind = "answer" if end == "answered" else "reason"
        story.append(Step(end, closed, end, known.agency, kind if text else "", text))
        rated_at = closed + timedelta(hours=self.random.expovariate(1 / 20))
        rating = ""
        reasons: tuple[str, ...] = ()
        if end == "answered" and self.random.random() < 0.35 and rated_at < clock.now():
            rating = self.random.choices(("satisfied", "accepted", "not_satisfied"), weights=(68, 20, 12))[0]
            fitting = [each.key for each in self.book.ratings.values() if rating in each.levels]
            reasons = tuple(self.random.sample(fitting, min(1, len(fitting))))
            story.append(Step("rated", rated_at, end, known.agency, facts={"level": rating}))
        return replace(
            known, state=end, is_open=False, closed_at=closed, rating=rating, rated=reasons, steps=tuple(story)
        )


def examples(each: int = 12) -> Iterator[tuple[str, str]]:
    """Yield (words, category) made of the city's own words: for learning before anybody has reported anything.

    What says nothing of the matter (a greeting, a place) stands for "not clear", so that the desk decides of such.

    Args:
        each: how many for each word by which people call a category.
    """
    held, random, known = texts(), Random(SEED), book()
    places, openings = held.get("places", [""]), held.get("openings", [""])
    endings, streets = held.get("endings", [""]), held.get("streets", ["", ""])
    for category in known.categories.values():
        if not category.parent or not category.is_active(clock.today()) or category.key == UNSORTED:
            continue
        yield category.name, category.key
        for word in category.words:
            yield word, category.key
            for _time in range(each):
                said = _said(random, word, places, openings, endings, streets)
                yield (fold(said) if random.random() < 0.3 else said), category.key
    for _time in range(10 * each if UNSORTED in known.categories else 0):
        yield _said(random, "", places, openings, endings, streets), UNSORTED


def _said(
    random: Random, word: str, places: list[str], openings: list[str], endings: list[str], streets: list[str]
) -> str:
    street, other = random.sample(streets, 2)
    numbers = {name: random.randrange(1, most) for name, most in (("n", 300), ("k", 90), ("m", 30), ("d", 9))}
    parts = (random.choice(openings), word, random.choice(places), random.choice(endings))
    return " ".join(part.strip().format(street=street, street2=other, **numbers) for part in parts if part)


def arrivals() -> Iterator[Draft]:
    """Yield what citizens send in this minute of a demonstration: up to three reports, none while many wait."""
    held = texts()
    if not (held and home.is_demo() and settings.HUONG.demo_live):
        return
    if Report.objects.filter(state="received").count() >= WAITING_AT_MOST:
        return
    random = Random()
    maker = Maker(random, held)
    for _each in range(random.choices((0, 1, 2, 3), weights=(45, 35, 15, 5))[0]):
        yield maker.draft()


def arrive() -> int:
    """Let fresh reports come through the same door as real ones. Returns how many."""
    return len([send(draft) for draft in arrivals()])


FILLER = Filler(order=200, title=gettext_noop("Field reports of two years"), fill=fill)
