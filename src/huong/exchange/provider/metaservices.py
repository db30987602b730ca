"""What X-Road clients ask first: who is there, what do they offer, what may I use, how is it described.

Source: X-Road PR-MREST, answers in the shape of its Annex B.
"""

from typing import Any
from urllib.parse import parse_qsl

import orjson
from django.utils.translation import gettext as _

from huong.base import clock
from huong.exchange import queries
from huong.exchange.errors import BadMessage, UnknownService
from huong.exchange.models import DataService, Grant, Member
from huong.exchange.provider import openapi
from huong.exchange.provider.backends import Given
from huong.exchange.provider.checking import Caller
from huong.exchange.provider.reading import Asked

NAMES = frozenset({"listMethods", "allowedMethods", "getOpenAPI"})


def answer(asked: Asked, caller: Caller) -> tuple[Given, Member]:
    """Return the answer of a metaservice, and the member that signs it.

    Raises:
        UnknownService: no such member or service here.
        BadMessage: getOpenAPI without serviceCode.
    """
    member = Member.objects.filter(identifier=asked.address.member, own=True, left_at=None).first()
    if member is None:
        raise UnknownService(_("%(member)s is not a member of this node.") % {"member": asked.address.member})
    if asked.address.service == "getOpenAPI":
        return Given(_description(asked, member)), member
    found = queries.services().filter(member=member)
    if asked.address.service == "allowedMethods":
        found = found.filter(id__in=_allowed(caller.member))
    return Given(orjson.dumps({"service": [_listed(each) for each in found]})), member


def _allowed(consumer: Member) -> list[int]:
    held = Grant.objects.filter(consumer=consumer, state="granted", valid_to__gt=clock.now())
    return [each.service_id for each in held if each.holds_at(clock.now())]


def _parts(identifier: str) -> dict[str, str]:
    names = ("xroad_instance", "member_class", "member_code", "subsystem_code")
    return dict(zip(names, identifier.split("/"), strict=False))


def _listed(service: DataService) -> dict[str, Any]:
    return {
        "object_type": "SERVICE",
        **_parts(service.member.identifier),
        "service_code": service.code,
        "service_type": "OPENAPI",
        "endpoint_list": [{"method": each["method"], "path": each["path"]} for each in service.endpoints],
    }


def _description(asked: Asked, member: Member) -> bytes:
    code = dict(parse_qsl(asked.query)).get("serviceCode", "")
    if not code:
        raise BadMessage(_("Say which service: getOpenAPI?serviceCode=..."))
    service = DataService.objects.filter(member=member, code=code).select_related("member").first()
    if service is None:
        raise UnknownService(
            _("%(member)s offers no service %(code)s here. Ask listMethods for those it has.")
            % {"member": member, "code": code}
        )
    return orjson.dumps(openapi.document_of(service))


def clients(instance: str = "") -> bytes:
    """Return the members and subsystems, of one instance if it is named."""
    found = Member.objects.filter(left_at=None)
    if instance:
        found = found.filter(identifier__startswith=f"{instance}/")
    listed: dict[str, dict[str, Any]] = {}
    for each in found:
        whole = _parts(each.identifier)
        bare = {name: value for name, value in whole.items() if name != "subsystem_code"}
        above = each.identifier.rpartition("/")[0]
        listed.setdefault(above, {"id": {"object_type": "MEMBER", **bare}, "name": each.name})
        listed[each.identifier] = {
            "id": {"object_type": "SUBSYSTEM", **whole},
            "name": each.name,
            "subsystem_name": each.name,
        }
    return orjson.dumps({"member": list(listed.values())})


def keys(identifier: str) -> bytes:
    """Return the public keys of a member.

    Raises:
        NotFound: there is no such member.
    """
    return orjson.dumps(queries.jwks_of(queries.member(identifier)))
