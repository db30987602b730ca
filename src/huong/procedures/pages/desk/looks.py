"""Each look at a dossier's persons is written down, once per opening, whichever page or file it begins with."""

from collections.abc import Iterable

from django.http import HttpRequest

from huong.base import clock
from huong.people import access
from huong.people.models import User
from huong.procedures.models import Dossier

OPENING_SECONDS = 900
KEPT_OPENINGS = 40
KEPT = "dossiers_seen"


def is_open(request: HttpRequest, dossier: Dossier) -> bool:
    """Return whether this officer opened the dossier a moment ago, which is written down already."""
    seen: dict[str, float] = request.session.get(KEPT, {})
    return clock.now().timestamp() - seen.get(dossier.uid, 0) < OPENING_SECONDS


def keep_open(request: HttpRequest, dossier: Dossier) -> None:
    """Count what is looked at in the next minutes as the same opening."""
    seen = {**request.session.get(KEPT, {}), dossier.uid: clock.now().timestamp()}
    request.session[KEPT] = dict(sorted(seen.items(), key=lambda pair: -pair[1])[:KEPT_OPENINGS])


def note(person: User, dossier: Dossier, party: str, fields: Iterable[str]) -> None:
    """Write down that an officer reads about somebody, for this dossier.

    Args:
        party: the public id of whom it is about.
    """
    agency = dossier.agency if dossier.agency in access.agencies_of(person) else ""
    purpose = f"{dossier.procedure}/{dossier.code or dossier.uid}"
    access.record_access(person, f"party:{party}", fields, purpose, agency=agency)
