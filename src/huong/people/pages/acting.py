"""For whom I act: children, firms; and what a firm lets named people do."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from huong.base.errors import HuongError
from huong.base.text import whole
from huong.people import acting, assurance, forms, queries
from huong.people.actions import delegations
from huong.people.models import User
from huong.people.pages.account import _page, get_or_post


@assurance.needs_high
@never_cache
@get_or_post
def choose(request: HttpRequest) -> HttpResponse:
    """Show whom the person may act for; by POST, act for one of them, or for oneself again."""
    if request.method == "POST":
        if acting.choose(request, request.POST.get("for", "")) is None:
            messages.success(request, _("You act for yourself again."))
        return redirect("people:acting")
    user = cast("User", request.user)
    return _page(
        request,
        "acting",
        choices=acting.choices(user),
        current=acting.current(request),
        party=queries.party_of_user(user),
        names=forms.LIMITS,
    )


@assurance.needs_high
@sensitive_post_parameters("national_id")
@never_cache
@get_or_post
def firm(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show who may act for a firm, and let its owner name somebody."""
    user = cast("User", request.user)
    found = queries.party_by_public_id(public_id)
    delegations.require_owner(found, by=user)
    form = forms.Delegate(request.POST or None)
    error: HuongError | None = None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            delegations.give(
                found,
                national_id=given["national_id"],
                name=given["name"],
                limits=form.limits(),
                until=given["until"],
                by=user,
            )
        except HuongError as refusal:
            error = refusal
        else:
            messages.success(request, _("%(name)s can now act for the firm.") % {"name": given["name"]})
            return redirect("people:firm", public_id=public_id)
    return _page(
        request, "firm", error=error, form=form, firm=found, given=queries.delegations_of(found), names=forms.LIMITS
    )


@assurance.needs_high
@never_cache
@require_POST
def revoke(request: HttpRequest, public_id: str) -> HttpResponse:
    """End a delegation: by the firm's owner, or by who holds it."""
    row = delegations.revoke(whole(request.POST.get("delegation", "")) or 0, by=cast("User", request.user))
    messages.success(request, _("The delegation has ended."))
    own = queries.party_of_user(cast("User", request.user))
    if own is not None and own.id == row.holder_id:
        return redirect("people:acting")
    return redirect("people:firm", public_id=public_id)
