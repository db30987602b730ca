"""Proving one exchange from an export and public keys alone: no database, no keys of ours, no trust in us.

An export holds the canonical head of the request, the signature bases that were signed, both signatures, the
bodies' digests, and the keys under which both sides signed. Whoever holds the public keys (from the members'
own key sets) computes everything again.
"""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

import orjson
from django.utils.translation import gettext as _

from huong.base import keys
from huong.base.errors import BadInput, NotFound
from huong.exchange import keyring, queries
from huong.exchange.actions.exchanges import CONTEXT
from huong.exchange.models import Exchange
from huong.exchange.rules import signatures

FORMAT = "huong-exchange-proof/1"


def export(message_id: str, *, client: str = "") -> dict[str, Any]:
    """Return the proof of an exchange, to be handed to whoever must be convinced.

    Raises:
        NotFound: no such exchange is kept here, or it came without signatures.
    """
    found = Exchange.objects.filter(message_id=message_id).order_by("direction")
    exchange = (found.filter(client=client) if client else found).first()
    if exchange is None or exchange.sealed_proof is None:
        raise NotFound(_("No signed exchange with this id is kept here."))
    proof = orjson.loads(keys.decrypt(bytes(exchange.sealed_proof), context=CONTEXT))
    provider = exchange.service.rpartition("/")[0]
    sets = {name: queries.jwks_of(queries.member(name)) for name in (exchange.client, provider)}
    return {
        "format": FORMAT,
        "client": exchange.client,
        "service": exchange.service,
        "message": exchange.message_id,
        "at": exchange.at.isoformat(),
        "request": {
            "head": proof["head"],
            "body": proof["body"],
            "base": proof["base"],
            "signature": proof["signature"],
            "digest": exchange.request_digest,
            "hash": exchange.request_hash,
        },
        "answer": proof.get("answer", {}),
        "keys": sets,
    }


def verify(document: Mapping[str, Any], *, trusted: Mapping[str, Mapping[str, Any]] | None = None) -> list[str]:
    """Return what a proof proves, line by line.

    Args:
        document: what `export` made.
        trusted: key sets by member, had from the members themselves; those of the export if left out.

    Raises:
        BadInput: it is no proof, or something in it does not hold; the sentence says what.
    """
    if document.get("format") != FORMAT:
        raise BadInput(_("This is not a proof of an exchange."))
    sets = trusted or document["keys"]
    proven = []
    if document["request"]["base"]:
        _require_request(document, sets)
        proven.append(_("%(who)s signed this request.") % {"who": document["client"]})
    else:
        proven.append(_("The request came from an own system, without a signature."))
    _require_answer(document, sets)
    proven.append(_("%(who)s signed this answer to it.") % {"who": document["service"].rpartition("/")[0]})
    return proven


def _require_request(document: Mapping[str, Any], sets: Mapping[str, Any]) -> None:
    request = document["request"]
    covered = _covered(request["base"])
    _require_signature(request["base"], request["signature"], sets, document["client"], _("the request"))
    same = {
        "x-road-client": document["client"],
        "x-road-id": document["message"],
        "content-digest": request["digest"],
    }
    if any(covered.get(name) != value for name, value in same.items()):
        raise BadInput(_("The request that was signed is another one."))
    if covered.get("@path", "").partition("/r1/")[2].split("/")[:5] != document["service"].split("/"):
        raise BadInput(_("The request that was signed is another one."))


def _require_answer(document: Mapping[str, Any], sets: Mapping[str, Any]) -> None:
    answer = document["answer"]
    headers = answer.get("headers", {})
    params = signatures.parsed(headers.get("signature-input", ""))
    if params is None:
        raise BadInput(_("The answer carries no signature."))
    values = {"@status": str(answer["status"]), **headers}
    if set(params.components) - set(values):
        raise BadInput(_("The proof of the answer is not whole."))
    base = signatures.base_of(params.components, values, params.text).decode()
    provider = document["service"].rpartition("/")[0]
    _require_signature(base, headers.get("signature", ""), sets, provider, _("the answer"))
    same = {"x-road-id": document["message"], "x-road-request-hash": document["request"]["hash"]}
    if any(headers.get(name) != value for name, value in same.items()) or not _hash_holds(document):
        raise BadInput(_("The answer belongs to another request."))


def _hash_holds(document: Mapping[str, Any]) -> bool:
    """Return whether the request hash is that of the head and of the body's digest."""
    request = document["request"]
    first = hashlib.sha512(request["head"].encode()).digest()
    if request["body"]:
        first = hashlib.sha512(first + base64.b64decode(request["body"])).digest()
    return base64.b64encode(first).decode() == str(request["hash"])


def _covered(base: str) -> dict[str, str]:
    found = {}
    for line in base.split("\n"):
        name, _colon, value = line.partition(": ")
        found[name.strip('"')] = value
    return found


def _require_signature(base: str, header: str, sets: Mapping[str, Any], who: str, what: str) -> None:
    params = signatures.parsed("sig1=" + _covered(base).get("@signature-params", ""))
    label = header.partition("=")[0]
    signature = signatures.signature_of(header, label)
    if params is None or signature is None:
        raise BadInput(_("The signature of %(what)s cannot be read.") % {"what": what})
    public = _public(sets, who, params.parameters.get("keyid", ""), params.number("created") or 0)
    if not keyring.is_signed(base.encode(), signature, public):
        raise BadInput(_("The signature of %(what)s does not hold: it was changed.") % {"what": what})


def _public(sets: Mapping[str, Any], who: str, key_id: str, at: int) -> str:
    for key in sets.get(who, {}).get("keys", []):
        raw = base64.urlsafe_b64decode(str(key["x"]) + "=")
        if key["kid"] == key_id and key["nbf"] <= at < key["exp"]:
            return base64.b64encode(raw).decode()
    raise BadInput(_("%(who)s had no such key at that time.") % {"who": who})
