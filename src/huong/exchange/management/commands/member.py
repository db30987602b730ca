"""`huong member add IDENTIFIER --name NAME`, keys, certificates, list."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from huong.base.commands import HuongCommand
from huong.base.errors import BadInput, NotFound
from huong.exchange import keyring, queries
from huong.exchange.actions import members, neighbours
from huong.exchange.models import Member, MemberKey


class Command(HuongCommand):
    """Let members join the exchange and manage their keys. Whoever may run this is the operator of the machine."""

    help = "Members of the exchange and their keys."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the verb and its facts."""
        parser.add_argument("verb", choices=["add", "list", "keys", "rotate", "revoke", "leave", "meet", "authority"])
        parser.add_argument(
            "identifier",
            nargs="?",
            default="",
            help="VN/GOV/H57.8/data; for revoke the key's id; for meet a node's address",
        )
        parser.add_argument("--name", default="")
        parser.add_argument("--name-en", default="")
        parser.add_argument("--agency", default="", help="the code of the city agency behind it: its key lies here")
        parser.add_argument("--address", default="", help="where its node answers, https://...")
        parser.add_argument("--key", default="", help="its public key or certificate (PEM file)")
        parser.add_argument("--tls", action="store_true", help="the key is the client certificate of an own system")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it."""
        verbs = {
            "add": _add,
            "list": _list,
            "keys": _keys,
            "rotate": _rotate,
            "revoke": _revoke,
            "leave": _leave,
            "meet": _meet,
        }
        if options["verb"] == "authority":
            self.stdout.write(keyring.authority_pem())
            return
        sentence, facts = verbs[options["verb"]](options)
        self.answer(sentence, as_json=options["as_json"], **facts)


def _add(options: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    own = bool(options["agency"]) and not options["address"]
    name = options["name"] or options["identifier"]
    facts = {key: options[key] for key in ("name_en", "agency", "address")}
    member = members.add(options["identifier"], name=name, own=own, by=None, **facts)
    if options["key"]:
        key = members.add_key(member, _bytes(options["key"]), use="tls" if options["tls"] else "sign", by=None)
    elif own:
        key = members.signing_key(member)
    else:
        return _("%(member)s has joined; it still needs a key.") % {"member": member}, {"accepted": 1, "key": ""}
    return _("%(member)s has joined with the key %(key)s.") % {"member": member, "key": key.key_id}, {
        "accepted": 1,
        "key": key.key_id,
    }


def _bytes(file: str) -> bytes:
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise BadInput(_("%(file)s cannot be read.") % {"file": file}) from error


def _list(options: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    found = list(Member.objects.filter(left_at=None))
    lines = [f"{each.identifier}  {each.name}  {'' if each.own else each.address}" for each in found]
    return "\n".join(lines), {"accepted": len(found), "members": [each.identifier for each in found]}


def _keys(options: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    found = queries.jwks_of(queries.member(options["identifier"]))
    return "\n".join(str(key["kid"]) for key in found["keys"]), found


def _rotate(options: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    key = members.make_key(queries.member(options["identifier"]), by=None)
    return _("The new key is %(key)s; the one before it works for thirty more days.") % {"key": key.key_id}, {
        "accepted": 1,
        "key": key.key_id,
    }


def _revoke(options: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    key = MemberKey.objects.filter(key_id=options["identifier"]).select_related("member").first()
    if key is None:
        raise NotFound(_("There is no such key."))
    members.revoke_key(key, by=None)
    return _("The key is revoked."), {"accepted": 1, "key": key.key_id}


def _leave(options: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    member = members.leave(queries.member(options["identifier"]), by=None)
    return _("%(member)s has left the exchange.") % {"member": member}, {"accepted": 1}


def _meet(options: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    names = neighbours.meet(options["identifier"], by=None)
    return "\n".join(names), {"accepted": len(names), "members": names}
