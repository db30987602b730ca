"""The bell: what was told to a person, newest first."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from huong.messages import actions, queries
from huong.people.access import signed_in

ICONS = {"load": "database", "quarantine": "triangle-alert", "system": "server", "people": "users"}


@signed_in
def bell(request: HttpRequest) -> HttpResponse:
    """Show a person's news; sending the form marks all as read."""
    if request.method == "POST":
        actions.mark_all_read(_id_of(request))
        return redirect("/bell")
    page = queries.bells_of(_person(request), after=request.GET.get("after") or None)
    items = [
        {
            "text": queries.text_of(line),
            "url": line.url,
            "at": line.at,
            "unread": line.read_at is None,
            "icon": ICONS.get(line.kind.split(".")[0], "bell"),
        }
        for line in page.items
    ]
    context = {"items": items, "unread": queries.unread_count(_person(request)), "next": page.next}
    context["first"] = not request.GET.get("after")
    return render(request, "web/bell.html", context)


def _person(request: HttpRequest) -> Any:
    return request.user


def _id_of(request: HttpRequest) -> int:
    return int(request.user.pk or 0)
