"""Declaring that offices could not work, and saying when that ended."""

from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from huong.base import clock
from huong.base.errors import BadInput, HuongError
from huong.people import access
from huong.people.access import needs
from huong.people.models import User
from huong.people.names import names
from huong.procedures import jobs, queries
from huong.procedures.actions import disrupting
from huong.procedures.models import Disruption
from huong.procedures.queries.lists import READ

HOME = "/desk/dossiers/disruptions/"
MOST_YEARS = 10


@needs(READ)
def listing(request: HttpRequest) -> HttpResponse:
    """List declared disruptions, newest first, with the form for whoever may declare one."""
    return _page(request)


def _page(request: HttpRequest, error: HuongError | None = None) -> HttpResponse:
    person = cast("User", request.user)
    held = names()
    rows = [
        {
            "key": each.key,
            "name": each.name,
            "mode": each.get_mode_display(),
            "starts_at": each.starts_at,
            "ends_at": each.ends_at,
            "legal_text": each.legal_text,
            "ended_by_text": each.ended_by_text,
            "where": ", ".join(held.unit(code) for code in each.units) or _("the whole city"),
            "what": ", ".join(queries.procedure_name(code) for code in each.procedures) or _("all procedures"),
        }
        for each in Disruption.objects.order_by("-starts_at", "-id")[:100]
    ]
    context = {
        "rows": rows,
        "error": error,
        "typed": request.POST,
        "typed_units": request.POST.getlist("units"),
        "typed_procedures": request.POST.getlist("procedures"),
        "may_disrupt": access.has_power(person, disrupting.POWER),
        "units": held.units_to_choose(),
        "procedures": queries.choices(),
        "now": clock.local(clock.now()).strftime("%Y-%m-%dT%H:%M"),
    }
    return render(request, "procedures/desk/disruptions.html", context, status=error.status if error else 200)


@needs("procedures.disrupt")
@require_POST
def declare(request: HttpRequest) -> HttpResponse:
    """Declare a disruption; due days follow in a job."""
    data = request.POST
    try:
        with transaction.atomic():
            held = disrupting.declare(
                name=data.get("name", ""),
                mode=data.get("mode", ""),
                starts_at=_moment(data.get("starts_at", ""), "starts_at"),
                ends_at=_moment(data["ends_at"], "ends_at") if data.get("ends_at") else None,
                legal_text=data.get("legal_text", ""),
                units=data.getlist("units"),
                procedures=data.getlist("procedures"),
                by=cast("User", request.user),
            )
            jobs.follow_disruption.later(held.key)
    except HuongError as error:
        return _page(request, error)
    messages.success(request, _("Declared. Days are computed anew now, and each applicant is told once."))
    return redirect(HOME)


@needs("procedures.disrupt")
@require_POST
def end(request: HttpRequest, key: str) -> HttpResponse:
    """Say when a disruption ended."""
    data = request.POST
    try:
        with transaction.atomic():
            disrupting.end(
                key,
                ends_at=_moment(data.get("ends_at", ""), "ends_at"),
                legal_text=data.get("legal_text", ""),
                by=cast("User", request.user),
            )
            jobs.follow_disruption.later(key)
    except HuongError as error:
        return _page(request, error)
    messages.success(request, _("It has ended. Days are computed anew now."))
    return redirect(HOME)


def _moment(text: str, field: str) -> datetime:
    """Return an instant as a browser sends it, in the city's zone.

    Raises:
        BadInput: it is none, or too far away.
    """
    try:
        found = datetime.fromisoformat(text).replace(tzinfo=clock.zone())
    except ValueError as error:
        raise BadInput(_("Please give day and time."), code="time_needed", field=field) from error
    if abs(found.year - clock.today().year) > MOST_YEARS:
        raise BadInput(_("That year lies too far away. Please look at it."), code="too_far", field=field)
    return found


def moment_typed(text: str, field: str) -> datetime | None:
    """Return an instant typed into a form; None if it was left empty."""
    found: Any = _moment(text, field) if text.strip() else None
    return cast("datetime | None", found)
