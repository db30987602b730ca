"""Pages that explain: the six criteria, licences and sources."""

import json
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huong.base import city
from huong.people.access import open_to_all
from huong.ui import criteria


def _meanings() -> dict[str, tuple[str, str]]:
    return {
        "correct": (
            _("Every value can be true: a date is a date, a code is in its list, nothing closes before it opens."),
            _("Rows without a broken rule, of all rows checked, those that wait for repair included."),
        ),
        "complete": (
            _("Nothing that must be there is missing, neither a value nor a row."),
            _("Required cells that are filled, times rows received of the rows that the owner announced."),
        ),
        "clean": (
            _("No row stands there twice, and no value is rubbish such as “N/A” or stray spaces."),
            _("Rows that are neither surplus copies of a key nor hold a value that is not normal, of all rows."),
        ),
        "live": (
            _("The data comes when it was promised."),
            _("Promises kept, of those due in the last 30 days."),
        ),
        "unified": (
            _("The same thing has the same code and the same spelling everywhere."),
            _("The mean of: fields bound to a shared definition, coded values found in today's list, verified links."),
        ),
        "shared": (
            _("Other agencies can find it and do use it."),
            _("Half for being found, described and open to reading; half for agencies with a need that have read it."),
        ),
    }


def _examples() -> list[dict[str, Any]]:
    def six(*scores: float | None) -> dict[str, float | None]:
        return dict(zip(criteria.KEYS, scores, strict=True))

    return [
        {"scores": six(0.99, 0.98, 0.99, 0.98, 0.97, 0.99), "label": _("all six good")},
        {"scores": six(0.98, 0.97, 0.96, 0.63, 0.92, 1.0), "label": _("weakest: Live 63")},
        {"scores": six(0.97, None, 0.97, None, 0.96, 0.9), "label": _("two criteria without a figure")},
        {"scores": six(0.65, 0.42, 0.4, 0.2, 0.62, 0.35), "label": _("bad")},
        {"scores": {}, "label": _("not scored")},
    ]


@open_to_all
def lotus(request: HttpRequest) -> HttpResponse:
    """Explain the lotus: what each petal means and how it is computed."""
    meanings = _meanings()
    items = [
        {
            "label": criterion.label,
            "gloss": criterion.gloss,
            "meaning": meanings[criterion.key][0],
            "formula": meanings[criterion.key][1],
        }
        for criterion in criteria.CRITERIA
    ]
    return render(request, "web/about/lotus.html", {"items": items, "examples": _examples()})


@open_to_all
def licences(request: HttpRequest) -> HttpResponse:
    """List what Hương stands on, with licences, and the city's own sources."""
    facts = city.facts()
    said = facts.get("notices", {}).get(get_language() or "vi", "")
    context = {
        "server": _server_packages(),
        "browser": _browser_packages(),
        "notice": said,
        "sources": facts.get("sources", []),
    }
    return render(request, "web/about/licences.html", context)


@lru_cache(maxsize=1)
def _server_packages() -> list[dict[str, str]]:
    found = {}
    for distribution in metadata.distributions():
        about = distribution.metadata
        name = str(about["Name"])
        if name.lower() != "huong":
            found[name.lower()] = {"name": name, "version": distribution.version, "licence": _licence_of(about)}
    return [found[name] for name in sorted(found)]


def _licence_of(about: Any) -> str:
    expression = about.get("License-Expression")
    if expression:
        return str(expression)
    classified = [
        line.rsplit(" :: ", 1)[-1] for line in about.get_all("Classifier") or [] if line.startswith("License ::")
    ]
    stated = str(about.get("License") or "").strip().splitlines()
    return ", ".join(classified) or (stated[0][:80] if stated else "–")


@lru_cache(maxsize=1)
def _browser_packages() -> list[dict[str, str]]:
    file = finders.find("licences.json")
    return list(json.loads(Path(file).read_text(encoding="utf-8"))) if isinstance(file, str) else []
