"""The door `/r1/...`: the order of checks, the answer, and the line in the journal for each request."""

import logging
from datetime import timedelta
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from huong.base import clock, limits
from huong.base.errors import TooMany
from huong.exchange import knowing
from huong.exchange.actions import exchanges
from huong.exchange.actions.exchanges import Facts
from huong.exchange.errors import Refused, ServiceFailed
from huong.exchange.provider import answers, backends, checking, metaservices, reading
from huong.exchange.provider.reading import Asked
from huong.exchange.rules import heads, identifiers
from huong.people.access import open_to_all

log = logging.getLogger(__name__)
STRANGERS_A_MINUTE = 120


@csrf_exempt
@open_to_all
def serve(request: HttpRequest, path: str = "") -> HttpResponse:
    """Answer one request of the protocol. Everybody may knock; who gets something is decided by the checks."""
    facts = Facts("in", "", f"/r1/{path}"[:200], "", "", clock.now())
    try:
        asked = reading.read(request)
    except Refused as error:
        return _refused(request, None, facts, error)
    with knowing.for_one_message(asked.client, asked.message_id) as came:
        try:
            return _answered(request, asked, facts, came=came)
        except Refused as error:
            return _refused(request, asked, facts, error)


def _answered(request: HttpRequest, asked: Asked, facts: Facts, *, came: bool) -> HttpResponse:
    _note(facts, asked)
    caller = checking.caller_of(asked, request)
    facts.identified, facts.agency = True, caller.member.agency
    facts.proof = {
        "head": asked.head,
        "body": heads.body_hash(asked.body),
        "base": caller.base.decode(),
        "signature": asked.headers.get("signature", ""),
    }
    checking.require_new(asked, came=came)
    if asked.address.service in metaservices.NAMES:
        given, owner = metaservices.answer(asked, caller)
    else:
        service = checking.service_of(asked)
        owner, facts.owner = service.member, service.member.agency
        facts.endpoint = checking.endpoint_of(asked, service)
        grant = checking.grant_of(asked, service, caller)
        facts.grant, facts.rate, facts.fields = grant.number, grant.rate, grant.fields
        given = backends.answer(asked, service, grant, caller)
    facts.withheld = given.withheld
    facts.persons, facts.also, facts.status, facts.size = given.persons, given.entries, given.status, len(given.body)
    headers = answers.headers_of(asked, given.body)
    headers = answers.signed(given.status, headers, given.body, owner)
    facts.request_hash, facts.response_digest = headers["x-road-request-hash"], headers["content-digest"]
    facts.proof["answer"] = {"status": given.status, "headers": headers}
    exchanges.served(facts)
    return answers.response(given.status, headers, given.body, given.content_type)


def _note(facts: Facts, asked: Asked) -> None:
    facts.client, facts.service, facts.message_id = asked.client, asked.address.identifier, asked.message_id
    facts.request_id, facts.issue = asked.request_id, asked.issue
    facts.purpose = identifiers.purpose_of(asked.issue)
    facts.request_digest = heads.content_digest(asked.body)


def _refused(request: HttpRequest, asked: Asked | None, facts: Facts, error: Refused) -> HttpResponse:
    """Answer a refusal in the protocol's shape, signed by the provider, and write it down."""
    detail = asked.request_id if asked else reading.made_id()
    facts.status, facts.fault, facts.persons = error.status, error.fault, error.persons
    if facts.identified or _is_bearable(request):
        exchanges.refused(facts, error, detail=detail)
    if isinstance(error, ServiceFailed):
        log.warning("service %s failed: %s", facts.service, error.code)
    body = answers.error_body(error, detail)
    headers = {"x-road-error": error.fault}
    if asked is not None:
        headers = answers.headers_of(asked, body, fault=error.fault)
        owner = knowing.member(asked.address.member)
        headers = answers.signed(error.status, headers, body, owner)
    if "retry_after" in error.details:
        headers["retry-after"] = str(error.details["retry_after"])
    return answers.response(error.status, headers, body)


def _is_bearable(request: HttpRequest) -> bool:
    """Return whether a stranger's refusal is still written down: a flood from one address is not."""
    try:
        limits.take(f"r1:{request.META.get('REMOTE_ADDR', '')}", rate=STRANGERS_A_MINUTE, per=timedelta(minutes=1))
    except TooMany:
        return False
    return True


@open_to_all
def list_clients(request: HttpRequest) -> HttpResponse:
    """List the members and their subsystems, as X-Road clients read it."""
    wanted = request.GET.get("xRoadInstance", "")
    return answers.response(200, {}, metaservices.clients(wanted))


@open_to_all
def keys(request: HttpRequest, identifier: str) -> HttpResponse:
    """Publish the public keys of a member as a JSON Web Key Set, with their validity."""
    return answers.response(200, {}, metaservices.keys(quote(identifier, safe=identifiers.SAFE + "/")))
