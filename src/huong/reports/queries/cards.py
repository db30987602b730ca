"""What everybody sees of a report in lists and on the map: the place as roughly as its category says, one picture."""

from collections.abc import Iterable

from huong.reports.models import Report, ReportPhoto
from huong.reports.queries.book import book


def is_coarse(report: Report) -> bool:
    """Return whether everybody sees the place of a report only roughly."""
    held = book().categories.get(report.category)
    return held is not None and held.coarse


def public_place(report: Report) -> str:
    """Return the place in words as everybody may read it."""
    return "" if is_coarse(report) else report.place


def seen_place(report: Report) -> tuple[float | None, float | None, str]:
    """Return longitude, latitude and the place in words as everybody may see them, each as far as it is known."""
    if not is_coarse(report):
        return report.lon, report.lat, report.place
    digits = int(book().setting("coarse_decimals", 3))
    lon, lat = (round(value, digits) if value is not None else None for value in (report.lon, report.lat))
    return lon, lat, ""


def thumbs_of(reports: Iterable[Report]) -> dict[int, str]:
    """Return the first public photo of each report by the report's id (one query)."""
    ids = [report.pk for report in reports if report.photos_count and report.is_public]
    if not ids:
        return {}
    rows = ReportPhoto.objects.filter(report__in=ids, is_public=True).order_by("report_id", "-order", "-id")
    return dict(rows.values_list("report_id", "uid"))
