"""Data comes in over the API: push a load, follow it, look at what was refused, repair and replay it."""

import base64
import binascii
from typing import Any, Literal, cast

from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status

from huong.base.errors import BadInput
from huong.intake import actions, quarantine, queries
from huong.intake.errors import NotAsSent
from huong.intake.models import Load, plain_of
from huong.people.auth import person

router = Router()
ENDINGS = {
    "application/json": "json",
    "application/x-ndjson": "ndjson",
    "application/geo+json": "geojson",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
    "application/vnd.apache.arrow.stream": "arrows",
    "application/vnd.apache.parquet": "parquet",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/zip": "zip",
    "application/gzip": "gz",
}


class LoadOut(Schema):
    """One load: how far it is, what it brought, what is wrong."""

    load: str
    dataset: str
    name: str
    state: str
    read: int
    accepted: int
    refused: int
    flagged: int
    open: int
    commit: int | None
    counts: dict[str, int]
    problem: str
    message: str
    repeated: bool


class RefusedOut(Schema):
    """One row in quarantine."""

    load: str
    row: int
    state: str
    rules: list[tuple[str, str]]
    cells: dict[str, str | None]


class QuarantineOut(Schema):
    """One page of rows in quarantine."""

    rows: list[RefusedOut]
    next: str | None


class RepairIn(Schema):
    """A repair: of one row (`row`, `values`) or of all rows of a rule (`rule`, `kind`, `column`, `old`, `new`)."""

    row: int | None = None
    values: dict[str, str | None] = {}
    rule: str = ""
    kind: Literal["replace", "code", "unit", "empty"] = "replace"
    column: str = ""
    old: str | None = None
    new: str | None = None


class DropIn(Schema):
    """Rows to be dropped, and why."""

    row: int | None = None
    rule: str = ""
    reason: str


class RepairOut(Schema):
    """A repair that was made."""

    id: int
    load: str
    kind: str
    rule: str
    row: int | None
    rows: int
    state: str

    @staticmethod
    def resolve_load(repair: Any) -> str:
        """Return the load's id."""
        return str(repair.load_id)


@router.post("/datasets/{name}/loads", response={202: LoadOut, 200: LoadOut}, url_name="push_load")
def push(
    request: HttpRequest, name: str, response: HttpResponse, file: str = "", expected_rows: int | None = None
) -> Status[dict[str, Any]]:
    """Send data: the body is JSON, NDJSON, GeoJSON, CSV, an Arrow stream, Parquet or XLSX, as `Content-Type` says.

    `Idempotency-Key` makes a repeated sending harmless; `Content-Digest` (RFC 9530) is checked if given.
    Answers 202 with the load, which can be followed at its `Location`; 200 if it is in already.
    """
    try:
        load = actions.push(
            name,
            cast("Any", request),
            name=file or f"push.{_ending(request)}",
            by=person(request),
            key=request.headers.get("Idempotency-Key", "")[:200],
            digest=_announced(request),
            size=int(request.META.get("CONTENT_LENGTH") or 0) or None,
            expected_rows=expected_rows,
        )
    except UnreadablePostError as error:
        raise NotAsSent(_("The upload broke off before its end. Nothing was loaded; please send it again.")) from error
    response["Location"] = f"/api/v1/loads/{load.id}"
    return Status(200 if load.repeated else 202, plain_of(load))


def _ending(request: HttpRequest) -> str:
    kind = (request.content_type or "").lower()
    if kind not in ENDINGS:
        raise BadInput(
            _("Please say in Content-Type what is sent: %(kinds)s.") % {"kinds": ", ".join(ENDINGS)},
            code="content_type",
        )
    return ENDINGS[kind]


def _announced(request: HttpRequest) -> str:
    """Return the SHA-256 named in `Content-Digest` as hex digits, or an empty text."""
    for part in request.headers.get("Content-Digest", "").split(","):
        algorithm, _equals, value = part.strip().partition("=")
        if algorithm.lower() == "sha-256":
            try:
                return base64.b64decode(value.strip(":"), validate=True).hex()
            except binascii.Error as error:
                raise BadInput(_("Content-Digest cannot be read."), code="content_digest") from error
    return ""


@router.get("/loads/{load_id}", response=LoadOut, url_name="load")
def load(request: HttpRequest, load_id: str) -> dict[str, Any]:
    """Return a load: its state, counts and message."""
    return plain_of(queries.load(load_id, person(request)))


@router.get("/datasets/{name}/loads", response=list[LoadOut], url_name="loads")
def loads(request: HttpRequest, name: str) -> list[dict[str, Any]]:
    """Return the newest fifty loads of a dataset."""
    found: list[Load] = list(queries.loads_visible_to(person(request)).filter(dataset=name)[:50])
    return [plain_of(one) for one in found]


@router.post("/loads/{load_id}/resume", response=LoadOut, url_name="resume_load")
def resume(request: HttpRequest, load_id: str) -> dict[str, Any]:
    """Run a stopped or refused load again."""
    return plain_of(actions.resume(load_id, by=person(request)))


@router.get("/datasets/{name}/quarantine", response=QuarantineOut, url_name="quarantine_rows")
def refused(
    request: HttpRequest, name: str, rule: str = "", load: str = "", after: str | None = None, size: int = 50
) -> quarantine.QuarantinePage:
    """Return rows that wait to be repaired, with what is wrong with each."""
    return quarantine.page(name, user=person(request), rule=rule, load=load, after=after, size=size)


@router.post("/loads/{load_id}/repairs", response=RepairOut, url_name="repair_rows")
def repair(request: HttpRequest, load_id: str, body: RepairIn) -> object:
    """Repair one refused row, or all rows of a rule."""
    by = person(request)
    if body.row is not None:
        return actions.repair_row(load_id, body.row, body.values, by=by)
    return actions.repair_rule(
        load_id, body.rule, kind=body.kind, column=body.column, old=body.old, new=body.new, by=by
    )


@router.post("/loads/{load_id}/drop", response=RepairOut, url_name="drop_rows")
def drop(request: HttpRequest, load_id: str, body: DropIn) -> object:
    """Drop refused rows for good, with a reason."""
    return actions.drop(load_id, row=body.row, rule=body.rule, reason=body.reason, by=person(request))


@router.post("/loads/{load_id}/replay", response={202: LoadOut}, url_name="replay_load")
def replay(request: HttpRequest, load_id: str) -> Status[dict[str, Any]]:
    """Check the repaired rows again, as a load of their own."""
    return Status(202, plain_of(actions.replay(load_id, by=person(request))))
