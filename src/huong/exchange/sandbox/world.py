"""The invented people of the city: families, firms, parcels and insurance, the same from the same seed."""

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from huong.base import plain_yaml
from huong.exchange.sandbox import numbers


@dataclass
class Person:
    """One invented person, as the population register keeps them."""

    national_id: str
    name: str
    birth_date: date
    sex: str
    unit_code: str = ""
    unit_name: str = ""
    address: str = ""
    household: str = ""
    relation: str = ""
    father: str = ""
    mother: str = ""
    spouse: str = ""
    married_on: date | None = None
    marriage_number: str = ""
    birth_number: str = ""
    phone: str = ""
    insurance: str = ""
    behaviour: str = ""
    note: str = ""


@dataclass
class Firm:
    """A company, or a household business whose tax code is its owner's personal id."""

    tax_code: str
    name: str
    kind: str
    representative: str
    founded: date
    unit_code: str
    address: str
    status: str = "active"


@dataclass
class Parcel:
    """A parcel of land with its certificate."""

    certificate: str
    sheet: int
    number: int
    unit_code: str
    area_m2: float
    purpose: str
    owners: list[str]


@dataclass
class World:
    """Everything the registers know."""

    people: dict[str, Person] = field(default_factory=dict)
    households: dict[str, list[Person]] = field(default_factory=dict)
    firms: dict[str, Firm] = field(default_factory=dict)
    parcels: list[Parcel] = field(default_factory=list)
    cast: list[Person] = field(default_factory=list)

    def children_of(self, national_id: str) -> list[Person]:
        """Return somebody's children."""
        return [one for one in self.people.values() if national_id in (one.father, one.mother)]

    def firms_of(self, national_id: str) -> list[Firm]:
        """Return the firms that somebody represents."""
        return [firm for firm in self.firms.values() if firm.representative == national_id]


def made(city: Path) -> World:
    """Return the world of a city folder (`sandbox.yaml` and `units.csv`); the same each time."""
    facts: dict[str, Any] = plain_yaml.of_file(city / "sandbox.yaml")
    with (city / "units.csv").open(encoding="utf-8") as rows:
        units = [row for row in csv.DictReader(rows) if row["tier"] == "ward" and not row["valid_to"]]
    return Maker(facts, units).world()


class Maker:
    """Makes the world, household by household."""

    def __init__(self, facts: dict[str, Any], units: list[dict[str, str]]) -> None:
        self.facts, self.units = facts, units
        self.today = date.fromisoformat(str(facts["reference_day"]))
        self.random = random.Random(facts["seed"])  # noqa: S311 - invented people, not secrets
        self.made = World()
        self.serial = numbers.GENERATED_FROM

    def world(self) -> World:
        """Make the cast first, then households until there are enough people, then what they own."""
        self._cast()
        while len(self.made.people) < self.facts["people"]:
            self._household()
        self._firms()
        self._parcels()
        return self.made

    def _cast(self) -> None:
        for entry in self.facts["cast"]:
            born = entry["birth_date"]
            person = Person(
                numbers.personal_id(self.facts["place_code"], born, entry["sex"], numbers.CAST_FROM + entry["serial"]),
                entry["name"],
                born,
                entry["sex"],
                behaviour=entry.get("behaviour", ""),
                note=entry.get("note", ""),
            )
            if person.national_id != str(entry["national_id"]):
                raise ValueError(f"{entry['name']} has another id by the rules: {person.national_id}")
            self.made.cast.append(person)
            self._settle(person, str(entry["household"]), entry["unit"], entry["address"], entry["relation"])
            person.father, person.mother = str(entry.get("father", "")), str(entry.get("mother", ""))
            if entry.get("spouse"):
                self._marry(person, self.made.people[str(entry["spouse"])], entry["married_on"])
        for entry in self.facts["firms"]:
            self.made.firms[entry["tax_code"]] = Firm(
                entry["tax_code"], entry["name"], "company", str(entry["representative"]), entry["founded"],
                entry["unit"], entry["address"],
            )  # fmt: skip

    def _settle(self, person: Person, household: str, unit: str, address: str, relation: str) -> None:
        found = next(row for row in self.units if row["code"] == unit)
        kinds = {"ward": "phường", "commune": "xã"}
        person.unit_code, person.unit_name = unit, f"{kinds.get(found['kind'], 'phường')} {found['name']}"
        person.address, person.household, person.relation = address, household, relation
        number = len(self.made.people) + 1
        person.birth_number = f"{number}/{person.birth_date.year}"
        if numbers.age(person.birth_date, self.today) >= 18:
            person.insurance = f"{self.facts['insurance_code']}99{number:06d}"
            person.phone = f"09{99000000 + number:08d}"
        self.made.people[person.national_id] = person
        self.made.households.setdefault(household, []).append(person)

    def _marry(self, one: Person, other: Person, on: date) -> None:
        one.spouse, other.spouse = other.national_id, one.national_id
        one.married_on = other.married_on = on
        one.marriage_number = other.marriage_number = f"{len(self.made.households)}/{on.year}"

    def _name(self, sex: str, surname: str = "") -> str:
        surname = surname or self.random.choices(*zip(*self.facts["surnames"].items(), strict=True))[0]
        middle, given = self.random.choice(self.facts["middle"][sex]), self.random.choice(self.facts["given"][sex])
        return f"{surname} {middle} {given}"

    def _person(self, sex: str, oldest: int, youngest: int, surname: str = "") -> Person:
        days = self.random.randint(youngest * 365 + 1, oldest * 365)
        born = self.today - timedelta(days=days)
        self.serial += 1
        national_id = numbers.personal_id(self.facts["place_code"], born, sex, self.serial)
        return Person(national_id, self._name(sex, surname), born, sex)

    def _household(self) -> None:
        household = f"HK{len(self.made.households) + 1:05d}"
        unit = self.random.choice(self.units)["code"]
        address = f"{self.random.randint(1, 260)} {self.random.choice(self.facts['streets'])}"
        for relation, person in self._members():
            self._settle(person, household, unit, address, relation)

    def _members(self) -> Iterator[tuple[str, Person]]:
        kind = self.random.random()
        if kind < 0.12:
            yield "chủ hộ", self._person(self.random.choice(["male", "female"]), 75, 19)
            return
        oldest = 88 if kind < 0.27 else 55
        husband = self._person("male", oldest, oldest - 30)
        wife = self._person("female", oldest - 1, max(20, oldest - 32))
        younger = max(husband.birth_date, wife.birth_date)
        wed = younger + timedelta(days=self.random.randint(22 * 365, 24 * 365))
        self._marry(husband, wife, min(wed, self.today - timedelta(days=30)))
        yield "chủ hộ", husband
        yield "vợ", wife
        if kind < 0.27:
            return
        yield from self._children(husband, wife)
        if kind > 0.85:
            mother = self._person("female", 92, 78)
            husband.mother = mother.national_id
            yield "mẹ", mother

    def _children(self, father: Person, mother: Person) -> Iterator[tuple[str, Person]]:
        most = max(1, min(17, numbers.age(max(father.birth_date, mother.birth_date), self.today) - 20))
        for _number in range(self.random.choice([0, 1, 1, 2, 2, 3])):
            child = self._person(self.random.choice(["male", "female"]), most, 0, father.name.split()[0])
            child.father, child.mother = father.national_id, mother.national_id
            yield "con", child

    def _firms(self) -> None:
        adults = [one for one in self.made.people.values() if 22 < numbers.age(one.birth_date, self.today) < 65]
        serial = 9_000_100
        for owner in self.random.sample(adults, 360):
            trade = self.random.choice(self.facts["trades"])
            founded = self.today - timedelta(days=self.random.randint(60, 4000))
            is_company = len(self.made.firms) % 3 == 0
            code = owner.national_id
            while is_company and (code == owner.national_id or not code):
                serial += 1
                code = numbers.tax_code(self.facts["tax_code_province"], serial)
            form = "Công ty TNHH" if is_company else "Hộ kinh doanh"
            self.made.firms[code] = Firm(
                code, f"{form} {trade} {owner.name.split()[-1]} {len(self.made.firms)}",
                "company" if is_company else "household_business", owner.national_id, founded,
                owner.unit_code, owner.address, "active" if self.random.random() < 0.93 else "suspended",
            )  # fmt: skip

    def _parcels(self) -> None:
        heads = [members[0] for members in self.made.households.values()]
        for number, head in enumerate(heads):
            if head.behaviour or (number > 20 and self.random.random() < 0.25):
                continue
            owners = [one for one in (head.national_id, head.spouse) if one]
            self.made.parcels.append(
                Parcel(
                    f"TN 9{number:06d}", self.random.randint(1, 60), self.random.randint(1, 400), head.unit_code,
                    round(self.random.uniform(48, 420), 1), self.random.choice(["đất ở", "đất ở và đất vườn"]), owners,
                )
            )  # fmt: skip
