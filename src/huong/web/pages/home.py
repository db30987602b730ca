"""The citizens' first page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from huong.base import city
from huong.people.access import open_to_all
from huong.people.names import names
from huong.procedures.queries import finding
from huong.web import datasets
from huong.web.matters import matters_of, near_me

SHOWN = 3
LIFE_EVENTS = 4


@require_safe
@open_to_all
def home(request: HttpRequest) -> HttpResponse:
    """Lead to rescue, to reporting and to procedures; show one's own matters, what others reported, the city's data."""
    mine = matters_of(request)
    near, cards = near_me(mine)
    rows = datasets.rows_for(request.user)
    good, judged = datasets.passed(rows)
    context = {
        "emergency": city.facts().get("emergency", ""),
        "mine": mine[:SHOWN],
        "more": len(mine) > SHOWN,
        "near": near,
        "near_name": names((), {near}).unit(near, otherwise=""),
        "cards": cards,
        "passed": good,
        "scored": judged,
        "shown": datasets.worst(rows, SHOWN),
        "life_events": finding.events()[:LIFE_EVENTS],
    }
    answer = render(request, "web/home.html", context)
    if mine:
        answer["Cache-Control"] = "private, no-store"
    return answer
