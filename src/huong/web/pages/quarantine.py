"""Data waiting for repair: what is wrong, row by row; repaired alone or all rows of a rule, replayed, dropped."""

import itertools
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from huong.base.errors import BadInput, HuongError, NotFound
from huong.base.text import whole
from huong.catalogue import queries as catalogue
from huong.intake import actions, quarantine, queries
from huong.intake.models import Load, Repair
from huong.people.access import needs, staff_only
from huong.quality import queries as quality
from huong.ui import words
from huong.ui.pieces import Chip
from huong.web import datasets, waiting_rows

PAGE = 25


@staff_only
def listing(request: HttpRequest) -> HttpResponse:
    """List the datasets of a person's agencies with rows that wait, most rows first."""
    person: Any = request.user
    waiting = waiting_rows.by_dataset(queries.loads_visible_to(person))
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
            "reason": waiting_rows.reason_of(specs.get(row.name), waiting[row.name].counts),
            "since": waiting[row.name].since,
        }
        for row in sorted(rows, key=lambda row: -waiting[row.name].rows)
    ]
    total = sum(held.rows for held in waiting.values())
    line = datasets.rows_waiting(total) if total else _("Nothing is waiting.")
    return render(request, "web/quarantine/list.html", {"rows": shown, "state_line": line})


def _open_loads(name: str) -> QuerySet[Load]:
    """Return the loads of a dataset with rows that wait, newest first."""
    return queries.loads_of(name).filter(state="done", open_rows__gt=0)


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
        "rule": waiting_rows.rule_of(spec, counts, rule),
        "columns": [waiting_rows.title_of(column, spec) for column in page.columns],
        "rows": [waiting_rows.row_of(row, page.columns, spec, waiting) for row in page.rows],
        "chosen": waiting_rows.row_named(request.GET.get("row", ""), spec, person) if may["may_repair"] else None,
        "fields": waiting_rows.columns_of(spec),
        "choices": waiting_rows.choices_of(spec, rule),
        "repaired": sum(load.repaired_rows for load in waiting),
        "repairs": waiting_rows.repairs_of(waiting) if may["may_repair"] else [],
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


def _chips(counts: list[tuple[str, str, int]], waiting: int, chosen: str) -> list[Chip]:
    chips = [Chip(_("All"), "?", not chosen, waiting)]
    return chips + [
        Chip(message.rstrip("."), f"?rule={rule}", rule == chosen, count) for rule, message, count in counts
    ]


@needs("intake.repair")
@require_POST
def repair(request: HttpRequest, name: str) -> HttpResponse:
    """Give one row another value, or every row that broke a rule."""
    person: Any = request.user
    column, value, rule = (request.POST.get(key, "") for key in ("field", "value", "rule"))
    load_id = request.POST.get("load", "")
    if load_id:
        return _done(request, lambda: actions.repair_row(load_id, _number(request), _changed(request), by=person).rows)
    old = request.POST.get("from", "")
    kind = waiting_rows.kind_of(datasets.contract_or_none(name), column, value)
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


def _changed(request: HttpRequest) -> dict[str, str | None]:
    """Return the cells of a row that a person wrote anew.

    Raises:
        BadInput: every cell is as it was.
    """
    sent = {key.removeprefix("cell-"): str(value) for key, value in request.POST.items() if key.startswith("cell-")}
    found: dict[str, str | None] = {
        column: value for column, value in sent.items() if value != request.POST.get(f"was-{column}")
    }
    if not found:
        raise BadInput(_("Nothing was changed in this row. Write the right value first."))
    return found


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
    return _done(request, lambda: actions.undo(whole(number) or 0, by=person).rows)


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
    catalogue.require_visible(name, person)
    lines = quarantine.export(name, user=person, rule=request.GET.get("rule", ""))
    head = next(lines)  # asked for here, so that a refusal is a page and not an empty file
    response = StreamingHttpResponse(itertools.chain([head], lines), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-quarantine.csv"'
    return response


@needs("intake.load")
def export_json(request: HttpRequest, name: str) -> StreamingHttpResponse:
    """Send the waiting rows as lines of JSON; formulas are made harmless."""
    person: Any = request.user
    lines = quarantine.export_json(name, user=person, rule=request.GET.get("rule", ""))
    response = StreamingHttpResponse(lines, content_type="application/x-ndjson")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-quarantine.ndjson"'
    return response


def _number(request: HttpRequest) -> int:
    number = whole(request.POST.get("row", ""))
    if number is None:
        raise NotFound(_("There is no such row."))
    return number


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
