"""What of field reports goes into the store: codes, clocks, units and rough places; never words, persons, points. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from huong.reports.rules.numbers import id_of, number_of

CURRENT, EVENTS, DAILY = "current", "events", "daily"
TEXT, WHOLE, INSTANT, DAY, TRUTH = "text", "whole", "instant", "day", "truth"
PRIORITIES: Final = ("normal", "urgent", "danger")
SILENT: Final = frozenset({"reporter_erased", "contact_forgotten", "contact_verified"})
"""Events that tell of the person who sent a report, not of the matter: the report's row follows them, they are no rows."""

COLUMNS: Final[dict[str, dict[str, str]]] = {
    CURRENT: {
        "number": TEXT, "category": TEXT, "state": TEXT, "is_open": TRUTH, "priority": TEXT, "channel": TEXT,
        "unit": TEXT, "cell": TEXT, "agency": TEXT, "received_at": INSTANT, "accepted_at": INSTANT, "due_at": INSTANT,
        "closed_at": INSTANT, "rating": TEXT, "reopened": WHOLE, "followers": WHOLE, "photos": WHOLE, "part_of": TEXT,
        "merged_into": TEXT, "source": TEXT, "changed_at": INSTANT,
    },
    EVENTS: {
        "id": WHOLE, "number": TEXT, "at": INSTANT, "event": TEXT, "state": TEXT, "was_state": TEXT, "category": TEXT,
        "agency": TEXT, "was_agency": TEXT, "unit": TEXT, "priority": TEXT, "due_at": INSTANT, "rating": TEXT,
    },
    DAILY: {
        "day": DAY, "number": TEXT, "state": TEXT, "category": TEXT, "agency": TEXT, "unit": TEXT, "priority": TEXT,
        "received_at": INSTANT, "due_at": INSTANT, "is_late": TRUTH, "age_days": WHOLE,
    },
}  # fmt: skip
"""What each dataset holds, in the contract's order: nothing else can leave, whatever a report holds."""


@dataclass(frozen=True)
class Happened:
    """An entry of the journal about a report, as plain values."""

    id: int
    number: str
    at: datetime
    event: str
    agency: str
    unit: str
    data: Mapping[str, Any]


def is_about_a_report(subject: str) -> bool:
    """Return whether an entry is about a report, and no rule or model.

    >>> is_about_a_report("PA-000123"), is_about_a_report("clock:quick"), is_about_a_report("PA-123")
    (True, False, False)
    """
    return subject == number_of(id_of(subject)) and id_of(subject) > 0


def short(event: str) -> str:
    """Return an event's name without the package's.

    >>> short("reports.handed_over")
    'handed_over'
    """
    return event.partition(".")[2]


def instant_of(text: object) -> datetime | None:
    """Return an instant that an entry carries as text; None where it carries none.

    >>> instant_of("2026-11-27T01:00:00+00:00").hour, instant_of(None)
    (1, None)
    """
    return datetime.fromisoformat(text) if isinstance(text, str) and text else None


def current_row(report: Mapping[str, Any], *, is_public: bool) -> dict[str, Any]:
    """Return the row of a report as it stands.

    Args:
        report: the columns of its table.
        is_public: whether its category and the report itself are shown to everybody; else its cell stays out.
    """
    row = {name: report.get(name) for name in COLUMNS[CURRENT]}
    row |= {
        "number": number_of(report["id"]),
        "priority": PRIORITIES[report["priority"]],
        "cell": report["cell"] if is_public else None,
        "photos": report["photos_count"],
        "part_of": report["parent_id"] and number_of(report["parent_id"]),
        "merged_into": report["merged_into_id"] and number_of(report["merged_into_id"]),
        "source": report["external_source"],
    }
    return _without_empty(row)


def event_row(happened: Happened) -> dict[str, Any]:
    """Return the row of something that happened."""
    data = happened.data
    return _without_empty(
        {
            "id": happened.id,
            "number": happened.number,
            "at": happened.at,
            "event": short(happened.event),
            "state": data.get("state"),
            "was_state": data.get("was_state"),
            "category": data.get("category"),
            "agency": happened.agency,
            "was_agency": data.get("was_agency"),
            "unit": happened.unit,
            "priority": PRIORITIES[int(data.get("priority", 0))],
            "due_at": instant_of(data.get("due")),
            "rating": data.get("level"),
        }
    )


@dataclass(frozen=True)
class Standing:
    """How a report stood at an instant."""

    state: str
    category: str
    agency: str
    unit: str
    priority: int
    due_at: datetime | None


def standing_at(story: Iterable[Happened], instant: datetime) -> Standing | None:
    """Return how a report stood at an instant, by its story; None if nothing had happened yet.

    Args:
        story: its entries, oldest first.
    """
    last: Happened | None = None
    due: datetime | None = None
    for each in story:
        if each.at >= instant:
            break
        if "state" in each.data:
            last, due = each, instant_of(each.data.get("due")) or due
    if last is None:
        return None
    data = last.data
    return Standing(data["state"], data["category"], last.agency, last.unit, int(data.get("priority", 0)), due)


def daily_row(
    number: str, standing: Standing, *, received_at: datetime, day: date, midnight: datetime
) -> dict[str, Any]:
    """Return the row of a report that was open when a day began.

    Args:
        midnight: the instant at which the day began in the city's zone.
    """
    return _without_empty(
        {
            "day": day,
            "number": number,
            "state": standing.state,
            "category": standing.category,
            "agency": standing.agency,
            "unit": standing.unit,
            "priority": PRIORITIES[standing.priority],
            "received_at": received_at,
            "due_at": standing.due_at,
            "is_late": None if standing.due_at is None else standing.due_at < midnight,
            "age_days": max(0, (midnight - received_at).days),
        }
    )


def _without_empty(row: dict[str, Any]) -> dict[str, Any]:
    """Say of everything that is not known that it is not known."""
    return {name: None if value == "" else value for name, value in row.items()}
