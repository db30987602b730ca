"""The content of the city's rules in words, as the list of rules shows it to officers."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from huong.people.names import Names
from huong.reports.models.people import LEVELS
from huong.ui import words

HIDDEN = frozenset({"name", "title", "text", "order", "icon", "hint", "promise"})
"""What stands in the list already, or is read on the rule's own page."""
LABELS = {
    "parent": gettext_lazy("part of"),
    "clock": gettext_lazy("time limit"),
    "words": gettext_lazy("key words"),
    "questions": gettext_lazy("questions"),
    "categories": gettext_lazy("categories"),
    "units": gettext_lazy("wards and communes"),
    "agency": gettext_lazy("agency"),
    "verb": gettext_lazy("used for"),
    "how": gettext_lazy("how"),
    "phone": gettext_lazy("telephone"),
    "normal": gettext_lazy("normal"),
    "urgent": gettext_lazy("urgent"),
    "hop": gettext_lazy("each agency"),
    "value": gettext_lazy("set to"),
    "ladder": gettext_lazy("ladder"),
    "after_minutes": gettext_lazy("after"),
    "role": gettext_lazy("who is told"),
    "levels": gettext_lazy("for ratings"),
    "phase": gettext_lazy("phase"),
    "sources": gettext_lazy("from"),
    "targets": gettext_lazy("becomes"),
    "power": gettext_lazy("needs the power"),
}
FLAGS = {
    ("public", False): gettext_lazy("not public"),
    ("danger", True): gettext_lazy("danger to life"),
    ("coarse", True): gettext_lazy("place shown roughly"),
    ("petition", True): gettext_lazy("as a petition"),
}
VALUES = {
    "new": gettext_lazy("new"),
    "open": gettext_lazy("open"),
    "waiting": gettext_lazy("waiting"),
    "closed": gettext_lazy("closed"),
    "out": gettext_lazy("elsewhere"),
    "danger": gettext_lazy("danger to life"),
    "late": gettext_lazy("late"),
    "leader": gettext_lazy("leader"),
    "ask": gettext_lazy("asking the citizen"),
    "unit": gettext_lazy("the ward or commune"),
    "own": gettext_lazy("the agency that has it"),
}
Bodies = Mapping[str, Mapping[str, Any]]
"""The rules in force by kind and key: categories, clocks and states are called by their names."""


def english(body: Mapping[str, Any], name: str) -> Any:
    """Return a text of a rule in the reader's language, if it has one."""
    other = body.get(f"{name}_en") if (get_language() or "vi").startswith("en") else None
    return other or body.get(name)


def facts(body: Mapping[str, Any], named: Names, bodies: Bodies) -> str:
    """Return the content of a rule in one line, without its name."""
    parts = []
    for key, value in body.items():
        if key in HIDDEN or key.endswith("_en") or key == "measure" or value in ("", []):
            continue
        if isinstance(value, bool) and key not in {"value"}:
            parts += [str(FLAGS[key, value])] if (key, value) in FLAGS else []
            continue
        parts.append(f"{LABELS.get(key, key)}: {_said(key, english(body, key), body, named, bodies)}")
    return " · ".join(parts)[:240]


def _said(key: str, value: Any, body: Mapping[str, Any], named: Names, bodies: Bodies) -> str:
    if isinstance(value, list):
        return ", ".join(_one(key, each, named, bodies) for each in value)
    if key in {"normal", "urgent", "hop"}:
        return span(str(body.get("measure", "")), value)
    if key == "after_minutes":
        return words.span(timedelta(minutes=int(value)))
    if key == "clock":
        clock = bodies["clock"].get(value, {})
        return span(str(clock.get("measure", "")), clock.get("normal", "")) if clock else str(value)
    return _one(key, value, named, bodies)


def _one(key: str, value: Any, named: Names, bodies: Bodies) -> str:
    if isinstance(value, dict):
        return str(english(value, "text") or value.get("code", ""))
    text = str(value)
    if key in {"agency", "value"}:
        return str(VALUES.get(text) or named.agency(text))
    if key == "units":
        return named.unit(text)
    if key == "levels":
        return str(dict(LEVELS).get(text, text))
    if key in {"parent", "sources", "targets"}:
        return str(english(bodies["category" if key == "parent" else "state"].get(text, {}), "name") or text)
    return str(VALUES.get(text, text))


def span(measure: str, amount: Any) -> str:
    """Return a length of time as a clock counts it: "7 ngày làm việc"."""
    count = words.number(float(amount))
    said = {
        "hours": _("%(count)s hours"),
        "working_hours": _("%(count)s working hours"),
        "working_days": _("%(count)s working days"),
    }
    return said.get(measure, "%(count)s") % {"count": count}
