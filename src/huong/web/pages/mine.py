"""My matters: what somebody sent while signed in, and what this browser holds private links for."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from huong.people import acting, assurance, forms
from huong.people import queries as people
from huong.people.access import open_to_all
from huong.people.models import Party, User
from huong.procedures.pages.mine import sections_of
from huong.web.matters import matters_of


@require_safe
@open_to_all
def mine(request: HttpRequest) -> HttpResponse:
    """Show my reports, dossiers and papers, or those of whom I act for: waiting for me first; the doors to my data.

    Dossiers, papers and whom I act for are shown after a surer sign-in only; the doors lead there.
    """
    user = request.user
    known = people.party_of_user(user) if isinstance(user, User) else None
    own = known if assurance.of(request) >= assurance.HIGH else None
    context = {
        "cards": matters_of(request),
        "procedures": sections_of(_party(request, own)),
        "is_known": known is not None,
        "acting_for": acting.choices(user) if isinstance(user, User) and own is not None else [],
        "limits": forms.LIMITS,
    }
    answer = render(request, "web/mine.html", context)
    answer["Cache-Control"] = "private, no-store"
    return answer


def _party(request: HttpRequest, own: Party | None) -> Party | None:
    """Return whose dossiers are shown: whom somebody acts for and may read for, else their own party."""
    chosen = acting.current(request) if own is not None else None
    if chosen is not None:
        return chosen.party if "read" in chosen.limits else None
    return own
