"""Dossiers as the desk shows them: what it is, when it is due, where it is, what it waits for."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from huong.base.text import noop
from huong.people.names import Names, names
from huong.procedures import queries
from huong.procedures.models import Dossier

FIELDS = (
    "uid", "code", "version", "procedure", "state", "edition_id", "unit", "agency", "due_at", "is_open", "runs", "decided_at",
    "submitted_at", "applicant__name", "applicant__public_id", "assignee__full_name", "assignee__username",
)  # fmt: skip


WAITS = {
    "submitted": noop("Waits to be accepted"),
    "supplement_wanted": noop("The applicant was asked for something"),
    "accepted": noop("Nobody works on it yet"),
    "consulting": noop("Another agency was asked"),
    "on_hold": noop("On hold"),
    "fee_due": noop("The fee is to be paid"),
    "signing": noop("Waits for signature"),
    "decided": noop("The result waits to be handed over"),
}


def url_of(uid: str) -> str:
    """Return the address of a dossier's desk page."""
    return f"/desk/dossiers/{uid}/"


def rows_of(
    dossiers: Iterable[Dossier], own: Collection[str] = (), *, questions: Mapping[int, datetime] | None = None
) -> list[dict[str, Any]]:
    """Return dossiers as rows of the list.

    Args:
        dossiers: with at least `FIELDS` read, applicant and assignee with them.
        own: the codes of the reader's agencies: there the person is named, or that nobody has it yet.
        questions: by when the reader's agencies are to answer what they were asked, by the dossier's id.
    """
    found = list(dossiers)
    named = names({each.agency for each in found})
    rows = [row_of(each, named, own) for each in found]
    for each, row in zip(found, rows, strict=True):
        if questions and each.pk in questions:
            row |= {"due": questions[each.pk], "paused": False, "waits": _("Our opinion is asked for")}
    return rows


def row_of(dossier: Dossier, named: Names, own: Collection[str] = ()) -> dict[str, Any]:
    """Return one dossier as a row of the list."""
    return {
        "uid": dossier.uid,
        "url": url_of(dossier.uid),
        "number": number(dossier),
        "version": dossier.version,
        "title": queries.procedure_name(dossier.procedure),
        "applicant": str(dossier.applicant),
        "state": queries.state_name(dossier.state, dossier.edition_id),
        "unit": named.unit(dossier.unit) if dossier.unit else "",
        "due": dossier.due_at if dossier.is_open else None,
        "paused": not dossier.runs,
        "settled": dossier.decided_at is not None and dossier.state in {"decided", "correcting"},
        "sent_at": dossier.submitted_at,
        "is_open": dossier.is_open,
        "where": where(dossier, named, own),
        "nobody": dossier.is_open and dossier.assignee_id is None,
        "waits": waits(dossier),
    }


def number(dossier: Dossier) -> str:
    """Return the code of a dossier, or that it has none yet."""
    return dossier.code or _("no code yet")


def where(dossier: Dossier, named: Names, own: Collection[str] = ()) -> str:
    """Return who has a dossier: a person, else the agency; in the reader's own one, that nobody has taken it."""
    if dossier.assignee is not None:
        return str(dossier.assignee)
    return named.agency(dossier.agency) if dossier.agency not in own else _("nobody yet")


def waits(dossier: Dossier) -> str:
    """Return what a dossier waits for, in a few words."""
    said = WAITS.get(dossier.state, "")
    return _(said) if said else ""
