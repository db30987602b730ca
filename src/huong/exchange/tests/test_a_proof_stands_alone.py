"""An exchange is proven from its export and public keys alone; whatever is changed in it shows."""

import copy
import json

import pytest
from django.core.management import call_command

from huong.base.errors import BadInput, NotFound
from huong.exchange import queries, verification
from huong.exchange.tests.conftest import DRAINS
from huong.exchange.tests.test_a_signed_request_is_answered import ROWS

pytestmark = pytest.mark.django_db
SEARCH = f"/r1/{DRAINS}/hydrants/search"


@pytest.fixture
def proof(granted, outside):
    answer = outside.call(SEARCH, method="POST", body=b'{"size": 2}')
    return json.loads(json.dumps(verification.export(answer["X-Road-Id"])))


def test_both_sides_are_proven_from_the_export_and_keys(proof, outside, tmp_path, capsys):
    sets = {name: queries.jwks_of(queries.member(name)) for name in (outside.identifier, DRAINS)}
    lines = verification.verify(proof, trusted=sets)
    assert [outside.identifier in lines[0], DRAINS in lines[1]] == [True, True]
    file = tmp_path / "proof.json"
    file.write_text(json.dumps(proof))
    call_command("exchange", "verify", str(file), as_json=True)
    assert json.loads(capsys.readouterr().out)["accepted"] == 1


@pytest.mark.parametrize(
    "path",
    [
        ("request", "base"),
        ("request", "hash"),
        ("request", "digest"),
        ("request", "head"),
        ("request", "body"),
        ("request", "signature"),
        ("answer", "status"),
        ("answer", "headers", "content-digest"),
        ("answer", "headers", "signature"),
        ("client",),
        ("service",),
        ("message",),
    ],
)
def test_whatever_is_changed_shows(proof, path):
    spoilt = copy.deepcopy(proof)
    inner = spoilt
    for name in path[:-1]:
        inner = inner[name]
    value = inner[path[-1]]
    inner[path[-1]] = value + 1 if isinstance(value, int) else value[:-3] + ("AAA" if value[-3:] != "AAA" else "BBB")
    with pytest.raises(BadInput):
        verification.verify(spoilt)


def test_keys_of_somebody_else_prove_nothing(proof, outside):
    with pytest.raises(BadInput):
        verification.verify(proof, trusted={outside.identifier: proof["keys"][DRAINS], DRAINS: proof["keys"][DRAINS]})


def test_a_refusal_is_no_exchange_of_data_and_an_unknown_id_none_at_all(granted, outside):
    with pytest.raises(NotFound):
        verification.export("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
    answer = outside.call(ROWS, query="fields=street")
    with pytest.raises(BadInput):
        verification.verify(verification.export(answer["X-Road-Id"]))


def test_metaservices_answer_in_the_shape_that_clients_follow(granted, outside, client, offered):
    found = client.get("/listClients?xRoadInstance=VN").json()["member"]
    kinds = {each["id"]["object_type"] for each in found}
    assert kinds == {"MEMBER", "SUBSYSTEM"}
    assert {"xroad_instance", "member_class", "member_code", "subsystem_code"} <= set(found[-1]["id"])
    listed = outside.call(f"/r1/{DRAINS}/listMethods").json()["service"]
    assert listed[0]["service_code"] == "hydrants"
    assert {"method": "GET", "path": "/rows"} in listed[0]["endpoint_list"]
    allowed = outside.call(f"/r1/{DRAINS}/allowedMethods").json()["service"]
    assert [each["service_code"] for each in allowed] == ["hydrants"]
    document = outside.call(f"/r1/{DRAINS}/getOpenAPI", query="serviceCode=hydrants").json()
    assert document["openapi"] == "3.1.0"
    fields = document["components"]["schemas"]["Record"]["properties"]
    assert "state" in fields
    assert "_restricted" not in fields  # no person stands in a row of these
    assert outside.call(f"/r1/{DRAINS}/getOpenAPI").status_code == 400
    assert outside.call(f"/r1/{DRAINS}/listMethods", sign=False).status_code == 401


def test_a_member_s_keys_are_published_with_their_validity(granted, outside, client):
    outside.call(ROWS)
    (key,) = client.get(f"/exchange/keys/{DRAINS}").json()["keys"]
    assert (key["kty"], key["crv"], key["use"]) == ("OKP", "Ed25519", "sig")
    assert key["exp"] > key["nbf"]
