"""The channels by which citizens write: the mailbox and how it does, messengers set up, shown their secret once."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from huong.base.errors import HuongError
from huong.people.access import needs
from huong.reports.actions import mailbox, messengers
from huong.reports.queries import channels

POWER = "reports.rules"
HOME = "/desk/reports/channels/"


@needs(POWER)
def listing(request: HttpRequest) -> HttpResponse:
    """Show the mailbox and the messengers; take a new messenger."""
    person: Any = request.user
    context: dict[str, Any] = {"typed": request.POST}
    if request.method == "POST":
        try:
            held, secret = messengers.save_messenger(
                request.POST.get("name", ""), send_url=request.POST.get("send_url", ""), by=person
            )
        except HuongError as error:
            context["error"] = error
        else:
            address = request.build_absolute_uri(f"/api/v1/reports/messengers/{held.key}")
            context = {"made": held, "secret": secret, "bring_url": address, "typed": {}}
    status = context["error"].status if "error" in context else 200
    answer = render(request, "reports/desk/channels.html", context | _state(), status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def _state() -> dict[str, Any]:
    try:
        place = mailbox.place()
    except HuongError as error:
        return {"mailbox_error": error.message, "messengers": channels.messengers()}
    return {
        "mailbox_name": place.name if place else "",
        "mailbox": channels.mailbox(place.name) if place else None,
        "messengers": channels.messengers(),
        "counts": channels.counts(),
    }


@needs(POWER)
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Change where a messenger's answers go, or put it out of use."""
    person: Any = request.user
    if request.method == "POST":
        held = messengers.require(key)
        try:
            messengers.save_messenger(
                request.POST.get("name", held.name),
                send_url=request.POST.get("send_url", held.send_url),
                key=key,
                active=request.POST.get("active", "") == "1",
                by=person,
            )
            messages.success(request, _("“%(name)s” is kept.") % {"name": held.name})
        except HuongError as error:
            messages.error(request, error.message)
    return redirect(HOME)
