"""Asking a service of another node: signed, patient but not for ever, and its answer believed only when it fits.

The answer must be signed by the provider just now, name our request by id and hash, be whole, and not be an
error in disguise. After five failures in a row the service is left alone for thirty seconds.

Source: X-Road PR-REST; the profile and the checks stand in `docs/exchange.md`.
"""

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from django.utils.translation import gettext as _

from huong.base import clock, net
from huong.base.errors import BadInput, HuongError, NotFound, Unavailable
from huong.exchange import knowing, signing
from huong.exchange.actions import exchanges, members
from huong.exchange.actions.exchanges import Facts
from huong.exchange.errors import CONSUMER, BadMessage, NotIdentified, Refused, Resting, Unreached, Untrue
from huong.exchange.models import Line, Member
from huong.exchange.provider.backends import PERSON, hash_of
from huong.exchange.rules import heads, identifiers
from huong.people.models import User

PATIENCE = 60.0
MOST_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class Answer:
    """An answer that was believed.

    Attributes:
        value: the JSON that came.
        exchange: the id of the message, by which it is found again.
        source: the service.
        fetched_at: when it was asked.
    """

    value: Any
    status: int
    exchange: str
    source: str
    fetched_at: datetime


@dataclass(frozen=True)
class Call:
    """What is asked of whom, on whose behalf, and why."""

    service: str
    path: str
    client: Member
    issue: str
    method: str = "GET"
    query: str = ""
    body: bytes = b""
    user_id: str = ""
    person: str = ""
    fields: tuple[str, ...] = ()
    by: User | None = None
    message_id: str = ""


def call(asked: Call, *, patience: float = PATIENCE, check: Callable[[Any], object] | None = None) -> Answer:
    """Ask a service of another node, and return its answer if it can be believed.

    Args:
        asked: `issue` names the purpose, or purpose/dossier; `person` is the national id of whom it is about.
        patience: seconds after which an answer is no longer wanted.
        check: raises `Refused` for an answer that is not about what was asked.

    Raises:
        Refused: the provider refused, or did not answer, or not believably; `fault` says at which hop.
        Resting: the service failed again and again; it is asked again in a while.
        NotFound: the provider is not a member.

    Records: `exchange.asked` or `exchange.failed`.
    """
    with knowing.for_one_call(asked.service) as is_well:
        ready = _prepared(asked, is_well=is_well)
        return _concluded(ready, _tried(ready, patience), check)


@dataclass(frozen=True)
class Ready:
    """A request that is signed and not sent yet: whoever sends it needs no database."""

    asked: Call
    provider: Member
    facts: Facts
    path: str
    headers: dict[str, str]
    base: bytes


@dataclass(frozen=True)
class Reply:
    """What came over the line, not believed yet; or why nothing came."""

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    error: Refused | None = None


def prepared(asked: Call) -> Ready:
    """Return a request signed and ready to be sent; `sent` and `concluded` are the two other parts of `call`.

    Apart, several can be under way at a time: only `sent` runs in threads, and it needs no database.

    Raises:
        NotFound, Resting: as `call` says.

    Records: `exchange.failed`, if it may not be sent.
    """
    with knowing.for_one_call(asked.service) as is_well:
        return _prepared(asked, is_well=is_well)


def sent(ready: Ready, *, patience: float) -> Reply:
    """Send a request and return what came: the network only, nothing is read from the database or written to it."""
    return _tried(ready, patience)


def concluded(ready: Ready, reply: Reply, *, check: Callable[[Any], object] | None = None) -> Answer:
    """Return the answer to a request if it can be believed, and write down that it was asked.

    Raises:
        Refused: as `call` says.

    Records: `exchange.asked` or `exchange.failed`.
    """
    with knowing.for_one_call(ready.asked.service):
        return _concluded(ready, reply, check)


def _prepared(asked: Call, *, is_well: bool) -> Ready:
    name = asked.service.rpartition("/")[0]
    provider = knowing.member(name)
    if provider is None:
        raise NotFound(_("%(name)s is not a member of the exchange.") % {"name": name})
    facts = _facts(asked)
    try:
        facts.line_is_well = is_well
        if not is_well:
            _require_awake(asked.service)
        path = _path(asked)
        headers, base = _signed(asked, path, facts)
    except Refused as error:
        _failed(facts, error)
        raise
    return Ready(asked, provider, facts, path, headers, base)


def _tried(ready: Ready, patience: float) -> Reply:
    try:
        return _sent(ready.asked, ready.provider, ready.path, ready.headers, patience)
    except Refused as error:
        return Reply(error=error)


def _concluded(ready: Ready, reply: Reply, check: Callable[[Any], object] | None) -> Answer:
    try:
        if reply.error is not None:
            raise reply.error
        return _believed(ready, reply, check)
    except Refused as error:
        _failed(ready.facts, error)
        raise


def _failed(facts: Facts, error: Refused) -> None:
    facts.status, facts.fault = error.status, error.fault
    exchanges.failed(facts, error, breaks=isinstance(error, Unreached | Untrue))


def _facts(asked: Call) -> Facts:
    persons = [hash_of(asked.person)] if asked.person else []
    return Facts(
        "out",
        asked.client.identifier,
        asked.service,
        asked.message_id or str(uuid.uuid4()),
        "",
        clock.now(),
        endpoint=f"{asked.method} {asked.path}"[:120],
        issue=asked.issue,
        purpose=identifiers.purpose_of(asked.issue),
        agency=asked.client.agency,
        persons=persons,
        fields=asked.fields,
        by=asked.by.pk if asked.by else None,
        request_digest=heads.content_digest(asked.body),
    )


def _require_awake(service: str) -> None:
    """Refuse to ask a service that is left alone."""
    line = Line.objects.filter(service=service).first()
    if line is not None and line.closed_until is not None and line.closed_until > clock.now():
        seconds = int((line.closed_until - clock.now()).total_seconds()) + 1
        raise Resting(
            _("%(service)s failed %(count)d times in a row. It is asked again in %(seconds)d seconds.")
            % {"service": service, "count": line.failures, "seconds": seconds},
            retry_after=seconds,
        )


def _believed(ready: Ready, reply: Reply, check: Callable[[Any], object] | None) -> Answer:
    asked, facts, headers, found, body = ready.asked, ready.facts, ready.headers, dict(reply.headers), reply.body
    _require_true(facts, ready.provider, reply.status, found, body, (asked, ready.path, headers))
    value = _value(reply.status, found, body)
    if check is not None:
        check(value)
    facts.status, facts.size = reply.status, len(body)
    facts.request_id, facts.response_digest = found["x-road-request-id"], found["content-digest"]
    facts.request_hash = found["x-road-request-hash"]
    head = heads.head_of(asked.method, _target(asked, ready.path), headers, facts.request_id)
    kept = {name: found[name] for name in found if name.startswith(("x-road-", "content-digest", "signature"))}
    facts.proof = {
        "head": head,
        "body": heads.body_hash(asked.body),
        "base": ready.base.decode(),
        "signature": headers["signature"],
        "answer": {"status": reply.status, "headers": kept},
    }
    exchanges.asked(facts)
    return Answer(value, reply.status, facts.message_id, asked.service, facts.began)


def _path(asked: Call) -> str:
    try:
        identifiers.issue(asked.issue)
        identifiers.user_id(asked.user_id)
        path = identifiers.path_of(asked.service, asked.path)
        identifiers.address_of(path)
    except identifiers.Malformed as error:
        raise BadMessage(_("The request is not one of the protocol: %(why)s.") % {"why": error}) from error
    return path


def _target(asked: Call, path: str) -> str:
    return f"{path}?{asked.query}" if asked.query else path


def _signed(asked: Call, path: str, facts: Facts) -> tuple[dict[str, str], bytes]:
    headers = {
        "accept": "application/json",
        "content-digest": facts.request_digest,
        "x-road-client": asked.client.identifier,
        "x-road-id": facts.message_id,
        "x-road-issue": asked.issue,
        "x-road-userid": asked.user_id,
        "content-type": "application/json" if asked.body else "",
    }
    headers = {name: value for name, value in headers.items() if value}
    message = signing.request(asked.method, path, asked.query, headers, asked.body)
    made = signing.signed(message, members.signing_key(asked.client).key_id)
    headers |= made
    return headers, signing.base_made(message, made["signature-input"])


def _sent(asked: Call, provider: Member, path: str, headers: Mapping[str, str], patience: float) -> Reply:
    """Send the request, and return status, headers and the whole body.

    Raises:
        Unreached: no answer, half of one, or too late.
    """
    deadline = time.monotonic() + patience
    url = provider.address + _target(asked, path)
    chunks, size = [], 0
    try:
        with net.stream(
            url, method=asked.method, headers=headers, content=asked.body or None, timeout=patience
        ) as response:
            for chunk in response.iter_bytes():
                size += len(chunk)
                if time.monotonic() > deadline or size > MOST_BYTES:
                    break
                chunks.append(chunk)
            status, found = response.status_code, {name.lower(): value for name, value in response.headers.items()}
    except (Unavailable, BadInput) as error:
        raise Unreached(
            _("%(service)s was not reached: %(why)s") % {"service": asked.service, "why": error.message}
        ) from error
    if time.monotonic() > deadline:
        raise Unreached(
            _("%(service)s answered only after %(seconds)d seconds; that answer is not used.")
            % {"service": asked.service, "seconds": int(patience)},
            code="too_late",
        )
    if size > MOST_BYTES:
        raise Untrue(_("The answer is larger than %(mb)d MB.") % {"mb": MOST_BYTES // 1_048_576}, code="too_large")
    return Reply(status, found, b"".join(chunks))


def _require_true(
    facts: Facts,
    provider: Member,
    status: int,
    found: dict[str, str],
    body: bytes,
    sent: tuple[Call, str, dict[str, str]],
) -> None:
    """Refuse an answer that is not the provider's, not fresh, not whole, or not to our request."""
    try:
        signing.require_signed(signing.answer(status, found, body), knowing.keys_of(provider), of=provider.identifier)
    except NotIdentified as error:
        if found.get("x-road-error") or status >= 500:
            raise _refusal(status, found, body) from error
        raise Untrue(
            _("The answer cannot be believed: %(why)s") % {"why": error.message}, code=error.code or "bad_signature"
        ) from error
    asked, path, headers = sent
    head = heads.head_of(asked.method, _target(asked, path), headers, found["x-road-request-id"])
    if found["x-road-id"] != facts.message_id or found["x-road-request-hash"] != heads.request_hash(head, asked.body):
        raise Untrue(_("The answer belongs to another request."), code="other_request")


def _value(status: int, found: dict[str, str], body: bytes) -> Any:
    if status >= 400 or found.get("x-road-error"):
        raise _refusal(status, found, body)
    try:
        value = orjson.loads(body)
    except ValueError as error:
        raise Untrue(_("The answer is not JSON, or only half of it."), code="not_json") from error
    if isinstance(value, dict) and set(value) in ({"type", "message", "detail"}, {"error"}):
        raise Untrue(_("The answer says 200 and holds an error."), code="hidden_error")
    return value


def _refusal(status: int, found: dict[str, str], body: bytes) -> Refused:
    """Return the provider's refusal as ours, with its own fault name and words."""
    try:
        told = orjson.loads(body)
        fault, message = str(told["type"]), str(told["message"])
    except (ValueError, KeyError, TypeError):
        fault, message = found.get("x-road-error", ""), ""
    lower = fault.lower().replace("_", "")
    kind = Unreached if status >= 500 and not lower.endswith("servicedisabled") else Refused
    error = kind(
        _("The provider refused: %(why)s") % {"why": message or status}, code=lower.rpartition(".")[2] or "refused"
    )
    error.status = status if status >= 400 else 502
    error.fault = fault or CONSUMER + "NetworkError"
    return error


def quietly(asked: Call, *, patience: float = PATIENCE) -> Answer | None:
    """Return an answer, or None if it cannot be had: for forms that go on without it."""
    try:
        return call(asked, patience=patience)
    except HuongError:
        return None


__all__ = ["PERSON", "Answer", "Call", "Ready", "Reply", "call", "concluded", "prepared", "quietly", "sent"]
