"""My matters: what somebody sent while signed in, and what this browser holds private links for."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from huong.people.access import open_to_all
from huong.web.matters import matters_of


@require_safe
@open_to_all
def mine(request: HttpRequest) -> HttpResponse:
    """Show my reports: waiting for me first, then the newest."""
    answer = render(request, "web/mine.html", {"cards": matters_of(request)})
    answer["Cache-Control"] = "private, no-store"
    return answer
