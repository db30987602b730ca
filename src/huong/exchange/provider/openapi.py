"""The OpenAPI 3.1 description of a service, made from its fields and endpoints."""

from typing import Any

from huong.exchange.models import DataService
from huong.exchange.rules.identifiers import path_of
from huong.store.rules import RESTRICTED

HEADERS = (
    ("X-Road-Client", "The consumer: instance/class/code/subsystem", True),
    ("X-Road-Id", "A UUID, new for every message", False),
    ("X-Road-Issue", "The purpose, or purpose/dossier", True),
    ("X-Road-UserId", "The person acting: country and number", False),
)

MARK = (
    "Only where the person concerned had the use of their data restricted (Law 91/2025/QH15). Then every field is null:"
    " kept back, not unknown; keep what you hold and do not overwrite it. With values beside it: the purpose is demanded"
    " by law, use them for that alone. A row without this member is not restricted, and null there is unknown."
)


def document_of(service: DataService) -> dict[str, Any]:
    """Return the description of a service."""
    paths: dict[str, Any] = {}
    for number, endpoint in enumerate(service.endpoints):
        template, names = _template(endpoint["path"])
        paths.setdefault(template, {})[endpoint["method"].lower()] = _operation(service, endpoint, names, number)
    return {
        "openapi": "3.1.0",
        "info": {"title": service.title, "version": "1", "summary": service.title_en or service.title},
        "servers": [{"url": path_of(str(service))}],
        "paths": paths,
        "components": {"schemas": {"Record": _record(service), "Error": _error()}},
    }


def _template(path: str) -> tuple[str, list[str]]:
    parts: list[str] = []
    names: list[str] = []
    for part in path.split("/"):
        if part in {"*", "**"}:
            names.append(f"part{len(names) + 1}" if names else "key")
            parts.append("{" + names[-1] + "}")
        else:
            parts.append(part)
    return "/".join(parts) or "/", names


def _operation(service: DataService, endpoint: dict[str, str], names: list[str], number: int) -> dict[str, Any]:
    headers = [
        {"name": name, "in": "header", "required": required, "description": text, "schema": {"type": "string"}}
        for name, text, required in HEADERS
    ]
    inside = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]
    one = bool(names) or service.kind != "dataset"
    record = {"$ref": "#/components/schemas/Record"}
    page = {
        "type": "object",
        "properties": {"rows": {"type": "array", "items": record}, "next": {"type": ["string", "null"]}},
    }
    operation: dict[str, Any] = {
        "operationId": f"{service.code}-{number}".replace(".", "-"),
        "summary": endpoint.get("summary", ""),
        "parameters": [*headers, *inside],
        "responses": {
            "200": {
                "description": "The fields granted",
                "content": {"application/json": {"schema": record if one else page}},
            },
            "default": {
                "description": "A refusal; X-Road-Error repeats its type",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
            },
        },
    }
    if endpoint["method"] == "POST":
        operation["requestBody"] = {"content": {"application/json": {"schema": {"type": "object"}}}}
    return operation


def _record(service: DataService) -> dict[str, Any]:
    properties: dict[str, Any] = {
        str(each["name"]): {
            "title": each.get("title", each["name"]),
            "x-sensitivity": each.get("sensitivity", "plain"),
        }
        for each in service.fields
    }
    if service.kind == "dataset" and any(each.get("sensitivity", "plain") != "plain" for each in service.fields):
        properties[RESTRICTED] = {"const": True, "title": "Hạn chế sử dụng", "description": MARK}
    return {"type": "object", "properties": properties}


def _error() -> dict[str, Any]:
    return {"type": "object", "properties": {name: {"type": "string"} for name in ("type", "message", "detail")}}
