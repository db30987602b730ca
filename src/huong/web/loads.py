"""Loads in words: what came, what became of it, how far it is."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huong.intake import queries as intake
from huong.intake.models import RUNNING, Load
from huong.ui import words
from huong.web.datasets import capital, url_of

TONES = {"done": "good", "stopped": "bad", "failed": "bad"}


def lines_of(found: Iterable[Load], user: Any) -> list[dict[str, Any]]:
    """Return loads as lines of a list; only those of the person's agencies lead to their page."""
    shown = list(found)
    own = set(intake.loads_visible_to(user).filter(pk__in=[load.pk for load in shown]).values_list("pk", flat=True))
    return [line_of(load) | ({} if load.pk in own else {"url": ""}) for load in shown]


def line_of(load: Load) -> dict[str, Any]:
    """Return a load as one line of a list."""
    return {
        "number": load.commit_after,
        "at": load.finished_at or load.made_at,
        "sentence": sentence_of(load),
        "state": state_of(load),
        "tone": TONES.get(load.state, "info"),
        "url": f"{url_of(load.dataset)}loads/{load.id}",
        "name": load.name,
    }


def sentence_of(load: Load) -> str:
    """Return what a load brought, or why it brought nothing."""
    if load.state in ("stopped", "failed"):
        return _("%(why)s No row was loaded.") % {"why": load.message} if load.message else _("No row was loaded.")
    if load.state != "done":
        return load.name
    came = ngettext("+%(rows)s row", "+%(rows)s rows", load.accepted) % {"rows": words.number(load.accepted)}
    if not load.refused:
        return came
    waiting = ngettext("%(rows)s refused", "%(rows)s refused", load.refused) % {"rows": words.number(load.refused)}
    return f"{came} · {waiting}"


def seconds_of(load: Load) -> float | None:
    """Return how long a load took."""
    if not load.finished_at or not load.started_at:
        return None
    return (load.finished_at - load.started_at).total_seconds()


def state_of(load: Load) -> str:
    """Return the state of a load in two or three words."""
    if load.state == "done":
        seconds = seconds_of(load)
        return _("done") if seconds is None else _("done in %(time)s") % {"time": words.took(seconds)}
    named = {
        "received": _("waiting for its columns"),
        "queued": _("queued"),
        "reading": _("reading"),
        "checking": _("checking"),
        "committing": _("writing"),
        "stopped": _("stopped"),
        "failed": _("refused"),
    }
    return named.get(load.state, load.state)


def stage_of(load: Load) -> str:
    """Return what a running load is doing, as a sentence."""
    named = {
        "queued": _("Waiting for its turn"),
        "reading": _("Reading the file"),
        "checking": _("Checking every row against the contract"),
        "committing": _("Writing the right rows into the store"),
    }
    return named.get(load.state, capital(state_of(load)))


def pace_of(load: Load) -> str:
    """Return rows done, pace and time left, as far as they are known."""
    parts = []
    if load.rows_done:
        parts.append(
            _("%(done)s of %(total)s rows")
            % {"done": words.number(load.rows_done), "total": words.number(load.rows_total)}
            if load.rows_total
            else ngettext("%(rows)s row", "%(rows)s rows", load.rows_done) % {"rows": words.number(load.rows_done)}
        )
    if load.rows_per_second:
        parts.append(_("%(rows)s rows a second") % {"rows": words.number(int(load.rows_per_second))})
    if load.seconds_left is not None:
        parts.append(_("about %(time)s left") % {"time": words.took(round(load.seconds_left))})
    return " · ".join(parts)


def is_running(load: Load) -> bool:
    """Return whether somebody works on a load."""
    return load.state in RUNNING
