"""The citizens' first page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from huong.people.access import open_to_all


@open_to_all
def home(request: HttpRequest) -> HttpResponse:
    """Greet, search, and show how the city's data stands today."""
    return render(request, "web/home.html", {})
