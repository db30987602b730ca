"""The services of Open311: the city's categories, their questions as definitions."""

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huong.base import city, clock
from huong.base.errors import NotFound
from huong.reports import queries
from huong.reports.rules import geo_report
from huong.reports.rules.nouns import Category, Question

CHANGED = "2026-11-24T00:00:00+07:00"
SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
ADDRESSES = (("/open311/v2/", "production"), ("/open311/test/v2/", "test"))


def _english() -> bool:
    return (get_language() or "vi").startswith("en")


def categories() -> list[Category]:
    """Return the categories that take reports today, in the city's order."""
    held, today = queries.book(), clock.today()
    return [each for main in held.main_categories(today) for each in held.categories_under(main.key, today)]


def category(code: str) -> Category:
    """Return a category that takes reports today.

    Raises:
        NotFound: there is none with this code.
    """
    found = queries.book().categories.get(code)
    if found is None or not found.parent or not found.is_active(clock.today()):
        raise NotFound(_("service_code %(code)s was not found.") % {"code": code[:60]})
    return found


def listing() -> list[dict[str, Any]]:
    """Return every service."""
    return [_service(each) for each in categories()]


def _service(each: Category) -> dict[str, Any]:
    return {
        "service_code": each.key,
        "service_name": queries.category_name(each.key),
        "description": (each.hint_en if _english() else each.hint) or queries.category_name(each.key),
        "metadata": bool(each.questions),
        "type": "realtime",
        "keywords": ", ".join(each.words),
        "group": queries.category_name(each.parent),
    }


def definition(code: str) -> dict[str, Any]:
    """Return what is asked for a service; a service without questions has an empty list.

    Raises:
        NotFound: there is no such service.
    """
    found = category(code)
    return {
        "service_code": found.key,
        "attributes": [_attribute(question, order) for order, question in enumerate(found.questions, start=1)],
    }


def _attribute(question: Question, order: int) -> dict[str, Any]:
    values = [(choice, choice) for choice in question.choices]
    if question.kind == "yesno":
        values = [("yes", _("Yes")), ("no", _("No"))]
    return {
        "variable": True,
        "code": question.code,
        "datatype": geo_report.DATATYPES.get(question.kind, "string"),
        "required": question.required,
        "datatype_description": "",
        "order": order,
        "description": question.text_en if _english() and question.text_en else question.text,
        "values": [{"key": key, "name": name} for key, name in values],
    }


def discovery(base: str) -> dict[str, Any]:
    """Return where the endpoints are: the real one, and one to try things at."""
    facts = city.facts()
    return {
        "changeset": CHANGED,
        "contact": f"{facts.get('full_name', '')} · {facts.get('hotline', '')}".strip(" ·"),
        "key_service": f"{base}/api/v1/docs",
        "endpoints": [
            {
                "specification": SPECIFICATION,
                "url": f"{base}{path}",
                "changeset": CHANGED,
                "type": kind,
                "formats": ["text/xml", "application/json"],
            }
            for path, kind in ADDRESSES
        ],
    }
