"""Keys and certificates: the built-in authority for the start, a real one by configuration."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from huong.base import clock
from huong.base.errors import BadInput, Conflict, Forbidden
from huong.exchange import keyring, queries
from huong.exchange.actions import members as verbs
from huong.exchange.tests.conftest import DRAINS, WARD

pytestmark = pytest.mark.django_db


def pem():
    return Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def certificate_for(member):
    public = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    return keyring.certify(public, member=member, name="Sở", until=clock.now() + timedelta(days=30)).encode()


def test_a_new_member_of_ours_gets_a_key_with_a_certificate(members):
    key = verbs.signing_key(queries.member(DRAINS))
    assert "BEGIN CERTIFICATE" in key.certificate
    assert keyring.require_certified(key.certificate, member=DRAINS) is not None


def test_a_certificate_of_another_member_is_not_taken(members):
    with pytest.raises(BadInput):
        verbs.add_key(queries.member(WARD), certificate_for(DRAINS), by=None)


def test_a_certificate_ends_the_key_with_itself(members):
    key = verbs.add_key(queries.member(WARD), certificate_for(WARD), by=None)
    assert key.valid_to <= clock.now() + timedelta(days=31)
    with pytest.raises(Conflict):
        verbs.add_key(queries.member(WARD), key.certificate.encode(), by=None)


def test_with_a_real_authority_only_its_certificates_count(members, settings, tmp_path):
    ours = certificate_for(WARD)
    real = tmp_path / "authority.pem"
    real.write_text(keyring.authority_pem())
    other = tmp_path / "other"
    other.mkdir()
    settings.HUONG = settings.HUONG.model_copy(update={"exchange_ca": str(real)})
    with pytest.raises(BadInput):
        verbs.add_key(queries.member(WARD), pem(), by=None)  # a bare key no longer does
    assert verbs.add_key(queries.member(WARD), ours, by=None).certificate
    assert keyring.certify(b"0" * 32, member=WARD, name="x", until=clock.now()) == ""


def test_a_stranger_s_certificate_and_what_is_none_are_refused(members, settings, tmp_path):
    home = settings.HOME
    settings.HOME = tmp_path / "elsewhere"
    (settings.HOME / "keys").mkdir(parents=True)
    foreign = certificate_for(WARD)
    settings.HOME = home
    for spoilt in (foreign, b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", b"x"):
        with pytest.raises(BadInput):
            verbs.add_key(queries.member(WARD), spoilt, by=None)


def test_only_who_manages_the_exchange_lets_members_join(members, officer, data_officer):
    with pytest.raises(Forbidden):
        verbs.add("VN/COM/1/x", name="X", by=officer)
    with pytest.raises(BadInput):
        verbs.add("VN/COM/1 2/x", name="X", by=data_officer)
    member = verbs.add("VN/COM/1/x", name="X", by=data_officer)
    verbs.leave(member, by=data_officer)
    with pytest.raises(Conflict):
        verbs.add("VN/COM/1/x", name="X", by=data_officer)
