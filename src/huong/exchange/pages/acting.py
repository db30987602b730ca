"""For whom a person acts, with limits and end dates; the registers confirm it when asked."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from huong.base.errors import NotFound
from huong.exchange import queries, representing
from huong.people import acting as people_acting
from huong.people import assurance, forms
from huong.people import queries as people
from huong.people.auth import person


@assurance.needs_high
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def acting(request: HttpRequest) -> HttpResponse:
    """Show whom a person represents and which delegations they hold; by POST, ask the registers."""
    user = person(request)
    party = people.party_of_user(user)
    if party is None:
        raise NotFound(_("Your identity is not known here yet. Please sign in with VNeID."))
    if request.method == "POST":
        representing.ask(party, by=user)
        messages.success(request, _("The registers are being asked. What they confirm appears here."))
        return redirect("exchange:my_acting")
    context = {
        "choices": people_acting.choices(user),
        "checks": queries.checks_of(party.public_id),
        "names": forms.LIMITS,
    }
    return render(request, "exchange/my/acting.html", context)
