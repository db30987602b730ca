"""What the platform does so that its own reports come into the store like any department's data."""

from pathlib import Path
from typing import Any

from huong.catalogue import actions as catalogue
from huong.intake import actions as intake
from huong.journal.events import declared
from huong.reports import loading
from huong.reports.models import CityRule
from huong.reports.models.report import CHANNELS
from huong.reports.rules import feed

KIND = "reports"
PRIORITIES = (("thường", "normal"), ("gấp", "urgent"), ("nguy hiểm tính mạng", "danger to life"))
RATINGS = (
    ("satisfied", "hài lòng", "satisfied"),
    ("accepted", "chấp nhận được", "accepted"),
    ("not_satisfied", "không hài lòng", "not satisfied"),
)
CHANNELS_VI = {
    "web": "trang web", "app": "ứng dụng", "phone": "tổng đài", "mail": "thư điện tử", "messenger": "tin nhắn",
    "desk": "tại quầy", "open311": "Open311", "import": "nhập từ hệ thống khác",
}  # fmt: skip


def publish_codes(folder: Path | None = None) -> int:
    """Bring the code lists of reports up to the city's rules: categories, states, priorities, channels, ratings, events.

    Whatever once was a category or a state stays in its list, since reports of that time carry it.

    Args:
        folder: the city's folder, while its rules are not loaded yet; its rows count too.

    Returns:
        How many lists there are.

    Records: `catalogue.codes_loaded` for each list that changed.
    """
    found = {(kind, key): body for kind, key, body in loading.rows(folder)} if folder else {}
    for kind, key, body in (
        CityRule.objects.filter(kind__in=("category", "state")).order_by("version").values_list("kind", "key", "body")
    ):
        found[kind, key] = body
    lists = (
        ("report_category", "Loại phản ánh", "Categories of field reports", _codes(found, "category")),
        ("report_state", "Trạng thái phản ánh", "States of field reports", _codes(found, "state")),
        ("report_channel", "Kênh nhận phản ánh", "Channels of field reports", _channels()),
        ("report_priority", "Mức khẩn của phản ánh", "Priorities of field reports", _priorities()),
        ("report_rating", "Đánh giá của người dân", "Ratings by citizens", _ratings()),
        ("report_event", "Việc trong xử lý phản ánh", "Events of field reports", _events()),
    )
    for name, title, title_en, codes in lists:
        if codes:
            catalogue.renew_codes(name, title=title, title_en=title_en, source="reports", codes=codes)
    return len(lists)


def _codes(found: dict[tuple[str, str], dict[str, Any]], wanted: str) -> list[dict[str, Any]]:
    rows = sorted((key, body) for (kind, key), body in found.items() if kind == wanted)
    return [{"code": key, "label": body["name"], "label_en": body["name_en"]} for key, body in rows]


def _channels() -> list[dict[str, Any]]:
    return [{"code": key, "label": CHANNELS_VI[key], "label_en": str(name)} for key, name in CHANNELS]


def _priorities() -> list[dict[str, Any]]:
    named = zip(feed.PRIORITIES, PRIORITIES, strict=True)
    return [{"code": code, "label": label, "label_en": label_en} for code, (label, label_en) in named]


def _ratings() -> list[dict[str, Any]]:
    return [{"code": code, "label": label, "label_en": label_en} for code, label, label_en in RATINGS]


def _told() -> list[str]:
    """Return the events that tell the state of a report."""
    return [name for name, event in declared.items() if name.startswith("reports.") and "state" in event.fields]


def _events() -> list[dict[str, Any]]:
    named = sorted(feed.short(name) for name in _told())
    return [{"code": name, "label": name, "label_en": name} for name in named if name not in feed.SILENT]


def set_up(folder: Path) -> int:
    """Set up the sources that bring reports into the store, as the city's `feeds.yaml` says; see `set_up_feeds`."""
    return intake.set_up_feeds(folder, KIND)
