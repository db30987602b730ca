"""A report's story in words for officers."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huong.people.names import Names
from huong.reports.models import Hop
from huong.reports.queries import Moment

EVENTS: dict[str, tuple[str | Promise, str]] = {
    "received": (gettext_lazy("Received"), "inbox"),
    "rescue_asked": (gettext_lazy("Asked for rescue"), "life-buoy"),
    "imported": (gettext_lazy("Brought in from another system"), "download"),
    "accepted": (gettext_lazy("Accepted"), "check"),
    "dispatched": (gettext_lazy("Dispatched"), "send"),
    "handed_over": (gettext_lazy("Handed over"), "share-2"),
    "taken": (gettext_lazy("Taken in hand"), "hand-heart"),
    "assigned": (gettext_lazy("Given to a person"), "user-check"),
    "asked": (gettext_lazy("The citizen was asked"), "circle-help"),
    "replied": (gettext_lazy("The citizen answered"), "message-square"),
    "added": (gettext_lazy("The citizen added something"), "message-square"),
    "answered": (gettext_lazy("Answered"), "circle-check"),
    "closed": (gettext_lazy("Closed without a solution"), "circle-x"),
    "reopened": (gettext_lazy("Opened again"), "rotate-ccw"),
    "rated": (gettext_lazy("Rated"), "hand-heart"),
    "merged": (gettext_lazy("Merged with another"), "copy"),
    "unmerged": (gettext_lazy("Taken apart again"), "undo-2"),
    "referred": (gettext_lazy("Referred to another channel"), "external-link"),
    "handed_to_petitions": (gettext_lazy("Handed over as a complaint or denunciation"), "scale"),
    "rejected": (gettext_lazy("Not accepted"), "circle-x"),
    "noted": (gettext_lazy("Internal note"), "pencil"),
    "told": (gettext_lazy("Told how it stands"), "megaphone"),
    "prioritised": (gettext_lazy("Urgency changed"), "zap"),
    "recategorised": (gettext_lazy("Category changed"), "layers"),
    "relocated": (gettext_lazy("Place changed"), "map-pin"),
    "split": (gettext_lazy("A part was split off"), "workflow"),
    "joined": (gettext_lazy("Made part of another"), "workflow"),
    "parts_done": (gettext_lazy("All parts are answered"), "list-checks"),
    "escalated": (gettext_lazy("The next rung was told"), "siren"),
    "hidden": (gettext_lazy("Hidden from everybody"), "eye"),
    "shown": (gettext_lazy("Shown to everybody"), "eye"),
    "edited": (gettext_lazy("Words edited"), "pencil"),
    "blurred": (gettext_lazy("A photo was blurred"), "camera"),
    "undone": (gettext_lazy("Undone"), "undo-2"),
    "contact_verified": (gettext_lazy("Contact confirmed"), "badge-check"),
    "reporter_erased": (gettext_lazy("The person was erased on request"), "trash-2"),
    "passed_on": (gettext_lazy("Sent to another system by hand"), "upload"),
    "forwarded": (gettext_lazy("Arrived at another system"), "globe"),
    "followed": (gettext_lazy("Somebody follows"), "bell"),
}


def told(story: list[Moment], named: Names) -> list[dict[str, Any]]:
    """Return the story, newest first, each moment with its words and photos."""
    return [_moment(each, named) for each in reversed(story)]


def _moment(moment: Moment, named: Names) -> dict[str, Any]:
    label, icon = EVENTS.get(moment.event, (moment.event, "activity"))
    citizen = moment.event in {"received", "rescue_asked", "replied", "added", "rated"}
    return {
        "at": moment.at,
        "label": label,
        "icon": icon,
        "who": str(moment.by) if moment.by else _("citizen") if citizen else "",
        "agency": named.agency(moment.agency) if moment.agency and not citizen else "",
        "words": moment.words,
        "photos": moment.photos,
        "citizen": citizen,
        "internal": moment.event in {"noted", "passed_on"},
    }


def leg(hop: Hop, named: Names) -> dict[str, Any]:
    """Return one leg of a report's way: who had it, how long, whether in time."""
    end = hop.ended_at
    return {
        "agency": named.agency(hop.agency),
        "receiver": str(hop.receiver) if hop.receiver else "",
        "started_at": hop.started_at,
        "ended_at": end,
        "due_at": hop.due_at,
        "paused": hop.left_us is not None,
        "late": bool(hop.due_at and end and end > hop.due_at),
        "running": end is None,
    }
