"""From the address of a list to what it asks for, and back to chips and choices. A person's name never stands there."""

from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from huong.base.text import whole
from huong.people.names import names
from huong.procedures import queries
from huong.procedures.models.dossier import CHANNELS
from huong.procedures.queries.lists import BUCKETS, ORDERS, SCOPES, Wanted
from huong.procedures.rules import flow
from huong.ui.pieces import Chip

LIST = "/desk/dossiers/"
NAMES = ("scope", "state", "open", "procedure", "unit", "agency", "bucket", "channel", "person", "code", "order")
ORDER = "dossiers_order"


def wanted_of(given: QueryDict, *, order: str = "due", person: str = "") -> Wanted:
    """Return what the address of a list asks for; what cannot be understood is left out.

    Args:
        order: the order that this officer chose last.
        person: words of a name, from the body of a POST.
    """
    state, code = _one(given, "state", tuple(flow.STATES), ""), given.get("code", "").strip()[:60]
    return Wanted(
        scope=_one(given, "scope", SCOPES, "agency"),
        state=state,
        procedure=given.get("procedure", "")[:40],
        unit=given.get("unit", "")[:8],
        agency=given.get("agency", "")[:40],
        assignee=whole(given.get("person", "")),
        channel=_one(given, "channel", tuple(dict(CHANNELS)), ""),
        is_open=_open(given, anything=bool(state or code or person)),
        bucket=_one(given, "bucket", BUCKETS, ""),
        code=code,
        person=person[:160],
        order=_one(given, "order", tuple(ORDERS), order),
    )


def _open(given: QueryDict, *, anything: bool) -> bool | None:
    """Open ones, unless ended ones, a state, a code or a name are asked for."""
    chosen = given.get("open", "")
    if chosen in {"1", "0"}:
        return chosen == "1"
    return None if chosen == "all" or anything else True


def _one(given: QueryDict, name: str, known: tuple[str, ...], usual: str) -> str:
    value = given.get(name, "")
    return value if value in known else usual


def chosen_order(request: HttpRequest) -> str:
    """Return the order that an officer chose last, and keep a new choice for the next time."""
    asked = request.GET.get("order", "")
    if asked in ORDERS and asked != request.session.get(ORDER, "due"):
        request.session[ORDER] = asked
    kept = request.session.get(ORDER, "due")
    return kept if kept in ORDERS else "due"


def chips(wanted: Wanted, work: Any, *, in_ward: bool, sees_all: bool) -> list[Chip]:
    """Return the ready questions: whose dossiers, then what is pressing."""
    plain = not (wanted.bucket or wanted.state)
    whole = _("Whole city") if sees_all else _("All we may see")
    own = _("Of the ward") if in_ward else _("Of the agency")
    found = [
        Chip(own, LIST, wanted.scope == "agency" and plain, work.open if wanted.scope == "agency" else None),
        Chip(_("Mine"), f"{LIST}?scope=mine", wanted.scope == "mine" and plain, work.mine),
        Chip(_("Asked of us"), f"{LIST}?scope=asked", wanted.scope == "asked" and plain, work.asked),
        Chip(whole, f"{LIST}?scope=all", wanted.scope == "all" and plain),
    ]
    pressing = (
        (_("To be accepted"), "new", work.new, ""),
        (_("Overdue"), "late", work.late, "bad"),
        (_("Due within a day"), "soon", work.soon, "weak"),
        (_("Clock stands"), "waiting", work.waiting, ""),
    )
    for label, bucket, count, tone in pressing:
        if count or wanted.bucket == bucket:
            url = f"{LIST}?scope={wanted.scope}&bucket={bucket}"
            found.append(Chip(label, url, wanted.bucket == bucket, count, tone))
    return found


def choices() -> dict[str, list[tuple[str, str]]]:
    """Return what the filters let people choose from; everything comes from memory."""
    held = names()
    return {
        "procedures": queries.choices(),
        "units": held.units_to_choose(),
        "agencies": held.agencies_to_choose(),
        "states": [(key, queries.state_name(key)) for key in flow.STATES if key != "draft"],
        "channels": [(key, str(name)) for key, name in CHANNELS],
        "buckets": [
            ("new", _("to be accepted")),
            ("on_time", _("in time")),
            ("soon", _("due within a day")),
            ("late", _("late")),
            ("very_late", _("very late (more than five days)")),
            ("waiting", _("clock stands")),
        ],
        "orders": [
            ("due", _("most pressing first")),
            ("newest", _("newest first")),
            ("oldest", _("oldest first")),
            ("changed", _("last changed first")),
        ],
    }
