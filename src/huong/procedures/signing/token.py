"""Signing by a PKCS#11 token: a smart card of the government's authority, or a hardware security module.

Source: PKCS#11 v3.0; Decree 68/2024 (certificates of the Government Cipher Committee's authority).
"""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from pyhanko.sign.signers.pdf_cms import Signer

from huong.base.errors import Unavailable


def token_signer() -> Signer:
    """Return a signer with the certificate of the token that the operator named.

    Raises:
        Unavailable: the library for tokens is not installed, or the token does not open.
    """
    try:
        from pyhanko.sign.pkcs11 import PKCS11Signer
    except ImportError as error:
        raise Unavailable(_("Signing with a token needs the extra “token” of this program.")) from error
    config = settings.HUONG
    found: Signer = PKCS11Signer(
        _session(config.signing_module, config.signing_token_label, config.signing_pin),
        cert_label=config.signing_credential,
        use_raw_mechanism=True,  # many tokens know no mechanism that hashes as well
    )
    return found


@lru_cache(maxsize=1)
def _session(module: str, label: str, pin: str) -> Any:
    from pyhanko.config.pkcs11 import TokenCriteria
    from pyhanko.sign.pkcs11 import open_pkcs11_session

    try:
        return open_pkcs11_session(module, token_criteria=TokenCriteria(label), user_pin=pin)
    except Exception as error:
        raise Unavailable(
            _("The signing token does not open (%(why)s). Is it plugged in?") % {"why": type(error).__name__},
            code="signing_failed",
        ) from error
