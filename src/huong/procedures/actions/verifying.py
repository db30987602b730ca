"""“Verify” beside a field or paper: a value is compared with its source, a paper with its original."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.errors import BadInput, HuongError
from huong.base.ports import Port
from huong.exchange import queries as exchange
from huong.exchange import registers
from huong.exchange.registers import Asker
from huong.people import queries as people
from huong.people.models import User
from huong.procedures.actions import acting
from huong.procedures.actions.acting import Deed, officer
from huong.procedures.models import Component, Dossier
from huong.procedures.queries.catalogue import document_by_id
from huong.procedures.queries.values import answers_of
from huong.procedures.rules import fields
from huong.procedures.rules.sources import Source

PATIENCE_SECONDS = 5.0
KINDS: Final[dict[str, type[Any]]] = {
    "person": registers.Person,
    "household": registers.Household,
    "birth": registers.Birth,
    "marriage": registers.Marriage,
    "children": registers.Children,
    "firm": registers.Firm,
    "firms": registers.Firms,
    "parcel": registers.Parcel,
    "parcels": registers.Parcels,
    "insurance": registers.Insurance,
}


@dataclass(frozen=True)
class Told:
    """What a source says of a value when it is asked again.

    Attributes:
        outcome: "same", "different", "nothing" (the source knows nothing) or "unavailable".
        value: what the source says, if it says something.
        exchange: the exchange that proves it.
    """

    outcome: str
    value: Any = None
    exchange: str = ""
    at: datetime | None = None


Comparer = Callable[[Dossier, Source, str, Any, User], Told]
comparers: Port[Comparer] = Port("source to compare with")
"""By kind of source ("register", "store", "vault"): asks it again. Filled here for registers."""


def ask_register(dossier: Dossier, source: Source, whom: str, value: Any, by: User) -> Told:
    """Ask a national register again, for the officer and for this dossier alone; outside any transaction."""
    member = exchange.member_of_agency(dossier.agency)
    asker = Asker(member, f"{dossier.procedure}/{dossier.uid}", by=by, patience=PATIENCE_SECONDS)
    fetched = registers.ask(KINDS[source.name], whom, asker)
    said = getattr(fetched.value, source.part.partition(".")[0], None) if fetched.value is not None else None
    if said in (None, ""):
        return Told("nothing", None, fetched.exchange, fetched.fetched_at)
    return Told("same" if _plain(said) == _plain(value) else "different", said, fetched.exchange, fetched.fetched_at)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else " ".join(str(value).split()).casefold()


comparers.add("register", ask_register)


def verify(uid: str, *, part: str, by: User, version: int | None = None) -> Told:
    """Compare a field with its source, or note that a paper's original was seen; the outcome is in the story.

    A source that does not answer breaks nothing: the value stays as it was. Where source and dossier differ, both are
    kept, and what the source says stands in a note for offices.

    Args:
        part: the path of the field or the key of the paper.

    Raises:
        BadInput: the dossier has no such field or paper, or it is empty.

    Records: `procedures.verified` with the part and the outcome; the exchange's own entries.
    """
    dossier = acting.found(uid)
    acting.allowed(dossier, "verify", officer(by), Deed(version=version))
    held = Component.objects.filter(dossier=dossier, key=part).exclude(state="empty").first()
    if held is None:
        raise BadInput(_("The dossier has no field or paper “%(part)s”.") % {"part": part[:120]}, code="no_such_part")
    told = Told("seen", at=clock.now()) if held.kind == "paper" else _compared(dossier, held, by)
    return _written(uid, held, told, by, version)


def _compared(dossier: Dossier, held: Component, by: User) -> Told:
    """Ask the first source of a field that can be asked; a field without one was looked at by the officer."""
    answers = answers_of(dossier)
    for source in _sources(dossier, held.key):
        whom = _whom(dossier, source, answers)
        if source.kind not in comparers or not whom:
            continue
        try:
            return comparers.get(source.kind)(dossier, source, whom, answers.get(held.key), by)
        except HuongError:
            return Told("unavailable", at=clock.now())
    return Told("seen", at=clock.now())


def _sources(dossier: Dossier, path: str) -> tuple[Source, ...]:
    made = document_by_id(dossier.edition_id) if dossier.edition_id else None
    return next((each.sources for each in fields.fields_of(made.form) if each.path == path), ()) if made else ()


def _whom(dossier: Dossier, source: Source, answers: dict[str, Any]) -> str:
    if source.whom != "applicant":
        return str(answers.get(source.whom) or "")
    return people.own_particulars(dossier.applicant).get("national_id", "")


@transaction.atomic
def _written(uid: str, held: Component, told: Told, by: User, version: int | None) -> Told:
    dossier = acting.found(uid)
    facts = {"part": held.key, "outcome": told.outcome, "exchange": told.exchange}
    words = str(told.value) if told.outcome == "different" else ""
    acting.act(
        dossier, "verify", officer(by), Deed(words=words, facts=facts, version=version, public=False)
    )  # fmt: skip
    changes: dict[str, Any] = {"changed_at": clock.now()}
    if told.outcome in {"same", "seen"}:
        changes |= {"state": "verified", "why": "verified"}
    elif told.outcome == "different":
        changes |= {"why": "differs"}
    if told.exchange:
        changes |= {"exchange": told.exchange}
    Component.objects.filter(pk=held.pk).update(**changes)
    return told
