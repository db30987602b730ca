"""How well dossiers are served: index 766 of the city and every ward, and what people did not have to give."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huong.base import clock
from huong.people.access import needs
from huong.places import queries as places
from huong.procedures import queries
from huong.procedures.queries import figures, figures_kept
from huong.procedures.queries.figures import Period
from huong.procedures.rules.indicators766 import GROUPS

YEARS = range(2000, 2101)
KEYS = frozenset({"procedure", "unit", "month"})


def _period(request: HttpRequest, usual: Period) -> tuple[Period, str]:
    """Return the days asked for and how they are called: "2026-11" for a reporting month, else the usual ones."""
    text = request.GET.get("month", "")
    try:
        asked = date.fromisoformat(f"{text}-01")
    except ValueError:
        asked = date.min
    if asked.year not in YEARS:
        return usual, ""
    return figures.month(asked.year, asked.month), text


def _months() -> list[str]:
    today = clock.today()
    latest = today.year * 12 + today.month - (today.day < 15)
    return [f"{(latest - back) // 12}-{(latest - back) % 12 + 1:02d}" for back in range(12)]


@needs("procedures.read")
def index766(request: HttpRequest) -> HttpResponse:
    """Show index 766 of the city, group by group, and of every ward; what nobody counts is said, not shown as zero."""
    period, asked = _period(request, figures_kept.twelve_months())
    city, wards = figures_kept.indexed(period)
    english = (get_language() or "vi").startswith("en")
    ranked = sorted(wards, key=lambda each: (each.index.total.rate is None, -(each.index.total.rate or 0), each.name))
    context = {
        "period": period,
        "is_kept": bool(asked) and figures_kept.is_over(period),
        "month": asked,
        "months": _months(),
        "city": city,
        "groups": [
            {
                "name": names[english],
                "sum": city.groups[key],
                "rows": [each for each in city.indicators if each.indicator.group == key],
            }
            for key, names in GROUPS.items()
        ],
        "english": english,
        "wards": ranked,
    }
    return render(request, "procedures/figures/index766.html", context)


@needs("procedures.read")
def once_only(request: HttpRequest) -> HttpResponse:
    """Show how many fields and papers people did not have to give, by procedure, ward or month."""
    by = request.GET.get("by", "procedure")
    by = by if by in KEYS else "procedure"
    period, asked = _period(request, figures.last_year())
    units = {each.code: each.name for each in places.units()}
    rows = [_line(row, by, units) for row in figures.once_only(period, by=by)]
    context = {"rows": rows, "by": by, "period": period, "month": asked, "months": _months(), "total": _total(rows)}
    return render(request, "procedures/figures/once_only.html", context)


def _line(row: Mapping[str, Any], by: str, units: Mapping[str, str]) -> dict[str, Any]:
    key = row["key"]
    return {
        "name": _name(key, by, units),
        "dossiers": row["dossiers"],
        "fields": row["fields"],
        "fields_spared": row["fields_spared_sum"],
        "papers": row["papers"],
        "papers_spared": row["papers_spared_sum"],
        "share": row["fields_spared_sum"] / row["fields"] if row["fields"] else None,
    }


def _name(key: Any, by: str, units: Mapping[str, str]) -> str:
    if by == "month":
        return f"{key:%m/%Y}"
    return queries.procedure_name(key) if by == "procedure" else units.get(key, key or _("no ward"))


def _total(rows: list[dict[str, Any]]) -> dict[str, Any]:
    whole = {
        name: sum(row[name] for row in rows)
        for name in ("dossiers", "fields", "fields_spared", "papers", "papers_spared")
    }
    return whole | {"share": whole["fields_spared"] / whole["fields"] if whole["fields"] else None}
