"""A VNeID-like OpenID Connect provider: its people are those of the population register, signed in by one click.

Source: OpenID Connect Core 1.0 section 3.1, Discovery 1.0, RFC 7636 (PKCE, S256 only), RFC 9207 (`iss`).
"""

import base64
import hashlib
import hmac
import re
import secrets
import threading
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

from joserfc import jwt

from huong.exchange.sandbox import numbers
from huong.exchange.sandbox.keyring import Keyring
from huong.exchange.sandbox.web import Answer, Request, Route, as_json, page, redirect, text
from huong.exchange.sandbox.world import Person, World

PATH = "/vneid"
CLIENT_ID = "huong"
BACK = "/account/openid/back"
LEVELS = {"2": "urn:vneid:level:2", "1": "urn:vneid:level:1"}
CODE_LIVES = 60
TOKEN_LIVES = 300
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
CARRIED = (
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
)


@dataclass
class Given:
    """What a code or an access token stands for."""

    person: Person
    client: str
    redirect_uri: str
    nonce: str
    challenge: str
    scope: str
    level: str
    auth_time: int
    until: float


class Provider:
    """Serves sign-in under one issuer."""

    def __init__(self, world: World, keyring: Keyring, base: str) -> None:
        self.world, self.keyring, self.issuer = world, keyring, base + PATH
        self.codes: dict[str, Given] = {}
        self.tokens: dict[str, Given] = {}
        self.lock = threading.Lock()

    def routes(self) -> list[Route]:
        """Return the addresses of the provider."""
        return [
            ("GET", f"{PATH}/\\.well-known/openid-configuration", lambda _request, _found: as_json(self.discovery())),
            (
                "GET",
                f"{PATH}/jwks",
                lambda _request, _found: as_json({"keys": [self.keyring.openid.as_dict(private=False)]}),
            ),
            ("GET", f"{PATH}/authorize", self.authorize),
            ("POST", f"{PATH}/authorize", self.sign_in),
            ("POST", f"{PATH}/token", self.token),
            ("*", f"{PATH}/userinfo", self.userinfo),
        ]

    def discovery(self) -> dict[str, Any]:
        """Return the provider's description."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks",
            "scopes_supported": ["openid", "profile", "identity", "represents"],
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
            "acr_values_supported": list(LEVELS.values()),
            "authorization_response_iss_parameter_supported": True,
            "claims_supported": [
                "sub", "name", "birthdate", "gender", "national_id", "represents", "acr", "auth_time", "nonce"
            ],
        }  # fmt: skip

    def authorize(self, request: Request, _found: re.Match[str]) -> Answer:
        """Show who can sign in; or refuse, to the client if it is known, else here."""
        asked = request.fields()
        refused = _not_for_us(asked) or self._not_as_agreed(asked)
        if refused is not None:
            return refused
        hidden = "".join(
            f'<input type="hidden" name="{name}" value="{text(asked[name])}">' for name in CARRIED if name in asked
        )
        rows = "".join(
            f'<li class="row"><span><b>{text(one.name)}</b><br><small>{text(one.note)} · {one.national_id}</small></span>'
            f'<button name="national_id" value="{one.national_id}">Đăng nhập</button></li>'
            for one in self.world.cast
            if not one.behaviour and numbers.age(one.birth_date, _today()) >= 14
        )
        return page(
            "Đăng nhập VNeID",
            "<p>Chọn một người. Đây không phải VNeID thật. <span class=quiet>Choose a person; this is not the real VNeID.</span></p>"
            f'<form method="post" action="{PATH}/authorize">{hidden}'
            '<div class="card"><label><input type="radio" name="level" value="2" checked> Mức 2 (đã xác thực khuôn mặt)</label>'
            '<label><input type="radio" name="level" value="1"> Mức 1</label></div>'
            f'<div class="card"><ul>{rows}</ul></div>'
            '<p><button class="second" name="refuse" value="1">Không đăng nhập</button></p></form>',
        )

    def sign_in(self, request: Request, _found: re.Match[str]) -> Answer:
        """Give the client a code for whoever was chosen."""
        asked = request.fields()
        refused = _not_for_us(asked) or self._not_as_agreed(asked)
        if refused is not None:
            return refused
        person = self.world.people.get(asked.get("national_id", ""))
        if asked.get("refuse") or person is None:
            return self._back(asked, error="access_denied")
        code = secrets.token_urlsafe(32)
        level = LEVELS.get(asked.get("level", "2"), LEVELS["1"])
        given = Given(
            person, asked["client_id"], asked["redirect_uri"], asked.get("nonce", ""), asked["code_challenge"],
            asked["scope"], level, int(time.time()), time.time() + CODE_LIVES,
        )  # fmt: skip
        with self.lock:
            self.codes = {key: one for key, one in self.codes.items() if one.until > time.time()}
            self.codes[code] = given
        return self._back(asked, code=code)

    def _back(self, asked: dict[str, str], **answer: str) -> Answer:
        joint = "&" if "?" in asked["redirect_uri"] else "?"
        facts = {**answer, "state": asked.get("state", ""), "iss": self.issuer}
        return redirect(f"{asked['redirect_uri']}{joint}{urlencode(facts)}")

    def _not_as_agreed(self, asked: dict[str, str]) -> Answer | None:
        if asked.get("response_type") != "code":
            return self._back(asked, error="unsupported_response_type")
        if "openid" not in asked.get("scope", "").split():
            return self._back(asked, error="invalid_scope")
        if asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
            return self._back(asked, error="invalid_request", error_description="PKCE with S256 is needed")
        return None

    def token(self, request: Request, _found: re.Match[str]) -> Answer:
        """Change a code, once, for tokens."""
        asked = request.fields()
        if not self._is_client(request, asked):
            return as_json({"error": "invalid_client"}, 401, WWW_Authenticate='Basic realm="sandbox"')
        if asked.get("grant_type") != "authorization_code":
            return as_json({"error": "unsupported_grant_type"}, 400)
        with self.lock:
            given = self.codes.pop(asked.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(asked.get("code_verifier", "").encode()).digest())
        if (
            given is None
            or given.until < time.time()
            or given.redirect_uri != asked.get("redirect_uri")
            or challenge.rstrip(b"=").decode() != given.challenge
        ):
            return as_json({"error": "invalid_grant"}, 400)
        access = secrets.token_urlsafe(32)
        given.until = time.time() + TOKEN_LIVES
        with self.lock:
            self.tokens = {key: one for key, one in self.tokens.items() if one.until > time.time()}
            self.tokens[access] = given
        facts = {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": TOKEN_LIVES,
            "scope": given.scope,
            "id_token": self._id_token(given, access),
        }
        return as_json(facts)

    def _is_client(self, request: Request, asked: dict[str, str]) -> bool:
        scheme, _space, value = request.headers.get("authorization", "").partition(" ")
        name, secret = asked.get("client_id", ""), asked.get("client_secret", "")
        if scheme.lower() == "basic":
            try:
                name, _colon, secret = base64.b64decode(value).decode().partition(":")
            except ValueError:
                return False
            name, secret = unquote(name), unquote(secret)
        return name == CLIENT_ID and hmac.compare_digest(secret.encode(), self.keyring.client_secret.encode())

    def _id_token(self, given: Given, access: str) -> str:
        now = int(time.time())
        half = hashlib.sha256(access.encode()).digest()[:16]
        claims = {
            "iss": self.issuer,
            "sub": self._subject(given),
            "aud": given.client,
            "iat": now,
            "exp": now + TOKEN_LIVES,
            "auth_time": given.auth_time,
            "acr": given.level,
            "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
            **({"nonce": given.nonce} if given.nonce else {}),
        }
        return jwt.encode({"alg": "RS256", "kid": self.keyring.openid.kid}, claims, self.keyring.openid)

    def _subject(self, given: Given) -> str:
        told = f"{given.client}:{given.person.national_id}".encode()
        return hmac.new(self.keyring.subject, told, hashlib.sha256).hexdigest()[:40]

    def userinfo(self, request: Request, _found: re.Match[str]) -> Answer:
        """Tell what the scopes allow about whoever signed in."""
        scheme, _space, value = request.headers.get("authorization", "").partition(" ")
        given = self.tokens.get(value) if scheme.lower() == "bearer" else None
        if given is None or given.until < time.time():
            return as_json({"error": "invalid_token"}, 401, WWW_Authenticate='Bearer error="invalid_token"')
        one, scopes = given.person, given.scope.split()
        facts: dict[str, Any] = {"sub": self._subject(given), "acr": given.level}
        if "profile" in scopes:
            facts |= {"name": one.name, "birthdate": one.birth_date.isoformat(), "gender": one.sex}
        if "identity" in scopes:
            facts["national_id"] = one.national_id
        if "represents" in scopes and given.level == LEVELS["2"]:
            facts["represents"] = self._represents(one)
        return as_json(facts)

    def _represents(self, one: Person) -> list[dict[str, str]]:
        today = _today()
        children = [
            {
                "kind": "child",
                "national_id": child.national_id,
                "name": child.name,
                "birthdate": child.birth_date.isoformat(),
            }
            for child in self.world.children_of(one.national_id)
            if numbers.age(child.birth_date, today) < 18
        ]
        firms = [
            {"kind": "firm", "tax_code": firm.tax_code, "name": firm.name}
            for firm in self.world.firms_of(one.national_id)
            if firm.status == "active"
        ]
        return [*children, *firms]


def _today() -> date:
    return datetime.now(UTC).date()


def _not_for_us(asked: dict[str, str]) -> Answer | None:
    """Refuse, on a page of our own, a client or a way back that is not known: nothing may be sent there."""
    back = urlsplit(asked.get("redirect_uri", ""))
    known = back.scheme in {"http", "https"} and back.hostname in LOOPBACK and back.path == BACK and not back.fragment
    if asked.get("client_id") == CLIENT_ID and known:
        return None
    return page("Không biết ứng dụng này", "<p>Ứng dụng hay địa chỉ quay về chưa được đăng ký.</p>", 400)
