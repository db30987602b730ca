"""What waits in quarantine, as pages show it: per dataset, per rule, per row; and what a repair may choose from."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from huong.base.errors import NotFound
from huong.base.text import whole
from huong.catalogue import queries as catalogue
from huong.catalogue.rules import ContractSpec, FieldSpec
from huong.intake import quarantine, queries
from huong.intake.models import Load
from huong.intake.rules.mapping import expected_columns
from huong.places import queries as places
from huong.ui import words
from huong.web import datasets
from huong.web.fields import column_title

CHOICES = 300
LOADS_UNDONE = 5
REPAIRS_SHOWN = 25


@dataclass
class Waiting:
    """What waits of one dataset: how many rows, since when, and how many broke each rule."""

    rows: int = 0
    since: datetime | None = None
    counts: Counter[str] = field(default_factory=Counter)


def by_dataset(found: QuerySet[Load]) -> dict[str, Waiting]:
    """Return what waits per dataset, in one query."""
    held: dict[str, Waiting] = {}
    loads = found.filter(state="done", open_rows__gt=0)
    for name, at, rows, counts in loads.values_list("dataset", "finished_at", "open_rows", "open"):
        one = held.setdefault(name, Waiting())
        one.rows += rows
        one.counts.update(counts)
        one.since = min(filter(None, (one.since, at)), default=None)
    return held


def reason_of(spec: ContractSpec | None, counts: Counter[str]) -> str:
    """Return the most common reason of a dataset with its count, in words."""
    if spec is None or not counts:
        return ""
    rule = max(counts, key=lambda name: counts[name])
    return f"{queries.messages_of(spec).get(rule, rule).rstrip('.')} ({words.number(counts[rule])})"


def rule_of(spec: ContractSpec | None, counts: list[tuple[str, str, int]], chosen: str) -> dict[str, Any] | None:
    """Return the chosen rule with the column that a repair of it most likely changes."""
    found = next((entry for entry in counts if entry[0] == chosen), None)
    if found is None or spec is None:
        return None
    check = next((check for check in spec.checks if check.name == chosen), None)
    columns = [
        column for column, found_field in expected_columns(spec).items() if check and found_field.name == check.field
    ]
    column = columns[0] if columns else ""
    anywhere = kind_of(spec, column, "x") == "unit"
    return {"name": chosen, "label": found[1].rstrip("."), "count": found[2], "field": column, "anywhere": anywhere}


def kind_of(spec: ContractSpec | None, column: str, value: str) -> Literal["replace", "code", "unit", "empty"]:
    """Return what a repair of all rows of a rule is: a unit set, a code mapped, a value replaced or emptied."""
    if not value:
        return "empty"
    known = expected_columns(spec).get(column) if spec else None
    if known and known.semantic == "vn.unit":
        return "unit"
    return "code" if known and known.code_list else "replace"


def columns_of(spec: ContractSpec | None) -> list[dict[str, str]]:
    """Return the columns that a repair may change, with their titles."""
    if spec is None:
        return []
    return [
        {"name": column, "title": column_title(column, field) + ("" if column == field.name else f" ({column})")}
        for column, field in expected_columns(spec).items()
    ]


def choices_of(spec: ContractSpec | None, rule: str) -> list[dict[str, str]]:
    """Return the values that a repair of a rule may choose from."""
    check = next((check for check in spec.checks if check.name == rule), None) if spec else None
    field = spec.by_name.get(check.field) if spec and check else None
    return _values_of(field) if field else []


def _values_of(field: FieldSpec) -> list[dict[str, str]]:
    """Return the values a field may have, where they are listed: units, codes, allowed values."""
    if field.semantic == "vn.unit":
        return [{"value": unit.code, "label": unit.name} for unit in places.units()][:CHOICES]
    if field.code_list:
        codes = catalogue.codes(field.code_list)[:CHOICES]
        return [{"value": code, "label": label if datasets.language() == "vi" else en} for code, label, en in codes]
    return [{"value": value, "label": value} for value in field.values[:CHOICES]]


def title_of(column: str, spec: ContractSpec | None) -> str:
    """Return the title of a column in the reader's language."""
    known = expected_columns(spec).get(column) if spec else None
    return column_title(column, known) if known else column


def _bad(row: quarantine.RefusedRow, spec: ContractSpec | None) -> set[str]:
    """Return the columns to look at: those whose values are wrong, and those that a broken rule compares."""
    broken = {name for name, _message in row.rules}
    compared = {name for rule in spec.rules if rule.name in broken for name in rule.fields} if spec else set()
    columns = expected_columns(spec).items() if spec else ()
    return {*row.bad, *(column for column, field in columns if field.name in compared)}


def row_of(
    row: quarantine.RefusedRow, columns: list[str], spec: ContractSpec | None, waiting: list[Load]
) -> dict[str, Any]:
    """Return a refused row as one line of the table."""
    bad = _bad(row, spec)
    load = next((load for load in waiting if load.id == row.load), None)
    return {
        "key": f"{row.load}:{row.row}",
        "number": row.row,
        "load": load.name if load else "",
        "at": load.finished_at if load else None,
        "reasons": [message for _name, message in row.rules],
        "repaired": row.state == "repaired",
        "cells": [{"value": row.cells.get(column), "bad": column in bad} for column in columns],
    }


def row_named(name: str, spec: ContractSpec | None, person: Any) -> dict[str, Any] | None:
    """Return the row that the address names, with every cell to be written anew; None if it waits no more."""
    load_id, _colon, number = name.partition(":")
    place = whole(number)
    if place is None or spec is None:
        return None
    try:
        row = quarantine.row(load_id, place, user=person)
    except NotFound:
        return None
    bad = _bad(row, spec)
    return {
        "load": row.load,
        "number": row.row,
        "reasons": [message for _name, message in row.rules],
        "cells": [
            {
                "column": column,
                "title": column_title(column, field),
                "value": row.cells.get(column) or "",
                "bad": column in bad,
                "hidden": row.cells.get(column) == quarantine.HIDDEN,
                "choices": _values_of(field) if column in bad else [],
            }
            for column, field in expected_columns(spec).items()
            if column in row.cells
        ],
    }


def repairs_of(waiting: list[Load]) -> list[dict[str, Any]]:
    """Return the repairs of the newest loads that can still be taken back, newest first."""
    made = [
        repair for load in waiting[:LOADS_UNDONE] for repair in queries.repairs_of(load.id) if repair.state == "made"
    ]
    return [
        {
            "id": repair.pk,
            "what": _("row %(row)s") % {"row": words.number(repair.row)} if repair.row else repair.rule,
            "rows": repair.rows,
            "kind": repair.get_kind_display(),
            "reason": repair.reason,
            "by": str(repair.by or ""),
            "at": repair.at,
        }
        for repair in sorted(made, key=lambda repair: -repair.pk)[:REPAIRS_SHOWN]
    ]
