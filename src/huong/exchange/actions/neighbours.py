"""Meeting another node: its members and keys are taken over, ours are given to it.

For the sandbox and for tests between nodes; members of the real exchange come one by one, with certificates.
"""

import base64
from typing import Any

import orjson
from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import net
from huong.base.errors import BadInput
from huong.exchange import events, knowing, queries
from huong.exchange.actions import members
from huong.exchange.models import Member
from huong.journal import actions as journal
from huong.people.models import User


def meet(address: str, *, by: User | None) -> list[str]:
    """Take over the members and the keys that a node names, and give it ours. Idempotent.

    Args:
        address: where it answers, without a path.

    Returns:
        The identifiers of its members.

    Raises:
        Forbidden: `by` may not manage the exchange.
        BadInput: it does not answer as a node does, or its address may not be fetched.
        Unavailable: it does not answer.

    Records: `exchange.member_added`, `exchange.key_added`.
    """
    address = address.rstrip("/")
    listed, jwks = _fetched(f"{address}/listClients", "member"), _fetched(f"{address}/keys", "keys")
    found = [each for each in listed if each.get("id", {}).get("object_type") == "SUBSYSTEM"]
    own = set(Member.objects.filter(own=True).values_list("identifier", flat=True))
    names = [_taken(each, jwks, address, by) for each in found if _identifier(each) not in own]
    for member in Member.objects.filter(own=True, left_at=None):
        _introduce(member, address)
    return names


@transaction.atomic
def moved(old: str, new: str) -> int:
    """Ask a node that answers at another address now at that address: the sandbox, when its port was taken.

    Returns:
        How many members answer there.

    Records: `exchange.member_moved` for each.
    """
    found = list(Member.objects.filter(own=False, address=old.rstrip("/")))
    for member in found:
        Member.objects.filter(pk=member.pk).update(address=new.rstrip("/"))
        journal.record(events.MEMBER_MOVED, member.identifier)
    if found:
        knowing.changed()
    return len(found)


def _fetched(url: str, name: str) -> list[dict[str, Any]]:
    try:
        found = orjson.loads(net.get(url, timeout=10).content)[name]
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise BadInput(_("%(url)s does not answer as a node of the exchange does.") % {"url": url}) from error
    return list(found)


def _identifier(listed: dict[str, Any]) -> str:
    names = ("xroad_instance", "member_class", "member_code", "subsystem_code")
    return "/".join(str(listed["id"].get(name, "")) for name in names)


@transaction.atomic
def _taken(listed: dict[str, Any], jwks: list[dict[str, Any]], address: str, by: User | None) -> str:
    member = members.add(_identifier(listed), name=str(listed.get("name") or "?"), address=address, by=by)
    known = {key.key_id for key in queries.keys_of(member)}
    for jwk in jwks:
        if jwk.get("crv") == "Ed25519" and jwk.get("kid") not in known:
            _key(member, jwk, by)
    return member.identifier


def _key(member: Member, jwk: dict[str, Any], by: User | None) -> None:
    """Take one key of a node; a node of several members signs with the same key for each of them."""
    public = base64.urlsafe_b64decode(str(jwk["x"]) + "=" * (-len(str(jwk["x"])) % 4))
    members.add_public(member, public, key_id=str(jwk["kid"]), by=by)


def _introduce(member: Member, address: str) -> None:
    members.signing_key(member)
    body = {"member": member.identifier.rpartition("/")[0], "keys": queries.jwks_of(member)["keys"]}
    net.post(f"{address}/members", content=orjson.dumps(body), headers={"Content-Type": "application/json"}, timeout=10)
