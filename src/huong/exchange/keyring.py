"""Private keys of our own members, and the certificate authority that a new installation begins with.

Private halves lie in `HUONG_HOME/keys` (0600) as `exchange-<key id>.key`; the authority's as `exchange-ca.key`
with its certificate `exchange-ca.pem`. With `HUONG_EXCHANGE_CA` the certificates of a real authority are trusted
instead, and every member's key needs a certificate of it.

Source: RFC 8032 (Ed25519), RFC 8410 (Ed25519 in certificates), RFC 7638 (thumbprints as key ids), RFC 8037.
"""

import base64
import hashlib
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.utils.translation import gettext as _

from huong.base import clock, home
from huong.base.errors import BadInput, Unavailable

CA_YEARS = 10


def key_id_of(public: bytes) -> str:
    """Return the id of a public key (32 bytes): its JWK thumbprint, 43 characters."""
    x = base64.urlsafe_b64encode(public).decode().rstrip("=")
    digest = hashlib.sha256(f'{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}'.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def make_key() -> bytes:
    """Make a key pair; the private half is kept in the home. Returns the public half (32 bytes)."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    home.kept(home.path("keys", f"exchange-{key_id_of(public)}.key"), _pem(private))
    return public


def _pem(private: Ed25519PrivateKey) -> bytes:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@lru_cache(maxsize=256)
def _private(folder: str, name: str) -> Ed25519PrivateKey:
    file = Path(folder) / name
    if not file.exists():
        raise Unavailable(
            _("The private key of this member is not in this home. Restore the keys, or make a new one."),
            code="member_key_missing",
        )
    found = load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(found, Ed25519PrivateKey):
        raise BadInput(_("The file %(name)s is not an Ed25519 key.") % {"name": name})
    return found


def sign(key_id: str, data: bytes) -> bytes:
    """Sign bytes with a key of this home.

    Raises:
        Unavailable: its private half is not here.
    """
    return _private(str(home.home() / "keys"), f"exchange-{key_id}.key").sign(data)


@lru_cache(maxsize=1024)
def _public(public: str) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(base64.b64decode(public))


def is_signed(data: bytes, signature: bytes, public: str) -> bool:
    """Return whether a signature over bytes was made by the owner of a public key (base64)."""
    try:
        _public(public).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def public_of(data: bytes) -> tuple[bytes, str]:
    """Return the public key (32 bytes) in a PEM file, and its certificate if the file is one.

    Raises:
        BadInput: it is neither an Ed25519 public key nor a certificate of one.
    """
    try:
        if b"BEGIN CERTIFICATE" in data:
            certificate = x509.load_pem_x509_certificate(data)
            key, kept = certificate.public_key(), certificate.public_bytes(Encoding.PEM).decode()
        else:
            key, kept = load_pem_public_key(data), ""  # type: ignore[assignment]
    except ValueError:
        key = None  # type: ignore[assignment]
    if not isinstance(key, Ed25519PublicKey):
        raise BadInput(_("This is not an Ed25519 public key or a certificate of one (PEM)."))
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw), kept


def certify(public: bytes, *, member: str, name: str, until: datetime) -> str:
    """Return a certificate (PEM) of the built-in authority for a member's key; empty where a real one is set up."""
    if settings.HUONG.exchange_ca:
        return ""
    authority, issuer = _authority()
    now = clock.now()
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(member, name))
        .issuer_name(issuer.subject)
        .public_key(Ed25519PublicKey.from_public_bytes(public))
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    )
    return builder.sign(authority, None).public_bytes(Encoding.PEM).decode()


def _name(member: str, name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, member[:64]),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, name[:64]),
        ]
    )


def _authority() -> tuple[Ed25519PrivateKey, x509.Certificate]:
    file, private = home.path("keys", "exchange-ca.pem"), home.path("keys", "exchange-ca.key")
    if not file.exists():
        home.kept(private, _pem(Ed25519PrivateKey.generate()))
    key = load_pem_private_key(private.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise BadInput(_("The file %(name)s is not an Ed25519 key.") % {"name": "exchange-ca.key"})
    if not file.exists():
        home.kept(file, _certificate_of_authority(key).public_bytes(Encoding.PEM))
    return key, x509.load_pem_x509_certificate(file.read_bytes())


def _certificate_of_authority(key: Ed25519PrivateKey) -> x509.Certificate:
    now = clock.now()
    subject = _name("Huong CA", "Huong")
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=365 * CA_YEARS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, None)
    )


def authority_pem() -> str:
    """Return the certificate of the built-in authority, made on first use."""
    return _authority()[1].public_bytes(Encoding.PEM).decode()


def require_certified(certificate: str, *, member: str) -> datetime | None:
    """Refuse a certificate that no trusted authority gave to this member.

    Returns:
        The certificate's last instant; None where there is no certificate and none is needed.

    Raises:
        BadInput: another authority, another member, or none although a real authority is set up.
    """
    if not certificate:
        if settings.HUONG.exchange_ca:
            raise BadInput(_("This installation trusts an authority: a key comes with a certificate of it."))
        return None
    found = x509.load_pem_x509_certificate(certificate.encode())
    if not any(_issued(found, authority) for authority in _trusted()):
        raise BadInput(_("No authority trusted here gave this certificate."))
    named = [str(each.value) for each in found.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    if member[:64] not in named:
        raise BadInput(_("This certificate was given to %(name)s.") % {"name": ", ".join(named)})
    return found.not_valid_after_utc


def _trusted() -> list[x509.Certificate]:
    file = settings.HUONG.exchange_ca
    return x509.load_pem_x509_certificates(Path(file).read_bytes()) if file else [_authority()[1]]


def _issued(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def fingerprint_of(certificate: str) -> str:
    """Return the SHA-256 of a certificate (PEM) as 64 hex digits."""
    der = x509.load_pem_x509_certificate(certificate.encode()).public_bytes(Encoding.DER)
    return hashlib.sha256(der).hexdigest()
