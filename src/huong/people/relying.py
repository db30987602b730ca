"""The relying party: how we ask an OpenID Connect issuer who somebody is, and when we believe the answer.

Source: OpenID Connect Core 1.0 sections 3.1.2-3.1.3 and 5.3.2, RFC 7636 (PKCE), RFC 9207 (`iss`), RFC 9700.
Claims are used and thrown away: nothing of a token is kept.
"""

import base64
import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import orjson
from django.conf import settings
from django.utils.translation import gettext as _
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from huong.base import clock, net
from huong.base.errors import BadInput, HuongError, Unavailable
from huong.people import assurance
from huong.people.errors import SignInRefused

ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"]
SKEW = 60
OLDEST = 600
REMEMBERED = 600
RENEWED_EVERY = 60
TIMEOUT = 10.0
MOST_BYTES = 262_144


@dataclass(frozen=True)
class Begun:
    """One sign-in on its way, kept in the session until the answer comes."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Claims:
    """Whom the issuer vouches for. Hold it no longer than the sign-in.

    Attributes:
        represents: what they may represent, as the issuer says: dictionaries with `kind` "child" or "firm".
    """

    issuer: str
    subject: str
    level: int
    name: str = ""
    national_id: str = ""
    birth_date: date | None = None
    represents: tuple[dict[str, str], ...] = field(default=())


@dataclass
class _Known:
    """What is remembered of an issuer for ten minutes."""

    document: dict[str, Any]
    at: float
    keys: KeySet | None = None
    keys_at: float = 0.0


_known: dict[str, _Known] = {}


def offered(*, nearby: bool) -> str:
    """Return the name of the issuer that the sign-in page offers; empty if there is none.

    Args:
        nearby: whether the browser runs on this machine; a sandbox's issuer can be reached only from there.
    """
    config = settings.HUONG
    if not config.oidc_issuer or (is_sandbox() and not nearby):
        return ""
    return str(config.oidc_name)


def is_sandbox() -> bool:
    """Return whether the issuer is the sandbox's, so that people are told it is not the real one."""
    config = settings.HUONG
    return bool(config.sandbox_url) and str(config.oidc_issuer).startswith(config.sandbox_url)


def begin(*, way_back: str, step_up: bool = False) -> tuple[Begun, str]:
    """Begin a sign-in.

    Args:
        way_back: our own address to which the answer comes.
        step_up: ask the issuer to have the person sign in anew.

    Returns:
        What to keep in the session, and where to send the browser.

    Raises:
        BadInput: no issuer is set up.
        Unavailable: the issuer does not answer.
    """
    begun = Begun(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48))
    challenge = hashlib.sha256(begun.verifier.encode()).digest()
    asked = {
        "response_type": "code",
        "client_id": settings.HUONG.oidc_client_id,
        "redirect_uri": way_back,
        "scope": settings.HUONG.oidc_scopes,
        "state": begun.state,
        "nonce": begun.nonce,
        "code_challenge": _text64(challenge),
        "code_challenge_method": "S256",
    }
    if step_up:
        asked |= {"prompt": "login", "acr_values": settings.HUONG.oidc_high_levels.split(",")[0].strip()}
    address = _document()["authorization_endpoint"]
    return begun, f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"


def finish(begun: Begun, *, code: str, issuer: str, way_back: str) -> Claims:
    """Change the code of an answer for what the issuer says about the person, and check all of it.

    Args:
        issuer: the `iss` parameter of the answer; empty if the issuer sends none.

    Raises:
        Forbidden: the answer comes from another issuer, is too old, was made for another sign-in or another
            client, or speaks of two persons.
        Unavailable: the issuer does not answer.
    """
    document = _document()
    sends_issuer = bool(document.get("authorization_response_iss_parameter_supported"))
    if (issuer or sends_issuer) and issuer != settings.HUONG.oidc_issuer:
        raise _refused("another_issuer", _("This answer comes from another provider than the one you went to."))
    answered = _token(document, code, begun.verifier, way_back)
    claims = checked(str(answered.get("id_token", "")), nonce=begun.nonce, access_token=str(answered["access_token"]))
    told = _userinfo(document, str(answered["access_token"]))
    if told.get("sub") != claims["sub"]:
        raise _refused("another_person", _("The provider speaks of two different persons. Please sign in again."))
    return _claims(claims, told)


def checked(id_token: str, *, nonce: str, access_token: str) -> dict[str, Any]:
    """Return the claims of an ID token that was made by our issuer, for us, now, for this very sign-in.

    Raises:
        Forbidden: it was not; the code says which check failed.
    """
    claims = _opened(id_token)
    client = settings.HUONG.oidc_client_id
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if claims.get("iss") != settings.HUONG.oidc_issuer:
        raise _refused("another_issuer", _("This answer comes from another provider than the one you went to."))
    if client not in audiences or (len(audiences) > 1 and claims.get("azp") != client):
        raise _refused("another_audience", _("This answer was made for another application."))
    _require_times(claims)
    if not hmac.compare_digest(str(claims.get("nonce", "")), nonce):
        raise _refused("replayed", _("This answer was made for another sign-in. Please sign in again."))
    half = _text64(hashlib.sha256(access_token.encode()).digest()[:16])
    if "at_hash" in claims and claims["at_hash"] != half:
        raise _refused("another_token", _("The parts of this answer do not belong together. Please sign in again."))
    if not isinstance(claims.get("sub"), str) or not claims["sub"]:
        raise _refused("no_subject", _("The provider did not say who you are. Please sign in again."))
    return claims


def _require_times(claims: dict[str, Any]) -> None:
    now = clock.now().timestamp()
    made, ends = claims.get("iat"), claims.get("exp")
    if not isinstance(made, int | float) or not isinstance(ends, int | float):
        raise _refused("untimed", _("The provider's answer carries no time. Please tell the operator."))
    if ends + SKEW < now or made < now - OLDEST:
        raise _refused("too_old", _("This answer is too old. Please sign in again."))
    if made > now + SKEW:
        raise _refused("too_early", _("The provider's clock and ours differ too much. Please tell the operator."))


def _opened(id_token: str) -> dict[str, Any]:
    """Return the claims of a token whose signature holds; keys are asked for again when an unknown one signed."""
    for renew in (False, True):
        try:
            return dict(jwt.decode(id_token, _keys(renew=renew), algorithms=ALGORITHMS).claims)
        except (JoseError, ValueError) as error:
            failed: Exception = error
    raise _refused("bad_signature", _("The provider's signature does not hold. Please sign in again.")) from failed


def _claims(claims: dict[str, Any], told: dict[str, Any]) -> Claims:
    high = {level.strip() for level in settings.HUONG.oidc_high_levels.split(",")}
    level = assurance.HIGH if claims.get("acr") in high else assurance.LOW
    represents = told.get("represents")
    return Claims(
        issuer=settings.HUONG.oidc_issuer,
        subject=claims["sub"],
        level=level,
        name=str(told.get("name", "")),
        national_id=str(told.get(settings.HUONG.oidc_national_id_claim, "")),
        birth_date=_date(told.get("birthdate")),
        represents=tuple(one for one in represents if isinstance(one, dict)) if isinstance(represents, list) else (),
    )


def _date(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def _document() -> dict[str, Any]:
    issuer = settings.HUONG.oidc_issuer
    if not issuer:
        raise BadInput(_("Signing in by VNeID is not set up here."), code="no_issuer")
    known = _known.get(issuer)
    if known is None or time.monotonic() - known.at > REMEMBERED:
        found = _json(net.get(f"{issuer}/.well-known/openid-configuration", timeout=TIMEOUT, max_bytes=MOST_BYTES))
        needed = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
        if found.get("issuer") != issuer or not all(_is_safe(found.get(name)) for name in needed):
            raise Unavailable(
                _("The provider describes itself wrongly. Please tell the operator."), code="bad_provider"
            )
        known = _known[issuer] = _Known(found, time.monotonic())
    return known.document


def _is_safe(address: object) -> bool:
    parts = urlsplit(str(address))
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost", "::1"})


def _keys(*, renew: bool) -> KeySet:
    document = _document()
    known = _known[settings.HUONG.oidc_issuer]
    is_old = time.monotonic() - known.keys_at > RENEWED_EVERY
    if known.keys is None or (renew and is_old):
        found = _json(net.get(document["jwks_uri"], timeout=TIMEOUT, max_bytes=MOST_BYTES))
        try:
            known.keys = KeySet.import_key_set(found)  # type: ignore[arg-type]
        except (JoseError, KeyError, TypeError, ValueError) as error:
            raise Unavailable(_("The provider describes itself wrongly. Please tell the operator.")) from error
        known.keys_at = time.monotonic()
    return known.keys


def _token(document: dict[str, Any], code: str, verifier: str, way_back: str) -> dict[str, Any]:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": way_back, "code_verifier": verifier}
    pair = f"{quote(settings.HUONG.oidc_client_id, safe='')}:{quote(_secret(), safe='')}"
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": "application/json",
        "Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}",
    }
    answer = net.post(document["token_endpoint"], content=urlencode(form).encode(), headers=headers, timeout=TIMEOUT)
    if answer.status_code in {400, 401, 403}:
        raise _refused("code_refused", _("The provider does not accept this answer: it was used, or is too old."))
    found = _json(answer)
    if not isinstance(found.get("access_token"), str) or str(found.get("token_type", "")).lower() != "bearer":
        raise _refused("no_token", _("The provider did not say who you are. Please sign in again."))
    return found


def _userinfo(document: dict[str, Any], access_token: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {access_token}", "Accept": "application/json"}
    return _json(net.get(document["userinfo_endpoint"], headers=headers, timeout=TIMEOUT, max_bytes=MOST_BYTES))


def _json(answer: Any) -> dict[str, Any]:
    try:
        found = orjson.loads(answer.content)
    except orjson.JSONDecodeError as error:
        raise Unavailable(_("The provider's answer cannot be read. Please try again.")) from error
    if answer.status_code != 200 or not isinstance(found, dict):
        raise Unavailable(_("The provider's answer cannot be read. Please try again."))
    return found


def _secret() -> str:
    file = settings.HUONG.oidc_secret_file
    if not file:
        return str(settings.HUONG.oidc_client_secret)
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Unavailable(_("Signing in by VNeID is not ready yet. Please try again in a minute.")) from error


def _text64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _refused(code: str, sentence: str) -> HuongError:
    return SignInRefused(sentence, code=f"openid_{code}")
