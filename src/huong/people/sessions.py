"""The session of a sign-in: half signed in, signed in, and where to go next. For the account pages only."""

from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from huong.base import clock, home
from huong.people import assurance
from huong.people.access import SECOND_FACTOR
from huong.people.models import User

HALF = "huong_half_signed_in"
HALF_LASTS = timedelta(minutes=5)
SETTING_UP = "huong_second_factor_secret"
BACKEND = "django.contrib.auth.backends.ModelBackend"
FORWARDING = (
    "HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_PORT", "HTTP_VIA",
)  # fmt: skip


def local_next(request: HttpRequest, otherwise: str = "") -> str:
    """Return where the person wanted to go, if that is a page of ours; else the usual place."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return local_path(wanted) or otherwise or settings.LOGIN_REDIRECT_URL


def local_path(wanted: str) -> str:
    """Return a path if it is one of ours, else nothing."""
    is_ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if is_ours else ""


def begin_half(request: HttpRequest, user: User) -> None:
    """Remember, in a session of its own, who has given the right password and still owes a code."""
    request.session.cycle_key()
    request.session[HALF] = {"user": user.id, "at": clock.now().isoformat()}


def half_signed_in(request: HttpRequest) -> User | None:
    """Return who still owes a code, if they gave the password within the last five minutes."""
    kept: dict[str, Any] | None = request.session.get(HALF)
    if not kept or clock.now() - datetime.fromisoformat(kept["at"]) > HALF_LASTS:
        return None
    return User.objects.filter(id=kept["user"], is_active=True).first()


def sign_in(request: HttpRequest, user: User, *, second_factor: bool, level: int = 0) -> None:
    """Sign somebody in under a new session key, and keep how sure we are that it is them.

    Args:
        level: `assurance.LOW` or `HIGH`; by the second factor if left out.
    """
    request.session.pop(HALF, None)
    login(request, user, backend=BACKEND)
    request.session[SECOND_FACTOR] = second_factor
    assurance.keep(request, level or (assurance.HIGH if second_factor else assurance.LOW))


def address_of(request: HttpRequest) -> str:
    """Return where a request comes from, as the trusted proxies tell."""
    return str(request.META.get("REMOTE_ADDR", ""))


def is_nearby(request: HttpRequest) -> bool:
    """Return whether demonstration accounts may be offered: really from this machine, or allowed from anywhere."""
    if not home.is_demo():
        return False
    if settings.HUONG.demo_accounts_anywhere:
        return True
    forwarded = request.META.get("HUONG_FORWARDED") or any(header in request.META for header in FORWARDING)
    return not forwarded and _is_loopback(settings.HUONG.host) and _is_loopback(address_of(request))


def _is_loopback(address: str) -> bool:
    try:
        return address == "localhost" or ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return False
