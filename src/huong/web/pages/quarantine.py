"""Data waiting for repair: what is wrong, row by row; repaired alone or all rows of a rule, replayed, dropped."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from huong.base.errors import HuongError, NotFound
from huong.catalogue import queries as catalogue
from huong.catalogue.rules import ContractSpec
from huong.intake import actions, quarantine, queries
from huong.intake.models import Load, Repair
from huong.intake.rules.mapping import expected_columns
from huong.people.access import needs, staff_only
from huong.places import queries as places
from huong.quality import queries as quality
from huong.ui import words
from huong.web import datasets

PAGE = 25
CHOICES = 300
LOADS_UNDONE = 5


@staff_only
def listing(request: HttpRequest) -> HttpResponse:
    """List the datasets of a person's agencies with rows that wait, most rows first."""
    person: Any = request.user
    waiting = _waiting_of(queries.loads_visible_to(person))
    rows = datasets.rows_for(person, names=waiting)
    specs = catalogue.contracts_of(list(waiting))
    shown = [
        {
            "title": row.title,
            "owner_name": row.owner_name,
            "scores": row.scores,
            "dataset_url": row.url,
            "url": datasets.quarantine_of(row.name),
            "waiting": waiting[row.name].rows,
            "reason": _reason(specs.get(row.name), waiting[row.name].counts),
            "since": waiting[row.name].since,
        }
        for row in sorted(rows, key=lambda row: -waiting[row.name].rows)
    ]
    total = sum(held.rows for held in waiting.values())
    line = datasets.rows_waiting(total) if total else _("Nothing is waiting.")
    return render(request, "web/quarantine/list.html", {"rows": shown, "state_line": line})


@dataclass
class Waiting:
    """What waits of one dataset: how many rows, since when, and how many broke each rule."""

    rows: int = 0
    since: datetime | None = None
    counts: Counter[str] = field(default_factory=Counter)


def _waiting_of(found: QuerySet[Load]) -> dict[str, Waiting]:
    """Return what waits per dataset, in one query."""
    held: dict[str, Waiting] = {}
    loads = found.filter(state="done", open_rows__gt=0)
    for name, at, rows, counts in loads.values_list("dataset", "finished_at", "open_rows", "open"):
        one = held.setdefault(name, Waiting())
        one.rows += rows
        one.counts.update(counts)
        one.since = min(filter(None, (one.since, at)), default=None)
    return held


def _open_loads(name: str) -> QuerySet[Load]:
    """Return the loads of a dataset with rows that wait, newest first."""
    return queries.loads_of(name).filter(state="done", open_rows__gt=0)


def _reason(spec: ContractSpec | None, counts: Counter[str]) -> str:
    if spec is None or not counts:
        return ""
    rule = max(counts, key=lambda name: counts[name])
    return f"{queries.messages_of(spec).get(rule, rule)} ({words.number(counts[rule])})"


@staff_only
def dataset(request: HttpRequest, name: str) -> HttpResponse:
    """Show the rows of a dataset that wait, filtered by rule, each with its reasons and its repair."""
    person: Any = request.user
    found = catalogue.require_visible(name, person)
    may = datasets.powers_over(person, found.owner.code)
    spec = datasets.contract_or_none(name)
    rule, after = request.GET.get("rule", ""), request.GET.get("after") or None
    counts = queries.waiting_by_rule(name) if spec else []
    page = quarantine.QuarantinePage([], [])
    if may["may_load"]:
        page = quarantine.page(name, user=person, rule=rule, after=after, size=PAGE)
    waiting = list(_open_loads(name))
    context = {
        "dataset": datasets.facts_of(found, spec),
        "scores": quality.latest(name).values,
        "state_line": _line(waiting),
        "chips": _chips(counts, sum(load.open_rows for load in waiting), rule),
        "rule": _rule(spec, counts, rule),
        "rows": [_row(row, spec, waiting) for row in page.rows],
        "fields": _fields(spec),
        "choices": _choices(spec, rule),
        "repaired": sum(load.repaired_rows for load in waiting),
        "repairs": _repairs(waiting) if may["may_repair"] else [],
        "next": page.next,
        "first": after is None,
        **may,
    }
    return render(request, "web/quarantine/dataset.html", context)


def _line(waiting: list[Load]) -> str:
    rows, repaired = sum(load.open_rows for load in waiting), sum(load.repaired_rows for load in waiting)
    parts = [datasets.rows_waiting(rows)]
    if repaired:
        parts.append(
            ngettext("%(rows)s repaired, not loaded yet", "%(rows)s repaired, not loaded yet", repaired)
            % {"rows": words.number(repaired)}
        )
    return " · ".join(parts)


def _chips(counts: list[tuple[str, str, int]], waiting: int, chosen: str) -> list[dict[str, Any]]:
    chips = [{"label": _("All"), "count": waiting, "url": "?", "on": not chosen}]
    return chips + [
        {"label": message, "count": count, "url": f"?rule={rule}", "on": rule == chosen}
        for rule, message, count in counts
    ]


def _rule(spec: ContractSpec | None, counts: list[tuple[str, str, int]], chosen: str) -> dict[str, Any] | None:
    """Return the chosen rule with the column that a repair of it most likely changes."""
    found = next((entry for entry in counts if entry[0] == chosen), None)
    if found is None or spec is None:
        return None
    check = next((check for check in spec.checks if check.name == chosen), None)
    columns = [
        column for column, found_field in expected_columns(spec).items() if check and found_field.name == check.field
    ]
    column = columns[0] if columns else ""
    anywhere = _kind(spec, column, "x") == "unit"
    return {"name": chosen, "label": found[1], "count": found[2], "field": column, "anywhere": anywhere}


def _kind(spec: ContractSpec | None, column: str, value: str) -> Literal["replace", "code", "unit", "empty"]:
    """Return what a repair of all rows of a rule is: a unit set, a code mapped, a value replaced or emptied."""
    if not value:
        return "empty"
    known = expected_columns(spec).get(column) if spec else None
    if known and known.semantic == "vn.unit":
        return "unit"
    return "code" if known and known.code_list else "replace"


def _fields(spec: ContractSpec | None) -> list[dict[str, str]]:
    if spec is None:
        return []
    return [
        {"name": column, "title": field.title(datasets.language()) + ("" if column == field.name else f" ({column})")}
        for column, field in expected_columns(spec).items()
    ]


def _choices(spec: ContractSpec | None, rule: str) -> list[dict[str, str]]:
    """Return the values that a repair of a rule may choose from: units, or codes of the field's list."""
    check = next((check for check in spec.checks if check.name == rule), None) if spec else None
    field = spec.by_name.get(check.field) if spec and check else None
    if field is None:
        return []
    if field.semantic == "vn.unit":
        return [{"value": unit.code, "label": unit.name} for unit in places.units()][:CHOICES]
    if field.code_list:
        codes = catalogue.codes(field.code_list)[:CHOICES]
        return [{"value": code, "label": label if datasets.language() == "vi" else en} for code, label, en in codes]
    return [{"value": value, "label": value} for value in field.values[:CHOICES]]


def _row(row: quarantine.RefusedRow, spec: ContractSpec | None, waiting: list[Load]) -> dict[str, Any]:
    titles = (
        {column: field.title(datasets.language()) for column, field in expected_columns(spec).items()} if spec else {}
    )
    load = next((load for load in waiting if load.id == row.load), None)
    bad = sorted(row.bad)
    return {
        "id": f"{row.load[-8:]}-{row.row}",
        "load_id": row.load,
        "number": row.row,
        "load_label": f"{load.name} · {words.moment(load.finished_at)}" if load else "",
        "reasons": [message for _rule_name, message in row.rules],
        "repaired": row.state == "repaired",
        "bad_field": bad[0] if bad else "",
        "bad_value": row.cells.get(bad[0]) or "" if bad else "",
        "cells": [
            {"title": titles.get(column, column), "value": value, "bad": column in row.bad}
            for column, value in row.cells.items()
        ],
    }


def _repairs(waiting: list[Load]) -> list[dict[str, Any]]:
    """Return the repairs of the newest loads that can still be taken back, newest first."""
    made = [
        repair for load in waiting[:LOADS_UNDONE] for repair in queries.repairs_of(load.id) if repair.state == "made"
    ]
    return [
        {
            "id": repair.pk,
            "what": _("row %(row)s") % {"row": words.number(repair.row)} if repair.row else repair.rule,
            "rows": repair.rows,
            "kind": repair.get_kind_display(),
            "reason": repair.reason,
            "by": str(repair.by or ""),
            "at": repair.at,
        }
        for repair in sorted(made, key=lambda repair: -repair.pk)[:PAGE]
    ]


@needs("intake.repair")
@require_POST
def repair(request: HttpRequest, name: str) -> HttpResponse:
    """Give one row another value, or every row that broke a rule."""
    person: Any = request.user
    column, value, rule = (request.POST.get(key, "") for key in ("field", "value", "rule"))
    load_id = request.POST.get("load", "")
    if load_id:
        row = _number(request)
        return _done(request, lambda: actions.repair_row(load_id, row, {column: value}, by=person).rows)
    old = request.POST.get("from", "")
    kind = _kind(datasets.contract_or_none(name), column, value)
    return _done(
        request,
        lambda: _everywhere(
            name,
            rule,
            lambda load: actions.repair_rule(
                load, rule, kind=kind, column=column, old=old or None, new=value or None, by=person
            ),
        ),
    )


@needs("intake.repair")
@require_POST
def drop(request: HttpRequest, name: str) -> HttpResponse:
    """Drop one row, or every row that broke a rule, with a reason."""
    person: Any = request.user
    reason, rule, load_id = (request.POST.get(key, "") for key in ("reason", "rule", "load"))
    if load_id:
        return _done(request, lambda: actions.drop(load_id, row=_number(request), reason=reason, by=person).rows)
    return _done(
        request,
        lambda: _everywhere(name, rule, lambda load: actions.drop(load, rule=rule, reason=reason, by=person)),
    )


def _everywhere(name: str, rule: str, verb: Callable[[str], Repair]) -> int:
    """Repair every load of a dataset in which rows broke a rule; return how many rows were concerned.

    Raises:
        NotFound: no row is concerned in any of them.
    """
    rows = 0
    missed: NotFound | None = None
    for load in _open_loads(name):
        if rule in load.open:
            try:
                rows += verb(load.id).rows
            except NotFound as error:
                missed = error
    if not rows:
        raise missed or NotFound(_("No row that waits in quarantine is concerned by this."))
    return rows


@needs("intake.repair")
@require_POST
def undo(request: HttpRequest, name: str) -> HttpResponse:
    """Take a repair or a drop back."""
    person: Any = request.user
    number = request.POST.get("repair", "")
    return _done(request, lambda: actions.undo(int(number) if number.isdigit() else 0, by=person).rows)


@needs("intake.repair")
@require_POST
def replay(request: HttpRequest, name: str) -> HttpResponse:
    """Check the repaired rows again and load what is right now."""
    person: Any = request.user
    catalogue.require_visible(name, person)
    started = ""
    for load in queries.loads_of(name).filter(state="done", repaired_rows__gt=0):
        try:
            started = actions.replay(load.id, by=person).id
        except HuongError as error:
            messages.error(request, error.message)
    return redirect(f"{datasets.url_of(name)}loads/{started}" if started else datasets.quarantine_of(name))


@needs("intake.load")
def export(request: HttpRequest, name: str) -> StreamingHttpResponse:
    """Send the waiting rows as CSV for a spreadsheet; formulas are made harmless."""
    person: Any = request.user
    lines = quarantine.export(name, user=person, rule=request.GET.get("rule", ""))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-quarantine.csv"'
    return response


def _number(request: HttpRequest) -> int:
    text = request.POST.get("row", "")
    if not text.isdigit():
        raise NotFound(_("There is no such row."))
    return int(text)


def _done(request: HttpRequest, verb: Callable[[], int]) -> HttpResponse:
    """Do it, say what was done or why not, and go back to where the person was."""
    try:
        rows = verb()
        said = ngettext("Kept: %(rows)s row.", "Kept: %(rows)s rows.", rows) % {"rows": words.number(rows)}
        messages.success(request, said)
    except HuongError as error:
        messages.error(request, error.message)
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return redirect(back if safe else "/desk/quarantine/")
