"""The provider obeys OpenID Connect, seen by a relying party that is not ours (idpyoidc)."""

import httpx
import pytest
from idpyoidc.client.defaults import DEFAULT_OIDC_SERVICES
from idpyoidc.client.rp_handler import RPHandler

KHOI = "046092999001"
BACK = "http://127.0.0.1:1/account/openid/back"


@pytest.fixture
def party(sandbox):
    config = {
        "issuer": sandbox.issuer,
        "client_type": "oidc",
        "client_id": "huong",
        "client_secret": sandbox.client_secret_file.read_text(),
        "redirect_uris": [BACK],
        "response_types_supported": ["code"],
        "token_endpoint_auth_method": "client_secret_basic",
        "add_ons": {
            "pkce": {
                "function": "idpyoidc.client.oauth2.add_on.pkce.add_support",
                "kwargs": {"code_challenge_length": 64, "code_challenge_method": "S256"},
            }
        },
    }
    return RPHandler("http://127.0.0.1:1", client_configs={"sandbox": config}, services=DEFAULT_OIDC_SERVICES)


def test_another_vendors_relying_party_signs_somebody_in(sandbox, party):
    begun = party.begin("sandbox", req_args={"scope": ["openid", "profile", "identity", "represents"]})
    back = httpx.URL(sandbox.consent(begun, KHOI))
    found = party.finalize(sandbox.issuer, dict(back.params))
    assert found["userinfo"]["name"] == "Trần Minh Khôi"
    assert found["userinfo"]["national_id"] == KHOI
    assert found["id_token"]["acr"] == "urn:vneid:level:2"
    assert [one["kind"] for one in found["userinfo"]["represents"]] == ["child"]


def _asked(sandbox, **changed):
    asked = {
        "client_id": "huong", "redirect_uri": BACK, "response_type": "code", "scope": "openid", "state": "s",
        "nonce": "n", "code_challenge": "x" * 43, "code_challenge_method": "S256", **changed,
    }  # fmt: skip
    return httpx.get(f"{sandbox.issuer}/authorize", params=asked)


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "other"},
        {"redirect_uri": "https://evil.example/account/openid/back"},
        {"redirect_uri": "http://127.0.0.1:1/elsewhere"},
        {"redirect_uri": "http://127.0.0.1@evil.example/account/openid/back"},
    ],
)
def test_nobody_is_sent_to_a_place_that_is_not_registered(sandbox, changed):
    answer = _asked(sandbox, **changed)
    assert answer.status_code == 400
    assert "location" not in answer.headers


@pytest.mark.parametrize("changed", [{"code_challenge": ""}, {"code_challenge_method": "plain"}, {"scope": "profile"}])
def test_what_is_not_as_agreed_goes_back_as_an_error(sandbox, changed):
    assert "error=" in _asked(sandbox, **changed).headers["location"]


def test_a_code_works_once_and_only_with_its_verifier(sandbox):
    import base64
    import hashlib

    verifier = "v" * 50
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()

    def exchange(code, used):
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": used}
        return httpx.post(f"{sandbox.issuer}/token", data=form, auth=("huong", sandbox.client_secret_file.read_text()))

    def code():
        url = str(_asked(sandbox, code_challenge=challenge).request.url)
        return httpx.URL(sandbox.consent(url, KHOI)).params["code"]

    first = code()
    assert exchange(first, verifier).status_code == 200
    assert exchange(first, verifier).json() == {"error": "invalid_grant"}
    assert exchange(code(), "w" * 50).json() == {"error": "invalid_grant"}
    form = {"grant_type": "authorization_code", "code": code(), "redirect_uri": BACK, "code_verifier": verifier}
    assert httpx.post(f"{sandbox.issuer}/token", data=form, auth=("huong", "guess")).status_code == 401
