"""Procedures for citizens: find one, read what will happen, when, how much and by whom, and begin."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from huong.base.errors import HuongError, NotFound
from huong.people import assurance
from huong.people import queries as people
from huong.people.access import open_to_all
from huong.people.assurance import needs_high
from huong.people.models import Agency, User
from huong.places import queries as places
from huong.procedures.actions import begin, citizen
from huong.procedures.actions.bundling import begin_event, resolve_all
from huong.procedures.models import Dossier, LifeEvent, Procedure
from huong.procedures.pages.owning import party_of, way_of
from huong.procedures.queries import catalogue
from huong.procedures.queries.application import drafts_of
from huong.procedures.rules.fields import fields_of
from huong.procedures.rules.nouns import Document


def _english() -> bool:
    return (get_language() or "vi").startswith("en")


def said(vi: str, en: str) -> str:
    """Return what the reader understands."""
    return (en or vi) if _english() else vi


def drafts_shown(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the drafts of whoever is signed in surely enough, to go on with."""
    if not isinstance(request.user, User) or assurance.of(request) < assurance.HIGH:
        return []
    own = people.party_of_user(request.user)
    return [
        {"uid": each.uid, "name": catalogue.procedure_name(each.procedure), "at": each.changed_at}
        for each in (drafts_of(own) if own else [])
    ]


def limit_words(made: Document) -> str:
    """Return how long the office has, in words."""
    amount = int(made.limit.amount) if made.limit.amount == int(made.limit.amount) else made.limit.amount
    measure = made.limit.measure
    if measure == "same_day":
        return _("On the same working day")
    if measure == "working_hours":
        return ngettext("%(n)s working hour", "%(n)s working hours", int(amount)) % {"n": amount}
    if measure == "half_days":
        return ngettext("%(n)s half day", "%(n)s half days", int(amount)) % {"n": amount}
    if measure == "calendar_days":
        return ngettext("%(n)s day", "%(n)s days", int(amount)) % {"n": amount}
    return ngettext("%(n)s working day", "%(n)s working days", int(amount)) % {"n": amount}


def _called(agency: Agency) -> str:
    return said(agency.name, agency.name_en)


def about(made: Document) -> dict[str, Any]:
    """Return what a procedure's page says before the first field."""
    fields = fields_of(made.form)
    return {
        "code": made.code,
        "name": said(made.name, made.name_en),
        "summary": said(made.summary, made.summary_en),
        "limit": limit_words(made),
        "limit_note": said(made.limit.note, made.limit.note_en),
        "agency": _("The People's Committee of your ward or commune") if made.agency == "unit" else _called(people.agency(made.agency)),
        "fees": [{"name": said(fee.name, fee.name_en), "amount": fee.amount, "online": fee.amount if fee.online is None else fee.online, "as_of": fee.as_of, "source": catalogue.cited(fee.source)} for fee in made.fees],
        "steps": [said(step.name, step.name_en) for step in made.steps],
        "papers": [{"name": said(need.name, need.name_en), "conditional": bool(need.when), "fetched": any(each.source for each in need.accepts)} for need in made.requirements],
        "results": [said(kind.name, kind.name_en) for kind in made.results],
        "basis": [catalogue.cited(each) for each in made.legal_basis],
        "as_of": made.as_of,
        "fields": len(fields),
        "fetched": sum(each.locks for each in fields),
        "needs_unit": made.agency == "unit",
        "for_firms": made.audience == ("organisation",),
        "online": made.level != "information",
    }  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@open_to_all
def procedure(request: HttpRequest, code: str) -> HttpResponseBase:
    """Show what will happen, when, how much and by whom; begin a draft."""
    if request.method == "POST":
        return _begin(request, partial(begin, code), partial(_again, code))
    version = catalogue.in_force(code)
    if version is None:
        return _not_modelled(request, catalogue.procedure(code))
    made = catalogue.document_by_id(version.pk)
    return render(request, "procedures/citizen/procedure.html", _context(about(made), [about(made)], code=code))


def _context(
    first: dict[str, Any], whole: list[dict[str, Any]], *, error: HuongError | None = None, **more: Any
) -> dict[str, Any]:
    return {
        "one": first,
        "whole": whole,
        "units": places.units(tier="ward"),
        "error": error,
        "sandbox": bool(settings.HUONG.sandbox_url),
        **more,
    }


def _again(code: str, error: HuongError) -> dict[str, Any]:
    one = about(catalogue.document_by_id(catalogue.current(code)[0].pk))
    return _context(one, [one], code=code, error=error)


def _not_modelled(request: HttpRequest, found: Procedure) -> HttpResponse:
    context = {
        "found": found,
        "name": said(found.name, found.name_en),
        "agency": _called(people.agency(found.agency)) if found.agency else "",
        "fee": catalogue.worded(found.fee_text),
        "basis": catalogue.cited(found.legal_basis),
        "source": catalogue.cited(found.source),
    }
    return render(request, "procedures/citizen/counter_only.html", context)


@needs_high
def _begin(
    request: HttpRequest, made: Callable[..., Dossier], context: Callable[[HuongError], Any]
) -> HttpResponseBase:
    """Begin a draft, or one for each procedure of a life event, and lead to its first open page.

    Args:
        made: begins it, given who applies, who acts, where and on whose behalf.
        context: what the page shows again when that is refused.
    """
    user = request.user
    if not isinstance(user, User):
        raise NotFound
    given = {
        "party": party_of(request),
        "actor": citizen(user),
        "unit": request.POST.get("unit", "")[:100],
        "way": way_of(request),
        "lang": (get_language() or "vi")[:2],
    }
    try:
        dossier = made(**given)
    except HuongError as error:
        return render(request, "procedures/citizen/procedure.html", context(error), status=error.status)
    resolve_all(dossier.uid, actor=citizen(user))
    return redirect("procedures:dossier", dossier.uid)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to_all
def life_event(request: HttpRequest, key: str) -> HttpResponseBase:
    """Show a life event with all that it brings, asked once; begin the application."""
    event = LifeEvent.objects.filter(key=key, bundled=True).first()
    codes = [code for code in event.procedures if catalogue.in_force(code)] if event else []
    if event is None or not codes:
        raise NotFound(_("These procedures cannot be applied for together here."))
    if request.method == "POST":
        return _begin(
            request, lambda **given: begin_event(key, **given).dossiers[0], partial(_event_context, event, codes)
        )
    return render(request, "procedures/citizen/procedure.html", _event_context(event, codes))


def _event_context(event: LifeEvent, codes: list[str], error: HuongError | None = None) -> dict[str, Any]:
    whole = [about(catalogue.document_by_id(catalogue.current(code)[0].pk)) for code in codes]
    first = {**whole[0], "name": said(event.name, event.name_en), "summary": said(event.hint, event.hint_en)}
    first["needs_unit"] = any(each["needs_unit"] for each in whole)
    return _context(first, whole, event=event.key, error=error)
