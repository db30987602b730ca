"""The test endpoint: the same protocol over made-up reports. What is sent reaches nobody and goes after a week."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from huong.base import city, clock
from huong.base.errors import BadInput, Forbidden, NotFound
from huong.people.sessions import address_of
from huong.reports import queries
from huong.reports.actions import peers
from huong.reports.actions.sending import hashed_source
from huong.reports.models import TrialRequest, TrialUpdate
from huong.reports.open311 import services
from huong.reports.open311.asking import Asked
from huong.reports.open311.records import stamp
from huong.reports.rules import geo_report

KEY = "test"
SEEDS = 6
SEED_PREFIX = "TEST-S"
PREFIX = "TEST-"


def _require_key(asked: Asked) -> None:
    """Refuse a key that is neither the public test key nor a real one.

    Raises:
        Forbidden: no key, or one that is not valid.
    """
    if asked.key() != KEY and asked.system() is None:
        raise Forbidden(_("An api_key is needed. At the test endpoint “test” is one."))


def send(asked: Asked) -> dict[str, Any]:
    """Keep a made-up report and return its receipt."""
    _require_key(asked)
    category = services.category(asked.needed("service_code"))
    point, address = asked.point(), asked.text("address_string", longest=600)
    if point is None and not address and not asked.text("address_id"):
        raise BadInput(_("Please give lat and long, address_string or address_id."))
    trial = peers.try_out(
        category.key,
        description=asked.text("description"),
        address=address,
        point=point,
        source=hashed_source(address_of(asked.request)),
    )
    return {"service_request_id": trial.number, "service_notice": _("This was only a test."), "account_id": None}


def token(given: str) -> dict[str, Any]:
    """Return the id behind a token, which here is the same."""
    return {"service_request_id": _found(given)["service_request_id"], "token": given}


def _found(number: str) -> dict[str, Any]:
    for seed in seeds():
        if seed["service_request_id"] == number:
            return seed
    digits = number.removeprefix(PREFIX)
    row = TrialRequest.objects.filter(pk=int(digits)).first() if digits.isdecimal() and len(digits) < 16 else None
    if row is None:
        raise NotFound(_("service_request_id %(number)s was not found.") % {"number": number[:40]})
    return _record(row)


def one(number: str, asked: Asked) -> list[dict[str, Any]]:
    """Return one made-up report as a list."""
    return [_found(number)]


def seeds() -> list[dict[str, Any]]:
    """Return some reports that are always here, one of each of the first categories, half of them closed."""
    lon, lat = city.facts().get("point", [0.0, 0.0])
    morning = clock.local(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    found = []
    for place, each in enumerate(services.categories()[:SEEDS]):
        row = TrialRequest(
            pk=place + 1,
            service_code=each.key,
            description=queries.category_name(each.key),
            lon=round(lon + place / 1000, 6),
            lat=round(lat + place / 1000, 6),
            is_open=place % 2 == 0,
            at=morning - timedelta(days=place + 1),
            changed_at=morning - timedelta(days=place),
        )
        found.append(_record(row) | {"service_request_id": f"{SEED_PREFIX}{place + 1:05d}"})
    return found


def _record(row: TrialRequest) -> dict[str, Any]:
    return {
        "service_request_id": row.number,
        "status": geo_report.OPEN if row.is_open else geo_report.CLOSED,
        "status_notes": None,
        "service_name": queries.category_name(row.service_code),
        "service_code": row.service_code,
        "description": row.description or None,
        "agency_responsible": None,
        "service_notice": None,
        "requested_datetime": stamp(row.at),
        "updated_datetime": stamp(row.changed_at),
        "expected_datetime": None,
        "address": row.address or None,
        "address_id": None,
        "zipcode": None,
        "lat": row.lat,
        "long": row.lon,
        "media_url": None,
    }


def listing(asked: Asked) -> list[dict[str, Any]]:
    """Return made-up reports, newest first, under the same filters as the real endpoint."""
    rows = [_record(row) for row in TrialRequest.objects.order_by("-id")[:1000]] + seeds()
    named, codes, status = asked.codes("service_request_id"), asked.codes("service_code"), asked.status()
    first, last = asked.page()
    if named:
        return [row for row in rows if row["service_request_id"] in named]
    wanted = None if status is None else geo_report.OPEN if status else geo_report.CLOSED
    rows = [row for row in rows if (not codes or row["service_code"] in codes) and wanted in {None, row["status"]}]
    return [row for row in rows if _in_time(row, asked)][first:last]


def _in_time(row: dict[str, Any], asked: Asked) -> bool:
    requested, changed = (datetime.fromisoformat(row[name]) for name in ("requested_datetime", "updated_datetime"))
    bounds = (
        (asked.instant("start_date"), None, requested),
        (None, asked.instant("end_date"), requested),
        (asked.instant("updated_after"), None, changed),
        (None, asked.instant("updated_before"), changed),
    )
    return all((low is None or low <= at) and (high is None or at <= high) for low, high, at in bounds)


def updates(asked: Asked) -> list[dict[str, Any]]:
    """Return the updates of made-up reports in order of time."""
    rows = TrialUpdate.objects.select_related("request")
    if (begin := asked.instant("start_date")) is not None:
        rows = rows.filter(at__gte=begin)
    if (end := asked.instant("end_date")) is not None:
        rows = rows.filter(at__lt=end)
    return [
        {
            "update_id": str(row.pk),
            "service_request_id": row.request.number,
            "status": row.status,
            "updated_datetime": stamp(row.at),
            "description": row.description or None,
            "media_url": None,
            "external_status_code": None,
        }
        for row in rows.order_by("at", "id")[:1000]
    ]


def take_update(asked: Asked) -> dict[str, Any]:
    """Keep an update of a made-up report."""
    _require_key(asked)
    number, _remote = asked.needed("service_request_id"), asked.needed("update_id")
    digits = number.removeprefix(PREFIX)
    row = TrialRequest.objects.filter(pk=int(digits)).first() if digits.isdecimal() and len(digits) < 16 else None
    if row is None:
        raise NotFound(_("service_request_id %(number)s was not found.") % {"number": number[:40]})
    kept = peers.try_update(row, status=asked.text("status", longest=40), text=asked.text("description"))
    return {"update_id": str(kept.pk), "service_request_id": row.number}
