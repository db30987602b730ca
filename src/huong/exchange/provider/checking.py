"""The checks at the edge, in their order: who asks, is it new, is there such a service, does a grant cover it.

Source: `docs/exchange.md`; each refusal says which hop refused and what to do.
"""

import math
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.errors import Unauthenticated
from huong.exchange import knowing, signing
from huong.exchange.errors import NotGranted, NotIdentified, Repeated, Stopped, TooOften, UnknownMember, UnknownService
from huong.exchange.models import DataService, Grant, Member
from huong.exchange.provider.reading import Asked
from huong.exchange.rules import identifiers
from huong.people import access, auth
from huong.people.models import User

FINGERPRINT = "X-Client-Certificate-SHA256"


@dataclass(frozen=True)
class Caller:
    """Who asks, and the proof of it that is kept."""

    member: Member
    way: str
    base: bytes = b""
    user: User | None = None


def caller_of(asked: Asked, request: HttpRequest) -> Caller:
    """Return who asks: by the signature of another node, or by the token or client certificate of an own system.

    Raises:
        UnknownMember: the consumer named is no member.
        NotIdentified: no proof, or one that does not hold.
    """
    member = knowing.member(asked.client)
    if member is None:
        raise UnknownMember(
            _("%(name)s is not a member here. Ask the city data office to let it join.") % {"name": asked.client}
        )
    if "signature" in asked.headers or "signature-input" in asked.headers:
        keys = knowing.keys_of(member)
        return Caller(member, "signature", signing.require_signed(asked.message, keys, of=member.identifier))
    fingerprint = request.headers.get(FINGERPRINT, "").replace(":", "").lower()
    if fingerprint and request.META.get("HUONG_PROXY"):
        return _of_certificate(member, fingerprint)
    if request.headers.get("Authorization"):
        return _of_token(member, request)
    raise NotIdentified(
        _("Messages from outside are signed (RFC 9421); an own system comes with its token or certificate.")
    )


def _of_certificate(member: Member, fingerprint: str) -> Caller:
    key = next(
        (each for each in knowing.keys_of(member) if each.use == "tls" and each.fingerprint == fingerprint), None
    )
    if key is None or not key.holds_at(clock.now()):
        raise NotIdentified(
            _("This client certificate is not one of %(member)s, or no longer valid.") % {"member": member}
        )
    return Caller(member, "certificate")


def _of_token(member: Member, request: HttpRequest) -> Caller:
    try:
        user = auth.of_token(request)
    except Unauthenticated as error:
        raise NotIdentified(error.message, code="bad_token") from error
    if user is None or not member.own or not access.has_power(user, "exchange.use", member.agency):
        raise NotIdentified(_("This token may not speak for %(member)s.") % {"member": member})
    return Caller(member, "token", user=user)


def require_new(asked: Asked, *, came: bool) -> None:
    """Refuse a message that came before.

    Args:
        came: whether an exchange of that client with that number is kept.

    Raises:
        Repeated: its exchange is kept.
    """
    if came and not asked.made_id:
        raise Repeated(_("This message came before (X-Road-Id). Nothing was given twice; send a new one."))


def service_of(asked: Asked) -> DataService:
    """Return the service that is asked.

    Raises:
        UnknownService: no member here offers it.
        Stopped: it is suspended; the sentence says until when.
    """
    owner = asked.address.member
    service = knowing.own_service(owner, asked.address.service)
    if service is None:
        raise UnknownService(
            _("%(member)s offers no service %(code)s here. Ask listMethods for those it has.")
            % {"member": owner, "code": asked.address.service}
        )
    if service.is_stopped_at(clock.now()):
        until = f"{clock.local(service.stopped_to):%d/%m/%Y %H:%M}" if service.stopped_to else "?"
        raise Stopped(_("The service is suspended until %(until)s: %(why)s") % {"until": until, "why": service.notice})
    return service


def endpoint_of(asked: Asked, service: DataService) -> str:
    """Return the endpoint under which a request falls.

    Raises:
        NotGranted: none.
    """
    for each in service.endpoints:
        if each["method"] in {asked.method, "*"} and identifiers.matches(each["path"], asked.address.rest):
            return f"{each['method']} {each['path']}"
    raise NotGranted(
        _("The service has no endpoint %(method)s %(path)s. Ask getOpenAPI.")
        % {"method": asked.method, "path": asked.address.rest or "/"},
        code="no_endpoint",
    )


def grant_of(asked: Asked, service: DataService, caller: Caller) -> Grant:
    """Return the grant that covers a request: this consumer, this service, this purpose, now, not too often.

    Raises:
        NotGranted: none does; the sentence says what is missing.
        TooOften: its rate is used up.
    """
    purpose = identifiers.purpose_of(asked.issue)
    if not purpose:
        raise NotGranted(
            _("Say in X-Road-Issue what the data are for: the purpose, or purpose/dossier."), code="no_purpose"
        )
    held = knowing.grants_of(service, caller.member)
    found = next((each for each in held if purpose in each.purposes and each.holds_at(clock.now())), None)
    if found is None:
        raise NotGranted(_why_not(service, caller.member, purpose), code="no_grant")
    until = knowing.spent_until(found.number)
    if until is not None and until > clock.now():
        raise TooOften(
            _("The grant %(number)s allows %(rate)d requests a minute. Wait, or ask its owner for more.")
            % {"number": found.number, "rate": found.rate},
            retry_after=math.ceil((until - clock.now()).total_seconds()),
        )
    return found


def _why_not(service: DataService, consumer: Member, purpose: str) -> str:
    held = list(Grant.objects.filter(service=service, consumer=consumer).order_by("-id"))
    fitting = next((each for each in held if purpose in each.purposes), None)
    if fitting is None:
        if held:
            return _("No grant of %(member)s covers the purpose %(purpose)s.") % {
                "member": consumer,
                "purpose": purpose,
            }
        return _("%(member)s has no grant for this service. Ask its owner for one.") % {"member": consumer}
    if fitting.valid_to is not None and fitting.valid_to <= clock.now():
        return _("The grant %(number)s has expired. Ask for a new one.") % {"number": fitting.number}
    if fitting.state == "requested":
        return _("The request %(number)s is not decided yet.") % {"number": fitting.number}
    return _("The grant %(number)s is not in force: %(why)s") % {
        "number": fitting.number,
        "why": fitting.reason or fitting.get_state_display(),
    }
