"""Declared disruptions: offices could not work, by a legal text; clocks stop, or due days move to its end."""

import re
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock, ids
from huong.base.errors import BadInput, Forbidden, NotFound, WrongState
from huong.base.text import fold
from huong.journal import actions as journal
from huong.people import access
from huong.people.models import User
from huong.procedures import events
from huong.procedures.models import Disruption
from huong.procedures.queries import catalogue

POWER = "procedures.disrupt"
MODES = ("stop", "move")


@transaction.atomic
def declare(
    *,
    name: str,
    mode: str,
    starts_at: datetime,
    legal_text: str,
    by: User,
    ends_at: datetime | None = None,
    units: Sequence[str] = (),
    procedures: Sequence[str] = (),
    name_en: str = "",
) -> Disruption:
    """Declare that offices could not work. Due days are computed anew by a job, and each applicant is told once.

    A leader may declare it for the units of their own agencies, the city's leadership and data office everywhere.

    Args:
        units: codes of wards and communes; none for the whole city.
        procedures: codes; none for all.
        ends_at: None while it lasts.

    Raises:
        Forbidden: the person may not, or not for that area.
        BadInput: no name or legal text, an end before the beginning, a procedure that does not exist.

    Records: `procedures.disruption_declared`.
    """
    _require_area(by, units)
    if not name.strip() or not legal_text.strip():
        raise BadInput(
            _("A disruption needs a name and the text by which it is declared."), code="text_needed", field="legal_text"
        )
    if mode not in MODES:
        raise BadInput(_("Please choose whether clocks stop or due days move."), code="choose", field="mode")
    if mode == "move" and ends_at is None:
        raise BadInput(_("Due days can be moved only to a known end."), code="end_needed", field="ends_at")
    _require_order(starts_at, ends_at)
    for code in procedures:
        catalogue.procedure(code)
    held = Disruption.objects.create(
        key=_key(name),
        name=name.strip()[:200],
        name_en=name_en.strip()[:200],
        units=sorted(set(units)),
        procedures=sorted(set(procedures)),
        mode=mode,
        starts_at=starts_at,
        ends_at=ends_at,
        legal_text=legal_text.strip()[:300],
        declared_by=by,
        declared_at=clock.now(),
    )
    journal.record(
        events.DISRUPTION_DECLARED,
        held.key,
        by=by.pk,
        mode=mode,
        start=starts_at.isoformat(),
        end=ends_at.isoformat() if ends_at else "",
        units=len(held.units),
    )
    return held


@transaction.atomic
def end(key: str, *, ends_at: datetime, legal_text: str, by: User) -> Disruption:
    """Say when a disruption ended, by which text; due days are computed anew.

    Raises:
        NotFound: there is none with this key.
        Forbidden: the person may not, or not for that area.
        WrongState: it has an end already.
        BadInput: an end before the beginning or ahead of now, or no legal text.

    Records: `procedures.disruption_ended`.
    """
    held = Disruption.objects.select_for_update().filter(key=key).first()
    if held is None:
        raise NotFound(_("There is no such disruption."))
    _require_area(by, held.units)
    if held.ends_at is not None:
        raise WrongState(_("This disruption has an end already."))
    if not legal_text.strip():
        raise BadInput(_("Please name the text by which it ends."), code="text_needed", field="legal_text")
    _require_order(held.starts_at, ends_at)
    won = Disruption.objects.filter(pk=held.pk, ends_at=None).update(
        ends_at=ends_at, ended_by_text=legal_text.strip()[:300]
    )
    if not won:
        raise WrongState(_("This disruption has an end already."))
    journal.record(events.DISRUPTION_ENDED, held.key, by=by.pk, end=ends_at.isoformat())
    held.refresh_from_db()
    return held


def _require_area(by: User, units: Sequence[str]) -> None:
    access.require_power(by, POWER)
    if access.sees_all(by, POWER):
        return
    own = access.main_agency(by)
    mine = {own.unit.code} if own is not None and own.tier == "ward" and own.unit is not None else set()
    if not units or set(units) - mine:
        raise Forbidden(_("You may declare this for your own ward or commune only."))


def _require_order(starts_at: datetime, ends_at: datetime | None) -> None:
    if ends_at is not None and ends_at <= starts_at:
        raise BadInput(_("The end must lie after the beginning."), code="end_first", field="ends_at")


def _key(name: str) -> str:
    return f"{re.sub(r'[^a-z0-9]+', '-', fold(name)).strip('-')[:27]}-{ids.new_id()[-12:]}"
