"""The citizen's way to the right procedure (`/procedures/`): life events, words as people say them, the whole list."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from huong.base.errors import NotFound
from huong.people.access import open_to_all
from huong.procedures.pages.citizen_info import drafts_shown, life_event
from huong.procedures.queries import finding


@require_safe
@open_to_all
def home(request: HttpRequest) -> HttpResponse:
    """Show the life events and the usual procedures, or what fits the words typed."""
    words = request.GET.get("q", "").strip()[:100]
    events, found = finding.find(words) if words else (list(finding.events()), finding.usual())
    context = {"words": words, "events": events, "found": found, "drafts": [] if words else drafts_shown(request)}
    return render(request, "procedures/finder/home.html", context)


@open_to_all
def event(request: HttpRequest, key: str) -> HttpResponseBase:
    """Show one life event: what it brings, one by one; or, where it is asked together, the way to apply for all.

    Raises:
        NotFound: the city knows no such event.
    """
    found = finding.event(key)
    if found is None:
        raise NotFound
    if found.bundled:
        return life_event(request, key)
    context = {"event": found, "found": finding.of_codes(found.procedures)}
    return render(request, "procedures/finder/event.html", context)
