"""A report as a device keeps it: everything to read, the moves that can be made without a line, no contact."""

from datetime import datetime
from typing import Any

from huong.base import clock
from huong.people.models import User
from huong.people.names import Names, names
from huong.reports import queries
from huong.reports.actions.taking import PHOTO_VERBS, PUBLIC_VERBS, VERBS, WORDLESS_VERBS
from huong.reports.models import Report
from huong.reports.pages.desk import asking, moves, rows, telling


def copy_of(report: Report, person: User) -> dict[str, Any]:
    """Return a report for reading without a line, in the reader's language."""
    named = names({report.agency}, {report.unit})
    row = rows.row_of(report, named)
    return {
        "number": report.number,
        "version": report.version,
        "title": row["title"],
        "kind": row["kind"],
        "place": row["place"],
        "state": queries.state_name(report.state),
        "danger": row["danger"],
        "urgent": row["urgent"],
        "due": _iso(row["due"]),
        "paused": row["paused"],
        "received": _iso(report.received_at),
        "promise": queries.promise_of(report),
        "lat": report.lat,
        "lon": report.lon,
        "asks": _asks(report),
        "story": _story(report, named),
        "photos": [photo.uid for photo in queries.photos_of(report, "staff")],
        "moves": _moves(report, person),
    }


def _iso(at: datetime | None) -> str:
    return clock.local(at).isoformat() if at else ""


def _asks(report: Report) -> list[tuple[str, str]]:
    held = queries.book().categories.get(report.category)
    known = {each.code: each.text_en if asking.english() else each.text for each in held.questions} if held else {}
    return [(known.get(code, code), str(value)) for code, value in report.asks.items()]


def _story(report: Report, named: Names) -> list[dict[str, Any]]:
    return [
        {
            "at": _iso(moment["at"]),
            "label": str(moment["label"]),
            "who": " · ".join(filter(None, (moment["who"], moment["agency"]))),
            "words": [words.text for words in moment["words"] if words.text],
            "citizen": moment["citizen"],
            "internal": moment["internal"],
        }
        for moment in telling.told(queries.story(report, "staff"), named)
    ]


def _moves(report: Report, person: User) -> list[dict[str, Any]]:
    return [
        {
            "key": form["key"],
            "label": str(form["label"]),
            "hint": str(form["hint"]),
            "words": form["key"] not in WORDLESS_VERBS,
            "public": form["key"] in PUBLIC_VERBS,
            "photos": form["key"] in PHOTO_VERBS,
            "stock": form["stock"],
        }
        for form in moves.forms_of(report, person, typed={})
        if form["key"] in VERBS
    ]
