"""Bringing a file in: choose it, confirm which column is which, watch it being checked, see what became of it."""

from typing import Any, BinaryIO, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from huong.base.errors import BadInput, HuongError, NotFound
from huong.catalogue import queries as catalogue
from huong.intake import actions, queries
from huong.intake.models import Load
from huong.intake.rules.mapping import SURE, expected_columns
from huong.people.access import needs, require_power, staff_only
from huong.quality import queries as quality
from huong.ui import words
from huong.web import datasets, loads, sentences
from huong.web.fields import type_of

SAMPLES = 3


@needs("intake.load")
def upload(request: HttpRequest, name: str) -> HttpResponse:
    """Take a file in and look at it; nothing is loaded before a person has confirmed its columns."""
    dataset = catalogue.require_visible(name, request.user)
    require_power(request.user, "intake.load", dataset.owner)
    context: dict[str, Any] = {
        "dataset": datasets.facts_of(dataset, datasets.contract_or_none(name)),
        "max_bytes": settings.HUONG.upload_mb * 1024 * 1024,
    }
    if request.method != "POST":
        return render(request, "web/datasets/upload.html", context)
    person: Any = request.user
    try:
        file = request.FILES.get("file")
        if file is None:
            raise BadInput(_("Please choose a file first."))
        load = actions.receive(name, cast("BinaryIO", file), name=file.name or "", by=person)
        if load.state == "failed":
            raise BadInput(load.message)
    except HuongError as error:
        return render(request, "web/datasets/upload.html", {**context, "error": error}, status=error.status)
    return redirect(f"{datasets.url_of(name)}upload/{load.id}")


@needs("intake.load")
def columns(request: HttpRequest, name: str, load_id: str) -> HttpResponse:
    """Show what was detected and the proposed columns; sending the form starts the load."""
    person: Any = request.user
    load = _load_of(name, load_id, person)
    if request.method != "POST":
        if loads.is_running(load) or load.state == "done":
            return redirect(f"{datasets.url_of(name)}loads/{load.id}")
        return render(request, "web/datasets/mapping.html", _columns_of(load, load.mapping or _proposed(load)))
    if request.POST.get("again"):
        actions.look_again(load_id, by=person, recipe={**load.recipe, "sheet": request.POST.get("sheet", "")})
        return redirect(request.path)
    chosen = {name: request.POST.get(f"map-{name}", "") for name in expected_columns(queries.spec_of(load))}
    try:
        actions.start(load_id, by=person, mapping=chosen)
    except HuongError as error:
        context = {**_columns_of(load, chosen, sent=True), "error": error}
        return render(request, "web/datasets/mapping.html", context, status=error.status)
    return redirect(f"{datasets.url_of(name)}loads/{load.id}")


def _load_of(name: str, load_id: str, person: Any) -> Load:
    """Return a load that a person may see, if it is one of this dataset.

    Raises:
        NotFound: it is not; the address would show another dataset's facts with it.
    """
    load = queries.load(load_id, person)
    if load.dataset != name:
        raise NotFound(_("There is no such load."))
    return load


def _proposed(load: Load) -> dict[str, str]:
    return {entry["expected"]: entry["column"] for entry in load.detail.get("proposal", []) if entry["column"]}


def _columns_of(load: Load, chosen: dict[str, str], *, sent: bool = False) -> dict[str, Any]:
    """Return the fields of the contract with the column chosen for each, as the page shows them."""
    spec = queries.spec_of(load)
    sure = {entry["expected"]: entry["confidence"] for entry in load.detail.get("proposal", [])}
    samples = load.detail.get("samples", {})
    lines = [
        {
            "name": expected,
            "title": found.title(datasets.language()),
            "type": type_of(found),
            "required": found.required,
            "column": chosen.get(expected, ""),
            "missing": found.required and not chosen.get(expected) and sent,
            "guessed": bool(chosen.get(expected)) and not sent and sure.get(expected, 1.0) < SURE,
            "samples": ", ".join(str(value) for value in samples.get(chosen.get(expected, ""), [])[:SAMPLES]),
        }
        for expected, found in expected_columns(spec).items()
    ]
    mapped = sum(bool(line["column"]) for line in lines)
    used = set(chosen.values())
    return {
        "dataset": datasets.facts_of(catalogue.dataset(load.dataset), spec),
        "file": {
            "id": load.id,
            "name": load.name,
            "size": load.blob.size if load.blob else None,
            "facts": detected_of(load),
            "sheet": load.detected.get("sheet", ""),
        },
        "sheets": load.detected.get("sheets", []) if len(load.detected.get("sheets", [])) > 1 else [],
        "lines": lines,
        "columns": load.columns,
        "unused": [column for column in load.columns if column not in used],
        "mapping_line": _("%(mapped)s of %(fields)s fields have a column")
        % {"mapped": words.number(mapped), "fields": words.number(len(lines))},
    }


def detected_of(load: Load) -> list[tuple[str, str]]:
    """Return what was found out about a file, as label and value."""
    found = load.detected
    signs = {",": _("comma"), ";": _("semicolon"), "\t": _("tab"), "|": _("bar")}
    labelled = [
        (_("Kind of file"), str(found.get("kind", "")).upper()),
        (_("Packed as"), str(found.get("packed", "")).upper()),
        (_("Encoding"), str(found.get("encoding", "")).upper()),
        (_("Old font"), str(found.get("font", "")).upper()),
        (_("Separator"), signs.get(str(found.get("delimiter", "")), str(found.get("delimiter", "")))),
        (_("Sheet"), str(found.get("sheet", ""))),
        (_("Columns"), words.number(len(load.columns)) if load.columns else ""),
        (_("Rows"), words.number(load.rows_total) if load.rows_total else ""),
    ]
    return [(label, value) for label, value in labelled if value]


@staff_only
def load_page(request: HttpRequest, name: str, load_id: str) -> HttpResponse:
    """Show a load: how far it is, or what became of it. Asked for a fragment, only its progress is sent."""
    person: Any = request.user
    load = _load_of(name, load_id, person)
    running = loads.is_running(load)
    if request.headers.get("HX-Request"):
        response = render(request, "web/datasets/load_progress.html", {"load": _progress(load)})
        if not running:
            response.headers["Huong-Done"] = "1"
        return response
    dataset = catalogue.dataset(name)
    spec = queries.spec_of(load)
    said = queries.messages_of(spec)
    scores = quality.latest(name).values
    weakest = sentences.weakest(scores)
    context = {
        "dataset": datasets.facts_of(dataset, spec),
        "load": {**_progress(load), **_result(load)},
        "facts": _facts(load),
        "reasons": sorted(
            ((said.get(rule, rule), count) for rule, count in load.counts.items()), key=lambda pair: -pair[1]
        ),
        "scores": scores,
        "weakest_words": _("Weakest: %(label)s %(share)s") % weakest if weakest else _("Not scored yet"),
        **datasets.powers_over(request.user, load.owner),
    }
    return render(request, "web/datasets/load.html", context)


def _progress(load: Load) -> dict[str, Any]:
    return {
        "id": load.id,
        "short": load.name,
        "url": f"{datasets.url_of(load.dataset)}loads/{load.id}",
        "running": loads.is_running(load),
        "share": load.share_done,
        "stage": loads.stage_of(load),
        "pace": loads.pace_of(load),
        "step": 3 if loads.is_running(load) else 4,
    }


def _result(load: Load) -> dict[str, Any]:
    seconds = loads.seconds_of(load)
    took = _("Loaded in %(time)s") % {"time": words.took(seconds)} if seconds is not None else _("Loaded")
    return {
        "stopped": load.state in ("stopped", "failed"),
        "waits": load.state == "received",
        "headline": took if load.state == "done" else datasets.capital(loads.state_of(load)),
        "detail": _committed(load),
        "problem": load.message,
        "same_bytes": load.problem == "same_bytes_elsewhere",
        "needs_columns": load.problem in ("mapping_needed", "mapping_unknown", "header_changed"),
        "resumable": load.state == "stopped" and load.problem not in ("mapping_needed", "same_bytes_elsewhere"),
        "accepted": load.accepted,
        "refused": load.refused,
    }


def _committed(load: Load) -> str:
    if load.commit_after is None:
        return _("No row could be committed; all wait for repair.") if load.refused else ""
    return _("The rows are version %(version)s of the dataset.") % {"version": words.number(load.commit_after)}


def _facts(load: Load) -> list[tuple[str, str]]:
    who = str(load.by) if load.by else (load.source.name if load.source else _("the platform"))
    return [
        (_("File"), load.name),
        *detected_of(load),
        (_("Brought by"), who),
        (_("Came"), words.moment(load.made_at)),
        (_("Contract"), load.contract_version),
        (_("SHA-256 of the file"), load.raw_digest),
    ]


@needs("intake.load")
@require_POST
def decide(request: HttpRequest, name: str, load_id: str, verb: str) -> HttpResponse:
    """Stop a load, go on with it, or confirm that both datasets of the same file are right."""
    person: Any = request.user
    if verb == "stop":
        actions.stop(load_id, by=person)
    elif verb == "confirm":
        actions.confirm(load_id, by=person, reason=request.POST.get("reason", ""))
    else:
        actions.resume(load_id, by=person)
    return redirect(f"{datasets.url_of(name)}loads/{load_id}")
