"""A provider that misbehaves: forged, stale, misdirected and two-faced answers are refused, each with its reason."""

import base64
import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from huong.journal.models import Entry
from huong.people.models import User

pytestmark = pytest.mark.django_db


class Provider:
    """Answers whatever the test says."""

    def __init__(self):
        self.key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256", "kid": "k1"})
        self.signer, self.header = self.key, {"alg": "RS256", "kid": "k1"}
        self.claims, self.told, self.document = {}, {}, {}
        provider = self

        class Door(BaseHTTPRequestHandler):
            def _answer(self):
                body = json.dumps(provider.answer(self.path)).encode()
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = _answer  # noqa: N815

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.issuer = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, path):
        if path == "/.well-known/openid-configuration":
            ends = {f"{name}_endpoint": f"{self.issuer}/{name}" for name in ("authorization", "token", "userinfo")}
            return {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/jwks", **ends, **self.document}
        if path == "/jwks":
            return {"keys": [self.key.as_dict(private=False)]}
        if path == "/token":
            return {"access_token": "a", "token_type": "Bearer", "id_token": self.id_token()}
        return {"sub": "s1", "name": "Lê Văn Thử", "national_id": "046090998001", **self.told}

    def id_token(self):
        now = int(time.time())
        claims = {
            "iss": self.issuer, "sub": "s1", "aud": "huong", "iat": now, "exp": now + 300, "nonce": self.nonce,
            "acr": "urn:vneid:level:2", **self.claims,
        }  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.header["alg"] == "none":
            parts = (json.dumps(part).encode() for part in (self.header, claims))
            return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."
        return jwt.encode(self.header, claims, self.signer)


@pytest.fixture
def provider(trusting):
    made = Provider()
    trusting(made.issuer, "secret")
    yield made
    made.server.shutdown()
    made.server.server_close()


def answered(browser, provider):
    asked = parse_qs(urlsplit(browser.get("/account/openid")["Location"]).query)
    provider.nonce = asked["nonce"][0]
    return browser.get("/account/openid/back", {"code": "c", "state": asked["state"][0]})


def test_a_good_answer_signs_in(browser, provider):
    half = base64.urlsafe_b64encode(hashlib.sha256(b"a").digest()[:16]).rstrip(b"=").decode()
    provider.claims = {"at_hash": half, "aud": ["huong", "other"], "azp": "huong"}
    assert answered(browser, provider).status_code == 302
    assert User.objects.get().full_name == "Lê Văn Thử"


NOW = int(time.time())


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"iss": "https://evil.example"}, "openid_another_issuer"),
        ({"iss": None}, "openid_another_issuer"),
        ({"aud": "another-client"}, "openid_another_audience"),
        ({"aud": ["huong", "other"]}, "openid_another_audience"),
        ({"nonce": "of-another-sign-in"}, "openid_replayed"),
        ({"nonce": None}, "openid_replayed"),
        ({"exp": NOW - 3600}, "openid_too_old"),
        ({"iat": NOW - 3600}, "openid_too_old"),
        ({"iat": NOW + 3600}, "openid_too_early"),
        ({"exp": None}, "openid_untimed"),
        ({"at_hash": "x" * 22}, "openid_another_token"),
        ({"sub": ""}, "openid_no_subject"),
    ],
)
def test_a_token_made_for_something_else_is_refused(browser, provider, claims, code):
    provider.claims = claims
    refused(answered(browser, provider), code)


def refused(answer, code):
    assert (answer.status_code, answer.context["error"].code) == (403, code)
    assert not User.objects.exists()
    assert Entry.objects.get(name="people.openid_refused").data["reason"] == code


def test_a_token_without_a_signature_is_refused(browser, provider):
    provider.header = {"alg": "none"}
    refused(answered(browser, provider), "openid_bad_signature")


def test_a_token_signed_by_another_key_is_refused(browser, provider):
    provider.signer = RSAKey.generate_key(2048, {"kid": "k1"})
    refused(answered(browser, provider), "openid_bad_signature")


def test_the_public_key_is_no_secret_to_sign_with(browser, provider):
    pem = provider.key.as_pem(private=False)
    provider.signer, provider.header = OctKey.import_key(base64.b64encode(pem).decode()), {"alg": "HS256", "kid": "k1"}
    refused(answered(browser, provider), "openid_bad_signature")


def test_userinfo_about_another_person_is_refused(browser, provider):
    provider.told = {"sub": "s2", "national_id": "046090998002"}
    refused(answered(browser, provider), "openid_another_person")


def test_a_subject_that_is_suddenly_another_person_is_refused(browser, provider):
    assert answered(browser, provider).status_code == 302
    browser.logout()
    provider.told = {"national_id": "046090998002", "name": "Người Khác"}
    answer = answered(browser, provider)
    assert (answer.status_code, answer.context["error"].code) == (403, "openid_another_person")


def test_a_provider_that_names_nobody_signs_nobody_in(browser, provider):
    provider.told = {"national_id": "", "name": ""}
    refused(answered(browser, provider), "openid_no_person")


@pytest.mark.parametrize(
    "document", [{"issuer": "https://other.example"}, {"token_endpoint": "http://example.org/token"}]
)
def test_a_provider_that_describes_itself_wrongly_is_not_used(browser, provider, document):
    provider.document = document
    assert browser.get("/account/openid").status_code == 503
