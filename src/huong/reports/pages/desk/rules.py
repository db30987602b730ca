"""The city's rules for reports: looked at, changed as a new version after seeing what that would do."""

from typing import Any

import yaml
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huong.base import plain_yaml
from huong.base.errors import BadInput, HuongError, NotFound
from huong.base.text import whole
from huong.people import access
from huong.people.access import needs
from huong.people.names import Names, names
from huong.reports import actions, queries
from huong.reports.models import CityRule
from huong.reports.pages.desk import rule_words
from huong.reports.pages.desk.moves import MOVES

KINDS = {
    "category": gettext_lazy("Categories"),
    "route": gettext_lazy("Who answers"),
    "clock": gettext_lazy("Clocks"),
    "answer": gettext_lazy("Stock answers"),
    "channel": gettext_lazy("Other channels"),
    "duty": gettext_lazy("On duty for danger to life"),
    "step": gettext_lazy("Ladder"),
    "rating": gettext_lazy("Ready answers when rating"),
    "state": gettext_lazy("States"),
    "transition": gettext_lazy("Moves"),
    "setting": gettext_lazy("Numbers"),
}


@needs("reports.read")
def listing(request: HttpRequest, kind: str = "category") -> HttpResponse:
    """List the rules of one kind that are in force."""
    if kind not in KINDS:
        raise NotFound
    found, named = queries.rules_of(kind), names()
    bodies = {each: {rule.key: rule.body for rule in queries.rules_of(each)} for each in ("category", "clock", "state")}
    context = {
        "kinds": list(KINDS.items()),
        "kind": kind,
        "kind_name": KINDS[kind],
        "rules": [
            {
                "key": rule.key,
                "version": rule.version,
                "name": _name(kind, rule.body, rule.key, named),
                "facts": rule_words.facts(rule.body, named, bodies),
            }
            for rule in sorted(found, key=lambda rule: _place(rule, bodies))
        ],
        "may_rule": access.has_power(request.user, "reports.rules"),
    }
    return render(request, "reports/desk/rules.html", context)


def _name(kind: str, body: dict[str, Any], key: str, named: Names) -> str:
    """Return what a rule is called: its own name, the agency it names, or its key."""
    agency = str(body.get("agency", ""))
    whose = {"unit": _("the ward or commune"), "own": _("the agency that has it")}.get(agency, named.agency(agency))
    texts = (rule_words.english(body, name) for name in ("name", "title", "text"))
    move = MOVES[key].label if kind == "transition" and key in MOVES else ""
    return str(next((text for text in texts if isinstance(text, str) and text), "") or whose or move or key)


def _place(rule: CityRule, bodies: rule_words.Bodies) -> tuple[int, str, bool, str]:
    """Return where a rule stands in its list: by its order, a category's kinds right below it."""
    parent = str(rule.body.get("parent") or "")
    above = bodies["category"].get(parent, {}) if parent else rule.body
    return int(above.get("order", 0)), parent or rule.key, bool(parent), rule.key


@needs("reports.rules")
def edit(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Change one rule: what a new version would do is shown first, then it is put in force or the rule is ended."""
    if kind not in KINDS:
        raise NotFound
    person: Any = request.user
    versions = queries.versions_of(kind, key)
    newest = versions[0] if versions else None
    text = request.POST.get("body") or yaml.safe_dump(
        newest.body if newest else {}, allow_unicode=True, sort_keys=False
    )
    context: dict[str, Any] = {"kind": kind, "kind_name": KINDS[kind], "key": key, "versions": versions, "body": text}
    context["name"] = _name(kind, newest.body, key, names()) if newest else key
    if request.method == "POST":
        try:
            done = _act(request, kind, key, text)
        except HuongError as error:
            context["error"] = error
        else:
            if done is None:
                messages.success(request, _("In force from now on. Promises given stay as they were given."))
                return redirect(f"/desk/reports/rules/{kind}/")
            context["preview"] = _told(done)
    context["version"] = newest.version if newest else 0
    status = context["error"].status if "error" in context else 200
    return render(request, "reports/desk/rule.html", context | {"person": person}, status=status)


def _act(request: HttpRequest, kind: str, key: str, text: str) -> actions.Preview | None:
    person: Any = request.user
    version = whole(request.POST.get("version", ""))
    if request.POST.get("do") == "end":
        actions.end_rule(kind, key, by=person, version=version)
        return None
    body = _body(text)
    if request.POST.get("do") == "put":
        actions.change_rule(kind, key, body, by=person, version=version)
        return None
    return actions.preview(kind, key, body, by=person)


def _body(text: str) -> dict[str, Any]:
    """Return what was typed as the content of a rule.

    Raises:
        BadInput: it is no YAML mapping; the line is named.
    """
    try:
        found = plain_yaml.read(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise BadInput(_("Line %(line)d cannot be read. Please check its indentation.") % {"line": line}) from error
    if not isinstance(found, dict) or len(text) > 20_000:
        raise BadInput(_("A rule is written as “name: value”, one to a line."))
    return found


def _told(preview: actions.Preview) -> dict[str, Any]:
    """Return a preview with names instead of codes."""
    named = names()
    return {
        "in_force": preview.in_force,
        "open_reports": preview.open_reports,
        "waiting": preview.waiting,
        "moved": [
            (queries.category_name(category), named.unit(unit), before, after, count)
            for category, unit, before, after, count in preview.moved[:40]
        ],
    }
