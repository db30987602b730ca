"""The city's own authority for documents, and the seals of its agencies: what a new installation signs with.

Private halves lie in `HUONG_HOME/keys` (0600): `documents-ca.key` with `documents-ca.pem`, and per agency
`documents-seal-<digest>.key` with its certificate. ECDSA P-256, since PDF readers do not know Ed25519 yet.

Source: RFC 5280; ETSI EN 319 412-3 (certificates of legal persons); FIPS 186-5.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import NameOID

from huong.base import clock, home

AUTHORITY, CITY_YEARS, SEAL_YEARS = "documents-ca", 10, 3
EARLY = timedelta(minutes=5)


@dataclass(frozen=True)
class Seal:
    """A key that signs, with its certificate and that of its issuer (PEM)."""

    key: bytes
    certificate: bytes
    issuer: bytes


def seal_of(code: str, name: str) -> Seal:
    """Return the seal of an agency, made on first use, and anew when its certificate ends within a month.

    Args:
        code: the agency's code.
        name: its name as the certificate shows it.
    """
    label = f"documents-seal-{hashlib.sha256(code.encode()).hexdigest()[:16]}"
    issuer_key, issuer = _authority()
    for generation in range(1, 1000):
        found = _pair(f"{label}.{generation}") or _made(f"{label}.{generation}", code, name, issuer_key, issuer)
        certificate = x509.load_pem_x509_certificate(found[1])
        if certificate.not_valid_after_utc > clock.now() + timedelta(days=30):
            return Seal(found[0], found[1], issuer.public_bytes(Encoding.PEM))
    raise RuntimeError(label)


def authority_pem() -> bytes:
    """Return the certificate of the city's authority for documents (PEM), made on first use."""
    return _authority()[1].public_bytes(Encoding.PEM)


def key_named(name: str) -> ec.EllipticCurvePrivateKey:
    """Return a P-256 key of the home, made on first use."""
    file = home.path("keys", f"{name}.key")
    return _loaded(
        file.read_bytes() if file.exists() else home.kept(file, _pem(ec.generate_private_key(ec.SECP256R1())))
    )


def _pair(label: str) -> tuple[bytes, bytes] | None:
    key, certificate = home.path("keys", f"{label}.key"), home.path("keys", f"{label}.pem")
    return (key.read_bytes(), certificate.read_bytes()) if certificate.exists() else None


def _made(
    label: str, code: str, name: str, issuer_key: ec.EllipticCurvePrivateKey, issuer: x509.Certificate
) -> tuple[bytes, bytes]:
    key = key_named(label)
    until = clock.now() + timedelta(days=365 * SEAL_YEARS)
    certificate = (
        _builder(_name(name, code), issuer.subject, key.public_key(), until)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(document=True), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        .sign(issuer_key, hashes.SHA256())
    )
    kept = home.kept(home.path("keys", f"{label}.pem"), certificate.public_bytes(Encoding.PEM))
    return _pem(key), kept


def _authority() -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = key_named(AUTHORITY)
    file = home.path("keys", f"{AUTHORITY}.pem")
    if not file.exists():
        name = _name("Hương Document Authority", "Hương")
        until = clock.now() + timedelta(days=365 * CITY_YEARS)
        certificate = (
            _builder(name, name, key.public_key(), until)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(document=False), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .sign(key, hashes.SHA256())
        )
        home.kept(file, certificate.public_bytes(Encoding.PEM))
    return key, x509.load_pem_x509_certificate(file.read_bytes())


def _builder(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(clock.now() - EARLY)
        .not_valid_after(until)
    )


def _usage(*, document: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=document, content_commitment=document, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=not document, crl_sign=not document, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _name(name: str, organisation: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, name[:64]),
        ]
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _loaded(data: bytes) -> ec.EllipticCurvePrivateKey:
    key = load_pem_private_key(data, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(type(key).__name__)
    return key
