"""Certificates as the signing library reads them."""

from asn1crypto import pem, x509


def certificate_of(data: bytes) -> x509.Certificate:
    """Return a certificate from PEM or DER."""
    if pem.detect(data):
        _kind, _headers, data = pem.unarmor(data)
    return x509.Certificate.load(data)
