"""The officers' first page: what waits for their agencies, the most urgent first."""

from datetime import datetime
from math import inf
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huong.base import clock
from huong.messages import queries as messages
from huong.people import access
from huong.people.access import staff_only
from huong.procedures import queries as procedures
from huong.procedures.pages.desk import rows as dossier_rows
from huong.procedures.queries.lists import READ
from huong.reports import queries as reports
from huong.reports.pages.desk import rows as report_rows
from huong.reports.queries import Wanted
from huong.reports.queries.counts import Work
from huong.ui import words
from huong.web import datasets

NEWS = 4
AT_MOST = 20
"""How many reports, and how many dossiers, stand here; the rest is one click away."""
KINDS = ("", "reports", "dossiers", "data")


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
    waiting, filed = reports.work_of(person), procedures.work_of(person)
    news = [
        {"text": messages.text_of(line), "url": line.url, "at": line.at} for line in messages.unread(person, limit=NEWS)
    ]
    counts = {"reports": waiting.open, "dossiers": filed.open, "data": len(work)}
    context = {
        "work": work if kind in {"", "data"} else [],
        "matters": _matters(person, kind, danger=bool(waiting.danger), counts=counts),
        "more_reports": max(0, waiting.open - AT_MOST) if kind in {"", "reports"} else 0,
        "more_dossiers": max(0, filed.open - AT_MOST) if kind in {"", "dossiers"} else 0,
        "kind": kind,
        "kinds": _kinds(person, counts),
        "state_line": _line(work, waiting, filed),
        "passed": good,
        "scored": judged,
        "worst": datasets.worst(rows),
        "news": news,
    }
    return render(request, "web/desk.html", context)


def _kinds(person: Any, counts: dict[str, int]) -> list[tuple[str, str, int]]:
    """Return the chips above the list: key, label, how many."""
    labels = {"reports": _("Reports"), "dossiers": _("Dossiers"), "data": _("Data")}
    if not access.has_power(person, READ):
        del labels["dossiers"]
    return [("", _("All"), sum(counts.values())), *((key, label, counts[key]) for key, label in labels.items())]


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


def _matters(person: Any, kind: str, *, danger: bool, counts: dict[str, int]) -> list[dict[str, Any]]:
    """Return reports and dossiers in one list: danger to life above all, then by the clock, what stands still last."""
    own = access.agencies_of(person)
    found = []
    if kind in {"", "reports"} and (counts["reports"] or danger):
        found += _reports(person, own, danger=danger)
    if kind in {"", "dossiers"} and counts["dossiers"]:
        page = procedures.dossiers_for(person, procedures.Wanted(), size=AT_MOST, only=dossier_rows.FIELDS)
        found += [
            row | {"icon": "files", "kind": row["applicant"], "received_at": row["sent_at"]}
            for row in dossier_rows.rows_of(page.items, own)
        ]
    return sorted(found, key=_pressing)


def _pressing(row: dict[str, Any]) -> tuple[bool, bool, datetime]:
    """Return where a matter stands in the list; without a clock it counts from when it came."""
    waits = bool(row.get("settled") or (row.get("paused") and row["due"]))
    return not row.get("danger"), waits, row["due"] or row["received_at"] or clock.now()


def _reports(person: Any, own: list[str], *, danger: bool) -> list[dict[str, Any]]:
    """Return the reports that press most, danger to life above all."""
    pinned = reports.pinned(person) if danger else []
    page = reports.reports_for(person, Wanted(is_open=True), size=AT_MOST)
    above = {each.pk for each in pinned}
    others = [each for each in page.items if each.pk not in above]
    return [row | {"icon": "megaphone", "state": ""} for row in report_rows.rows_of([*pinned, *others], own)]


def _line(work: list[dict[str, Any]], waiting: Work, filed: procedures.Work) -> str:
    total, late, soon = len(work) + waiting.open + filed.open, waiting.late + filed.late, waiting.soon + filed.soon
    if not total:
        return _("Nothing is waiting.")
    parts = [ngettext("%(count)s thing to do", "%(count)s things to do", total) % {"count": words.number(total)}]
    if late:
        parts.append(_("%(count)s overdue") % {"count": words.number(late)})
    if soon:
        parts.append(_("%(count)s due within a day") % {"count": words.number(soon)})
    stopped = sum(item["rank"] == 0 for item in work)
    if stopped:
        parts.append(ngettext("%(count)s load stopped", "%(count)s loads stopped", stopped) % {"count": stopped})
    return " · ".join(parts)
