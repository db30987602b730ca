"""What was before: a report with its whole story as plain values, and how rows of another system become one. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from huong.reports.rules import clocks

DESCRIPTION = "description"
COLUMNS: dict[str, tuple[str, ...]] = {
    "id": ("external_id", "case_id", "service_request_id", "request_id", "ref", "number", "id"),
    "received_at": ("received_at", "opened_at", "requested_at", "requested_datetime", "created_at"),
    "due_at": ("due_at", "target_at", "expected_at", "expected_datetime"),
    "closed_at": ("closed_at", "closed_datetime", "resolved_at", "finished_at"),
    "status": ("status", "state"),
    "label": ("on_time", "ontime"),
    "text": ("description", "text", "title"),
    "answer": ("answer", "closure_reason", "resolution", "status_notes"),
    "kind": ("category", "type", "service_name"),
    "place": ("address", "place"),
    "point": ("location", "point"),
    "lat": ("lat", "latitude"),
    "lon": ("lon", "long", "longitude"),
    "unit": ("unit", "ward"),
    "channel": ("channel", "source"),
}
NEEDED = ("id", "received_at")
ON_TIME, LATE = ("ontime", "on_time", "đúng hạn", "true"), ("overdue", "late", "trễ hạn", "quá hạn", "false")


@dataclass(frozen=True)
class Step:
    """One moment of a story: what happened, when, the state and the agency after it, and what was said."""

    event: str
    at: datetime
    state: str
    agency: str = ""
    kind: str = ""
    text: str = ""
    by: int | None = None
    facts: Mapping[str, str | int | float | bool | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Past:
    """A report of the past with its story, as it is to be taken over. The fields are those of `models.Report`."""

    received_at: datetime
    state: str
    category: str
    steps: tuple[Step, ...]
    is_open: bool = True
    category_version: int = 0
    priority: int = 0
    channel: str = "import"
    lang: str = "vi"
    is_public: bool = False
    text: str = ""
    unit: str = ""
    unit_on: date | None = None
    lon: float | None = None
    lat: float | None = None
    cell: str = ""
    place: str = ""
    agency: str = ""
    assignee_id: int | None = None
    accepted_at: datetime | None = None
    closed_at: datetime | None = None
    due_at: datetime | None = None
    promise: str = ""
    promise_en: str = ""
    rating: str = ""
    rated: tuple[str, ...] = ()
    reopened: int = 0
    followers: int = 0
    asks: Mapping[str, str] = field(default_factory=dict)
    external_id: str = ""
    external_status: str = ""

    @property
    def late3_at(self) -> datetime | None:
        """When it is very late: three times the time that was given."""
        return self.due_at and self.received_at + clocks.VERY_LATE * (self.due_at - self.received_at)


def columns_of(names: Iterable[str], wanted: Mapping[str, str]) -> dict[str, str]:
    """Return which column of a dataset says what; those named win over those guessed from their names.

    Raises:
        ValueError: with what is missing.

    >>> columns_of(["case_id", "opened_at", "closed_at"], {})
    {'id': 'case_id', 'received_at': 'opened_at', 'closed_at': 'closed_at'}
    """
    held = set(names)
    found = {}
    for ours, known in COLUMNS.items():
        chosen = wanted.get(ours) or next((name for name in known if name in held), "")
        if chosen in held:
            found[ours] = chosen
    missing = [ours for ours in NEEDED if ours not in found] + [one for one in wanted.values() if one not in held]
    if missing:
        raise ValueError(", ".join(missing))
    return found


def point_of(row: Mapping[str, Any], columns: Mapping[str, str]) -> tuple[float, float] | None:
    """Return longitude and latitude of a row, from one column or from two."""
    whole = row.get(columns.get("point", ""))
    lon, lat = (whole.get("lon"), whole.get("lat")) if isinstance(whole, Mapping) else (None, None)
    if lon is None or lat is None:
        lon, lat = row.get(columns.get("lon", "")), row.get(columns.get("lat", ""))
    return None if lon is None or lat is None else (float(lon), float(lat))


def was_late(past: Past) -> bool | None:
    """Return whether it was answered too late; None where one of both times is not known."""
    return None if past.due_at is None or past.closed_at is None else past.closed_at > past.due_at


def said_late(label: str) -> bool | None:
    """Return what the other system says about its lateness, None if nothing.

    >>> said_late("ONTIME"), said_late("OVERDUE"), said_late("")
    (False, True, None)
    """
    text = label.strip().lower()
    return False if text in ON_TIME else True if text in LATE else None
