"""Signing by a remote signing service: only the digest leaves the house, the key stays there.

Source: Cloud Signature Consortium API v2.0, sections 11.5 (credentials/info), 11.6 (credentials/authorize) and 11.10
(signatures/signHash); Decree 23/2025 on electronic signatures.
"""

import base64
import hashlib
from typing import Any, Self

import orjson
from asn1crypto.algos import SignedDigestAlgorithm
from django.conf import settings
from django.utils.translation import gettext as _
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

from huong.base import net
from huong.base.errors import HuongError, Unavailable
from huong.procedures.signing.certificates import certificate_of

OK = 200
ROOM = 512  # bytes kept for a signature before its size is known
ECDSA_SHA256, RSA_SHA256 = "1.2.840.10045.4.3.2", "1.2.840.113549.1.1.11"
SHA256 = "2.16.840.1.101.3.4.2.1"


class RemoteSigner(Signer):
    """Lets a service sign digests with one of its credentials."""

    def __init__(self, info: dict[str, Any]) -> None:
        chain = [certificate_of(base64.b64decode(each)) for each in info["cert"]["certificates"]]
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple(chain[1:])
        is_elliptic = chain[0].public_key.algorithm == "ec"
        self.algorithm = ECDSA_SHA256 if is_elliptic else RSA_SHA256
        mechanism = SignedDigestAlgorithm({"algorithm": "sha256_ecdsa" if is_elliptic else "sha256_rsa"})
        super().__init__(signing_cert=chain[0], cert_registry=store, signature_mechanism=mechanism)

    @classmethod
    def set_up(cls) -> Self:
        """Return a signer with the credential that the operator named (`HUONG_SIGNING_CREDENTIAL`).

        Raises:
            Unavailable: the service does not answer, or not as agreed.
        """
        try:
            return cls(_asked("credentials/info", {"credentialID": _credential(), "certificates": "chain"}))
        except (KeyError, IndexError, ValueError, TypeError) as error:
            raise _strange() from error

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:  # noqa: FBT001, FBT002
        """Return the service's signature over bytes; only their digest is sent."""
        if dry_run:
            return bytes(ROOM)
        digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
        leave = _asked("credentials/authorize", {"credentialID": _credential(), "numSignatures": 1, "hashes": [digest]})
        answer = _asked(
            "signatures/signHash",
            {
                "credentialID": _credential(),
                "SAD": leave.get("SAD", ""),
                "hashes": [digest],
                "hashAlgorithmOID": SHA256,
                "signAlgo": self.algorithm,
            },
        )
        try:
            return base64.b64decode(answer["signatures"][0], validate=True)
        except (KeyError, IndexError, ValueError, TypeError) as error:
            raise _strange() from error


def _credential() -> str:
    return str(settings.HUONG.signing_credential)


def _strange() -> HuongError:
    return Unavailable(_("The signing service answered with something that is no signature."), code="signing_failed")


def _asked(what: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = net.post(
        f"{settings.HUONG.signing_url.rstrip('/')}/{what}",
        content=orjson.dumps(body),
        headers={"Content-Type": "application/json", "Authorization": f"Bearer {settings.HUONG.signing_token}"},
    )
    if answer.status_code != OK:
        raise Unavailable(
            _("The signing service refused (%(status)s). Nothing was signed.") % {"status": answer.status_code},
            code="signing_failed",
        )
    try:
        found: dict[str, Any] = orjson.loads(answer.content)
    except ValueError as error:
        raise _strange() from error
    return found
