"""From the address of a list to what it asks for, and back to chips, choices and kept lists."""

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huong.base import clock
from huong.reports import queries
from huong.reports.models.report import CHANNELS
from huong.reports.queries import Wanted
from huong.reports.queries.lists import BUCKETS, ORDERS
from huong.reports.rules.book import Book
from huong.reports.rules.nouns import Category
from huong.ui.pieces import Chip

SCOPES = ("agency", "mine", "unit", "all")
NAMES = ("scope", "state", "open", "category", "unit", "agency", "bucket", "channel", "since", "until", "q", "order")


def wanted_of(given: QueryDict) -> Wanted:
    """Return what the address of a list asks for; what cannot be understood is left out."""
    states = tuple(state for state in given.getlist("state") if state in queries.book().states)
    text = given.get("q", "").strip()[:200]
    since, until = _day(given.get("since", "")), _day(given.get("until", ""))
    return Wanted(
        scope=_one(given, "scope", SCOPES, "agency"),
        states=states,
        is_open=_open(given, states, text),
        category=given.get("category", "")[:60],
        unit=given.get("unit", "")[:8],
        agency=given.get("agency", "")[:40],
        channel=given.get("channel", "") if given.get("channel", "") in dict(CHANNELS) else "",
        bucket=_one(given, "bucket", BUCKETS, ""),
        since=since,
        until=until + timedelta(days=1) if until else None,
        text=text,
        order=_one(given, "order", tuple(ORDERS), "due"),
    )


def _open(given: QueryDict, states: tuple[str, ...], text: str) -> bool | None:
    """Open ones, unless ended ones, a state or words are asked for."""
    chosen = given.get("open", "")
    if chosen in {"1", "0"}:
        return chosen == "1"
    return None if chosen == "all" or states or text else True


def _one(given: QueryDict, name: str, known: tuple[str, ...], usual: str) -> str:
    value = given.get(name, "")
    return value if value in known else usual


def _day(text: str) -> datetime | None:
    """Return the beginning of a day of the city, from an ISO date."""
    try:
        return datetime.combine(date.fromisoformat(text), time(), tzinfo=clock.zone())
    except ValueError:
        return None


def kept(given: QueryDict) -> dict[str, Any]:
    """Return what is worth keeping of an address, for a saved list."""
    return {name: given.getlist(name) for name in NAMES if any(given.getlist(name))}


def url_of(wanted: dict[str, Any]) -> str:
    """Return the address of a saved list."""
    return "/desk/reports/?" + urlencode({name: wanted[name] for name in NAMES if name in wanted}, doseq=True)


def chips(given: QueryDict, work: Any, *, in_ward: bool, sees_all: bool) -> list[Chip]:
    """Return the ready questions: whose reports, then what is pressing."""
    wanted = wanted_of(given)
    plain = not (wanted.bucket or wanted.states)
    own = _("Of the ward") if in_ward else _("Of the agency")
    found = [
        Chip(own, "/desk/reports/", wanted.scope == "agency" and plain, work.open),
        Chip(_("Mine"), "/desk/reports/?scope=mine", wanted.scope == "mine" and plain, work.mine),
    ]
    if in_ward:
        found.append(Chip(_("In our area"), "/desk/reports/?scope=unit", wanted.scope == "unit" and plain))
    if sees_all:
        found.append(Chip(_("Whole city"), "/desk/reports/?scope=all", wanted.scope == "all" and plain))
    pressing = (
        (_("Overdue"), "bucket", "late", work.late, "bad"),
        (_("Due within a day"), "bucket", "soon", work.soon, "weak"),
        (_("To be screened"), "state", "received", work.screening, ""),
    )
    for label, name, value, count, tone in pressing:
        chosen = wanted.bucket == value or wanted.states == (value,)
        if count or chosen:
            found.append(Chip(label, f"/desk/reports/?scope={wanted.scope}&{name}={value}", chosen, count, tone))
    return found


def english() -> bool:
    """Return whether the reader reads English."""
    return (get_language() or "vi").startswith("en")


def name_of(noun: Any) -> str:
    """Return the name of a category, state or channel in the reader's language."""
    return str(noun.name_en if english() else noun.name)


def categories(on: date | None = None) -> list[tuple[Category, str, list[tuple[str, str]]]]:
    """Return main categories with their name and (key, name) of those below, for choosing."""
    return _categories(queries.book(), on or clock.today(), english())


@lru_cache(maxsize=8)
def _categories(held: Book, day: date, _english: bool) -> list[tuple[Category, str, list[tuple[str, str]]]]:  # noqa: FBT001
    return [
        (main, name_of(main), [(each.key, name_of(each)) for each in held.categories_under(main.key, day)])
        for main in held.main_categories(day)
    ]


def states() -> list[tuple[str, str]]:
    """Return (key, name) of the states, in order."""
    return [(each.key, name_of(each)) for each in sorted(queries.book().states.values(), key=lambda each: each.order)]


def buckets() -> list[tuple[str, str]]:
    """Return (key, name) of how a clock can stand."""
    return [
        ("on_time", _("in time")),
        ("soon", _("due within a day")),
        ("late", _("late")),
        ("very_late", _("very late")),
        ("waiting", _("clock stands")),
    ]


def orders() -> list[tuple[str, str]]:
    """Return (key, name) of the orders of a list."""
    return [
        ("due", _("most pressing first")),
        ("newest", _("newest first")),
        ("oldest", _("oldest first")),
        ("changed", _("last changed first")),
    ]
