"""The search box: what every package finds, together."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from huong.base import search as port
from huong.people.access import open_to_all

LONGEST = 200
SHOWN = 50


@open_to_all
def search(request: HttpRequest) -> HttpResponse:
    """Find things with or without accents; everybody finds only what they may see."""
    wanted = request.GET.get("q", "").strip()[:LONGEST]
    return render(request, "web/search.html", {"q": wanted, "hits": port.find(wanted, request.user)[:SHOWN]})
