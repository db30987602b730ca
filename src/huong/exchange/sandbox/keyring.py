"""The sandbox's own keys, made on its first start in its own folder, readable by its owner only."""

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc.jwk import OKPKey, RSAKey


def _kept(file: Path, text: str) -> str:
    """Return the text of a key file, written now if it is the first time."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text()
    with os.fdopen(descriptor, "w") as out:
        out.write(text)
    return text


class Keyring:
    """Signing keys of messages and of sign-in, the client's secret, and a key for pairwise subjects."""

    def __init__(self, home: Path) -> None:
        keys = home / "keys"
        file = keys / "openid.pem"
        pem = file.read_text() if file.exists() else RSAKey.generate_key(2048).as_pem(private=True).decode()
        self.openid = RSAKey.import_key(_kept(file, pem), {"use": "sig", "alg": "RS256"})
        self.openid.ensure_kid()
        seed = _kept(keys / "signing", Ed25519PrivateKey.generate().private_bytes_raw().hex())
        self.signing = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))
        public = OKPKey.import_key(self.signing.public_key(), {"use": "sig", "alg": "EdDSA"})
        public.ensure_kid()
        self.signing_jwk = public.as_dict(private=False)
        self.client_secret = _kept(keys / "client-secret", secrets.token_urlsafe(32))
        self.subject = _kept(keys / "subject", secrets.token_hex(32)).encode()

    @property
    def signing_id(self) -> str:
        """Return the id under which messages are signed."""
        return str(self.signing_jwk["kid"])
