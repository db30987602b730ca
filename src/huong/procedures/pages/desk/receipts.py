"""The receipt of an accepted dossier on the screen, and official forms as files."""

from typing import Any

from django.http import FileResponse

from huong.files import queries as files
from huong.people.names import names
from huong.procedures import queries
from huong.procedures.actions import issuing
from huong.procedures.models import Component, Dossier
from huong.ui.qr import qr_code


def on_paper(dossier: Dossier, *, address: str) -> dict[str, Any]:
    """Return what stands on the receipt, with its QR as a picture."""
    named = names({dossier.lead_agency})
    return {
        "name": queries.procedure_name(dossier.procedure),
        "agency": named.agency(dossier.lead_agency or dossier.agency),
        "papers": [each.title for each in issuing.papers_held(dossier)],
        "address": issuing.lookup(dossier, address),
        "qr": qr_code(issuing.lookup(dossier, address)),
        "limit": issuing.limit_in_words(dossier),
    }


def file_of(form: Component) -> FileResponse:
    """Return an official form as a file to be read and printed."""
    name = f"mau-{form.key}.pdf"
    response = FileResponse(files.open_blob(form.blob or 0), content_type="application/pdf", filename=name)
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
