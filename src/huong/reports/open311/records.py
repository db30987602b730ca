"""A report as Open311 shows it: to everybody what is public, of others only that they exist and how they stand."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from huong.base import clock
from huong.people import queries as people
from huong.places import queries as places
from huong.reports import queries
from huong.reports.models import Message, Report, ReportPhoto
from huong.reports.queries import cards
from huong.reports.rules import geo_report

READ = (
    "state", "is_open", "category", "title", "unit", "lon", "lat", "place", "agency", "received_at", "accepted_at",
    "closed_at", "changed_at", "due_at", "promise", "promise_en", "photos_count", "is_public",
)  # fmt: skip
WORDS = ("description", "answer", "update")


def records(reports: Sequence[Report], *, base: str, own: Iterable[int] = ()) -> list[dict[str, Any]]:
    """Return reports as records, in four queries.

    Args:
        reports: in the order wanted.
        base: the address of the house.
        own: ids of those that whoever asks has sent: shown whole though they are not public yet.
    """
    whole = set(own)
    seen = [each for each in reports if each.is_public or each.pk in whole]
    house = _House.of(seen, whole, base)
    return [
        _whole(report, house, coarse=report.pk not in whole)
        if report.is_public or report.pk in whole
        else _kept_back(report, house)
        for report in reports
    ]


@dataclass
class _House:
    """What the records of one answer have in common, each looked up once."""

    words: dict[int, dict[str, str]]
    pictures: dict[int, str]
    agencies: dict[str, str]
    units: dict[str, str]
    kinds: "_Names"
    states: "_Names"

    @classmethod
    def of(cls, seen: Sequence[Report], whole: set[int], base: str) -> "_House":
        """Look up what reports that are shown whole need."""
        return cls(
            _words(seen, whole),
            _pictures(seen, base),
            {each.code: str(each) for each in people.agencies()} if seen else {},
            {each.code: str(each) for each in places.units()} if seen else {},
            _Names(queries.category_name),
            _Names(queries.state_name),
        )


def _whole(report: Report, house: _House, *, coarse: bool) -> dict[str, Any]:
    said = house.words.get(report.pk, {})
    lon, lat, place = cards.seen_place(report) if coarse else (report.lon, report.lat, report.place)
    return _head(
        report,
        status_notes=said.get("update") or house.states[report.state],
        service_name=house.kinds[report.category],
        service_code=report.category,
        description=said.get("description") or report.title or None,
        agency_responsible=house.agencies.get(report.agency, report.agency) or None,
        service_notice=queries.promise_of(report) or None,
        expected_datetime=stamp(report.due_at) if report.accepted_at else None,
        address=", ".join(filter(None, (place, house.units.get(report.unit, "")))) or None,
        address_id=report.unit or None,
        lat=lat,
        long=lon,
        media_url=house.pictures.get(report.pk),
    )


class _Names(dict[str, str]):
    """Names in the reader's language, each looked up once."""

    def __init__(self, look_up: Callable[[str], str]) -> None:
        super().__init__()
        self._look_up = look_up

    def __missing__(self, key: str) -> str:
        """Look a name up."""
        self[key] = found = self._look_up(key)
        return found


def stamp(at: datetime | None) -> str | None:
    """Return an instant with the city's zone, to the second."""
    return clock.local(at).isoformat(timespec="seconds") if at else None


def updated(report: Report) -> datetime:
    """Return when a report last changed; of one that is closed, when it was closed."""
    return report.changed_at if report.is_open or report.closed_at is None else report.closed_at


def _head(report: Report, **told: Any) -> dict[str, Any]:
    """Return a record with what may be told of it, its members in the order of the standard."""
    get = told.get
    return {
        "service_request_id": report.number,
        "status": geo_report.OPEN if report.is_open else geo_report.CLOSED,
        "status_notes": get("status_notes"),
        "service_name": get("service_name"),
        "service_code": get("service_code"),
        "description": get("description"),
        "agency_responsible": get("agency_responsible"),
        "service_notice": get("service_notice"),
        "requested_datetime": stamp(report.received_at),
        "updated_datetime": stamp(updated(report)),
        "expected_datetime": get("expected_datetime"),
        "address": get("address"),
        "address_id": get("address_id"),
        "zipcode": None,
        "lat": get("lat"),
        "long": get("long"),
        "media_url": get("media_url"),
    }


def _kept_back(report: Report, house: _House) -> dict[str, Any]:
    """Return what anybody may know of a report that is not public: never words, place, nor a category kept private."""
    held = queries.book().categories.get(report.category)
    if held is None or not held.public:
        return _head(report)
    return _head(report, service_code=report.category, service_name=house.kinds[report.category])


def _words(reports: Sequence[Report], own: set[int]) -> dict[int, dict[str, str]]:
    rows = Message.objects.filter(report__in=[each.pk for each in reports], kind__in=WORDS, withdrawn_at=None)
    found: dict[int, dict[str, str]] = {}
    for report, kind, text, public in rows.order_by("id").values_list("report_id", "kind", "text", "is_public"):
        if text and (public or report in own):
            found.setdefault(report, {})["description" if kind == "description" else "update"] = text
    return found


def _pictures(reports: Sequence[Report], base: str) -> dict[int, str]:
    """Return the address of the first public photo of each report."""
    ids = [each.pk for each in reports if each.photos_count and each.is_public]
    found: dict[int, str] = {}
    if ids:
        rows = ReportPhoto.objects.filter(report__in=ids, is_public=True).order_by("report_id", "order", "id")
        for report, uid in rows.values_list("report_id", "uid"):
            found.setdefault(report, uid)
    numbers = {each.pk: each.number for each in reports}
    return {pk: photo_address(base, numbers[pk], uid) for pk, uid in found.items()}


def photo_address(base: str, number: str, uid: str) -> str:
    """Return where everybody finds a photo of a public report."""
    return f"{base}/api/v1/reports/{number}/photos/{uid}"
