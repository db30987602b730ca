"""What the model of words guesses, and what officers decided: with numerator and denominator, so that it can be judged."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from huong.base import home
from huong.people import access
from huong.people.access import needs
from huong.reports import jobs, queries
from huong.reports.queries import learning
from huong.reports.rules.learning import DECIDED, SURE, Result

SHOWN_CATEGORIES, MOST_CONFUSED = 12, 12


@needs("reports.read")
def page(request: HttpRequest) -> HttpResponse:
    """Show how well categories are guessed: on reports kept aside, and on those that came since."""
    versions = learning.models()
    in_force = next((each for each in versions if each.in_force), None)
    kept = learning.kept()
    context = {
        "in_force": in_force,
        "from_decisions": bool(in_force and in_force.kind == DECIDED),
        "aside": told(Result.of(in_force.tested)) if in_force else None,
        "kept": told(kept.tested),
        "waiting": kept.waiting,
        "days": kept.days,
        "versions": [_version(each) for each in versions],
        "sure": SURE,
        "is_demo": home.is_demo(),
        "decided": learning.decided_count() if in_force and in_force.kind != DECIDED else 0,
        "may_train": access.has_power(request.user, "reports.rules"),
    }
    return render(request, "reports/desk/learning.html", context)


@require_POST
@needs("reports.rules")
def train(request: HttpRequest) -> HttpResponse:
    """Let a job process learn."""
    with transaction.atomic():
        jobs.train.later(str(request.user.get_username()))
    messages.success(request, _("Learning has begun. It takes some minutes; the result stands here then."))
    return redirect("/desk/reports/learning")


def told(result: Result) -> dict[str, Any]:
    """Return a result as the page shows it: whole, sure, by category with the weakest large ones first, confusions."""
    rows = sorted(result.by_category.items(), key=lambda row: (-(row[1][0] - row[1][1]), -row[1][0]))
    confused = sorted(result.confused.items(), key=lambda row: -row[1])
    named = [
        {"name": queries.category_name(key), "count": count, "right": right, "share": _share(right, count)}
        for key, (count, right) in rows
    ]
    return {
        "texts": result.texts,
        "right": result.right,
        "share": _share(result.right, result.texts),
        "sure": result.sure,
        "sure_right": result.sure_right,
        "sure_share": _share(result.sure_right, result.sure),
        "left": result.texts - result.sure,
        "promised": _share(result.promised, result.texts),
        "first": named[:SHOWN_CATEGORIES],
        "others": named[SHOWN_CATEGORIES:],
        "more": max(0, len(named) - SHOWN_CATEGORIES),
        "confused": [
            {
                "guessed": queries.category_name(one) if one else "",
                "decided": queries.category_name(other),
                "count": count,
            }
            for (one, other), count in confused[:MOST_CONFUSED]
        ],
    }


def _version(model: Any) -> dict[str, Any]:
    before: Mapping[str, Any] = model.before or {}
    return {
        "version": model.version,
        "at": model.trained_at,
        "kind": model.get_kind_display(),
        "texts": model.texts,
        "tested": model.tested["texts"],
        "right": model.tested["right"],
        "before": before.get("right"),
        "in_force": model.in_force,
        "refused": not model.in_force and before.get("right", 0) > model.tested["right"],
        "by": str(model.by) if model.by else "",
    }


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None
