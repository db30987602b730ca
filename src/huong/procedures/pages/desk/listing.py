"""The officers' list of dossiers, across all procedures: what waits, filtered, found by code or by name."""

from datetime import date
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from huong.base import clock
from huong.base.errors import BadInput
from huong.people import access
from huong.people.access import needs
from huong.people.models import User
from huong.people.names import colleagues
from huong.procedures import queries
from huong.procedures.actions import issuing
from huong.procedures.pages.desk import asking, rows, table
from huong.procedures.queries.lists import ORDERS, READ, Wanted, Work, order_of
from huong.ui import words

PAGE = 50


@needs(READ)
def listing(request: HttpRequest) -> HttpResponse:
    """List the dossiers a person asks for, most pressing first."""
    wanted = asking.wanted_of(request.GET, order=asking.chosen_order(request))
    return _list(request, wanted, after=request.GET.get("after") or None)


@needs(READ)
@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """Find dossiers by the applicant's name, with or without accents; names travel in no address."""
    person = request.POST.get("person", "").strip()
    wanted = asking.wanted_of(_without_person(request), person=person, order="newest")
    return _list(request, wanted, after=request.POST.get("after") or None)


def _without_person(request: HttpRequest) -> Any:
    """Return the filters of a search: its `person` is a name, not the id of an officer."""
    given = request.POST.copy()
    given.pop("person", None)
    if "scope" not in given:
        given["scope"] = "all"
    return given


def _list(request: HttpRequest, wanted: Wanted, *, after: str | None) -> HttpResponse:
    person = cast("User", request.user)
    work = queries.work_of(person, wanted.scope)
    page = queries.dossiers_for(person, wanted, after=after, size=PAGE, only=rows.FIELDS)
    own = access.agencies_of(person)
    main = access.main_agency(person)
    may_handle = access.has_power(person, "procedures.handle")
    due = queries.questions_due(own, page.items) if wanted.scope == "asked" else None
    context = {
        "rows": table.markup_of(rows.rows_of(page.items, own, questions=due), choose=may_handle),
        "state_line": state_line(work),
        "chips": asking.chips(
            wanted,
            work,
            in_ward=main is not None and main.tier == "ward",
            sees_all=access.sees_all(person, READ),
        ),
        "wanted": wanted,
        "order": next(key for key, order in ORDERS.items() if order == order_of(wanted)),
        "chosen": {name: request.GET.get(name, "") for name in asking.NAMES},
        "filtered": any(request.GET.get(name) for name in asking.NAMES if name not in {"scope", "order"}),
        "next": page.next,
        "first": after is None,
        "may_handle": may_handle,
        "may_receive": access.has_power(person, "procedures.receive"),
        "may_sign": access.has_power(person, "procedures.sign"),
        "colleagues": colleagues(main.code) if main is not None else [],
        "outcome": request.session.pop("dossiers_outcome", None),
        **asking.choices(),
    }
    return render(request, "procedures/desk/list.html", context)


def state_line(work: Work) -> str:
    """Return the head of the list in one sentence: "38 hồ sơ · 2 quá hạn · 4 đến hạn trong một ngày"."""
    if not work.open:
        return _("Nothing waits here.")
    parts = [ngettext("%(count)s dossier", "%(count)s dossiers", work.open) % {"count": words.number(work.open)}]
    if work.late:
        parts.append(_("%(count)s overdue") % {"count": words.number(work.late)})
    if work.soon:
        parts.append(_("%(count)s due within a day") % {"count": words.number(work.soon)})
    if work.new:
        parts.append(_("%(count)s to be accepted") % {"count": words.number(work.new)})
    return " · ".join(parts)


@needs(READ)
def book(request: HttpRequest) -> HttpResponse:
    """Print the register (form 06) of what the agency took in over some days; the month so far if none are named."""
    today = clock.today()
    try:
        first = date.fromisoformat(request.GET.get("first") or today.replace(day=1).isoformat())
        last = date.fromisoformat(request.GET.get("last") or today.isoformat())
    except ValueError as error:
        raise BadInput(_("Please choose a day."), code="day_needed", field="first") from error
    data = issuing.book(first, last, by=cast("User", request.user))
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="so-theo-doi-{first.isoformat()}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response
