"""Our signatures hold for another vendor's library, and the vectors of RFC 9421 appendix B hold for us."""

import base64
import uuid

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from http_message_signatures import HTTPMessageVerifier, HTTPSignatureKeyResolver, InvalidSignature, algorithms
from hypothesis import given
from hypothesis import strategies as st

from huong.base import clock
from huong.exchange import keyring, queries, signing
from huong.exchange.actions import members as verbs
from huong.exchange.rules import heads, signatures
from huong.exchange.tests.conftest import DRAINS, WARD
from huong.exchange.tests.test_a_signed_request_is_answered import ROWS

VECTOR_KEY = b"""-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF
-----END PRIVATE KEY-----
"""
PARAMS = '("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"'
REQUEST = {
    "date": "Tue, 20 Apr 2021 02:07:55 GMT",
    "@method": "POST",
    "@path": "/foo",
    "@authority": "example.com",
    "content-type": "application/json",
    "content-length": "18",
}
SIGNATURE = "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="


def test_vector_b_2_6_is_made_and_believed():
    private = load_pem_private_key(VECTOR_KEY, password=None)
    params = signatures.parsed(f"sig-b26={PARAMS}")
    base = signatures.base_of(params.components, REQUEST, params.text)
    assert base64.b64encode(private.sign(base)).decode() == SIGNATURE
    signature = signatures.signature_of(f"sig-b26=:{SIGNATURE}:", "sig-b26")
    public = base64.b64encode(private.public_key().public_bytes_raw()).decode()
    assert keyring.is_signed(base, signature, public)
    assert not keyring.is_signed(base.replace(b"/foo", b"/bar"), signature, public)


class Published(HTTPSignatureKeyResolver):
    """Finds keys in a published key set."""

    def __init__(self, jwks):
        self.keys = {key["kid"]: base64.urlsafe_b64decode(key["x"] + "=") for key in jwks["keys"]}

    def resolve_public_key(self, key_id):
        return Ed25519PublicKey.from_public_bytes(self.keys[key_id])


class Sent:
    """A message as that library takes it."""

    def __init__(self, headers, *, method="", url="", status=0):
        self.headers, self.method, self.url = headers, method, url
        if status:
            self.status_code = status


def verified(sent, jwks):
    verifier = HTTPMessageVerifier(signature_algorithm=algorithms.ED25519, key_resolver=Published(jwks))
    return verifier.verify(sent)


@pytest.mark.django_db
def test_our_requests_hold_for_another_vendors_library(members):
    member = queries.member(WARD)
    body = b'{"a": 1}'
    headers = {
        "content-digest": heads.content_digest(body),
        "x-road-client": WARD,
        "x-road-id": str(uuid.uuid4()),
        "x-road-issue": "flood.relief",
    }
    with clock.freeze(now()):
        message = signing.request("POST", ROWS, "size=3", headers, body)
        headers |= signing.signed(message, verbs.signing_key(member).key_id)
    url = f"https://peer.example{ROWS}?size=3"
    jwks = queries.jwks_of(member)
    (result,) = verified(Sent(dict(headers), method="POST", url=url), jwks)
    assert '"x-road-client"' in result.covered_components
    with pytest.raises(InvalidSignature):
        verified(Sent(headers | {"x-road-client": DRAINS}, method="POST", url=url), jwks)


@pytest.mark.today
@pytest.mark.django_db
def test_our_answers_hold_for_another_vendors_library(granted, outside):
    with clock.freeze(now()):
        answer = outside.call(ROWS)
    jwks = queries.jwks_of(queries.member(DRAINS))
    headers = {name.lower(): value for name, value in answer.headers.items()}
    (result,) = verified(Sent(headers, status=200, url=f"https://peer.example{ROWS}"), jwks)
    assert '"x-road-request-hash"' in result.covered_components
    with pytest.raises(InvalidSignature):
        verified(Sent(headers | {"x-road-id": str(uuid.uuid4())}, status=200), jwks)


def now():
    from datetime import UTC, datetime

    return datetime.now(UTC)


@given(st.text(max_size=60))
def test_no_text_breaks_the_parser(text):
    found = signatures.parsed(text)
    assert found is None or found.text in text


@given(
    st.lists(st.sampled_from(["@method", "@path", "x-road-id", "content-digest"]), unique=True), st.integers(0, 10**12)
)
def test_what_is_made_is_read_again(components, created):
    text = signatures.params_text(components, created=created, expires=created + 60, nonce="n", key_id="k")
    found = signatures.parsed(f"sig1={text}")
    assert found is not None
    assert (found.components, found.number("created"), found.text) == (tuple(components), created, text)
