"""“Verify” beside a field or paper: a value is compared with its source, a paper with its original."""

import time as time_module
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.errors import BadInput, HuongError
from huong.base.ports import Port
from huong.people import queries as people
from huong.people.models import User
from huong.procedures.actions import acting
from huong.procedures.actions.acting import Deed, officer
from huong.procedures.actions.resolving import answers_to
from huong.procedures.models import Component, Dossier
from huong.procedures.queries.catalogue import document_by_id
from huong.procedures.queries.values import answers_of
from huong.procedures.queries.vault import paper_in_force, said_by
from huong.procedures.rules import fields
from huong.procedures.rules.planning import Ask
from huong.procedures.rules.sources import Source

PATIENCE_SECONDS = 5.0


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
"""By kind of source ("register", "store", "vault"): asks it again."""


def ask_shared(dossier: Dossier, source: Source, whom: str, value: Any, by: User) -> Told:
    """Ask a national register or the city's shared data again, for the officer and for this dossier alone.

    Under the grant of the dossier's agency, as when the form was filled in; outside any transaction.
    """
    ask, deadline = Ask(source.kind, source.name, whom), time_module.monotonic() + PATIENCE_SECONDS
    known = answers_to([ask], dossier, document_by_id(dossier.edition_id or 0), deadline=deadline, by=by)[ask]
    if known.failed:
        return Told("unavailable", at=clock.now())
    return _told(value, known.values.get(source.part), known.exchange, known.fetched_at)


def ask_vault(dossier: Dossier, source: Source, whom: str, value: Any, by: User) -> Told:
    """Compare with the paper of the applicant's that is in force now: another one may have replaced it, or none is left."""
    paper = paper_in_force(dossier.applicant, source.name)
    if paper is None or (paper.valid_until is not None and paper.valid_until <= clock.now()):
        return Told("nothing", at=clock.now())
    return _told(value, said_by(paper).get(source.part), "", clock.now())


def _told(value: Any, said: Any, exchange: str, at: datetime | None) -> Told:
    if said in (None, ""):
        return Told("nothing", None, exchange, at)
    return Told("same" if _plain(said) == _plain(value) else "different", said, exchange, at)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else " ".join(str(value).split()).casefold()


comparers.add("register", ask_shared)
comparers.add("store", ask_shared)
comparers.add("vault", ask_vault)


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
    """Ask the source that a field came from, else the first that can be asked; without one the officer looked at it."""
    answers = answers_of(dossier)
    for source in _sources(dossier, held, answers):
        whom = _whom(dossier, source, answers)
        if source.kind not in comparers or not whom:
            continue
        try:
            return comparers.get(source.kind)(dossier, source, whom, answers.get(held.key), by)
        except HuongError:
            return Told("unavailable", at=clock.now())
    return Told("seen", at=clock.now())


def _sources(dossier: Dossier, held: Component, answers: Mapping[str, Any]) -> list[Source]:
    """Return the sources of a field that may be asked for these answers, the one it came from first.

    What this purpose does not allow reading about another person is not asked either.
    """
    if not dossier.edition_id:
        return []
    made = document_by_id(dossier.edition_id)
    named = next((each.sources for each in fields.fields_of(made.form) if each.path == held.key), ())
    own = people.own_particulars(dossier.applicant).get("national_id", "")
    found = [
        one
        for one in named
        if one.counts(answers)
        and (one.kind == "vault" or _whom(dossier, one, answers) == own or one.part in made.reads.get(one.name, ()))
    ]
    return sorted(found, key=lambda one: str(one) != held.source)


def _whom(dossier: Dossier, source: Source, answers: Mapping[str, Any]) -> str:
    if source.kind == "vault":
        return dossier.applicant.public_id
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
