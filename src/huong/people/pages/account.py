"""The account pages under `/account/`: signing in and out, second factor, profile, invitation."""

from typing import cast
from urllib.parse import urlencode

from django import forms as django_forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from huong.base.errors import BadInput, Forbidden, HuongError
from huong.people import access, assurance, forms, queries, relying, second_factor, sessions, texting
from huong.people.actions import sign_in, users
from huong.people.models import User
from huong.ui.qr import qr_code

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


def _page(request: HttpRequest, name: str, *, error: HuongError | None = None, **context: object) -> HttpResponse:
    status = error.status if error else 200
    return render(request, f"people/{name}.html", {"error": error, **context}, status=status)


def _person(request: HttpRequest) -> User:
    return cast("User", request.user)


@access.open_to_all
@sensitive_post_parameters("password")
@never_cache
@get_or_post
def account(request: HttpRequest) -> HttpResponse:
    """Show the sign-in form; to people who are signed in, their own account."""
    if request.user.is_authenticated:
        return redirect("people:profile")
    form = forms.SignIn(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _sign_in_page(request, form)
    try:
        user = sign_in.check_password(
            form.cleaned_data["username"], form.cleaned_data["password"], address=sessions.address_of(request)
        )
    except HuongError as error:
        return _sign_in_page(request, form, error)
    if second_factor.is_set_up(user):
        sessions.begin_half(request, user)
        return redirect(f"{reverse('people:code')}?{urlencode({'next': sessions.local_next(request)})}")
    return _signed_in(request, user, way="password")


def _sign_in_page(request: HttpRequest, form: forms.SignIn, error: HuongError | None = None) -> HttpResponse:
    nearby = sessions.is_nearby(request)
    accounts = queries.demonstration_posts() if nearby else []
    return _page(
        request,
        "sign_in",
        error=error,
        form=form,
        accounts=accounts,
        next=sessions.local_next(request),
        provider=relying.offered(nearby=nearby),
        by_phone=texting.is_ready(),
    )


def _signed_in(request: HttpRequest, user: User, *, way: str) -> HttpResponse:
    target = sessions.local_next(request)
    level = assurance.HIGH if way in {"second factor", "demonstration"} else assurance.LOW
    sessions.sign_in(request, user, second_factor=way == "second factor", level=level)
    sign_in.note_sign_in(user, way)
    answer = redirect(target)
    if user.language:
        answer.set_cookie("huong_language", user.language, max_age=31_536_000, samesite="Lax", httponly=True)
    return answer


@access.open_to_all
@sensitive_post_parameters("code")
@never_cache
@get_or_post
def code(request: HttpRequest) -> HttpResponse:
    """Ask for the second factor of somebody who has given the right password."""
    user = sessions.half_signed_in(request)
    if user is None:
        messages.info(request, _("Please sign in again; the code was asked for too long ago."))
        return redirect("people:account")
    form = forms.Code(request.POST or None)
    error: HuongError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            sign_in.check_code(user, form.cleaned_data["code"])
        except HuongError as refusal:
            error = refusal
        else:
            return _signed_in(request, user, way="second factor")
    return _page(request, "code", error=error, form=form, next=sessions.local_next(request))


@access.open_to_all
@never_cache
@require_POST
def demonstration(request: HttpRequest) -> HttpResponse:
    """Sign in as one of the demonstration's people, by one click."""
    user = sign_in.demonstration(request.POST.get("username", ""), nearby=sessions.is_nearby(request))
    return _signed_in(request, user, way="demonstration")


@access.open_to_all
@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out; by POST, so that no picture on another page can do it."""
    if isinstance(request.user, User):
        sign_in.note_sign_out(request.user)
    logout(request)
    messages.success(request, _("You are signed out."))
    return redirect("/")


@access.open_to_all
@sensitive_post_parameters("code")
@never_cache
@get_or_post
def second_factor_set_up(request: HttpRequest) -> HttpResponse:
    """Show the QR code of a new authenticator app and ask for its first code."""
    if not request.user.is_authenticated:
        return redirect("people:account")
    user = _person(request)
    if second_factor.is_set_up(user) and not request.session.get(access.SECOND_FACTOR):
        raise Forbidden(_("Please sign in with your code first."))
    secret = request.session.get(sessions.SETTING_UP) or second_factor.new_secret()
    request.session[sessions.SETTING_UP] = secret
    form = forms.FirstCode(request.POST or None)
    error: HuongError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            codes = sign_in.set_second_factor(user, secret=secret, code=form.cleaned_data["code"])
        except HuongError as refusal:
            error = refusal
        else:
            return _codes_page(request, codes)
    picture = qr_code(second_factor.address_of(user, secret))
    return _page(
        request,
        "second_factor",
        error=error,
        form=form,
        picture=picture,
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        must=access.must_set_second_factor(user),
        next=sessions.local_next(request),
    )


def _codes_page(request: HttpRequest, codes: list[str]) -> HttpResponse:
    target = sessions.local_next(request)
    request.session.pop(sessions.SETTING_UP, None)
    request.session.cycle_key()
    request.session[access.SECOND_FACTOR] = True
    return _page(request, "recovery_codes", codes=codes, next=target)


@access.signed_in
@never_cache
@require_POST
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Make new recovery codes and show them once."""
    if second_factor.is_set_up(_person(request)) and not request.session.get(access.SECOND_FACTOR):
        raise Forbidden(_("Please sign in with your code first."))
    return _page(request, "recovery_codes", codes=sign_in.renew_recovery_codes(_person(request)), next="/account/me")


@access.signed_in
@never_cache
@get_or_post
def profile(request: HttpRequest) -> HttpResponse:
    """Show one's own account: name, language, posts, second factor."""
    user = _person(request)
    form = forms.Profile(
        request.POST or None, initial={"full_name": user.full_name, "language": user.language or get_language()}
    )
    error: HuongError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            users.change_profile(user, **form.cleaned_data)
        except HuongError as refusal:
            error = refusal
        else:
            messages.success(request, _("Saved."))
            answer = redirect("people:profile")
            answer.set_cookie(
                "huong_language", form.cleaned_data["language"], max_age=31_536_000, samesite="Lax", httponly=True
            )
            return answer
    return _page(
        request,
        "profile",
        error=error,
        form=form,
        posts=queries.posts_of(user),
        party=queries.party_of_user(user),
        provider="" if user.is_demonstration else relying.offered(nearby=sessions.is_nearby(request)),
        is_linked=queries.is_linked(user, settings.HUONG.oidc_issuer),
        has_second_factor=second_factor.is_set_up(user),
    )


@access.signed_in
@sensitive_post_parameters()
@never_cache
@get_or_post
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; other sessions end."""
    form = forms.ChangedPassword(request.POST or None)
    error: HuongError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            users.change_password(_person(request), old=form.cleaned_data["old"], new=form.cleaned_data["password"])
        except HuongError as refusal:
            error = refusal
        else:
            update_session_auth_hash(request, _person(request))
            messages.success(request, _("Your password is changed. Other devices are signed out."))
            return redirect("people:profile")
    return _page(request, "password", error=_at_field(form, error), form=form)


@access.open_to_all
@sensitive_post_parameters()
@never_cache
@get_or_post
def join(request: HttpRequest, secret: str) -> HttpResponse:
    """Let an invited person choose a password."""
    user = users.invited(secret)
    form = forms.NewPassword(request.POST or None)
    error: HuongError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            user = users.join(secret, password=form.cleaned_data["password"])
        except HuongError as refusal:
            error = refusal
        else:
            return _signed_in(request, user, way="password")
    answer = _page(request, "join", error=_at_field(form, error), form=form, invited=user)
    answer["Referrer-Policy"] = "no-referrer"
    return answer


def _at_field(form: django_forms.Form, error: HuongError | None) -> HuongError | None:
    """Show a weak password at its field instead of above the form."""
    if isinstance(error, BadInput):
        form.add_error("password", error.message)
        return None
    return error
