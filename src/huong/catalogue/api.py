"""Datasets and contracts for programs."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status

from huong.catalogue import actions, queries
from huong.catalogue.models import Dataset
from huong.people import access
from huong.people.auth import person

router = Router()


class Text(Schema):
    """A contract's text."""

    document: str


def _facts(row: Dataset, version: str) -> dict[str, Any]:
    return {
        "name": row.name,
        "title": row.title,
        "title_en": row.title_en,
        "description": row.description,
        "owner": row.owner.code,
        "domain": row.domain,
        "classification": row.classification,
        "contract": version,
    }


@router.get("/datasets")
def datasets(request: HttpRequest, owner: str = "", domain: str = "") -> list[dict[str, Any]]:
    """List the datasets you may see, by name; of one owner or one domain if named."""
    found = queries.datasets_visible_to(person(request)).order_by("name")
    found = found.filter(owner__code=owner) if owner else found
    rows = list(found.filter(domain=domain) if domain else found)
    specs = queries.contracts_of([row.name for row in rows])
    return [_facts(row, specs[row.name].version if row.name in specs else "") for row in rows]


@router.get("/datasets/{name}")
def dataset(request: HttpRequest, name: str) -> dict[str, Any]:
    """Return a dataset with the fields and checks of its contract in force."""
    row = queries.require_visible(name, person(request))
    spec = queries.contract_of(name)
    fields = [
        {
            "name": found.name,
            "title": found.title_vi,
            "title_en": found.title_en,
            "type": found.logical_type,
            "semantic_type": found.semantic,
            "required": found.required,
            "identifying": found.identifying,
            "unit": found.unit,
        }
        for found in spec.fields
    ]
    checks = [
        {"bit": found.bit, "name": found.name, "severity": found.severity, "message": found.message_vi,
         "message_en": found.message_en}
        for found in spec.checks
    ]  # fmt: skip
    return {**_facts(row, spec.version), "key": spec.key, "mode": spec.mode, "fields": fields, "checks": checks}


@router.get("/datasets/{name}/contract")
def contract(request: HttpRequest, name: str, version: str = "") -> HttpResponse:
    """Return a contract as its ODCS document: the one in force, or the version named."""
    queries.require_visible(name, person(request))
    text = queries.contract_text(name, version or None)
    return HttpResponse(text, content_type="application/yaml; charset=utf-8")


@router.get("/datasets/{name}/contract/versions")
def versions(request: HttpRequest, name: str) -> list[dict[str, Any]]:
    """List the versions of a contract with what each changed, the newest first."""
    queries.require_visible(name, person(request))
    return [
        {
            "version": found.version,
            "state": found.state,
            "added_at": found.added_at,
            "changes": [{"weight": weight, "message": message} for weight, message in found.changes],
        }
        for found in queries.versions_of(name)
    ]


@router.post("/contracts/check")
def check(request: HttpRequest, body: Text) -> dict[str, Any]:
    """Say what is wrong with a contract, with lines and columns, and what it changes. Stores nothing."""
    access.require_power(person(request), "catalogue.edit")
    found = actions.check(body.document)
    return {
        "good": found.is_good,
        "problems": [vars(problem) for problem in found.problems],
        "changes": [{"weight": weight, "message": message} for weight, message in found.changes],
        "needed_version": found.needed,
        "consumers": found.consumers,
    }


@router.post("/contracts", response={201: dict[str, Any]})
def add(request: HttpRequest, body: Text) -> Status[dict[str, Any]]:
    """Add a version of a contract; it comes into force at once if you may approve contracts."""
    kept = actions.add(body.document, by=person(request))
    return Status(201, {"dataset": kept.dataset.name, "version": kept.version, "state": kept.state})


@router.post("/datasets/{name}/contract/versions/{version}/activate")
def activate(request: HttpRequest, name: str, version: str) -> dict[str, Any]:
    """Put a version of a contract into force."""
    kept = actions.activate(name, version, by=person(request))
    return {"dataset": name, "version": kept.version, "state": kept.state}


@router.get("/codelists/{name}")
def code_list(request: HttpRequest, name: str) -> dict[str, Any]:
    """Return a code list as it holds today."""
    person(request)
    found = queries.code_list(name)
    return {
        "name": found.name,
        "version": found.version,
        "title": found.title,
        "title_en": found.title_en,
        "valid_from": found.valid_from,
        "valid_to": found.valid_to,
        "codes": [
            {"code": code, "label": label, "label_en": label_en} for code, label, label_en in queries.codes(name)
        ],
    }
