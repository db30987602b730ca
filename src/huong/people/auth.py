"""The API's door: a session cookie or a bearer token. It sets `request.person`."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.translation import gettext as _

from huong.base import clock, keys
from huong.base.errors import Forbidden, Unauthenticated
from huong.people import access
from huong.people.models import AccessToken, ApiToken, User

USED_EVERY = timedelta(minutes=10)
SHORT_PREFIX = "huongs_"


class _Csrf(CsrfViewMiddleware):
    def _reject(self, _request: HttpRequest, reason: str) -> Any:
        return reason


class Door:
    """Lets signed-in people and systems with a token in; for django-ninja's `auth=`."""

    def __call__(self, request: HttpRequest) -> User:
        """Return who asks, and leave them as `request.person`.

        Raises:
            Unauthenticated: neither a session nor a valid token.
            Forbidden: a changing request with a cookie but without its CSRF token, or a second factor is missing.
        """
        found = of_token(request) or _of_session(request)
        if found is None:
            raise Unauthenticated(_("Please sign in, or send a valid token in the Authorization header."))
        request.person = found  # type: ignore[attr-defined]
        return found


def person(request: HttpRequest) -> User:
    """Return whom the door let in, or who is signed in on a page.

    Raises:
        Unauthenticated: nobody.
    """
    found = getattr(request, "person", None) or request.user
    if not isinstance(found, User):
        raise Unauthenticated
    return found


def of_token(request: HttpRequest) -> User | None:
    """Return the system whose bearer token a request carries; None without one.

    Raises:
        Unauthenticated: the token is unknown, expired or revoked.
    """
    scheme, _space, value = request.headers.get("Authorization", "").partition(" ")
    return user_of_token(value.strip()) if scheme.lower() == "bearer" and value.strip() else None


def user_of_token(value: str) -> User:
    """Return the system that a token names, wherever a protocol carries it.

    Raises:
        Unauthenticated: the token is unknown, expired or revoked.
    """
    now = clock.now()
    short = _short(value)
    wanted = {"id": short.token_id} if short else {"hashed": hashed(value)}
    token = ApiToken.objects.filter(revoked_at=None, expires_at__gt=now, **wanted).select_related("user").first()
    if token is None or not token.user.is_active:
        raise Unauthenticated(_("This token is not valid: it is unknown, expired or revoked."))
    if token.last_used_at is None or now - token.last_used_at > USED_EVERY:
        ApiToken.objects.filter(id=token.id).update(last_used_at=now)
    if short is not None:
        token.user.__dict__[access.NARROWED] = frozenset(short.powers)
    return token.user


def _short(value: str) -> AccessToken | None:
    """Return a short-lived token that still works; None if the value is of another kind.

    Raises:
        Unauthenticated: it was one, and works no more.
    """
    if not value.startswith(SHORT_PREFIX):
        return None
    found = AccessToken.objects.filter(hashed=hashed(value), expires_at__gt=clock.now()).first()
    if found is None:
        raise Unauthenticated(_("This token is not valid: it is unknown, expired or revoked."))
    return found


def _of_session(request: HttpRequest) -> User | None:
    if not isinstance(request.user, User) or not request.user.is_active:
        return None
    checker = _Csrf(lambda _request: None)  # type: ignore[arg-type,return-value]
    checker.process_request(request)
    if checker.process_view(request, None, (), {}) is not None:  # type: ignore[arg-type]
        raise Forbidden(_("This request did not come from one of our pages. Please open the page again."), code="csrf")
    if access.second_factor_is_missing(request):
        raise Forbidden(_("Please set up your second factor first."), code="second_factor_needed")
    return request.user


def hashed(secret: str) -> str:
    """Return the keyed hash under which a token or an invitation is kept."""
    return keys.keyed_hash(secret, context="people.token")
