"""Dossiers prepared ahead from shared data: the person is told, and only confirms or says no.

Source: Decree 224/2026 articles 16 and 17 (proactive services, level 2; the right to refuse; a trace of each use).
"""

from collections.abc import Iterator
from datetime import date

from django.db import transaction
from django.utils.translation import gettext_noop

from huong.base import clock
from huong.base.errors import HuongError
from huong.exchange import queries as exchange
from huong.exchange import registers
from huong.exchange.registers import Asker, Person
from huong.journal import actions as journal
from huong.messages import actions as messages
from huong.people import queries as people
from huong.people.models import Party
from huong.procedures import events
from huong.procedures.actions.acting import PLATFORM_ITSELF
from huong.procedures.actions.drafting import begin
from huong.procedures.actions.resolving import resolve
from huong.procedures.models import Dossier
from huong.procedures.queries import catalogue

READY = gettext_noop("“%(name)s” is prepared for you. Please look, then confirm or say no.")
MOST = 200
PATIENCE = 5.0


def prepare_due() -> int:
    """Prepare what can be prepared ahead: at most 200 dossiers in one run; a source that is down is asked another day.

    Nothing is prepared for somebody who has, or once let go, a dossier of the same procedure.

    Returns:
        How many dossiers were prepared.

    Records: `procedures.prepared` for each.
    """
    made = 0
    for code in sorted(catalogue.modelled()):
        age = catalogue.current(code)[1].proactive.age_from
        for party in _of_age(code, age) if age else ():
            made += prepare(code, party) is not None
            if made >= MOST:
                return made
    return made


def _of_age(code: str, age: int) -> Iterator[Party]:
    had = set(Dossier.objects.filter(procedure=code).values_list("applicant_id", flat=True))
    today = clock.today()
    for party in people.known_persons():
        if party.pk not in had:
            born = people.own_particulars(party).get("birth_date", "")
            if born and _age(date.fromisoformat(born), today) >= age:
                yield party


def _age(born: date, today: date) -> int:
    """Return how many birthdays somebody has had.

    >>> _age(date(1951, 11, 28), date(2026, 11, 27))
    74
    """
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def prepare(code: str, party: Party) -> Dossier | None:
    """Prepare a dossier for a person; None if the registers do not say where she lives, or do not answer today.

    Records: what `begin` and `resolve` record, and `procedures.prepared`.
    """
    try:
        unit = _home(code, party)
        if not unit:
            return None
        dossier = begin(code, party=party, actor=PLATFORM_ITSELF, unit=unit, channel="proactive")
        resolve(dossier.uid, actor=PLATFORM_ITSELF, patience=PATIENCE)
    except HuongError:
        return None
    _tell(dossier)
    return dossier


def _home(code: str, party: Party) -> str:
    member = exchange.member_of_agency(people.answering_agency())
    number = people.own_particulars(party).get("national_id", "")
    found = registers.ask(Person, number, Asker(member, code, patience=PATIENCE)) if number else None
    return found.value.unit_code if found is not None and found.value is not None and found.value.alive else ""


@transaction.atomic
def _tell(dossier: Dossier) -> None:
    journal.record(
        events.PREPARED, f"dossier:{dossier.uid}", agency=dossier.agency, unit=dossier.unit, audience="named",
        procedure=dossier.procedure,
    )  # fmt: skip
    for user in people.accounts_of(dossier.applicant.public_id):
        messages.bell(
            user.pk,
            READY,
            f"/procedures/dossiers/{dossier.uid}/",
            "dossiers",
            arguments={"name": catalogue.procedure_name(dossier.procedure)},
            key=f"procedures.prepared:{dossier.uid}",
        )
