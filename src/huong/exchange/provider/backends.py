"""Where an answer comes from: a dataset of the store, an agency's own address, the usage tracker."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from urllib.parse import parse_qsl

import orjson
from django.utils.translation import gettext as _

from huong.base import clock, keys, net
from huong.base.errors import BadInput, Forbidden, HuongError, NotFound, Unavailable
from huong.base.ports import Port
from huong.base.text import whole
from huong.exchange import queries
from huong.exchange.errors import BadMessage, NotGranted, NothingThere, Refused, ServiceFailed
from huong.exchange.models import AccessRecord, DataService, Grant
from huong.exchange.provider.checking import Caller
from huong.exchange.provider.reading import Asked
from huong.exchange.rules import grants as rules
from huong.journal.actions import EntryDraft
from huong.store import queries as store
from huong.store.access import holding_back
from huong.store.queries import Filter

OWN = frozenset({"order", "after", "size", "fields"})
OPERATORS = ("in", "ge", "gt", "le", "lt", "prefix", "empty")
PERSON = "store.vn.citizen_id"
PATIENCE = 25.0
"""Seconds an agency's own service may take; what it does not give in time is not waited for."""


@dataclass
class Given:
    """An answer, its fields already cut to the grant; whom it is about, and the entries its reading made.

    Attributes:
        withheld: persons of whom it holds a row without values, since they had the use restricted.
    """

    body: bytes
    status: int = 200
    content_type: str = "application/json"
    fields: Sequence[str] = ()
    persons: list[str] = field(default_factory=list)
    withheld: list[str] = field(default_factory=list)
    entries: list[EntryDraft] = field(default_factory=list)


class Backend(Protocol):
    """Answers requests of one kind of service, under a grant."""

    def __call__(self, asked: Asked, service: DataService, grant: Grant, caller: Caller) -> Given:
        """Return the answer.

        Raises:
            Refused, HuongError: it cannot be given.
        """


backends: Port[Backend] = Port("service kind")


def answer(asked: Asked, service: DataService, grant: Grant, caller: Caller) -> Given:
    """Return what a service answers under a grant; refusals of the packages below become the protocol's own.

    Raises:
        Refused: as the protocol names it.
    """
    try:
        given = backends.get(service.kind)(asked, service, grant, caller)
    except Refused:
        raise
    except HuongError as error:
        raise _translated(error) from error
    _require_consent(given, service, grant, caller, asked)
    return given


def _translated(error: HuongError) -> Refused:
    kinds: list[tuple[type[HuongError], type[Refused]]] = [
        (NotFound, NothingThere),
        (Forbidden, NotGranted),
        (BadInput, BadMessage),
    ]
    kind = next((ours for theirs, ours in kinds if isinstance(error, theirs)), ServiceFailed)
    return kind(error.message, code=error.code)


def _require_consent(given: Given, service: DataService, grant: Grant, caller: Caller, asked: Asked) -> None:
    if not grant.needs_consent:
        return
    purpose = asked.issue.partition("/")[0]
    agreed = queries.consented(given.persons, service, caller.member, purpose)
    if set(given.persons) - agreed or not given.persons:
        error = NotGranted(_("The person has not agreed to this purpose, or took it back."), code="no_consent")
        error.persons = given.persons
        raise error


def hash_of(national_id: str) -> str:
    """Return the keyed hash under which a person stands in the store and in the access records."""
    return keys.keyed_hash(national_id, context=PERSON)


def from_dataset(asked: Asked, service: DataService, grant: Grant, caller: Caller) -> Given:
    """Answer from the store, through its read door."""
    secret = frozenset(str(each["name"]) for each in service.fields if each["sensitivity"] == "sensitive")
    agency = caller.member.agency or caller.member.identifier
    held_grant = queries.as_read_grant(grant, agency, asked.issue.partition("/")[0])
    use = store.Use(agency, asked.issue, grant=held_grant)
    with holding_back() as held:
        if asked.address.rest.startswith("/rows/"):
            found = _one(asked, service, use, secret)
        else:
            found = _page(asked, service, secret, use, grant)
    body = orjson.dumps(found, default=str)
    return Given(body, fields=grant.fields, persons=held.persons, withheld=held.withheld, entries=held.entries)


def _one(asked: Asked, service: DataService, use: store.Use, secret: frozenset[str]) -> dict[str, Any]:
    if any(each["name"] in secret for each in service.fields if each.get("key")):
        raise BadMessage(_("Persons are looked for by POST to /search, so that no address names them."))
    return store.row(service.source, asked.address.rest[len("/rows/") :], use)


def _page(asked: Asked, service: DataService, secret: frozenset[str], use: store.Use, grant: Grant) -> dict[str, Any]:
    terms = _terms(asked, secret)
    wanted = [each for each in terms.pop("fields", "").split(",") if each] or list(grant.fields)
    more = rules.widened(grant.fields, wanted)
    if more:
        raise NotGranted(
            _("The grant %(number)s does not cover %(names)s. Ask its owner to widen it.")
            % {"number": grant.number, "names": ", ".join(more)},
            code="field_not_granted",
        )
    size, order, after = int(terms.pop("size", "50")), terms.pop("order", ""), terms.pop("after", "") or None
    filters = [_filter(name, value) for name, value in terms.items()]
    page = store.rows(service.source, use=use, filters=filters, order=order, after=after, size=size, fields=wanted)
    return {"dataset": service.source, "commit": page.commit, "rows": page.rows, "next": page.next}


def _terms(asked: Asked, secret: frozenset[str]) -> dict[str, Any]:
    if asked.method == "POST":
        return _document(asked.body)
    terms = dict(parse_qsl(asked.query, keep_blank_values=True))
    if {name.partition(".")[0] for name in terms} & secret:
        raise BadMessage(_("Persons are looked for by POST to /search, so that no address names them."))
    if whole(terms.get("size", "50")) is None:
        raise BadMessage(_("size is a number."))
    return dict(terms)


def _document(body: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(body)
        terms = dict(found.pop("filters", {}))
        terms |= {name: found[name] for name in OWN if name in found}
        if isinstance(terms.get("fields"), list):
            terms["fields"] = ",".join(terms["fields"])
        terms["size"] = str(int(terms.get("size", 50)))
    except (orjson.JSONDecodeError, AttributeError, TypeError, ValueError) as error:
        raise BadMessage(_("The body is a JSON object with filters, fields, order, after and size.")) from error
    return terms


def _filter(name: str, value: Any) -> Filter:
    plain, _dot, operator = name.rpartition(".")
    if operator not in OPERATORS or not plain:
        return Filter(name, "eq", value)
    if operator == "in" and isinstance(value, str):
        value = value.split(",")
    return Filter(plain, operator, value)  # type: ignore[arg-type]


def from_address(asked: Asked, service: DataService, grant: Grant, caller: Caller) -> Given:
    """Answer from the agency's own address: the request is passed on, the answer cut to the grant."""
    url = service.source + asked.address.rest + (f"?{asked.query}" if asked.query else "")
    headers = {
        "Accept": "application/json",
        "X-Road-Client": asked.client,
        "X-Road-Id": asked.message_id,
        "X-Road-Request-Id": asked.request_id,
        "X-Road-Service": asked.address.identifier,
        "X-Road-Issue": asked.issue,
        **({"X-Road-UserId": asked.user_id} if asked.user_id else {}),
        **({"Content-Type": asked.headers["content-type"]} if asked.headers.get("content-type") else {}),
    }
    try:
        with net.stream(
            url, method=asked.method, headers=headers, content=asked.body or None, timeout=PATIENCE
        ) as response:
            body = net.body_of(response, max_bytes=4 * 1024 * 1024)
    except (Unavailable, BadInput) as error:
        raise ServiceFailed(_("The service behind %(service)s does not answer.") % {"service": service}) from error
    if response.status_code == 404:
        raise NothingThere(_("The service has no such thing."))
    if 300 <= response.status_code < 400:
        raise ServiceFailed(
            _("The service sends requests elsewhere (%(status)d). Nothing is followed; its owner corrects the address.")
            % {"status": response.status_code},
            code="redirected",
        )
    if response.status_code >= 400:
        raise ServiceFailed(_("The service answered %(status)d.") % {"status": response.status_code})
    return _cut(body, response.status_code, service, grant)


def _cut(body: bytes, status: int, service: DataService, grant: Grant) -> Given:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ServiceFailed(_("The service did not answer in JSON, so its fields cannot be checked.")) from error
    found = rules.matching(found, grant.rows)
    if found is None:
        raise NothingThere(_("The service has no such thing."))
    marked = [str(each["name"]) for each in service.fields if each.get("person")]
    records = found if isinstance(found, list) else [found]
    persons = [
        hash_of(str(each[name])) for each in records if isinstance(each, Mapping) for name in marked if each.get(name)
    ]
    cut = rules.projected(found, frozenset(grant.fields))
    return Given(orjson.dumps(cut), status, fields=grant.fields, persons=persons)


def from_usage(asked: Asked, service: DataService, grant: Grant, caller: Caller) -> Given:
    """Answer the national tracker: who used a person's data, from when on uses are known, whether we are alive.

    Source: Estonian Data Tracker protocol 1.6.
    """
    verb = asked.address.rest.strip("/")
    if verb == "heartbeat":
        return Given(orjson.dumps({"status": "OK", "time": clock.now().isoformat()}))
    if verb == "usagePeriod":
        first = AccessRecord.objects.order_by("at").values_list("at", flat=True).first()
        return Given(orjson.dumps({"periodStart": (first or clock.now()).isoformat()}))
    return _usages(asked)


def _usages(asked: Asked) -> Given:
    if not asked.user_id:
        raise BadMessage(_("X-Road-UserId says for whom is asked; it may differ from userCode."))
    try:
        body = orjson.loads(asked.body)
        person = hash_of(_number(str(body["userCode"])))
        since, until = _day(body["periodStart"]), _day(body["periodEnd"]) + timedelta(days=1)
        offset, limit = max(0, int(body.get("offset", 0))), min(1000, max(1, int(body.get("limit", 1000))))
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise BadMessage(
            _("findUsage takes userCode, periodStart, periodEnd, and if you like offset and limit.")
        ) from error
    found = queries.accesses_of(person, since=since).filter(at__lt=until, refused=False)
    usages = [
        {
            "logtime": each.at.isoformat(),
            "action": each.purpose,
            "receiverCode": each.agency,
            "receiverSystem": each.source,
        }
        for each in found[offset : offset + limit]
    ]
    return Given(orjson.dumps({"totalUsages": found.count(), "usages": usages}), persons=[])


def _number(code: str) -> str:
    return code[2:] if code[:2].isalpha() else code


def _day(text: Any) -> datetime:
    found = datetime.fromisoformat(str(text))
    return found if found.tzinfo else found.replace(tzinfo=UTC)


backends.add("dataset", from_dataset)
backends.add("http", from_address)
backends.add("usage", from_usage)
