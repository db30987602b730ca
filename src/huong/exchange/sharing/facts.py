"""Facts that a person or a firm may let a third party verify: what each says, and which source confirms it.

A fact says as little as the purpose needs: "is over 18", never the birth date. Facts from the national registers
stand here; facts from datasets of the store (licences, allowances) are described in the city's `exchange.yaml`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Protocol

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huong.base import city, clock, plain_yaml
from huong.base.errors import NotFound
from huong.base.ports import Port
from huong.catalogue import queries as catalogue
from huong.exchange import registers, sentences
from huong.exchange.queries import GrantInForce
from huong.exchange.registers import Asker
from huong.people import rules as people
from huong.places import queries as places
from huong.store import queries as store
from huong.store.queries import Filter
from huong.ui import words

PURPOSE: Final = "share.fact"
HOLDS = timedelta(minutes=15)
Claims = Mapping[str, str | bool]


@dataclass(frozen=True)
class Looked:
    """What a source says of a fact now; `claims` is empty where it does not hold."""

    claims: Claims
    source: str
    exchange: str
    fetched_at: datetime
    valid_until: datetime


class Fact(Protocol):
    """One fact that may be shared."""

    @property
    def code(self) -> str:
        """Its name in the signed form."""

    @property
    def of(self) -> str:
        """Whose it is: "person" or "organisation"."""

    @property
    def title(self) -> str:
        """What it is, in the reader's language."""

    def said(self, claims: Claims) -> str:
        """Return the sentence that the third party reads."""

    def look(self, number: str, asker: Asker) -> Looked:
        """Ask the source whether it holds.

        Raises:
            Refused, HuongError: the source refuses or is not to be had now.
        """


facts: Port[Fact] = Port("fact that may be shared")
"""Filled here from the registers; packages above may add what they hold (results, certificates)."""


@dataclass(frozen=True)
class RegisterFact:
    """A fact that a national register confirms."""

    code: str
    of: str
    name: Promise
    kind: type[Any]
    tell: Callable[[Any, date], Claims]
    say: Callable[[Claims], str]

    @property
    def title(self) -> str:
        """Return what it is, in the reader's language."""
        return str(self.name)

    def said(self, claims: Claims) -> str:
        """Return the sentence that the third party reads."""
        return self.say(claims)

    def look(self, number: str, asker: Asker) -> Looked:
        """Ask the register; a copy that still holds is used."""
        found = registers.ask(self.kind, number, asker)
        claims = self.tell(found.value, clock.today()) if found.value is not None else {}
        return Looked(claims, found.source, found.exchange, found.fetched_at, found.valid_until)


@dataclass(frozen=True)
class DatasetFact:
    """A fact that a row of a dataset confirms: it is there, in one of some states, and has not run out."""

    code: str
    of: str
    titles: tuple[str, str]
    dataset: str
    holder: str
    state: str
    states: frozenset[str]
    until: str
    shows: str

    @property
    def title(self) -> str:
        """Return what it is, in the reader's language."""
        return self.titles[0] if sentences.is_vietnamese() else self.titles[1]

    def said(self, claims: Claims) -> str:
        """Return the sentence that the third party reads."""
        parts = [self.title, str(claims.get("number", ""))]
        if claims.get("valid_until"):
            until = date.fromisoformat(str(claims["valid_until"]))
            parts.append(_("valid until %(day)s") % {"day": words.day(until)})
        return ", ".join(part for part in parts if part)

    def look(self, number: str, asker: Asker) -> Looked:
        """Read the holder's rows through the store's door; the person's own wish is the ground."""
        owner, now = catalogue.contract_of(self.dataset).owner, clock.now()
        fields = [each for each in (self.holder, self.state, self.until, self.shows) if each]
        ground = GrantInForce(PURPOSE, self.dataset, owner, frozenset(fields), {}, PURPOSE)
        page = store.rows(
            self.dataset,
            use=store.Use(owner, asker.issue, grant=ground),
            filters=[Filter(self.holder, "eq", number)],
            fields=fields,
        )
        held = next((row for row in page.rows if self._holds(row, clock.today())), None)
        claims = self._claims(held) if held is not None else {}
        return Looked(claims, f"{owner}/{self.dataset}", f"commit {page.commit}", now, now + HOLDS)

    def _holds(self, row: Mapping[str, Any], today: date) -> bool:
        ended = self.until and row.get(self.until) and date.fromisoformat(str(row[self.until])[:10]) < today
        return not ended and (not self.state or str(row.get(self.state)) in self.states)

    def _claims(self, row: Mapping[str, Any]) -> Claims:
        told = {
            "number": str(row.get(self.shows) or "") if self.shows else "",
            "valid_until": str(row.get(self.until) or "")[:10] if self.until else "",
        }
        return {self.code: True, **{name: value for name, value in told.items() if value}}


def _over_18(found: registers.Person, today: date) -> Claims:
    return {"age_over_18": True} if found.alive and people.eighteenth_birthday(found.birth_date) <= today else {}


def _resident(found: registers.Person, today: date) -> Claims:
    own = {unit.code for unit in places.units(today)}
    return {"resident_of": str(city.facts().get("name", ""))} if found.alive and found.unit_code in own else {}


def _of_ward(found: registers.Person, today: date) -> Claims:
    return {"resident_of": found.unit_name} if _resident(found, today) else {}


def _single(found: registers.Marriage, _today: date) -> Claims:
    return {"marital_status": "single"} if found.marital_status == "single" else {}


def _insured(found: registers.Insurance, today: date) -> Claims:
    paid = not found.paid_until or date.fromisoformat(found.paid_until) >= today
    return {"health_insured": True} if found.health_card and paid else {}


def _active(found: registers.Firm, _today: date) -> Claims:
    return {"tax_code": found.tax_code, "status": "active"} if found.status == "active" else {}


def _lives(claims: Claims) -> str:
    return _("has permanent residence in %(place)s") % {"place": claims.get("resident_of", "")}


REGISTERED: Final = (
    RegisterFact("age_over_18", "person", gettext_lazy("I am over 18"), registers.Person, _over_18,
                 lambda _claims: _("is over 18")),
    RegisterFact("resident_of_city", "person", gettext_lazy("I live in this city"), registers.Person, _resident, _lives),
    RegisterFact("resident_of_ward", "person", gettext_lazy("In which ward or commune I live"), registers.Person,
                 _of_ward, _lives),
    RegisterFact("single", "person", gettext_lazy("I am not married"), registers.Marriage, _single,
                 lambda _claims: _("is not married, as the civil-status register knows")),
    RegisterFact("health_insured", "person", gettext_lazy("I have health insurance"), registers.Insurance, _insured,
                 lambda _claims: _("has a health insurance card that is paid for")),
    RegisterFact("firm_active", "organisation", gettext_lazy("The firm is active, its tax code in use"), registers.Firm,
                 _active, lambda claims: _("is active; its tax code %(code)s is in use") % {"code": claims.get("tax_code", "")}),
)  # fmt: skip

for _each in REGISTERED:
    facts.add(_each.code, _each)


@lru_cache(maxsize=4)
def _described(folder: str) -> tuple[DatasetFact, ...]:
    file = Path(folder) / "exchange.yaml"
    rows = plain_yaml.facts_of(file).get("facts", [])
    return tuple(
        DatasetFact(
            code=row["code"],
            of=row["of"],
            titles=(row["title"], row["title_en"]),
            dataset=row["dataset"],
            holder=row["holder"],
            state=row.get("state", ""),
            states=frozenset(str(each) for each in row.get("states", [])),
            until=row.get("until", ""),
            shows=row.get("shows", ""),
        )
        for row in rows
    )


def facts_of(kind: str) -> list[Fact]:
    """Return the facts that a person or an organisation may share here."""
    held = set(catalogue.dataset_names())
    from_city = [each for each in _described(str(settings.HUONG.city)) if each.dataset in held]
    return [each for each in (*facts.values(), *from_city) if each.of == kind]


def fact(code: str, kind: str) -> Fact:
    """Return a fact by its code.

    Raises:
        NotFound: nobody of this kind can share such a fact.
    """
    found = next((each for each in facts_of(kind) if each.code == code), None)
    if found is None:
        raise NotFound(_("There is no such fact to share."))
    return found
