"""One row typed by hand under the contract: a form made from its fields, checked like any file."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from huong.base.errors import HuongError
from huong.catalogue import queries as catalogue
from huong.catalogue.rules import ContractSpec, FieldSpec
from huong.intake import actions
from huong.intake.rules.mapping import expected_columns
from huong.people.access import needs, require_power
from huong.places import queries as places
from huong.quality import queries as quality
from huong.web import datasets
from huong.web.fields import column_title, must_of

INPUTS = {"date": "date", "timestamp": "datetime-local"}


@needs("intake.load")
def entry(request: HttpRequest, name: str) -> HttpResponse:
    """Show the form, take the row; it is loaded as a load of its own."""
    person: Any = request.user
    dataset = catalogue.require_visible(name, person)
    require_power(person, "intake.load", dataset.owner)
    spec = catalogue.contract_of(name)
    typed = {column: str(request.POST.get(f"cell-{column}", "")) for column in expected_columns(spec)}
    error = None
    if request.method == "POST":
        try:
            load = actions.enter(name, typed, by=person, wait=False)
            return redirect(f"{datasets.url_of(name)}loads/{load.id}")
        except HuongError as refusal:
            error = refusal
    context = {
        "dataset": datasets.facts_of(dataset, spec),
        "scores": quality.latest(name).values,
        "lines": [_line(column, found, spec, typed[column]) for column, found in expected_columns(spec).items()],
        "error": error,
    }
    return render(request, "web/datasets/entry.html", context, status=error.status if error else 200)


def _line(column: str, found: FieldSpec, spec: ContractSpec, value: str) -> dict[str, Any]:
    """Return one line of the form: what to write, in which kind of control, and what it must be."""
    return {
        "name": column,
        "title": column_title(column, found),
        "unit": found.unit,
        "must": must_of(found, spec),
        "required": found.required or found.name in spec.key,
        "value": value,
        "choices": [(code, said, code == value) for code, said in _choices(found)],
        "type": INPUTS.get(found.logical_type, "text"),
        "numeric": found.logical_type in ("integer", "number", "point"),
        "long": found.semantic == "text.free",
    }


def _choices(found: FieldSpec) -> list[tuple[str, str]]:
    """Return the values to choose from as (value, words): codes, wards, allowed values, yes and no; else none."""
    vietnamese = datasets.language() == "vi"
    if found.code_list:
        return [(code, vi if vietnamese else en or vi) for code, vi, en in catalogue.codes(found.code_list)]
    if found.semantic == "vn.unit":
        return [(str(unit), str(unit)) for unit in places.units()]
    if found.logical_type == "boolean":
        return [("true", "Có" if vietnamese else "Yes"), ("false", "Không" if vietnamese else "No")]
    return [(value, value) for value in found.values]
