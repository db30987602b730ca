"""Asking a register: a copy that still holds, else the exchange; and a fresh copy kept for the step of work."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

import orjson
from django.db import transaction

from huong.base import clock, keys
from huong.base.errors import KeyDestroyed
from huong.exchange import consumer
from huong.exchange.errors import Refused
from huong.exchange.models import Member, RegisterCopy
from huong.exchange.queries import description
from huong.people import access
from huong.people.models import User

T = TypeVar("T")


@dataclass(frozen=True)
class Asker:
    """On whose behalf a register is asked, and why.

    Attributes:
        member: the agency's member.
        issue: the purpose, or purpose/dossier.
        by: the officer; None for the platform itself, on behalf of the person who applies.
        user_id: the person acting, as X-Road names them ("VN046...").
        patience: seconds after which a form goes on without the answer.
    """

    member: Member
    issue: str
    by: User | None = None
    user_id: str = ""
    patience: float = 10.0


@dataclass(frozen=True)
class Fetched(Generic[T]):
    """A value with its provenance.

    Attributes:
        value: what the register knows; None if it knows nothing.
        source: the service.
        exchange: the id of the exchange that proves it.
    """

    value: T | None
    fetched_at: datetime
    valid_until: datetime
    source: str
    exchange: str

    def holds_at(self, at: datetime) -> bool:
        """Return whether the value may still be used at an instant."""
        return self.fetched_at <= at < self.valid_until


@dataclass(frozen=True)
class Question(Generic[T]):
    """What is asked of a register, about whom.

    Attributes:
        wanted: the national id, tax code or certificate asked for.
        read: makes the typed value of the JSON; raises `Refused` for another person or another shape.
        person: whether `wanted` is a person's national id.
        fields: the names of what is read, for the person's own page.
    """

    register: str
    wanted: str
    read: Callable[[dict[str, Any]], T]
    person: bool
    fields: tuple[str, ...]


@dataclass(frozen=True)
class UnderWay(Generic[T]):
    """A question that is signed and ready to leave: `consumer.sent` sends it, `finish` believes what came."""

    question: Question[T]
    hashed: str
    valid_minutes: int
    ready: consumer.Ready


def fetch(question: Question[T], asker: Asker) -> Fetched[T]:
    """Return a register's answer: a copy that still holds, else a fresh one.

    Raises:
        Refused: the register refuses, or is not to be had now.

    Records: `exchange.asked` or `exchange.failed`; `people.accessed` where an officer uses a copy.
    """
    begun = begin(question, asker)
    if isinstance(begun, Fetched):
        return begun
    return finish(begun, consumer.sent(begun.ready, patience=asker.patience))


def begin(question: Question[T], asker: Asker) -> Fetched[T] | UnderWay[T]:
    """Return a copy that still holds, or the question ready to leave; the first and the last part use the database.

    Raises:
        Refused, NotFound: it may not be sent.

    Records: as `fetch` says.
    """
    facts = description(question.register)
    hashed = _hashed(question.register, question.wanted, person=question.person)
    kept = _copy(question.register, hashed, question.read)
    if kept is not None:
        if asker.by is not None and question.person:
            subject = f"register:{question.register}/person:{hashed}"
            access.record_access(asker.by, subject, question.fields, asker.issue, agency=asker.member.agency)
        return kept
    asked = consumer.Call(
        facts["service"],
        facts["path"],
        asker.member,
        asker.issue,
        method="POST",
        body=orjson.dumps({facts["key"]: question.wanted}),
        user_id=asker.user_id,
        person=question.wanted if question.person else "",
        fields=question.fields,
        by=asker.by,
    )
    return UnderWay(question, hashed, int(facts["valid_minutes"]), consumer.prepared(asked))


def finish(under_way: UnderWay[T], reply: consumer.Reply) -> Fetched[T]:
    """Return what a register answered, and keep a copy of it.

    Raises:
        Refused: the register refuses, or its answer is not to be believed.

    Records: `exchange.asked` or `exchange.failed`.
    """
    question, facts = under_way.question, under_way.ready.facts
    holds = timedelta(minutes=under_way.valid_minutes)
    try:
        answer = consumer.concluded(under_way.ready, reply, check=question.read)
    except Refused as error:
        if error.status == 404:
            told = str(error.details.get("exchange", ""))
            return Fetched(None, facts.began, facts.began + holds, facts.service, told)
        raise
    until = answer.fetched_at + holds
    _keep(question.register, under_way.hashed, answer, until)
    return Fetched(question.read(answer.value), answer.fetched_at, until, answer.source, answer.exchange)


def copy_of(register: str, wanted: str, read: Callable[[dict[str, Any]], T], *, person: bool) -> Fetched[T] | None:
    """Return the copy of an answer that still holds, without asking anybody; None if there is none."""
    return _copy(register, _hashed(register, wanted, person=person), read)


def _hashed(register: str, wanted: str, *, person: bool) -> str:
    context = consumer.PERSON if person else f"register.{description(register)['key']}"
    return keys.keyed_hash(wanted, context=context)


def scope_of(hashed: str) -> str:
    """Return the name of the data key that protects the copies about a person or thing."""
    return f"register:{hashed}"


@transaction.atomic
def _keep(register: str, hashed: str, answer: consumer.Answer, until: datetime) -> None:
    try:
        sealed = keys.seal_bytes(keys.data_key(scope_of(hashed)), orjson.dumps(answer.value), context=register)
    except KeyDestroyed:  # erased here; the register may be asked again, but no copy is kept
        return
    facts = {
        "sealed": sealed,
        "source": answer.source,
        "message_id": answer.exchange,
        "fetched_at": answer.fetched_at,
        "valid_until": until,
    }
    RegisterCopy.objects.update_or_create(register=register, person=hashed, defaults=facts)


def _copy(register: str, hashed: str, read: Callable[[dict[str, Any]], T]) -> Fetched[T] | None:
    found = RegisterCopy.objects.filter(register=register, person=hashed, valid_until__gt=clock.now()).first()
    if found is None:
        return None
    key = keys.data_keys([scope_of(hashed)])[scope_of(hashed)]
    if key is None:
        return None
    value = orjson.loads(keys.open_bytes(key, bytes(found.sealed), context=register))
    return Fetched(read(value), found.fetched_at, found.valid_until, found.source, found.message_id)
