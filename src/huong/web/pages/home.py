"""The citizens' first page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from huong.people.access import open_to_all
from huong.web import datasets

SHOWN = 3


@open_to_all
def home(request: HttpRequest) -> HttpResponse:
    """Greet, search, and show how the city's data stands today."""
    rows = datasets.rows_for(request.user)
    good, judged = datasets.passed(rows)
    return render(request, "web/home.html", {"passed": good, "scored": judged, "shown": datasets.worst(rows, SHOWN)})
