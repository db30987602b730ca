"""The officers' first page: what waits for their agencies, the most urgent first."""

from math import inf
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huong.messages import queries as messages
from huong.people import access
from huong.people.access import staff_only
from huong.reports import queries as reports
from huong.reports.pages.desk import rows as report_rows
from huong.reports.queries import Wanted
from huong.reports.queries.counts import Work
from huong.ui import words
from huong.web import datasets

NEWS = 4
REPORTS = 20
KINDS = ("", "reports", "data")


@staff_only
def desk(request: HttpRequest) -> HttpResponse:
    """Show the work of a person's agencies, danger to life first: reports by their clock, then what data wait for."""
    kind = request.GET.get("kind", "") if request.GET.get("kind", "") in KINDS else ""
    rows = datasets.rows_for(request.user)
    mine = set(access.agencies_of(request.user))
    all_of_them = access.sees_all(request.user, "catalogue.approve")
    work = work_of([row for row in rows if all_of_them or row.dataset.owner.code in mine])
    good, judged = datasets.passed(rows)
    person: Any = request.user
    waiting = reports.work_of(person)
    news = [
        {"text": messages.text_of(line), "url": line.url, "at": line.at} for line in messages.unread(person, limit=NEWS)
    ]
    context = {
        "work": [] if kind == "reports" else work,
        "reports": [] if kind == "data" else _reports(person, waiting),
        "more_reports": max(0, waiting.open - REPORTS),
        "kind": kind,
        "counts": {"reports": waiting.open, "data": len(work), "all": waiting.open + len(work)},
        "state_line": _line(work, waiting),
        "passed": good,
        "scored": judged,
        "worst": datasets.worst(rows),
        "news": news,
    }
    return render(request, "web/desk.html", context)


def work_of(rows: list[datasets.Row]) -> list[dict[str, Any]]:
    """Return the work that datasets make, the most urgent kind first and the oldest of a kind first."""
    found = []
    for row in rows:
        load = row.load
        if row.stopped and load is not None:
            found.append(_item(row, 0, _("Load stopped"), "bad", f"{row.url}loads/{load.id}", _("See why")))
        if load is not None and load.state == "received":
            found.append(_item(row, 1, _("Columns to confirm"), "weak", f"{row.url}upload/{load.id}", _("Confirm")))
        if row.waiting:
            why = datasets.rows_waiting(row.waiting)
            found.append(_item(row, 2, why, "weak", datasets.quarantine_of(row.name), _("Repair the rows")))
        if row.below and row.weakest:
            why = _("%(label)s %(share)s, threshold %(threshold)s") % {
                "label": row.weakest["label"],
                "share": row.weakest["share"],
                "threshold": words.percent(row.threshold, 0),
            }
            found.append(_item(row, 3, why, row.weakest["tone"], f"{row.url}#{row.weakest['key']}", _("See the step")))
        if row.commit is None and load is None:
            found.append(_item(row, 4, _("No data yet"), "plain", f"{row.url}upload", _("Load the first file")))
    return sorted(found, key=lambda item: (item["rank"], item["since"].timestamp() if item["since"] else inf))


def _item(row: datasets.Row, rank: int, why: str, tone: str, url: str, step: str) -> dict[str, Any]:
    return {
        "rank": rank,
        "scores": row.scores,
        "dataset_url": row.url,
        "url": url,
        "title": row.title,
        "detail": row.owner_name,
        "why": why,
        "tone": tone,
        "since": row.last_load,
        "step": step,
    }


def _reports(person: Any, waiting: Work) -> list[dict[str, Any]]:
    """Return the reports that press most, danger to life above all."""
    pinned = reports.pinned(person) if waiting.danger else []
    page = reports.reports_for(person, Wanted(is_open=True), size=REPORTS) if waiting.open else None
    above = {each.pk for each in pinned}
    others = [each for each in page.items if each.pk not in above] if page else []
    return report_rows.rows_of([*pinned, *others], access.agencies_of(person))


def _line(work: list[dict[str, Any]], waiting: Work) -> str:
    total = len(work) + waiting.open
    if not total:
        return _("Nothing is waiting.")
    parts = [ngettext("%(count)s thing to do", "%(count)s things to do", total) % {"count": words.number(total)}]
    if waiting.late:
        parts.append(_("%(count)s overdue") % {"count": words.number(waiting.late)})
    if waiting.soon:
        parts.append(_("%(count)s due within a day") % {"count": words.number(waiting.soon)})
    stopped = sum(item["rank"] == 0 for item in work)
    if stopped:
        parts.append(ngettext("%(count)s load stopped", "%(count)s loads stopped", stopped) % {"count": stopped})
    return " · ".join(parts)
