"""Writing down every exchange, served or asked, and whom it was about: in one commit, before the answer leaves."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db import IntegrityError
from django.utils.translation import gettext as _

from huong.base import clock, keys, limits
from huong.base.errors import TooMany
from huong.exchange import committing, events, knowing
from huong.exchange.errors import Refused, Repeated, TooOften
from huong.exchange.models import AccessRecord, Exchange, Line
from huong.exchange.queries import shown_from
from huong.journal import actions as journal
from huong.journal.actions import EntryDraft

CONTEXT = "exchange.proof"
TRIP = 5
REST = timedelta(seconds=30)


@dataclass
class Facts:
    """What is known of an exchange while it goes on."""

    direction: str
    client: str
    service: str
    message_id: str
    request_id: str
    began: datetime
    endpoint: str = ""
    issue: str = ""
    purpose: str = ""
    agency: str = ""
    owner: str = ""
    grant: str = ""
    rate: int = 0
    fields: Sequence[str] = ()
    persons: Sequence[str] = ()
    withheld: Sequence[str] = ()
    status: int = 0
    fault: str = ""
    request_digest: str = ""
    response_digest: str = ""
    request_hash: str = ""
    size: int = 0
    by: int | None = None
    identified: bool = False
    line_is_well: bool = False
    proof: dict[str, Any] = field(default_factory=dict)
    also: list[EntryDraft] = field(default_factory=list)


def served(facts: Facts) -> Exchange:
    """Write down that a service answered: the exchange, whom it was about, and the journal's entries.

    Raises:
        Repeated: the same message was answered before.
        TooOften: the grant's rate is used up.

    Records: `exchange.served`, and the entries the read itself made.
    """
    try:
        return committing.write(lambda: _served(facts))
    except IntegrityError as error:
        raise Repeated(_("This message came before (X-Road-Id). Nothing was given twice; send a new one.")) from error


def _served(facts: Facts) -> Exchange:
    """Write the exchange, its entries and the count of its grant in one statement."""
    bucket, minute = f"grant:{facts.grant}", timedelta(minutes=1)
    counting = limits.counting(bucket, rate=facts.rate, per=minute) if facts.grant else None
    exchange = _kept(facts)
    journal.record_many([*facts.also, _entry(events.SERVED, facts)], along=[exchange], change=counting)
    if counting is not None and not counting.rows:
        _take(facts, bucket, minute)
    _seen(facts, exchange)
    if facts.withheld:
        _seen(replace(facts, persons=facts.withheld), exchange, refused=True)
    return exchange


def _take(facts: Facts, bucket: str, minute: timedelta) -> None:
    """Begin the next window of a grant; if this one is used up, nothing of the exchange stands."""
    try:
        limits.take_slowly(bucket, rate=facts.rate, per=minute)
    except TooMany as error:
        knowing.spent(facts.grant, until=clock.now() + timedelta(seconds=error.details["retry_after"]))
        raise TooOften(
            _("The grant %(number)s allows %(rate)d requests a minute. Wait, or ask its owner for more.")
            % {"number": facts.grant, "rate": facts.rate},
            **error.details,
        ) from error


def _entry(event: str, facts: Facts, **more: Any) -> EntryDraft:
    data = {
        "client": facts.client,
        "message": facts.message_id,
        "purpose": facts.purpose,
        "issue": facts.issue,
        "grant": facts.grant,
        "fields": ",".join(facts.fields)[:1000],
        "persons": len(facts.persons),
        "status": facts.status,
        "request": facts.request_digest,
        "response": facts.response_digest,
        **more,
    }
    audience = "named" if facts.persons else "staff"
    agency = facts.owner if facts.direction == "in" else facts.agency
    return EntryDraft(event, facts.service[:200], facts.by, None, agency, "", audience, data)  # type: ignore[arg-type]


def _kept(facts: Facts) -> Exchange:
    """Return the line of an exchange; it is written along with the journal's entries."""
    spent = (clock.now() - facts.began).total_seconds() * 1000
    return Exchange(
        direction=facts.direction,
        client=facts.client[:160],
        service=facts.service[:250],
        endpoint=facts.endpoint[:120],
        message_id=facts.message_id,
        request_id=facts.request_id,
        issue=facts.issue,
        purpose=facts.purpose,
        grant=facts.grant,
        fields=",".join(facts.fields)[:1000],
        persons=len(facts.persons),
        status=facts.status,
        fault=facts.fault,
        request_digest=facts.request_digest,
        response_digest=facts.response_digest,
        request_hash=facts.request_hash,
        sealed_proof=keys.encrypt(orjson.dumps(facts.proof), context=CONTEXT) if facts.proof else None,
        size=facts.size,
        at=facts.began,
        milliseconds=max(0.0, spent),
    )


def _seen(facts: Facts, exchange: Exchange, *, refused: bool = False) -> None:
    if not facts.persons:
        return
    shown = shown_from(facts.purpose, facts.began)
    AccessRecord.objects.bulk_create(
        AccessRecord(
            person=person,
            at=facts.began,
            agency=(facts.agency or facts.client)[:160],
            by=facts.by,
            fields=",".join(facts.fields)[:1000],
            purpose=facts.purpose,
            issue=facts.issue,
            source=facts.service[:250],
            refused=refused,
            shown_from=shown,
            exchange=exchange,
        )
        for person in dict.fromkeys(facts.persons)
    )


def refused(facts: Facts, error: Refused, *, detail: str) -> None:
    """Write down that a request was refused, and why. A repeated message is only an entry: its exchange stands.

    Args:
        detail: the id that the consumer was given.

    Records: `exchange.refused`.
    """
    committing.write(lambda: _refused(facts, error, detail))


def _refused(facts: Facts, error: Refused, detail: str) -> None:
    fresh = facts.identified and not isinstance(error, Repeated) and bool(facts.message_id)
    known = Exchange.objects.filter(direction="in", client=facts.client[:160], message_id=facts.message_id)
    kept = [_kept(facts)] if fresh and not known.exists() else []
    draft = _entry(events.REFUSED, facts, reason=error.code, fault=error.fault, detail=detail)
    journal.record_many([draft], along=kept)
    for exchange in kept:
        _seen(facts, exchange, refused=True)


def asked(facts: Facts) -> Exchange:
    """Write down that another node answered us and that we believe it; its line is well.

    Records: `exchange.asked`.
    """
    return committing.write(lambda: _asked(facts))


def _asked(facts: Facts) -> Exchange:
    exchange = _kept(facts)
    if not facts.line_is_well:
        Line.objects.update_or_create(
            service=facts.service, defaults={"failures": 0, "closed_until": None, "last_ok_at": facts.began}
        )
    journal.record_many([_entry(events.ASKED, facts)], along=[exchange])
    _seen(facts, exchange)
    return exchange


def failed(facts: Facts, error: Refused, *, breaks: bool) -> None:
    """Write down that we asked in vain; after five failures in a row the service is left alone for a while.

    Args:
        breaks: whether the failure says that the service is not well (not: that it refuses us).

    Records: `exchange.failed`.
    """
    committing.write(lambda: _failed(facts, error, breaks=breaks))


def _failed(facts: Facts, error: Refused, *, breaks: bool) -> None:
    if breaks:
        now = clock.now()
        line, _made = Line.objects.get_or_create(service=facts.service)
        line.failures += 1
        line.last_failed_at, line.last_error = now, f"{error.fault}: {error.code}"[:200]
        if line.failures >= TRIP:
            line.closed_until = now + REST
        line.save()
    journal.record_many([_entry(events.FAILED, facts, reason=error.code, fault=error.fault)], along=[_kept(facts)])
