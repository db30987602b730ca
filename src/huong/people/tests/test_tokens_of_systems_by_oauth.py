"""A system changes its number and secret for a short-lived token with some of its powers (RFC 6749 section 4.4)."""

import base64
from datetime import timedelta

import pytest
from django.test import Client, RequestFactory

from huong.base import clock
from huong.base.testing.cast import NOON
from huong.journal.models import Entry
from huong.people import access
from huong.people.actions import access_tokens, tokens
from huong.people.auth import Door
from huong.people.models import AccessToken

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]
URL = "/account/oauth/token"


@pytest.fixture
def scada(drains, admin):
    return tokens.issue("SCADA", agency=drains, powers=["store.read", "intake.load"], by=admin)


def asked(scada, *, by="basic", **form):
    token, secret = scada
    client = Client(enforce_csrf_checks=True)
    facts = {"grant_type": "client_credentials", **form}
    if by == "basic":
        pair = base64.b64encode(f"{token.id}:{secret}".encode()).decode()
        return client.post(URL, facts, HTTP_AUTHORIZATION=f"Basic {pair}")
    return client.post(URL, {**facts, "client_id": token.id, "client_secret": secret})


def api(value, path="/api/v1/datasets"):
    return Client().get(path, HTTP_AUTHORIZATION=f"Bearer {value}")


@pytest.mark.parametrize("by", ["basic", "form"])
def test_a_system_gets_a_token_that_opens_the_api_for_a_quarter_of_an_hour(scada, by):
    answer = asked(scada, by=by)
    told = answer.json()
    assert (answer.status_code, told["token_type"], told["expires_in"]) == (200, "Bearer", 900)
    assert told["scope"] == "intake.load store.read"
    assert "no-store" in answer["Cache-Control"]
    assert api(told["access_token"]).status_code == 200
    with clock.freeze(NOON + timedelta(minutes=15, seconds=1)):
        assert api(told["access_token"]).status_code == 401


def test_scopes_are_powers_and_narrow_them(scada, drains):
    value = asked(scada, scope="store.read").json()["access_token"]
    request = RequestFactory().get("/", HTTP_AUTHORIZATION=f"Bearer {value}")
    system = Door()(request)
    assert access.has_power(system, "store.read", drains)
    assert not access.has_power(system, "intake.load", drains)
    refused = asked(scada, scope="store.read people.manage")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")


def test_a_revoked_client_and_all_its_tokens_stop_at_once(scada, admin):
    value = asked(scada).json()["access_token"]
    tokens.revoke(scada[0], by=admin)
    assert api(value).status_code == 401
    refused = asked(scada)
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    assert refused["WWW-Authenticate"].startswith("Basic")


def test_a_token_does_not_outlive_its_client(drains, admin):
    scada = tokens.issue("SCADA", agency=drains, powers=["store.read"], days=1, by=admin)
    with clock.freeze(NOON + timedelta(hours=23, minutes=50)):
        assert asked(scada).json()["expires_in"] == 600


@pytest.mark.parametrize(
    ("form", "error"),
    [({"grant_type": "password"}, "unsupported_grant_type"), ({"grant_type": ""}, "unsupported_grant_type")],
)
def test_other_grants_are_not_offered(scada, form, error):
    assert asked(scada, **form).json()["error"] == error


@pytest.mark.parametrize("pair", ["1:wrong", "999999:x", "x:y", "", ":", "é:é", "99999999999999999999999:x"])
def test_a_wrong_client_learns_nothing(scada, pair):
    sent = base64.b64encode(pair.encode()).decode()
    answer = Client().post(URL, {"grant_type": "client_credentials"}, HTTP_AUTHORIZATION=f"Basic {sent}")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_the_secret_in_the_address_is_not_read(scada):
    token, secret = scada
    address = f"{URL}?client_id={token.id}&client_secret={secret}&grant_type=client_credentials"
    assert Client().post(address).status_code == 400
    assert Client().get(address).status_code == 405


def test_trying_secrets_by_the_dozen_ends_with_a_wait(scada):
    for _try in range(access_tokens.PER_ADDRESS):
        asked((scada[0], "guess"))
    answer = asked(scada)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0


def test_neither_secret_nor_token_is_kept_in_clear(scada):
    value = asked(scada).json()["access_token"]
    kept = str(AccessToken.objects.values_list()) + str(list(Entry.objects.values_list("data", "subject")))
    assert value not in kept
    assert scada[1] not in kept


def test_clients_find_the_endpoint_by_its_description(db):
    told = Client().get("/.well-known/oauth-authorization-server").json()
    assert told["token_endpoint"].endswith(URL)
    assert told["grant_types_supported"] == ["client_credentials"]
