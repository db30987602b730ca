"""Signing a PDF (PAdES baseline B-B, or B-T with a time stamp), by whichever signer the city has set up.

The signer is chosen by `HUONG_SIGNING`: "built-in" (a seal of the home), "remote" (a signing service), "token" (PKCS#11).
Nothing here touches the database, and none of it may run inside a transaction.

Source: ETSI EN 319 142-1 (PAdES), ISO 32000-2 section 12.8, Decree 30/2020 appendix I part III (digital signatures).
"""

import io
from dataclasses import dataclass

from asn1crypto import keys as asn1_keys
from asn1crypto import pem
from django.conf import settings
from django.utils.translation import gettext as _
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from huong.base.errors import HuongError, Unavailable
from huong.procedures.signing import authority
from huong.procedures.signing.certificates import certificate_of

FIELD = "Signature"


@dataclass(frozen=True)
class Hand:
    """Who signs: the agency whose seal it is, and the person named in the signature."""

    agency: str
    agency_name: str
    person: str
    reason: str = ""


def signed(pdf: bytes, hand: Hand) -> bytes:
    """Return a PDF with a signature that covers all of it.

    Raises:
        Unavailable: the signing service, the token or the time-stamp service does not answer; nothing was signed.
    """
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        name=hand.person,
        reason=hand.reason or None,
        location=hand.agency_name,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    out = io.BytesIO()
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        signer = signers.PdfSigner(metadata, signer=_signer(hand), timestamper=_time_stamper())
        signer.sign_pdf(writer, output=out)
    except HuongError:
        raise
    except Exception as error:
        raise Unavailable(
            _("The document could not be signed (%(why)s). Nothing was changed; please try again.")
            % {"why": type(error).__name__},
            code="signing_failed",
        ) from error
    return out.getvalue()


def _signer(hand: Hand) -> Signer:
    kind = settings.HUONG.signing
    if kind == "remote":
        from huong.procedures.signing.remote import RemoteSigner

        return RemoteSigner.set_up()
    if kind == "token":
        from huong.procedures.signing.token import token_signer

        return token_signer()
    return built_in(hand.agency, hand.agency_name)


def built_in(code: str, name: str) -> Signer:
    """Return a signer with the seal of an agency that lies in this home."""
    seal = authority.seal_of(code, name)
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register(certificate_of(seal.issuer))
    _kind, _headers, key = pem.unarmor(seal.key)
    return signers.SimpleSigner(
        signing_cert=certificate_of(seal.certificate),
        signing_key=asn1_keys.PrivateKeyInfo.load(key),
        cert_registry=store,
    )


def _time_stamper() -> TimeStamper | None:
    if not settings.HUONG.signing_tsa_url:
        return None
    from huong.procedures.signing.stamping import HouseTimeStamper

    return HouseTimeStamper(settings.HUONG.signing_tsa_url)
