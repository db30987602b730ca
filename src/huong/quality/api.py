"""Scores for programs."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from huong.catalogue import queries as catalogue
from huong.people.auth import person
from huong.quality import queries, rules

router = Router()


@router.get("/datasets/{name}/score")
def score(request: HttpRequest, name: str) -> dict[str, Any]:
    """Return the six criteria of a dataset: share, numerator, denominator, worst rule."""
    catalogue.require_visible(name, person(request))
    found = queries.latest(name)
    worst, value, known = found.headline
    return {
        "dataset": name,
        "headline": {"criterion": worst, "share": value, "known": known, "of": len(rules.CRITERIA)},
        "criteria": {
            row.criterion: {
                "share": row.value,
                "numerator": row.numerator,
                "denominator": row.denominator,
                "worst_rule": row.worst_rule,
                "commit": row.commit,
                "at": row.at.isoformat(),
            }
            for row in found.rows.values()
        },
    }


@router.get("/datasets/{name}/score/history")
def history(request: HttpRequest, name: str, days: int = 90) -> list[dict[str, Any]]:
    """Return the six shares at the end of each day on which something was judged, at most 730 days back."""
    catalogue.require_visible(name, person(request))
    points = queries.history(name, days=max(1, min(days, 730)))
    return [{"at": point.at.isoformat(), "headline": point.value, **point.values} for point in points]
