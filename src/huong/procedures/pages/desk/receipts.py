"""The receipt (form 01) of an accepted dossier: what the applicant takes home."""

from typing import Any

from huong.base import city
from huong.people.models import User
from huong.procedures import forms, queries
from huong.procedures.forms import Applicant, Letterhead, Paper, Receipt
from huong.procedures.models import Dossier
from huong.procedures.queries import screen
from huong.procedures.queries.clocks import limit_of
from huong.procedures.queries.names import names
from huong.ui import words
from huong.ui.qr import qr_code

MEASURES = {
    "same_day": "trong ngày",
    "working_days": "{n} ngày làm việc",
    "working_hours": "{n} giờ làm việc",
    "half_days": "{n} buổi làm việc",
    "calendar_days": "{n} ngày",
}
"""Official papers are in Vietnamese whatever language a page is read in."""


def lookup(dossier: Dossier, address: str) -> str:
    """Return the address that the QR opens; it names the code only."""
    return f"{address}?code={dossier.code}"


def on_paper(dossier: Dossier, *, address: str) -> dict[str, Any]:
    """Return what stands on the receipt, with its QR as a picture."""
    named = names({dossier.lead_agency})
    return {
        "name": queries.procedure_name(dossier.procedure),
        "agency": named.agency(dossier.lead_agency or dossier.agency),
        "papers": [each.title for each in _papers(dossier) if each.held],
        "address": lookup(dossier, address),
        "qr": qr_code(lookup(dossier, address)),
        "limit": limit_in_words(dossier),
    }


def limit_in_words(dossier: Dossier) -> str:
    """Return how long the office has, as official papers say it."""
    limit = limit_of(dossier)
    if limit is None:
        return "không quy định"
    return MEASURES[limit.measure].format(n=words.number(limit.amount))


def _papers(dossier: Dossier) -> list[screen.Shown]:
    parts = queries.parts_of(dossier)
    return screen.papers_of(dossier, parts, queries.answers_of(dossier, parts))


def form_01(dossier: Dossier, *, address: str, by: User) -> bytes:
    """Return the receipt as PDF in the official layout."""
    named = names({dossier.lead_agency})
    agency = named.agencies.get(dossier.lead_agency or dossier.agency, (dossier.agency, ""))[0]
    place = named.unit(dossier.unit) if dossier.unit else str(city.facts().get("name", ""))
    receipt = Receipt(
        head=Letterhead(agency=agency, place=place, at=dossier.accepted_at or dossier.changed_at),
        code=dossier.code,
        applicant=Applicant(str(dossier.applicant)),
        procedure=queries.procedure(dossier.procedure).name,
        papers=tuple(Paper(each.title, each.origin) for each in _papers(dossier) if each.held),
        limit=limit_in_words(dossier),
        received_at=dossier.accepted_at or dossier.changed_at,
        due_at=dossier.due_at,
        result_place=agency,
        officer=str(by),
        address=lookup(dossier, address),
    )
    return forms.form_01(receipt)
