"""The API of dossiers: for officers' systems the same list as at the desk, for citizens their own forms."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import BaseModel, Field

from huong.people import access
from huong.people.auth import Door, person
from huong.procedures import queries
from huong.procedures.api.citizens import router as citizens
from huong.procedures.models import Dossier
from huong.procedures.queries.lists import READ, Wanted

router = Router(auth=Door())
router.add_router("", citizens)
TAGS = ["dossiers"]


class WorkQuery(Schema):
    """Which dossiers; everything may be left out. A name is searched for at the desk only, never in an address."""

    scope: str = "agency"
    state: str = ""
    procedure: str = ""
    unit: str = ""
    agency: str = ""
    channel: str = ""
    is_open: bool | None = True
    bucket: str = ""
    code: str = ""
    order: str = "due"
    after: str | None = None
    size: int = Field(50, ge=1, le=200)


LISTED = (
    "uid", "code", "procedure", "edition_id", "state", "channel", "unit", "agency", "submitted_at", "accepted_at", "promised_at",
    "due_at", "plain_due_at", "runs",
)  # fmt: skip


class DossierOut(BaseModel):
    """One dossier of a list; persons are named at the desk only."""

    uid: str
    code: str
    procedure: str
    procedure_name: str
    state: str
    state_name: str
    channel: str
    unit: str
    agency: str
    submitted_at: datetime | None
    accepted_at: datetime | None
    promised_at: datetime | None
    due_at: datetime | None
    due_without_disruptions: datetime | None
    clock_runs: bool


class WorkPageOut(BaseModel):
    """One page of a list, and the cursor of the next."""

    dossiers: list[DossierOut]
    next: str | None


@router.get("/dossiers/work", response=WorkPageOut, tags=TAGS)
def work(request: HttpRequest, asked: Query[WorkQuery]) -> dict[str, Any]:
    """List the dossiers that an officer's or system's agency may see, most pressing first."""
    user = person(request)
    access.require_power(user, READ)
    given = asked.dict()
    after, size = given.pop("after"), given.pop("size")
    page = queries.dossiers_for(user, Wanted(**given), after=after, size=size, only=LISTED)
    return {"dossiers": [_out(each) for each in page.items], "next": page.next}


def _out(dossier: Dossier) -> dict[str, Any]:
    plain = ("uid", "code", "procedure", "state", "channel", "unit", "agency", "submitted_at", "accepted_at")
    return {
        **{name: getattr(dossier, name) for name in (*plain, "promised_at", "due_at")},
        "procedure_name": queries.procedure_name(dossier.procedure),
        "state_name": queries.state_name(dossier.state, dossier.edition_id),
        "due_without_disruptions": dossier.plain_due_at,
        "clock_runs": dossier.runs,
    }
