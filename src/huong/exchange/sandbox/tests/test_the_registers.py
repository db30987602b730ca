"""The registers speak X-Road REST, sign what they answer, and misbehave on purpose."""

import base64
import hashlib
import socket
import time

import httpx
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc.jwk import OKPKey

from huong.base.testing.sandbox import started
from huong.exchange.sandbox import signing

PERSONS = "G01/population/persons/find"
KHOI, HA, HAN = "046092999001", "046195999002", "046323999003"


def public_key(sandbox):
    return OKPKey.import_key(httpx.get(f"{sandbox.base}/keys").json()["keys"][0]).raw_value


def base_of(answer):
    params = answer.headers["signature-input"].removeprefix("sig1=")
    names = [part.strip('"') for part in params[1 : params.index(")")].split()]
    values = {"@status": str(answer.status_code), **{name.lower(): value for name, value in answer.headers.items()}}
    lines = [f'"{name}": {values[name]}' for name in names]
    return names, "\n".join([*lines, f'"@signature-params": {params}']).encode()


def holds(answer, key):
    names, base = base_of(answer)
    assert {"@status", "content-digest", "x-road-request-hash", "x-road-id"} <= set(names)
    key.verify(base64.b64decode(answer.headers["signature"].removeprefix("sig1=:").rstrip(":")), base)


def test_a_person_is_found_and_the_answer_is_signed(sandbox):
    answer = sandbox.ask(PERSONS, {"national_id": KHOI}, X_Road_Id="a-1")
    assert answer.json()["name"] == "Trần Minh Khôi"
    assert answer.json()["residence"]["unit_code"] == "19815"
    assert answer.headers["x-road-id"] == "a-1"
    assert answer.headers["x-road-service"] == "VN/GOV/G01/population/persons"
    assert answer.headers["content-digest"] == signing.digest(answer.content)
    holds(answer, public_key(sandbox))


def test_registers_agree_about_a_family(sandbox):
    assert (
        sandbox.ask("G15/civil-status/records/marriages/find", {"national_id": HA}).json()["marriage"]["spouse_id"]
        == KHOI
    )
    assert [
        c["national_id"]
        for c in sandbox.ask("G15/civil-status/records/children/find", {"national_id": KHOI}).json()["children"]
    ] == [HAN]
    household = sandbox.ask("G01/household/households/find", {"national_id": HAN}).json()
    assert (household["head_id"], len(household["members"])) == (KHOI, 3)
    assert (
        sandbox.ask("G15/civil-status/records/marriages/find", {"national_id": "046098999004"}).json()["marital_status"]
        == "single"
    )


def test_firms_land_and_insurance_are_found(sandbox):
    firms = sandbox.ask("G12/business/enterprises/by-person/find", {"national_id": "046180999006"}).json()[
        "enterprises"
    ]
    assert "3390000015" in [firm["tax_code"] for firm in firms]
    assert sandbox.ask("G12/business/enterprises/find", {"tax_code": "3390000015"}).json()["status"] == "active"
    parcel = sandbox.ask("G10/land/parcels/by-person/find", {"national_id": HA}).json()["parcels"][0]
    assert sandbox.ask("G10/land/parcels/find", {"certificate": parcel["certificate"]}).json() == parcel
    assert (
        sandbox.ask("G24/social-insurance/insurance/find", {"national_id": KHOI})
        .json()["insurance_number"]
        .startswith("4699")
    )


def test_metaservices_answer_in_the_shape_that_clients_know(sandbox):
    members = httpx.get(f"{sandbox.base}/listClients").json()["member"]
    assert {"object_type": "SUBSYSTEM", "xroad_instance": "VN", "member_class": "GOV", "member_code": "G15",
            "subsystem_code": "civil-status"} in [member["id"] for member in members]  # fmt: skip
    methods = httpx.get(f"{sandbox.base}/r1/VN/GOV/G01/population/listMethods").json()["service"]
    assert methods[0]["service_code"] == "persons"
    assert methods[0]["endpoint_list"] == [{"method": "POST", "path": "/find"}]
    described = httpx.get(f"{sandbox.base}/r1/VN/GOV/G01/population/getOpenAPI?serviceCode=persons").json()
    assert described["openapi"].startswith("3.1")
    assert "/find" in described["paths"]


@pytest.mark.parametrize(
    ("place", "client", "kind"),
    [
        ("G01/population/nothing/find", "VN/GOV/H57", "Server.ServerProxy.UnknownService"),
        (PERSONS, "H57", "Client.BadRequest"),
        (PERSONS, "VN/GOV/H 57", "Client.BadRequest"),
        ("G01/population/persons/%66ind", "VN/GOV/H57", "Client.BadRequest"),
        ("G01/population/persons/other", "VN/GOV/H57", "Server.ServerProxy.AccessDenied"),
    ],
)
def test_a_refusal_has_the_error_body_of_the_protocol(sandbox, place, client, kind):
    answer = sandbox.ask(place, {"national_id": KHOI}, X_Road_Client=client)
    assert answer.headers["x-road-error"] == answer.json()["type"] == kind
    assert set(answer.json()) == {"type", "message", "detail"}


def test_somebody_unknown_is_not_found(sandbox):
    answer = sandbox.ask(PERSONS, {"national_id": "046085999999"})
    assert (answer.status_code, answer.json()["type"]) == (404, "not_found")
    assert "x-road-error" not in answer.headers


def test_the_slow_person_takes_their_time(sandbox):
    begun = time.monotonic()
    assert sandbox.ask(PERSONS, {"national_id": "046085999901"}).status_code == 200
    assert time.monotonic() - begun >= 2


def test_the_failing_person_breaks_the_register(sandbox):
    answer = sandbox.ask(PERSONS, {"national_id": "046185999902"})
    assert (answer.status_code, answer.headers["x-road-error"][:27]) == (500, "Server.ServerProxy.ServiceF")


def test_each_misbehaviour_is_what_it_says(sandbox):
    key = public_key(sandbox)
    with pytest.raises(InvalidSignature):
        holds(sandbox.ask(PERSONS, {"national_id": "046085999903"}), key)
    stale = sandbox.ask(PERSONS, {"national_id": "046085999904"})
    holds(stale, key)
    assert int(stale.headers["signature-input"].split("created=")[1].split(";")[0]) < time.time() - 600
    assert sandbox.ask(PERSONS, {"national_id": "046085999905"}).json()["national_id"] == KHOI
    inside = sandbox.ask(PERSONS, {"national_id": "046085999906"})
    assert (inside.status_code, inside.json()["error"]["code"]) == (200, "E500")
    with pytest.raises(httpx.RemoteProtocolError):
        sandbox.ask(PERSONS, {"national_id": "046085999907"})


def signed(
    sandbox, key, message_id, body=b'{"national_id": "046092999001"}', *, client="VN/GOV/T01", age=0, change=b""
):
    values = {
        "@method": "POST", "@path": f"/r1/VN/GOV/{PERSONS}", "@query": "?", "x-road-client": client,
        "x-road-id": message_id, "content-digest": signing.digest(body),
    }  # fmt: skip
    made = signing.sign(values, signing.QUESTION, key, "k1", age=age)
    headers = {name: value for name, value in values.items() if not name.startswith("@")} | made
    return httpx.post(f"{sandbox.base}{values['@path']}", content=body + change, headers=headers)


def test_a_member_with_known_keys_must_sign_and_nobody_else_can_speak_for_it(sandbox):
    key = Ed25519PrivateKey.generate()
    jwk = {**OKPKey.import_key(key.public_key()).as_dict(private=False), "kid": "k1"}
    assert signed(sandbox, key, "s-0").json()["type"] == "Client.UnknownMember"
    assert httpx.post(f"{sandbox.base}/members", json={"member": "VN/GOV/T01", "keys": [jwk]}).status_code == 201
    assert signed(sandbox, key, "s-1").status_code == 200
    assert signed(sandbox, key, "s-1").json()["type"] == "Client.Replay"
    assert signed(sandbox, Ed25519PrivateKey.generate(), "s-2").json()["type"] == "Client.SignatureVerification"
    assert signed(sandbox, key, "s-3", age=300).status_code == 403
    assert signed(sandbox, key, "s-4", change=b" ").status_code == 403
    assert sandbox.ask(PERSONS, {"national_id": KHOI}, X_Road_Client="VN/GOV/T01/desk").status_code == 403


def test_a_sandbox_that_starts_again_knows_its_members(tmp_path):
    key = Ed25519PrivateKey.generate()
    jwk = {**OKPKey.import_key(key.public_key()).as_dict(private=False), "kid": "k1"}
    first = started(tmp_path)
    try:
        httpx.post(f"{first.base}/members", json={"member": "VN/GOV/T01", "keys": [jwk]})
    finally:
        first.stop()
    again = started(tmp_path)
    try:
        assert signed(again, key, "r-1").status_code == 200
        assert signed(again, Ed25519PrivateKey.generate(), "r-2").json()["type"] == "Client.SignatureVerification"
    finally:
        again.stop()


def test_the_request_hash_can_be_computed_again(sandbox):
    body = b'{"national_id": "046092999001"}'
    answer = httpx.post(
        f"{sandbox.base}/r1/VN/GOV/{PERSONS}",
        content=body,
        headers={"X-Road-Client": "VN/GOV/H57", "X-Road-Id": "h-1", "Accept": "application/json"},
    )
    head = "".join(
        f"{line}\r\n"
        for line in [
            "POST", f"/r1/VN/GOV/{PERSONS}", "accept:application/json", "x-road-client:VN/GOV/H57", "x-road-id:h-1",
            f"x-road-request-id:{answer.headers['x-road-request-id']}",
        ]
    )  # fmt: skip
    double = hashlib.sha512(hashlib.sha512(head.encode()).digest() + hashlib.sha512(body).digest()).digest()
    assert answer.headers["x-road-request-hash"] == base64.b64encode(double).decode()


def raw(sandbox, head, body=b""):
    host, port = sandbox.base.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as wire:
        wire.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)
        return wire.recv(65536).decode()


def test_a_header_that_comes_twice_is_refused(sandbox):
    head = f"POST /r1/VN/GOV/{PERSONS} HTTP/1.1\nHost: x\nX-Road-Client: VN/GOV/H57\nX-Road-Client: VN/GOV/H58\nContent-Length: 0"
    assert raw(sandbox, head).startswith("HTTP/1.1 400")


@pytest.mark.parametrize("length", ["-1", "x", "99999999999", "1e3"])
def test_a_wrong_length_hangs_nothing(sandbox, length):
    assert raw(sandbox, f"POST /portal/x HTTP/1.1\nHost: x\nContent-Length: {length}").startswith("HTTP/1.1 413")


def test_dot_segments_and_encoded_slashes_are_refused(sandbox):
    for path in (f"/r1/VN/GOV/G01/population/../{PERSONS}", "/r1/VN/GOV/G01/population/persons%2Ffind"):
        head = f"POST {path} HTTP/1.1\nHost: x\nX-Road-Client: VN/GOV/H57\nContent-Length: 0"
        assert "Client.BadRequest" in raw(sandbox, head)
