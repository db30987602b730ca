"""Where a dataset's data comes from by itself: list, set up, try, pause, fetch now, and what became of each run."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from huong.base.errors import BadInput, HuongError, NotFound
from huong.catalogue import queries as catalogue
from huong.intake import actions, queries
from huong.intake.models import Run, Source
from huong.intake.rules.mapping import expected_columns
from huong.people.access import needs, require_power
from huong.quality import queries as quality
from huong.ui import words
from huong.web import datasets, source_forms
from huong.web.fields import column_title, type_of

POWER = "catalogue.edit"
RUNS = 30


def _open(request: HttpRequest, name: str) -> dict[str, Any]:
    """Return what every page here shows at its head; refuse who may not set up sources for the owner."""
    dataset = catalogue.require_visible(name, request.user)
    require_power(request.user, POWER, dataset.owner)
    facts = datasets.facts_of(dataset, datasets.contract_or_none(name))
    return {"dataset": facts, "sources_url": f"{facts['url']}sources/"}


@needs(POWER)
def listing(request: HttpRequest, name: str) -> HttpResponse:
    """List the sources of a dataset with their schedule and how they do."""
    context = _open(request, name)
    found = list(queries.sources_of(name))
    failing = sum(source.failures > 0 for source in found)
    said = _("%(count)s sources") % {"count": words.number(len(found))} if found else _("Nothing is fetched by itself")
    context |= {
        "sources": [line_of(source, context["sources_url"]) for source in found],
        "state_line": f"{said} · {_('%(count)s do not answer') % {'count': words.number(failing)}}"
        if failing
        else said,
        "kinds": [kind for kind in source_forms.KINDS.values() if not kind.own],
        "scores": quality.latest(name).values,
    }
    return render(request, "web/sources/list.html", context)


def line_of(source: Source, url: str) -> dict[str, Any]:
    """Return a source as one line of the list."""
    kind = source_forms.KINDS.get(source.kind)
    return {
        "name": source.name,
        "url": f"{url}{source.pk}",
        "kind": kind.title if kind else source.kind,
        "icon": kind.icon if kind else "plug",
        "place": source_forms.place_in_words(source),
        "schedule": source_forms.schedule_in_words(source),
        "ran_at": source.ran_at,
        "due_at": source.due_at if source.is_active else None,
        "active": source.is_active,
        "failures": source.failures,
        "error": source.last_error,
        "made_by": str(source.made_by) if source.made_by else "",
    }


@needs(POWER)
def new(request: HttpRequest, name: str, kind: str) -> HttpResponse:
    """Set up a new source of one kind: fill in, try it, confirm the columns, keep it."""
    context = _open(request, name)
    return _form(request, name, context, source_forms.kind_of(kind), None)


@needs(POWER)
def edit(request: HttpRequest, name: str, source_id: str) -> HttpResponse:
    """Show a source with its runs; change its settings, mapping and schedule."""
    context = _open(request, name)
    source = _of(name, source_id)
    return _form(request, name, context, source_forms.kind_of(source.kind), source)


def _of(name: str, source_id: str) -> Source:
    source = queries.source(source_id)
    if source.dataset != name:
        raise NotFound(_("There is no such source."))
    return source


def _form(
    request: HttpRequest, name: str, context: dict[str, Any], kind: source_forms.Kind, source: Source | None
) -> HttpResponse:
    """Answer the form: try the connection, keep the source, or show what there is."""
    trial, error = None, None
    if request.method == "POST":
        try:
            if request.POST.get("try"):
                trial = _tried(request, name, kind, source)
            else:
                kept = _kept(request, name, kind, source)
                messages.success(request, _("The source “%(name)s” is kept.") % {"name": kept.name})
                return redirect(f"{context['sources_url']}{kept.pk}")
        except HuongError as refusal:
            error = refusal
    context |= _shown(request, context, kind, source, trial) | {"error": error}
    return render(request, "web/sources/form.html", context, status=error.status if error else 200)


def _name(request: HttpRequest, source: Source | None) -> str:
    name = source.name if source else request.POST.get("name", "").strip()[:120]
    if not name:
        raise BadInput(_("Please give the source a name."), code="setting_name")
    return name


def _tried(request: HttpRequest, name: str, kind: source_forms.Kind, source: Source | None) -> Any:
    person: Any = request.user
    return actions.try_source(
        name,
        kind=kind.key,
        settings=source_forms.settings_of(kind, request.POST),
        credentials=source_forms.secrets_of(kind, request.POST),
        name=source.name if source else "",
        by=person,
    )


def _kept(request: HttpRequest, name: str, kind: source_forms.Kind, source: Source | None) -> Source:
    person: Any = request.user
    wanted = _name(request, source)
    if source is None and queries.sources_of(name).filter(name=wanted).exists():
        raise BadInput(_("This dataset has a source “%(name)s” already.") % {"name": wanted}, code="name_taken")
    return actions.save_source(
        name,
        wanted,
        kind=kind.key,
        settings=source_forms.settings_of(kind, request.POST),
        mapping={
            key.removeprefix("map-"): str(value)
            for key, value in request.POST.items()
            if key.startswith("map-") and value
        },
        recipe=source.recipe if source else None,
        credentials=source_forms.secrets_of(kind, request.POST),
        every_minutes=source_forms.every_of(request.POST),
        is_active=source.is_active if source else True,
        by=person,
    )


def _shown(
    request: HttpRequest, context: Mapping[str, Any], kind: source_forms.Kind, source: Source | None, trial: Any
) -> dict[str, Any]:
    """Return the form as it was typed, or as it is kept; with the columns if the source was tried."""
    sent = request.method == "POST"
    values: Mapping[str, Any] = request.POST if sent else (source.settings if source else {})
    every = (source_forms.every_of(request.POST) if sent else (source.every_minutes if source else 1440)) or 0
    lines = source_forms.lines(kind, values, kept_secret=bool(source and source.credentials))
    choices = dict(source_forms.EVERY) | ({} if every in dict(source_forms.EVERY) else {every: str(every)})
    return {
        "kind": kind,
        "source": line_of(source, context["sources_url"]) if source else None,
        "name": source.name if source else request.POST.get("name", ""),
        "lines": [line for line in lines if not line["more"]],
        "more": [line for line in lines if line["more"]],
        "more_open": any(line["value"] for line in lines if line["more"]),
        "every": [(minutes, said, minutes == every) for minutes, said in sorted(choices.items())],
        "trial": trial,
        "fields": _fields(context["dataset"]["name"], _mapping(request, source, trial), trial),
        "runs": [_run(run) for run in queries.runs_of(source.pk)[:RUNS]] if source else [],
    }


def _mapping(request: HttpRequest, source: Source | None, trial: Any) -> dict[str, str]:
    typed = {key.removeprefix("map-"): str(value) for key, value in request.POST.items() if key.startswith("map-")}
    kept = dict(source.mapping) if source else {}
    return (dict(trial.mapping) if trial else {}) | kept | {key: value for key, value in typed.items() if value}


def _fields(name: str, mapping: Mapping[str, str], trial: Any) -> list[dict[str, Any]]:
    """Return the contract's fields, each with the columns to choose from; none before the source was tried."""
    spec = datasets.contract_or_none(name)
    columns = trial.columns if trial else sorted(set(mapping.values()))
    if spec is None or not columns:
        return []
    return [
        {
            "name": expected,
            "title": column_title(expected, found),
            "type": type_of(found),
            "required": found.required,
            "options": [(column, column == mapping.get(expected)) for column in columns],
            "samples": ", ".join(trial.samples.get(mapping.get(expected, ""), [])) if trial else "",
        }
        for expected, found in expected_columns(spec).items()
    ]


def _run(run: Run) -> dict[str, Any]:
    load = run.load
    nothing = _("nothing new")
    rows = _("%(rows)s rows") % {"rows": words.number(run.rows)} if run.rows else nothing
    return {
        "at": run.at,
        "took": words.took(run.seconds),
        "sentence": run.message or rows,
        "state": _("failed") if run.problem else (_("loaded") if load else nothing),
        "tone": "bad" if run.problem else ("good" if load else "plain"),
        "url": f"{datasets.url_of(load.dataset)}loads/{load.pk}" if load else "",
    }


def _done(request: HttpRequest, name: str, source_id: str, verb: Callable[[], object], said: str) -> HttpResponse:
    context = _open(request, name)
    source = _of(name, source_id)
    try:
        verb()
        messages.success(request, said % {"name": source.name})
    except HuongError as error:
        messages.error(request, error.message)
    return redirect(f"{context['sources_url']}{source.pk}")


@needs(POWER)
@require_POST
def fetch(request: HttpRequest, name: str, source_id: str) -> HttpResponse:
    """Fetch what is new as soon as a job process is free."""
    person: Any = request.user
    said = _("“%(name)s” is being asked. Open this page again in a moment.")
    return _done(request, name, source_id, lambda: actions.pull_later(source_id, by=person), said)


@needs(POWER)
@require_POST
def pause(request: HttpRequest, name: str, source_id: str, *, active: bool) -> HttpResponse:
    """Pause a source, or let it go on."""
    person: Any = request.user
    said = _("“%(name)s” goes on with its schedule.") if active else _("“%(name)s” is paused.")
    return _done(request, name, source_id, lambda: actions.set_active(source_id, active=active, by=person), said)
