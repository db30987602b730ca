"""The registers' edge: X-Road REST with its metaservices, signed answers, and people who misbehave on purpose.

Source: X-Road PR-REST, PR-MREST; refusals carry {type, message, detail} and X-Road-Error.
"""

import json
import re
import secrets
import threading
import time
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from joserfc.jwk import OKPKey

from huong.exchange.sandbox import registers, signing
from huong.exchange.sandbox.keyring import Keyring
from huong.exchange.sandbox.registers import CLASS, INSTANCE, Endpoint, Service
from huong.exchange.sandbox.web import Answer, Request, Route, as_json
from huong.exchange.sandbox.world import World

PART = r"[A-Za-z0-9'()+,\-.=?]+"
CLIENT = re.compile(rf"{PART}/{PART}/{PART}(/{PART})?")
MOST_REMEMBERED = 50_000


class Refused(Exception):
    """A refusal of the edge, before the service was asked."""

    def __init__(self, kind: str, message: str, status: int = 500) -> None:
        self.kind, self.message, self.status = kind, message, status
        super().__init__(message)


def _keys_of(jwks: list[dict[str, Any]]) -> dict[str, Ed25519PublicKey]:
    """Return the keys of a member by their ids; those of another kind sign nothing here."""
    keys = {str(jwk["kid"]): OKPKey.import_key(jwk).raw_value for jwk in jwks}
    return {kid: key for kid, key in keys.items() if isinstance(key, Ed25519PublicKey)}


class Edge:
    """Serves the registers.

    Args:
        kept: the file in which members and their public keys stand, so that a sandbox that starts again knows them.
        slow_seconds: how long the slow person takes.
        strict: refuse unsigned requests; else only requests of members with known keys must be signed.
    """

    def __init__(self, world: World, keyring: Keyring, kept: Path, *, slow_seconds: float, strict: bool) -> None:
        self.world, self.keyring, self.slow_seconds, self.strict = world, keyring, slow_seconds, strict
        self.kept = kept
        self.joined: dict[str, list[dict[str, Any]]] = json.loads(kept.read_text()) if kept.exists() else {}
        self.members = {member: _keys_of(jwks) for member, jwks in self.joined.items()}
        self.seen: dict[tuple[str, str], None] = {}
        self.lock = threading.Lock()

    def routes(self) -> list[Route]:
        """Return the addresses of the edge."""
        place = rf"/r1/{INSTANCE}/{CLASS}/(?P<member>{PART})/(?P<subsystem>{PART})"
        return [
            ("GET", "/listClients", self.clients),
            ("GET", rf"{place}/(listMethods|allowedMethods)", self.methods),
            ("GET", rf"{place}/getOpenAPI", self.description),
            ("*", rf"{place}/(?P<service>{PART})(?P<rest>/.*)?", self.call),
            ("*", r"/r1/.*", lambda _request, _found: _refusal(
                Refused("Client.BadRequest", "An address is /r1/instance/class/member/subsystem/service/…", 400), {}
            )),
            ("GET", "/keys", lambda _request, _found: as_json({"keys": [self.keyring.signing_jwk]})),
            ("POST", "/members", self.join),
        ]  # fmt: skip

    def clients(self, _request: Request, _found: re.Match[str]) -> Answer:
        """List members and subsystems."""
        listed = []
        for code, name in registers.MEMBERS.items():
            own = {"xroad_instance": INSTANCE, "member_class": CLASS, "member_code": code}
            listed.append({"id": {"object_type": "MEMBER", **own}, "name": name})
            for subsystem in dict.fromkeys(one.subsystem for one in registers.SERVICES if one.member == code):
                found = {"object_type": "SUBSYSTEM", **own, "subsystem_code": subsystem}
                listed.append({"id": found, "name": name, "subsystem_name": subsystem})
        return as_json({"member": listed})

    def methods(self, _request: Request, found: re.Match[str]) -> Answer:
        """List the services of a subsystem; everybody may ask everything of a sandbox."""
        services = [
            {
                "xroad_instance": INSTANCE,
                "member_class": CLASS,
                "member_code": one.member,
                "subsystem_code": one.subsystem,
                "service_code": one.code,
                "service_type": "OPENAPI",
                "object_type": "SERVICE",
                "endpoint_list": [{"method": "POST", "path": endpoint.path} for endpoint in one.endpoints],
            }
            for one in registers.SERVICES
            if (one.member, one.subsystem) == (found["member"], found["subsystem"])
        ]
        if not services:
            return _refusal(Refused("Server.ServerProxy.UnknownService", "This subsystem offers nothing."), {})
        return as_json({"service": services})

    def description(self, request: Request, found: re.Match[str]) -> Answer:
        """Describe a service."""
        code = parse_qs(request.query).get("serviceCode", [""])[0]
        service = registers.service(found["member"], found["subsystem"], code)
        if service is None:
            return _refusal(Refused("Server.ServerProxy.UnknownService", "There is no such service."), {})
        return as_json(registers.openapi(service))

    def join(self, request: Request, _found: re.Match[str]) -> Answer:
        """Take the public keys of a member (`{"member": "VN/GOV/H57", "keys": [JWK, …]}`); its requests must be signed from now on."""
        facts = request.facts()
        try:
            keys, member = _keys_of(facts["keys"]), str(facts["member"])
        except (KeyError, TypeError, ValueError) as error:
            return as_json({"error": "bad_request", "message": str(error)}, 400)
        with self.lock:
            self.members[member], self.joined[member] = keys, facts["keys"]
            fresh = self.kept.with_suffix(".new")
            fresh.write_text(json.dumps(self.joined))
            fresh.replace(self.kept)
        return as_json({"member": member, "keys": sorted(keys)}, 201)

    def call(self, request: Request, found: re.Match[str]) -> Answer:
        """Answer one look-up, signed."""
        added = [("x-road-request-id", str(uuid.uuid4()))]
        message_id = request.headers.get("x-road-id", "")
        if not message_id:
            message_id = f"{INSTANCE}-{uuid.uuid4()}"
            added.append(("x-road-id", message_id))
        place = "/".join([INSTANCE, CLASS, found["member"], found["subsystem"], found["service"]])
        frame = {
            "X-Road-Client": request.headers.get("x-road-client", ""),
            "X-Road-Service": place,
            "X-Road-Id": message_id,
            "X-Road-Request-Id": added[0][1],
            "X-Road-Request-Hash": signing.request_hash(
                request.method, request.target, request.headers, request.body, added
            ),
        }
        try:
            service, endpoint = self._let_in(request, found)
            answer, behaviour = self._answer(service, endpoint, request)
        except Refused as refused:
            answer, behaviour = _refusal(refused, {}), ""
        answer.headers |= frame
        return self._signed(answer, behaviour)

    def _let_in(self, request: Request, found: re.Match[str]) -> tuple[Service, Endpoint]:
        client = request.headers.get("x-road-client", "")
        if len(request.target) > 2000 or "/." in request.path or "%" in request.path:
            raise Refused("Client.BadRequest", "Dot segments and encoded signs have no place in an address.", 400)
        if request.has_twice:
            raise Refused("Client.BadRequest", "A header came twice.", 400)
        if not CLIENT.fullmatch(client):
            raise Refused("Client.BadRequest", "X-Road-Client names instance/class/member[/subsystem].", 400)
        self._identify(request, client)
        service = registers.service(found["member"], found["subsystem"], found["service"])
        if service is None:
            raise Refused("Server.ServerProxy.UnknownService", "There is no such service. See listMethods.")
        endpoint = next((one for one in service.endpoints if one.path == found["rest"]), None)
        if endpoint is None or request.method != "POST":
            raise Refused("Server.ServerProxy.AccessDenied", "This method and path are not offered. See getOpenAPI.")
        return service, endpoint

    def _identify(self, request: Request, client: str) -> None:
        keys = self.members.get("/".join(client.split("/")[:3]))
        signed = "signature" in request.headers
        if keys is None and (self.strict or signed):
            raise Refused("Client.UnknownMember", "The keys of this member are not known here: POST /members.", 403)
        if keys is None:
            return
        values = {
            "@method": request.method, "@path": request.path, "@query": f"?{request.query}", **request.headers
        }  # fmt: skip
        why = signing.refusal(values, request.body, keys)
        if why:
            raise Refused("Client.SignatureVerification", why, 403)
        key = (client, request.headers["x-road-id"])
        with self.lock:
            if key in self.seen:
                raise Refused("Client.Replay", "This message came before. Send a new one with a new X-Road-Id.", 409)
            self.seen[key] = None
            if len(self.seen) > MOST_REMEMBERED:
                self.seen.pop(next(iter(self.seen)))

    def _answer(self, service: Service, endpoint: Endpoint, request: Request) -> tuple[Answer, str]:
        wanted = request.facts().get(endpoint.key)
        if not isinstance(wanted, str) or not wanted:
            return as_json(
                {"type": "bad_request", "message": f"The body is {{{endpoint.key}: …}}.", "detail": ""}, 400
            ), ""
        one = self.world.people.get(wanted)
        behaviour = one.behaviour if one else ""
        if behaviour == "slow":
            time.sleep(self.slow_seconds)
        if behaviour == "failing":
            raise Refused("Server.ServerProxy.ServiceFailed.InternalError", "The register broke on this person.")
        if behaviour == "error_inside":
            return as_json({"error": {"code": "E500", "message": "Lỗi hệ thống"}}), behaviour
        if behaviour == "another_person":
            wanted = self.world.cast[0].national_id
        found = endpoint.find(self.world, wanted)
        if found is None:
            nothing = {"type": "not_found", "message": f"{service.title}: không có.", "detail": str(uuid.uuid4())}
            return as_json(nothing, 404), behaviour
        return as_json(found), behaviour

    def _signed(self, answer: Answer, behaviour: str) -> Answer:
        answer.headers["Content-Digest"] = signing.digest(answer.body)
        values: dict[str, Any] = {name.lower(): value for name, value in answer.headers.items()}
        values["@status"] = str(answer.status)
        key = Ed25519PrivateKey.generate() if behaviour == "wrong_signature" else self.keyring.signing
        age = 900 if behaviour == "stale" else 0
        answer.headers |= signing.sign(values, signing.ANSWER, key, self.keyring.signing_id, age=age)
        if behaviour == "half_a_body":
            answer.cut = len(answer.body) // 2
        return answer


def _refusal(refused: Refused, headers: dict[str, str]) -> Answer:
    body = {"type": refused.kind, "message": refused.message, "detail": secrets.token_hex(16)}
    sent = {"Content-Type": "application/json", "X-Road-Error": refused.kind, **headers}
    return Answer(refused.status, json.dumps(body).encode(), sent)
