"""The list of datasets, and the page of one: its six figures in words, weakest first, with the next step."""

import csv
from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from huong.base import clock, paging
from huong.base.text import fold, whole
from huong.catalogue import queries as catalogue
from huong.catalogue.models import DOMAIN_NAMES
from huong.intake import queries as intake
from huong.people import access
from huong.people.access import staff_only
from huong.quality import queries as quality
from huong.store import queries as store
from huong.ui import criteria
from huong.ui.pieces import Chip
from huong.web import datasets, fields, history, loads, sentences
from huong.web.preview import look_at, map_of

PAGE = 50
LOADS_SHOWN = 5
SORTS: dict[str, Callable[[datasets.Row], Any]] = {
    "title": lambda row: fold(row.title),
    "weakest": lambda row: (
        row.weakest_value is None,
        sorted(share for share in row.scores.values() if share is not None),
    ),
    "owner": lambda row: (fold(row.owner_name), fold(row.title)),
    "rows": lambda row: -(row.commit.rows if row.commit else -1),
    "waiting": lambda row: -row.waiting,
    "load": lambda row: -(row.last_load.timestamp() if row.last_load else 0.0),
}


@staff_only
def listing(request: HttpRequest) -> HttpResponse:
    """List the datasets with their lotus; sorted and filtered by the address, so that a link keeps both."""
    rows = datasets.rows_for(request.user)
    mine = set(access.agencies_of(request.user))
    sort = request.GET.get("sort", "weakest")
    sort = sort if sort in SORTS else "weakest"
    wanted = request.GET.get("q", "").strip()
    shown = sorted(_chosen(rows, request, mine, wanted), key=SORTS[sort])
    start = whole(request.GET.get("after", "")) or 0
    context = {
        "rows": shown[start : start + PAGE],
        "state_line": datasets.state_line(rows),
        "chips": _chips(rows, request, mine),
        "columns": _columns(request, sort),
        "q": wanted,
        "kept": [(key, request.GET[key]) for key in ("show", "domain", "sort") if request.GET.get(key)],
        "filtered": len(shown) != len(rows),
        "may_edit": access.has_power(request.user, "catalogue.edit"),
        "next": str(start + PAGE) if start + PAGE < len(shown) else "",
        "first": start == 0,
    }
    return render(request, "web/datasets/list.html", context)


def _chosen(rows: list[datasets.Row], request: HttpRequest, mine: set[str], wanted: str) -> list[datasets.Row]:
    show, domain, owner = (request.GET.get(key, "") for key in ("show", "domain", "owner"))
    found = rows
    if show == "mine":
        found = [row for row in found if row.dataset.owner.code in mine]
    if show == "below":
        found = [row for row in found if row.below]
    if domain:
        found = [row for row in found if row.dataset.domain == domain]
    if owner:
        found = [row for row in found if row.dataset.owner.code == owner]
    if wanted:
        key = fold(wanted)
        found = [row for row in found if key in fold(f"{row.title} {row.name} {row.owner_name}")]
    return found


def _chips(rows: list[datasets.Row], request: HttpRequest, mine: set[str]) -> list[Chip]:
    show, domain = request.GET.get("show", ""), request.GET.get("domain", "")
    of_mine, below = sum(row.dataset.owner.code in mine for row in rows), sum(row.below for row in rows)
    chips = [
        Chip(_("All"), "/desk/datasets/", not show and not domain, len(rows)),
        Chip(_("Of my agency"), "?show=mine", show == "mine", of_mine),
        Chip(_("Below the threshold"), "?show=below", show == "below", below),
    ]
    for key, label in DOMAIN_NAMES.items():
        count = sum(row.dataset.domain == key for row in rows)
        if count:
            chips.append(Chip(datasets.capital(str(label)), f"?domain={key}", domain == key, count))
    return chips


def _columns(request: HttpRequest, sort: str) -> list[dict[str, Any]]:
    named = [
        ("title", _("Dataset"), False),
        ("weakest", _("Weakest"), False),
        ("rows", _("Rows"), True),
        ("waiting", _("To repair"), True),
        ("load", _("Last load"), False),
    ]
    found = []
    for key, label, number in named:
        query = request.GET.copy()
        query.pop("after", None)
        query["sort"] = key
        order = "ascending" if key in ("title", "weakest") else "descending"
        found.append(
            {"label": label, "number": number, "url": f"?{query.urlencode()}", "sorted": order if key == sort else ""}
        )
    return found


@staff_only
def page(request: HttpRequest, name: str) -> HttpResponse:
    """Show a dataset: figures, history, loads, rows, map, contract."""
    dataset = catalogue.require_visible(name, request.user)
    spec = datasets.contract_or_none(name)
    facts = datasets.facts_of(dataset, spec)
    may = datasets.powers_over(request.user, dataset.owner.code)
    scores, waiting = quality.latest(name), intake.waiting_of([name]).get(name, 0)
    weakest = sentences.weakest(scores.values)
    judged_at = scores.rows["live"].at if "live" in scores.rows else None
    recent = list(intake.loads_of(name)[: LOADS_SHOWN + 1])
    commit = store.current(name)
    seen = look_at(name, spec, request.user) if spec and commit else None
    context = {
        "dataset": facts,
        "scores": scores.values,
        "weakest": weakest,
        "commit": commit,
        "waiting": waiting,
        "cards": sentences.cards(scores.rows, datasets.around(facts, spec, waiting, may, judged_at)),
        "loads": loads.lines_of(recent[:LOADS_SHOWN], request.user),
        "loads_more": len(recent) > LOADS_SHOWN,
        "fields": fields.of(spec) if spec else [],
        "preview": seen.table if seen else None,
        "preview_problem": seen.problem if seen else "",
        **may,
        **_history_of(name, weakest, dataset.classification),
        **map_of(name, seen),
    }
    return render(request, "web/datasets/page.html", context)


def _history_of(name: str, weakest: dict[str, Any] | None, classification: str) -> dict[str, Any]:
    """Return the line of the weakest criterion over ninety days."""
    if weakest is None:
        return {"history": [], "history_title": "", "history_sentence": "", "promise": None}
    judged = _by_day(name)
    line = history.series({day: values.get(weakest["key"]) for day, values in judged.items()}, until=clock.today())
    return {
        "history": line,
        "history_title": str(weakest["label"]),
        "history_sentence": history.sentence(str(weakest["label"]), line),
        "promise": quality.threshold(classification),
    }


def _by_day(name: str) -> dict[date, dict[str, float | None]]:
    return {clock.local(point.at).date(): point.values for point in quality.history(name, days=90)}


@staff_only
def scores_csv(request: HttpRequest, name: str) -> HttpResponse:
    """Send the six shares of ninety days as CSV, for programs."""
    catalogue.require_visible(name, request.user)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-scores.csv"'
    writer = csv.writer(response)
    writer.writerow(["day", *criteria.KEYS])
    for day, values in sorted(_by_day(name).items()):
        writer.writerow([day.isoformat(), *(values.get(key) for key in criteria.KEYS)])
    return response


@staff_only
def all_loads(request: HttpRequest, name: str) -> HttpResponse:
    """List every load of a dataset, newest first."""
    dataset = catalogue.require_visible(name, request.user)
    found = paging.keyset(intake.loads_of(name), order=("-id",), after=request.GET.get("after") or None, size=PAGE)
    context = {
        "dataset": datasets.facts_of(dataset, datasets.contract_or_none(name)),
        "scores": quality.latest(name).values,
        "loads": loads.lines_of(found.items, request.user),
        "next": found.next,
        "first": not request.GET.get("after"),
    }
    return render(request, "web/datasets/loads.html", context)
