"""Whom somebody represents by law, confirmed by the registers: children by civil status, firms by the business register.

A register that does not answer leaves the question waiting, and the person's page says so; it is asked again.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from django.db import transaction

from huong.base import clock
from huong.base.errors import HuongError, NotFound
from huong.base.jobs import job
from huong.exchange import events, registers
from huong.exchange.models import RegisterCheck
from huong.exchange.registers import Asker
from huong.exchange.sharing.shares import city_member
from huong.journal import actions as journal
from huong.people import queries as people
from huong.people.actions import parties, representations
from huong.people.models import Party, User

PURPOSE: Final = "representation"
AGAIN = timedelta(minutes=15)
AFRESH = timedelta(days=30)
MOST_TRIES: Final = 96
Told = list[tuple[Party, str, date | None]]


def _children(number: str, asker: Asker) -> Told:
    found = registers.ask(registers.Children, number, asker).value
    children = found.children if found else ()
    return [
        (_registered("person", each.name, each.national_id, each.birth_date), "parent", each.birth_date)
        for each in children
    ]


def _firms(number: str, asker: Asker) -> Told:
    found = registers.ask(registers.Firms, number, asker).value
    firms = [each for each in (found.enterprises if found else ()) if each.representative_id == number]
    active = [each for each in firms if each.status == "active"]
    return [(_registered("organisation", each.name, each.tax_code, None), "owner", None) for each in active]


def _registered(kind: str, name: str, number: str, born: date | None) -> Party:
    return parties.register(kind, name=name, national_id=number, birth_date=born, by=None)


SOURCES: Final[dict[str, Callable[[str, Asker], Told]]] = {"civil-status": _children, "business": _firms}


@transaction.atomic
def ask(party: Party, *, by: User) -> list[RegisterCheck]:
    """Ask the registers whom a person represents; a job does it, and the page shows how far it is.

    Raises:
        NotFound: no issuer has vouched for the person yet.

    Records: `exchange.representation_asked`.
    """
    if not people.number_of(party.public_id):
        raise NotFound
    facts = {"state": "waiting", "asked_at": clock.now(), "tries": 0, "error": ""}
    rows = [
        RegisterCheck.objects.update_or_create(party=party.public_id, source=source, defaults=facts)[0]
        for source in SOURCES
    ]
    journal.record(events.REPRESENTATION_ASKED, f"party:{party.public_id}", by=by.id, audience="named")
    confirm_later.later(party.public_id)
    return rows


def confirm(public_id: str) -> None:
    """Ask each register that has not answered yet about one person. Network is used, so no transaction is open.

    Records: `people.represents`, `people.representation_ended`, and those of the exchange.
    """
    for check in RegisterCheck.objects.filter(party=public_id, state="waiting"):
        _confirm(check)


@job(queue="default", tries=1)
def confirm_later(public_id: str) -> None:
    """Ask the registers whom a person represents; those that fail are asked again by schedule."""
    confirm(public_id)


def _confirm(check: RegisterCheck) -> None:
    number = people.number_of(check.party)
    if not number:  # erased since
        RegisterCheck.objects.filter(id=check.id).delete()
        return
    try:
        told = SOURCES[check.source](number, Asker(city_member(), PURPOSE, user_id=f"VN{number}"))
    except HuongError as error:
        RegisterCheck.objects.filter(id=check.id).update(
            tried_at=clock.now(), tries=check.tries + 1, error=error.message[:300]
        )
        return
    _keep(check, told)


@transaction.atomic
def _keep(check: RegisterCheck, told: Told) -> None:
    """Keep what a register confirms, and end what it confirmed before and does no more."""
    holder, source = people.party_by_public_id(check.party), f"register:{check.source}"
    rows = [
        representations.confirm(holder, represented, kind=kind, source=source, born=born, by=None)
        for represented, kind, born in told
    ]
    kept = {row.id for row in rows if row is not None}
    for row in people.representations_of(holder):
        if row.source == source and row.id not in kept:
            representations.end(row, by=None)
    RegisterCheck.objects.filter(id=check.id).update(
        state="answered", tried_at=clock.now(), tries=check.tries + 1, error="", found=len(kept)
    )


def ask_again(*, limit: int = 100) -> int:
    """Ask once more where a register has not answered; given up after a day. Returns how many persons were asked for."""
    due = RegisterCheck.objects.filter(state="waiting", tries__lt=MOST_TRIES, asked_at__lt=clock.now() - AGAIN)
    waiting = due.order_by("tried_at").values_list("party", flat=True)
    persons = list(dict.fromkeys(waiting[:limit]))
    for party in persons:
        confirm(party)
    return len(persons)


def ask_afresh(*, limit: int = 100) -> int:
    """Put the registers' question anew where their answer is a month old. Returns for how many persons."""
    old = clock.now() - AFRESH
    found = [row for source in SOURCES for row in people.representations_by(f"register:{source}", old)]
    persons = list(dict.fromkeys((row.holder.public_id, row.source.partition(":")[2]) for row in found))[:limit]
    for party, source in persons:
        facts = {"state": "waiting", "asked_at": clock.now(), "tries": 0, "error": ""}
        RegisterCheck.objects.update_or_create(party=party, source=source, defaults=facts)
        confirm(party)
    return len(persons)
