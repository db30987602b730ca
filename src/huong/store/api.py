"""Rows and commits over the API. Reading needs a purpose; persons are looked for by POST only."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema

from huong.base.errors import BadInput
from huong.catalogue import queries as catalogue
from huong.people.access import main_agency
from huong.people.auth import person
from huong.store import queries
from huong.store.access import contract_of
from huong.store.queries import Filter, Use

router = Router()
OPERATORS = ("in", "ge", "gt", "le", "lt", "prefix", "empty")
OWN = frozenset({"purpose", "agency", "order", "after", "size", "fields", "q", "bbox"})


class PageOut(Schema):
    """One page of rows and the commit they are from."""

    dataset: str
    commit: int | None
    rows: list[dict[str, Any]]
    next: str | None


class CommitOut(Schema):
    """One commit of a dataset."""

    version: int
    at: datetime
    mode: str
    rows: int
    added: int
    updated: int
    deleted: int
    bytes: int
    load: str
    contract_version: str
    data_at: datetime | None


class Asked(Schema):
    """A question that must not stand in an address: who is looked for."""

    purpose: str = ""
    agency: str = ""
    filters: dict[str, Any] = {}
    order: str = ""
    after: str | None = None
    size: int = 50
    fields: list[str] | None = None


@router.get("/datasets/{name}/rows", response=PageOut, url_name="dataset_rows")
def rows(
    request: HttpRequest,
    name: str,
    purpose: str = "",
    agency: str = "",
    order: str = "",
    after: str | None = None,
    size: int = 50,
    fields: str = "",
    q: str = "",
    bbox: str = "",
) -> object:
    """Return rows of a dataset, page by page.

    Every other parameter is a filter: `ward=...`, `opened_at.ge=2026-01-01`, `state.in=open,closed`,
    `code.prefix=H57`, `closed_at.empty=true`. `q` searches words with or without accents, `bbox` is
    west,south,east,north.
    """
    asked = {key: request.GET[key] for key in request.GET if key not in OWN}
    found = [*_filters(name, asked, in_address=True), *_searches(q, bbox)]
    return _page(
        request, name, purpose, agency, found, order, after, size, [each for each in fields.split(",") if each] or None
    )


@router.post("/datasets/{name}/rows/search", response=PageOut, url_name="dataset_rows_search")
def search(request: HttpRequest, name: str, body: Asked) -> object:
    """Return rows of a dataset; what is looked for stands in the body, so that no log or history keeps it."""
    asked = dict(body.filters)
    searches = _searches(str(asked.pop("q", "")), asked.pop("bbox", ""))
    found = [*_filters(name, asked, in_address=False), *searches]
    return _page(request, name, body.purpose, body.agency, found, body.order, body.after, body.size, body.fields)


@router.get("/datasets/{name}/commits", response=list[CommitOut], url_name="dataset_commits")
def commits(request: HttpRequest, name: str, size: int = 50) -> object:
    """Return the newest commits of a dataset: when, how many rows, from which load."""
    catalogue.require_visible(name, person(request))
    return list(queries.commits(name)[: max(1, min(size, 500))])


def _page(
    request: HttpRequest,
    name: str,
    purpose: str,
    agency: str,
    filters: list[Filter],
    order: str,
    after: str | None,
    size: int,
    fields: list[str] | None,
) -> dict[str, Any]:
    use = Use(agency or _own_agency(request), purpose or request.headers.get("X-Purpose", ""), person=person(request))
    page = queries.rows(name, use=use, filters=filters, order=order, after=after, size=size, fields=fields)
    return {"dataset": name, "commit": page.commit, "rows": page.rows, "next": page.next}


def _own_agency(request: HttpRequest) -> str:
    own = main_agency(person(request))
    return own.code if own else ""


def _filters(dataset: str, asked: dict[str, Any], *, in_address: bool) -> list[Filter]:
    """Return filters from parameters such as `opened_at.ge`.

    Raises:
        BadInput: a field that identifies persons stands in an address.
    """
    secret = set(contract_of(dataset).identifying) if asked and in_address else set()
    found = []
    for key, given in asked.items():
        name, _dot, operator = key.rpartition(".")
        if operator not in OPERATORS or not name:
            name, operator = key, "eq"
        if name in secret:
            raise BadInput(_("Persons are looked for by POST to rows/search, so that no address names them."))
        found.append(Filter(name, operator, _value(operator, given)))  # type: ignore[arg-type]
    return found


def _value(operator: str, given: Any) -> Any:
    if operator == "in" and isinstance(given, str):
        return given.split(",")
    return str(given).lower() in {"1", "true"} if operator == "empty" else given


def _searches(words: str, box: Any) -> list[Filter]:
    found = [Filter("", "contains", words)] if words else []
    if box:
        found.append(Filter("", "bbox", box.split(",") if isinstance(box, str) else box))
    return found
