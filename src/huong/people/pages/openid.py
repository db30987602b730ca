"""Signing in by OpenID Connect: there and back, and joining an account to VNeID."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from huong.base import clock, limits
from huong.base.errors import HuongError
from huong.people import access, assurance, queries, relying, sessions
from huong.people.actions import identities
from huong.people.errors import SignInRefused
from huong.people.models import User
from huong.people.pages.account import _page

PENDING = "huong_openid"
LIVES = timedelta(minutes=10)
MOST_PENDING = 5
PER_ADDRESS = 60
PURPOSES = ("sign_in", "link", "higher")


@access.open_to_all
@never_cache
@require_safe
def begin(request: HttpRequest) -> HttpResponse:
    """Send the browser to the issuer. A link, not a form: a page of ours may send forms only to ourselves."""
    limits.take(f"openid:{sessions.address_of(request)}"[:200], rate=PER_ADDRESS, per=timedelta(minutes=5))
    purpose = request.GET.get("for", "sign_in")
    if purpose not in PURPOSES or (purpose != "sign_in" and not request.user.is_authenticated):
        purpose = "sign_in"
    try:
        begun, address = relying.begin(way_back=_way_back(request), step_up=purpose != "sign_in")
    except HuongError as error:
        return _page(request, "openid_refused", error=error)
    pending = [one for one in request.session.get(PENDING, []) if not _is_old(one)][1 - MOST_PENDING :]
    kept = {
        "state": begun.state,
        "nonce": begun.nonce,
        "verifier": begun.verifier,
        "purpose": purpose,
        "next": request.GET.get("next", ""),
        "at": clock.now().isoformat(),
    }
    request.session[PENDING] = [*pending, kept]
    return redirect(address)


@access.open_to_all
@never_cache
@require_safe
def back(request: HttpRequest) -> HttpResponse:
    """Take the issuer's answer; each begun sign-in takes one."""
    kept: dict[str, Any] | None = None
    try:
        kept = _pending(request)
        claims = _claims(request, kept)
        answer = _done(request, kept, claims)
    except HuongError as error:
        user = request.user if isinstance(request.user, User) else None
        identities.note_refusal(error.code, by=user)
        answer = _page(request, "openid_refused", error=error, next=kept["next"] if kept else "")
    answer["Referrer-Policy"] = "no-referrer"
    return answer


def _way_back(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("people:openid_back"))


def _is_old(kept: dict[str, Any]) -> bool:
    return clock.now() - datetime.fromisoformat(kept["at"]) > LIVES


def _pending(request: HttpRequest) -> dict[str, Any]:
    """Return the begun sign-in that this answer belongs to, and forget it: an answer counts once."""
    state = request.GET.get("state", "")
    pending: list[dict[str, Any]] = request.session.get(PENDING, [])
    found = next((one for one in pending if state and one["state"] == state), None)
    request.session[PENDING] = [one for one in pending if one is not found]
    if found is None or _is_old(found):
        raise SignInRefused(
            _("This sign-in was used already, began in another browser, or is too old. Please sign in again."),
            code="openid_replayed",
        )
    return found


def _claims(request: HttpRequest, kept: dict[str, Any]) -> relying.Claims:
    if request.GET.get("error") or not request.GET.get("code"):
        raise SignInRefused(_("You did not sign in there. Nothing was changed."), code="openid_denied")
    begun = relying.Begun(kept["state"], kept["nonce"], kept["verifier"])
    return relying.finish(
        begun, code=request.GET["code"], issuer=request.GET.get("iss", ""), way_back=_way_back(request)
    )


def _done(request: HttpRequest, kept: dict[str, Any], claims: relying.Claims) -> HttpResponse:
    if kept["purpose"] == "link":
        return _join(request, claims)
    if kept["purpose"] == "higher":
        _require_same_person(request, claims)
    user = identities.sign_in(claims)
    is_high = claims.level >= assurance.HIGH
    sessions.sign_in(request, user, second_factor=is_high, level=claims.level)
    return redirect(_target(user, kept["next"]))


def _join(request: HttpRequest, claims: relying.Claims) -> HttpResponse:
    if not request.user.is_authenticated or access.second_factor_is_missing(request):
        raise SignInRefused(_("Please sign in to your account first."))
    identities.link(request.user, claims)
    messages.success(request, _("Your account is joined to VNeID. From now on you can sign in with it."))
    return redirect("people:profile")


def _require_same_person(request: HttpRequest, claims: relying.Claims) -> None:
    """Refuse somebody else's VNeID in the middle of a person's session; a phone's account is joined to it."""
    user = request.user
    if not isinstance(user, User):
        return
    own = queries.party_of_user(user)
    if own is not None and queries.hash_of(claims.national_id) != own.national_id_hash:
        raise SignInRefused(
            _("This is another person than the one who is signed in. Please sign out first."),
            code="openid_another_person",
        )
    if own is None and queries.is_linked(user, identities.PHONE) and not queries.is_known(claims.national_id):
        identities.link(user, claims)


def _target(user: User, wanted: str) -> str:
    target = sessions.local_path(wanted)
    if access.is_staff(user):
        return target or "/desk/"
    return target if target and not target.startswith("/desk") else reverse("people:profile")


@access.signed_in
@never_cache
@require_safe
def higher(request: HttpRequest) -> HttpResponse:
    """Say that something needs a surer sign-in, and offer it."""
    return _page(
        request,
        "higher",
        provider=relying.offered(nearby=sessions.is_nearby(request)),
        next=sessions.local_next(request, otherwise=reverse("people:profile")),
    )
