"""What of dossiers goes into the store: codes, clocks, units, counts; never words, answers, names or codes on papers. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

CURRENT, EVENTS, DAILY = "current", "events", "daily"
SUBJECT: Final = "dossier:"
SILENT: Final = frozenset({"begun", "saved", "noted", "assigned", "contact_kept", "payment_made", "payment_strange"})
"""Events that tell of a draft, or of matters inside an office: the dossier's row may follow them, they are no rows."""

COLUMNS: Final[dict[str, dict[str, str]]] = {
    CURRENT: {
        "dossier": "text", "procedure": "text", "state": "text", "is_open": "truth", "channel": "text", "unit": "text",
        "agency": "text", "lead_agency": "text", "in_life_event": "truth", "submitted_at": "instant",
        "accepted_at": "instant", "promised_at": "instant", "due_at": "instant", "plain_due_at": "instant",
        "closed_at": "instant", "extended": "whole", "supplements": "whole", "fields_asked": "whole",
        "fields_spared": "whole", "papers_asked": "whole", "papers_spared": "whole", "rating": "text",
        "changed_at": "instant",
    },
    EVENTS: {
        "id": "whole", "dossier": "text", "at": "instant", "event": "text", "state": "text", "was_state": "text",
        "procedure": "text", "agency": "text", "was_agency": "text", "unit": "text", "channel": "text",
    },
    DAILY: {
        "day": "day", "dossier": "text", "state": "text", "procedure": "text", "agency": "text", "unit": "text",
        "submitted_at": "instant", "due_at": "instant", "is_late": "truth", "age_days": "whole",
    },
}  # fmt: skip
"""What each dataset holds, in the contract's order: nothing else can leave, whatever a dossier holds."""


@dataclass(frozen=True)
class Moved:
    """What one action left behind, as plain values."""

    at: datetime
    state: str
    agency: str
    due_at: datetime | None
    runs: bool = True


def short(event: str) -> str:
    """Return an event's name without the package's.

    >>> short("procedures.handed_over")
    'handed_over'
    """
    return event.partition(".")[2]


def event_row(
    number: int, at: datetime, event: str, subject: str, agency: str, unit: str, data: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the row of something that happened."""
    told = {name: data.get(name) for name in ("state", "was_state", "procedure", "was_agency", "channel")}
    return {
        "id": number, "dossier": subject.removeprefix(SUBJECT), "at": at, "event": short(event), "agency": agency,
        "unit": unit, **told,
    }  # fmt: skip


def standing_at(moves: Iterable[Moved], instant: datetime) -> Moved | None:
    """Return how a dossier stood at an instant, by its actions in order; None if nothing had happened yet.

    >>> from datetime import UTC
    >>> first = Moved(datetime(2026, 1, 1, tzinfo=UTC), "submitted", "H57", None)
    >>> standing_at([first], datetime(2026, 1, 2, tzinfo=UTC)).state
    'submitted'
    """
    last = None
    for each in moves:
        if each.at >= instant:
            break
        last = each
    return last


def daily_row(facts: Mapping[str, Any], stood: Moved, *, day: date, midnight: datetime) -> dict[str, Any]:
    """Return the row of a dossier that was open when a day began.

    Args:
        facts: uid, procedure, unit and submitted_at of the dossier.
        midnight: the instant at which the day began in the city's zone. A dossier whose clock stands, or that is
            decided, is late only if it was when that began.
    """
    return {
        "day": day,
        "dossier": facts["uid"],
        "state": stood.state,
        "procedure": facts["procedure"],
        "agency": stood.agency,
        "unit": facts["unit"],
        "submitted_at": facts["submitted_at"],
        "due_at": stood.due_at,
        "is_late": None if stood.due_at is None else stood.due_at < (midnight if stood.runs else stood.at),
        "age_days": max(0, (midnight - facts["submitted_at"]).days),
    }
