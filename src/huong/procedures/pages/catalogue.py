"""The officers' pages of the catalogue (`/desk/procedures/`): what the city offers, drafted, compared, tried, published."""

from typing import Any

import yaml
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from huong.base import plain_yaml
from huong.base.errors import BadInput, HuongError
from huong.base.paging import keyset
from huong.base.text import fold, whole
from huong.people import access
from huong.people.access import needs
from huong.procedures import queries
from huong.procedures.actions import catalogue as verbs
from huong.procedures.models import Procedure, ProcedureVersion
from huong.procedures.rules.comparing import differences

HOME = "/desk/procedures/"
SHOWN = 50


@needs("procedures.read")
def listing(request: HttpRequest) -> HttpResponse:
    """List the city's procedures, with and without a modelled flow; of one domain, searched with or without accents."""
    words = request.GET.get("q", "").strip()
    found = Procedure.objects.filter(is_active=True)
    for word in fold(words).split():
        found = found.filter(folded__contains=word) | found.filter(code__startswith=word)
    if request.GET.get("modelled"):
        found = found.filter(code__in=list(queries.modelled()))
    domain = request.GET.get("domain", "")[:120]
    if domain:
        found = found.filter(domain=domain)
    page = keyset(found, order=("code",), after=request.GET.get("after"), size=SHOWN)
    context = {
        "page": page,
        "rows": [(each, queries.worded(each.domain)) for each in page.items],
        "domain": domain,
        "domains": queries.domains(),
        "words": words,
        "modelled": set(queries.modelled()),
        "only_modelled": bool(request.GET.get("modelled")),
        "running": len(list(queries.modelled())),
        "may_change": access.has_power(request.user, "procedures.catalogue"),
    }
    return render(request, "procedures/catalogue/list.html", context)


@needs("procedures.read")
def single(request: HttpRequest, code: str) -> HttpResponse:
    """Show one procedure with its versions; whoever may drafts, compares, tries and publishes here."""
    versions = queries.versions_of(code)
    procedure = queries.procedure(code)
    context: dict[str, Any] = {
        "procedure": procedure,
        "versions": versions,
        "may_change": access.has_power(request.user, "procedures.catalogue"),
        "body": request.POST.get("body") or _text(_newest(versions)),
        "answers": request.POST.get("answers", ""),
    }
    if request.method == "POST":
        try:
            away = _act(request, code, context)
        except HuongError as error:
            context["error"] = error
        else:
            if away:
                return redirect(away)
    context |= _compared(versions, context["body"])
    return render(request, "procedures/catalogue/single.html", context, status=_status(context))


def _status(context: dict[str, Any]) -> int:
    return context["error"].status if "error" in context else 200


def _newest(versions: list[ProcedureVersion]) -> dict[str, Any]:
    return versions[0].body if versions else {}


def _text(body: dict[str, Any]) -> str:
    return yaml.safe_dump(body, allow_unicode=True, sort_keys=False, width=110)


def _read(text: str, field: str) -> dict[str, Any]:
    try:
        found = plain_yaml.read(text) or {}
    except yaml.YAMLError as error:
        raise BadInput(_("This is no YAML: %(reason)s.") % {"reason": error}, code="no_yaml", field=field) from error
    if not isinstance(found, dict):
        raise BadInput(_("Please write names and values."), code="no_mapping", field=field)
    return found


def _act(request: HttpRequest, code: str, context: dict[str, Any]) -> str:
    person: Any = request.user
    do = request.POST.get("do", "")
    number = whole(request.POST.get("number", ""))
    if do == "try":
        answers = _read(context["answers"], "answers")
        context["trial"] = verbs.tried(code, _read(context["body"], "body"), answers)
        return ""
    if do == "publish" and number is not None:
        verbs.publish(code, number, by=person)
        messages.success(request, _("In force from now on. Running dossiers keep the version of their day."))
    elif do == "retire" and number is not None:
        verbs.retire(code, number, by=person)
        messages.success(request, _("No new dossier begins with it. Running ones go on."))
    else:
        verbs.draft(code, _read(context["body"], "body"), by=person, number=number)
        messages.success(request, _("The draft is kept. Nothing changes for citizens yet."))
    return f"{HOME}{code}"


def _compared(versions: list[ProcedureVersion], text: str) -> dict[str, Any]:
    """Return what differs between the version in force and the text on the page."""
    in_force = next((version for version in versions if version.state == "published"), None)
    try:
        after = _read(text, "body")
    except BadInput:
        return {"in_force": in_force, "differences": []}
    found = differences(in_force.body, after) if in_force else []
    return {
        "in_force": in_force,
        "differences": found,
        "draft": next((v for v in versions if v.state == "draft"), None),
    }
