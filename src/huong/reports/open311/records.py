"""A report as Open311 shows it: to everybody what is public, of others only that they exist and how they stand."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from huong.base import clock
from huong.people import queries as people
from huong.places import queries as places
from huong.reports import queries
from huong.reports.api.shapes import shown
from huong.reports.models import Message, Report, ReportPhoto
from huong.reports.rules import geo_report

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
    words = _words(seen, whole)
    pictures = _pictures(seen, base)
    agencies = {each.code: str(each) for each in people.agencies()} if seen else {}
    units = {each.code: str(each) for each in places.units()} if seen else {}
    names = _Names()
    found = []
    for report in reports:
        if not report.is_public and report.pk not in whole:
            found.append(_kept_back(report, names))
            continue
        said = words.get(report.pk, {})
        public = shown(report, coarse=report.pk not in whole)
        address = ", ".join(filter(None, (public["place"], units.get(report.unit, ""))))
        found.append(
            _head(report)
            | {
                "status_notes": said.get("update") or public["state_name"],
                "service_name": names.of(report.category),
                "service_code": report.category,
                "description": said.get("description") or report.title or None,
                "agency_responsible": agencies.get(report.agency, report.agency) or None,
                "service_notice": queries.promise_of(report) or None,
                "expected_datetime": stamp(report.due_at) if report.accepted_at else None,
                "address": address or None,
                "address_id": report.unit or None,
                "zipcode": None,
                "lat": public["lat"],
                "long": public["lon"],
                "media_url": pictures.get(report.pk),
            }
        )
    return found


class _Names:
    """Names of categories, each looked up once."""

    def __init__(self) -> None:
        self.held: dict[str, str] = {}

    def of(self, key: str) -> str:
        """Return the name of a category in the reader's language."""
        return self.held.setdefault(key, queries.category_name(key))


def stamp(at: datetime | None) -> str | None:
    """Return an instant with the city's zone, to the second."""
    return clock.local(at).isoformat(timespec="seconds") if at else None


def updated(report: Report) -> datetime:
    """Return when a report last changed; of one that is closed, when it was closed."""
    return report.changed_at if report.is_open or report.closed_at is None else report.closed_at


def _head(report: Report) -> dict[str, Any]:
    return {
        "service_request_id": report.number,
        "status": geo_report.OPEN if report.is_open else geo_report.CLOSED,
        "status_notes": None,
        "service_name": None,
        "service_code": None,
        "description": None,
        "agency_responsible": None,
        "service_notice": None,
        "requested_datetime": stamp(report.received_at),
        "updated_datetime": stamp(updated(report)),
        "expected_datetime": None,
        "address": None,
        "address_id": None,
        "zipcode": None,
        "lat": None,
        "long": None,
        "media_url": None,
    }


def _kept_back(report: Report, names: _Names) -> dict[str, Any]:
    """Return what anybody may know of a report that is not public: never words, place, nor a category kept private."""
    held = queries.book().categories.get(report.category)
    open_kind = bool(held and held.public)
    return _head(report) | {
        "service_code": report.category if open_kind else None,
        "service_name": names.of(report.category) if open_kind else None,
    }


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
