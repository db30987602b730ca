"""Contracts: read one, compare versions, write a new version with problems shown at their lines."""

import difflib
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from huong.base.errors import BadInput, HuongError, TooLarge
from huong.catalogue import actions, queries
from huong.catalogue.models import Dataset
from huong.people import access
from huong.people.access import needs, staff_only
from huong.web import datasets, fields

LONGEST = 1024 * 1024
TONES = {"never": "bad", "major": "bad", "minor": "weak", "patch": "good"}
TEMPLATE = "web/datasets/contract.html"


@staff_only
def contract(request: HttpRequest, name: str) -> HttpResponse:
    """Show a dataset's contract and its versions; sending the form checks or keeps a new version."""
    dataset = queries.require_visible(name, request.user)
    if request.method == "POST":
        return _keep(request, dataset)
    return render(request, TEMPLATE, _shown(request, dataset))


@needs("catalogue.edit")
def new(request: HttpRequest) -> HttpResponse:
    """Write the first contract of a new dataset, from a small example that is already right."""
    if request.method == "POST":
        return _keep(request, None)
    agency = access.main_agency(request.user)
    starter = render_to_string(
        "web/starter.yaml",
        {
            "language": datasets.language(),
            "agency_code": agency.code if agency else "",
            "agency_name": agency.name if agency else "",
        },
    )
    return render(request, TEMPLATE, {**_about(None), "editing": True, "text": starter, "action": request.path})


@needs("catalogue.approve")
@require_POST
def activate(request: HttpRequest, name: str) -> HttpResponse:
    """Put a draft into force."""
    person: Any = request.user
    actions.activate(name, request.POST.get("version", ""), by=person)
    return redirect(f"{datasets.url_of(name)}contract")


@staff_only
def document(request: HttpRequest, name: str) -> HttpResponse:
    """Send a contract as the YAML file that it is."""
    queries.require_visible(name, request.user)
    text = queries.contract_text(name, request.GET.get("version") or None)
    response = HttpResponse(text, content_type="application/yaml; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.yaml"'
    return response


def _about(dataset: Dataset | None) -> dict[str, Any]:
    if dataset is None:
        return {"dataset": {"url": "/desk/datasets/new"}, "state_line": _("The first version registers the dataset.")}
    facts = datasets.facts_of(dataset, datasets.contract_or_none(dataset.name))
    return {"dataset": facts, "state_line": facts["title"]}


def _shown(request: HttpRequest, dataset: Dataset) -> dict[str, Any]:
    """Return a version of a contract with what it changed, and the editor if that was asked for."""
    versions = queries.versions_of(dataset.name)
    may = datasets.powers_over(request.user, dataset.owner.code)
    wanted = request.GET.get("version", "")
    chosen = next((found for found in versions if found.version == wanted), None)
    chosen = (
        chosen or next((found for found in versions if found.state == "active"), None) or next(iter(versions), None)
    )
    text = queries.contract_text(dataset.name, chosen.version) if chosen else ""
    url = f"{datasets.url_of(dataset.name)}contract"
    return {
        **_about(dataset),
        **may,
        "versions": [
            {
                "version": found.version,
                "url": f"{url}?version={found.version}",
                "on": found is chosen,
                "active": found.state == "active",
            }
            for found in versions
        ],
        "shown": bool(chosen),
        "shown_version": chosen.version if chosen else "",
        "is_draft": bool(chosen and chosen.state == "draft"),
        "may_activate": bool(chosen and chosen.state == "draft" and may["may_approve"]),
        "editing": bool(request.GET.get("edit")) and may["may_edit"],
        "text": text,
        "action": url,
        "source": [{"text": line} for line in text.splitlines()],
        "fields": fields.of(queries.contract_of(dataset.name, chosen.version)) if chosen else [],
        "diff": _diff(dataset.name, versions, chosen),
    }


def _diff(name: str, versions: list[queries.Version], chosen: queries.Version | None) -> dict[str, Any] | None:
    """Return what the version before did not have, in sentences and line by line."""
    if chosen is None or chosen is versions[-1]:
        return None
    before = versions[versions.index(chosen) + 1]
    old, new_ = (queries.contract_text(name, found.version).splitlines() for found in (before, chosen))
    lines = difflib.unified_diff(old, new_, lineterm="", n=2)
    weight = chosen.changes[0][0] if chosen.changes else "patch"
    return {
        "before": before.version,
        "after": chosen.version,
        "kind": _weight(weight),
        "tone": TONES[weight],
        "changes": [sentence for _weight_of, sentence in chosen.changes],
        "lines": [{"sign": line[:1], "text": line[1:]} for line in lines if not line.startswith(("---", "+++"))],
    }


def _weight(weight: str) -> str:
    return {
        "never": _("needs a new dataset"),
        "major": _("breaks what others rely on"),
        "minor": _("adds to what is there"),
        "patch": _("only words"),
    }[weight]


def _keep(request: HttpRequest, dataset: Dataset | None) -> HttpResponse:
    """Check a contract's text, or keep it as a new version; problems come back at their lines."""
    context = {**_about(dataset), "editing": True, "action": request.path, "may_edit": True}
    person: Any = request.user
    try:
        context["text"] = _text_of(request)
        checked = actions.check(context["text"])
        context |= _problems(context["text"], checked.problems)
        if checked.is_good and not request.POST.get("check"):
            kept = actions.add(context["text"], by=person)
            return redirect(f"{datasets.url_of(kept.dataset.name)}contract?version={kept.version}")
        context["checked"] = _said(checked)
    except HuongError as error:
        context["error"] = error
        return render(request, TEMPLATE, context, status=error.status)
    return render(request, TEMPLATE, context, status=200 if checked.is_good else 400)


def _text_of(request: HttpRequest) -> str:
    """Return the text that was written, or that of the file that was chosen.

    Raises:
        TooLarge: it is longer than a contract can be.
        BadInput: the file is not a text in UTF-8.
    """
    file = request.FILES.get("file")
    if file is None:
        return request.POST.get("text", "").replace("\r\n", "\n")
    if (file.size or 0) > LONGEST:
        raise TooLarge(_("A contract is at most one megabyte of text. Nothing was kept."))
    try:
        return bytes(file.read()).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(_("This file is not a text in UTF-8. Please save it as UTF-8 and choose it again.")) from error


def _problems(text: str, problems: list[actions.Said]) -> dict[str, Any]:
    if not problems:
        return {"problems": []}
    wrong: dict[int, str] = {}
    for found in problems:
        wrong.setdefault(found.line, found.message)
    lines = text.splitlines()
    return {
        "problems": problems,
        "source": [
            {"number": number, "text": line, "wrong": wrong.get(number, "")} for number, line in enumerate(lines, 1)
        ],
    }


def _said(checked: actions.Checked) -> dict[str, Any]:
    """Return what the check says in words: whether the text can be kept, what it changes, what is missing."""
    if checked.needed == "-":
        line = _("These changes cannot be made to this dataset.")
    elif checked.needed:
        line = _("These changes need at least version %(version)s.") % {"version": checked.needed}
    elif checked.is_good:
        line = _("This contract is in order.")
    else:
        return {}
    return {
        "line": line,
        "tone": "good" if checked.is_good else "weak",
        "changes": [sentence for _weight_of, sentence in checked.changes],
        "consumers": ", ".join(checked.consumers),
    }
