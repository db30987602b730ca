"""Stories of a year of made-up dossiers, of the people of the sandbox's registers, in all states."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from random import Random
from typing import Any

from huong.base import calendar, clock
from huong.exchange.sandbox import world
from huong.exchange.sandbox.world import Person
from huong.people import queries as people
from huong.people.actions import parties
from huong.people.models import Party
from huong.procedures.queries import catalogue
from huong.procedures.rules import fields, needs
from huong.procedures.rules.fields import FormField
from huong.procedures.rules.nouns import Document
from huong.procedures.rules.past import PastDossier, PastPart, PastStep

DAYS, APPLICANTS = 365, 900
TO_SIGN, ASKED, DISPUTED = 24, 6, 7  # at hand of offices whose people can sign in, beside what the year brings
ALIKE = (2, 3, 2, 5)  # how often each of the most common procedures is among those to sign
ASKED_DAYS_AGO = (1, 2, 3, 4, 7, 9)  # of the five working days that most have
FRESH, NEAR = 0.06, 0.06  # shares: sent in the last days; of wards whose officers can sign in
CHANNELS = {"online": 0.83, "counter": 0.13, "post": 0.03, "paper": 0.01}
COMMON = frozenset({"2.00081", "2.00063", "1.01004", "1.00119"})  # what most people need
TYPED = "Theo giấy tờ kèm theo"
RATINGS = {"satisfied": 0.62, "accepted": 0.1, "not_satisfied": 0.03, "": 0.25}
WORDS = {
    "request_supplement": "Xin bổ sung giấy tờ còn thiếu để chúng tôi giải quyết tiếp.",
    "refuse": "Hồ sơ chưa đủ điều kiện theo quy định; xin xem lý do từng mục.",
    "suspend": "Tạm dừng để chờ xác minh.",
    "extend": "Xin lỗi vì chưa xong đúng hẹn. Chúng tôi hẹn lại ngày trả kết quả.",
    "consult": "Xin ý kiến đơn vị liên quan về hồ sơ này.",
    "answer_consultation": "Chúng tôi đồng ý.",
}


@dataclass
class Maker:
    """Makes stories of dossiers from the sandbox's people, the city's procedures and chance."""

    random: Random
    made: world.World
    codes: list[str]
    parties: dict[str, Party] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.now = clock.now()
        self.documents = {code: (catalogue.in_force(code), catalogue.current(code)[1]) for code in self.codes}
        grown = [one for one in self.made.people.values() if one.birth_date.year <= 2007 and not one.behaviour]
        self.people = self.random.sample(grown, min(APPLICANTS, len(grown)))
        self.officers: dict[str, int | None] = {}
        manned = {post.agency.unit.code for post in people.demonstration_posts() if post.agency.unit is not None}
        self.near = [one for one in self.people if one.unit_code in manned]

    def stories(self, count: int) -> Iterator[PastDossier]:
        """Return dossiers of the last year; more of those that people need often."""
        usual = [code for code in self.codes if "person" in self.documents[code][1].audience]
        usual.sort(key=lambda code: (code[:7] not in COMMON, code))
        at_hand = list(self._at_hand(usual, count // 10)) if self.near else []
        yield from at_hand
        weights = [6 if code[:7] in COMMON else 2 for code in usual]
        for code in self.random.choices(usual, weights=weights, k=count - len(at_hand)):
            fresh = self.random.random() < FRESH
            back = self.random.uniform(0, 4) if fresh else self.random.triangular(0, DAYS, 60)
            at = clock.local(self.now - timedelta(days=back))
            if not fresh:
                at = at.replace(hour=self.random.randrange(6, 22), minute=self.random.randrange(60))
            yield self._story(code, min(at, self.now - timedelta(minutes=5)), self._person())

    def _at_hand(self, usual: list[str], most: int) -> Iterator[PastDossier]:
        """Return what lies on the desks of those who can sign in: to be signed, asked of others, drafts to be disputed."""
        made = [code for code in usual if self.documents[code][1].results][: len(ALIKE)]
        for code in self.random.choices(made, weights=ALIKE[: len(made)], k=min(TO_SIGN, most)) if made else ():
            yield self._story(code, self.now, self.random.choice(self.near), tuple(self._until_signing()))
        asking = [code for code in usual if self._asks(self.documents[code][1])]
        for days in ASKED_DAYS_AGO[: min(ASKED, most)] if asking else ():
            steps = tuple(self._until_asking(self.documents[asking[0]][1], days))
            yield self._story(asking[0], self.now, self.random.choice(self.near), steps)
        for back in range(min(DISPUTED, most)):
            begun = (PastStep("begin", self._at(back + 2, time(9)), "draft", "citizen", public=False),)
            yield self._story(made[0] if made else usual[0], self.now, self.random.choice(self.near), begun)

    def _asks(self, made: Document) -> bool:
        return bool(made.consults) and "consult" not in made.flow.without

    def _at(self, days: int, hour: time) -> datetime:
        """Return about an hour of the working day that lies so many working days back."""
        day = clock.today()
        while days > 0:
            day -= timedelta(days=1)
            days -= calendar.is_working_day(day)
        return datetime.combine(day, hour, clock.zone()) + timedelta(minutes=self.random.randrange(20))

    def _until_signing(self) -> Iterator[PastStep]:
        """Return the steps of a dossier that was proposed on the last working day; of those taken in early some are late."""
        accepted = self._at(1, time(15, 5) if self.random.random() < 0.8 else time(9, 30))
        yield PastStep("begin", accepted - timedelta(hours=1, minutes=20), "draft", "citizen", public=False)
        yield PastStep("submit", accepted - timedelta(hours=1, minutes=5), "submitted", "citizen")
        yield PastStep("accept", accepted, "accepted")
        yield PastStep("start", accepted + timedelta(minutes=4), "in_progress")
        yield PastStep(
            "propose", max(accepted + timedelta(minutes=10), self._at(1, time(15, 40))), "signing", public=False
        )

    def _until_asking(self, made: Document, days: int) -> Iterator[PastStep]:
        accepted = self._at(days + 1, time(8, 30))
        yield PastStep("begin", accepted - timedelta(minutes=50), "draft", "citizen", public=False)
        yield PastStep("submit", accepted - timedelta(minutes=30), "submitted", "citizen")
        yield PastStep("accept", accepted, "accepted")
        yield PastStep("start", accepted + timedelta(hours=2), "in_progress")
        asked = made.consults[0]
        at = self._at(days, time(10))
        yield PastStep("consult", at, "consulting", words=WORDS["consult"], asked=asked.agency, days=asked.days)

    def _person(self) -> Person:
        """Return an applicant; rather more often one of a ward whose officers have accounts here."""
        near = self.near if self.near and self.random.random() < NEAR else self.people
        return self.random.choice(near)

    def _story(self, code: str, at: datetime, person: Person, steps: tuple[PastStep, ...] = ()) -> PastDossier:
        version, made = self.documents[code]
        agency = self._agency(made, person)
        parts = tuple(self._parts(made, person))
        answers = {part.key: part.value for part in parts if part.kind == "field"}
        counted = needs.count(made, answers, [_Held(part.kind, part.key, part.origin, "held") for part in parts])
        steps = steps or tuple(self._steps(made, at))
        return PastDossier(
            code,
            version.pk if version else None,
            self._registered(person),
            self.random.choices(list(CHANNELS), weights=list(CHANNELS.values()))[0],
            person.unit_code,
            agency,
            steps,
            parts,
            fee=sum(fee.amount for fee in made.fees),
            rating=self._rating() if steps[-1].state in {"delivered", "refused"} else "",
            assignee=self._officer(agency) if any(step.verb == "start" for step in steps) else None,
            counts={
                "fields_asked": counted.fields,
                "fields_spared": counted.fields_spared,
                "papers_asked": counted.papers,
                "papers_spared": counted.papers_spared,
            },
        )

    def _rating(self) -> str:
        return self.random.choices(list(RATINGS), weights=list(RATINGS.values()))[0]

    def _agency(self, made: Document, person: Person) -> str:
        if made.agency != "unit":
            return made.agency
        found = people.agency_of_unit(person.unit_code)
        return found.code if found else "H57"

    def _officer(self, agency: str) -> int | None:
        if agency not in self.officers:
            self.officers[agency] = next((user.pk for user in people.holders(agency, "officer")), None)
        return self.officers[agency]

    def _registered(self, person: Person) -> str:
        if person.national_id not in self.parties:
            self.parties[person.national_id] = parties.register(
                "person", name=person.name, national_id=person.national_id, birth_date=person.birth_date, by=None
            )
        return person.national_id

    def _parts(self, made: Document, person: Person) -> Iterator[PastPart]:
        answers: dict[str, Any] = {}
        for each in fields.fields_of(made.form):
            if fields.holds(each.when, answers) and (each.required or each.locks or self.random.random() < 0.5):
                value, known = self._value(each, person, answers)
                answers[each.path] = value
                source = str(each.sources[0]) if known and each.sources else ""
                yield PastPart("field", each.path, value, "fetched" if known else "declared", source)
        for need in needs.papers_needed(made, answers):
            known = any(one.source for one in need.accepts) and self.random.random() < 0.9
            yield PastPart("paper", need.key, None, "cut" if known else "uploaded")

    def _value(self, each: FormField, person: Person, answers: Mapping[str, Any]) -> tuple[Any, bool]:
        """Return the value of a field, and whether a register gave it."""
        part = next((source.part for source in each.sources if source.whom == "applicant" and source.part), "")
        known = {
            "name": person.name,
            "national_id": person.national_id,
            "birth_date": person.birth_date.isoformat(),
            "address": person.address,
            "unit_name": person.unit_name,
            "insurance_number": person.insurance,
        }.get(part)
        if known:
            return known, each.locks
        usual = next((source.name for source in each.sources if source.kind == "value"), "")
        if usual and each.kind == "text":
            return usual, False
        return self._declared(each, answers), False

    def _declared(self, each: FormField, answers: Mapping[str, Any]) -> Any:
        if each.kind == "choice":
            name = str(answers.get(f"{each.step}.name", ""))
            fitting = {"female": " Thị " in name, "male": " Thị " not in name} if name else {}
            return self.random.choice([one for one in each.choices if fitting.get(one[0], True)])[0]
        by_kind: dict[str, Any] = {
            "date": (clock.today() - timedelta(days=self.random.randrange(10, 400))).isoformat(),
            "yesno": bool(each.schema.get("const", self.random.random() < 0.2)),
            "number": self._number(each.path),
            "person_id": self.random.choice(self.people).national_id,
        }
        return by_kind[each.kind] if each.kind in by_kind else self._text(each.path, self._somebody(each.step))

    def _somebody(self, step: str) -> Person:
        """Return somebody who may stand in a step of a form: a mother is a woman, a father a man."""
        woman = {"mother": True, "father": False}.get(step)
        found = [one for one in self.people if woman is None or (" Thị " in one.name) == woman]
        return self.random.choice(found or self.people)

    def _number(self, path: str) -> int:
        """Return a number that fits what its field is called."""
        name = path.rpartition(".")[2]
        return (
            self.random.randrange(60, 180)
            if "area" in name
            else self.random.randrange(1, 4) * (3 if name == "height" else 1)
        )

    def _text(self, path: str, other: Person) -> str:
        """Return what somebody typed into a plain field, by what the field is called."""
        name = path.rpartition(".")[2]
        if "name" in name or name in {"partner", "owner"}:
            return other.name
        if name == "certificate":
            return f"CS {self.random.randrange(100_000, 999_999)}"
        return other.address if any(word in name for word in ("address", "place", "home")) else TYPED

    def _steps(self, made: Document, at: datetime) -> Iterator[PastStep]:
        """Return what happened until now, oldest first; the rest has not happened yet."""
        for step in self._course(made, at):
            if step.at > self.now:
                return
            yield step

    def _course(self, made: Document, at: datetime) -> Iterator[PastStep]:
        chance = self.random.random
        yield PastStep("begin", at, "draft", "citizen", public=False)
        at += timedelta(minutes=self.random.randrange(3, 25))
        if chance() < 0.03:
            return  # a draft that waits
        yield PastStep("submit", at, "submitted", "citizen")
        at = self._later(at, 0.2, 3)
        yield PastStep("accept", at, "accepted")
        at = self._later(at, 0.1, 2)
        yield PastStep("start", at, "in_progress")
        if chance() < 0.06:
            at = self._later(at, 0.5, 6)
            yield PastStep("request_supplement", at, "supplement_wanted", words=WORDS["request_supplement"])
            if chance() < 0.15:
                yield PastStep("withdraw", self._later(at, 4, 30), "withdrawn", "citizen")
                return
            at += timedelta(days=self.random.uniform(0.2, 8))
            yield PastStep("supply", at, "in_progress", "citizen")
        if self._asks(made):
            at = self._later(at, 1, 6)
            asked = made.consults[0]
            yield PastStep("consult", at, "consulting", words=WORDS["consult"], asked=asked.agency, days=asked.days)
            at = self._later(at, 8, 40)
            yield PastStep(
                "answer_consultation",
                at,
                "in_progress",
                words=WORDS["answer_consultation"],
                public=False,
                asked=asked.agency,
                agrees=True,
            )
        at = self._later(at, *self._pace(made))
        if chance() < 0.03:
            yield PastStep("refuse", at, "refused", words=WORDS["refuse"])
            return
        yield PastStep("propose", at, "signing", public=False)
        at = self._later(at, 0.2, 5)
        yield PastStep("decide", at, "decided")
        if chance() < 0.995:
            yield PastStep("deliver", self._later(at, 0.1, 20), "delivered")

    def _pace(self, made: Document) -> tuple[float, float]:
        """Return the least and most office hours the work takes, so that some few are late."""
        limit = made.limit
        whole = {"same_day": 3.0, "half_days": 4.0, "working_hours": 1.0}.get(limit.measure, 8.0)
        hours = max(1.0, whole * max(1.0, limit.amount))
        return 0.1 * hours, hours * (1.25 if self.random.random() < 0.12 else 0.8)

    def _later(self, at: datetime, least: float, most: float) -> datetime:
        return calendar.add_working_hours(at, self.random.uniform(least, max(least, most)))


@dataclass(frozen=True)
class _Held:
    kind: str
    key: str
    origin: str
    state: str
