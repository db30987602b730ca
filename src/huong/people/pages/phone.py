"""Signing in by a code on the phone."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from huong.base.errors import BadInput, HuongError
from huong.people import access, assurance, forms, sessions
from huong.people.actions import identities
from huong.people.actions import phone as verbs
from huong.people.pages.account import _page, get_or_post

ASKED = "huong_phone_code"


@access.open_to_all
@sensitive_post_parameters("number")
@never_cache
@get_or_post
def number(request: HttpRequest) -> HttpResponse:
    """Ask for the number, and send a code there."""
    form = forms.Phone(request.POST or None)
    error: HuongError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            row = verbs.send_code(form.cleaned_data["number"], address=sessions.address_of(request))
        except BadInput as refusal:
            form.add_error("number", refusal.message)
        except HuongError as refusal:
            error = refusal
        else:
            request.session[ASKED] = {"id": row.public_id, "shown": row.shown, "next": request.POST.get("next", "")}
            return redirect("people:phone_code")
    return _page(request, "phone", error=error, form=form, next=request.GET.get("next", ""))


@access.open_to_all
@sensitive_post_parameters("code")
@never_cache
@get_or_post
def code(request: HttpRequest) -> HttpResponse:
    """Ask for the code; right, it signs in at the lower assurance."""
    asked = request.session.get(ASKED)
    if not asked:
        return redirect("people:phone")
    form = forms.PhoneCode(request.POST or None)
    error: HuongError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            user = identities.sign_in_by_phone(verbs.check_code(asked["id"], form.cleaned_data["code"]))
        except HuongError as refusal:
            error = refusal
        else:
            request.session.pop(ASKED, None)
            sessions.sign_in(request, user, second_factor=False, level=assurance.LOW)
            target = sessions.local_path(asked["next"])
            is_for_staff = target.startswith("/desk")
            return redirect(target if target and not is_for_staff else reverse("people:profile"))
    return _page(request, "phone_code", error=error, form=form, shown=asked["shown"])
