"""Blank forms with numbers given ahead, for the hour without power; typed in later under the true time."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.errors import BadInput, NotFound, WrongState
from huong.journal import actions as journal
from huong.people import access
from huong.people.models import User
from huong.procedures import events
from huong.procedures.actions.numbers import next_number
from huong.procedures.models import BlankForm, Dossier
from huong.procedures.queries import catalogue
from huong.procedures.rules import codes

MOST = 50
SERIES = "blank"


@transaction.atomic
def issue(procedure: str, *, agency: str, count: int, by: User) -> list[BlankForm]:
    """Give numbers to blank forms that are then printed and kept at the counter.

    Raises:
        NotFound: the city's list has no such procedure.
        Forbidden: the officer takes no dossiers in there.
        BadInput: none, or more than 50 at a time.

    Records: `procedures.blanks_printed`.
    """
    access.require_power(by, "procedures.receive", agency)
    found = catalogue.procedure(procedure)
    if not 0 < count <= MOST:
        raise BadInput(_("Print from one to %(most)d blank forms at a time.") % {"most": MOST}, field="count")
    now = clock.now()
    year = clock.local(now).year
    first = date(year, 1, 1)
    rows = [
        BlankForm(
            number=codes.blank_number(agency, year, next_number(agency, first, series=SERIES)),
            procedure=found.code,
            agency=agency,
            issued_at=now,
            issued_by=by,
        )
        for _number in range(count)
    ]
    made = BlankForm.objects.bulk_create(rows)
    journal.record(events.BLANKS_PRINTED, agency, by=by.pk, agency=agency, count=count, procedure=found.code)
    return made


def found(number: str) -> BlankForm:
    """Return a blank form by its number, however it was typed.

    Raises:
        BadInput: a digit was misread: the last digit does not fit.
        NotFound: no such form was printed.
    """
    read = codes.read_blank_number(number)
    if read is None:
        raise BadInput(
            _("A digit of this number was misread: the last one does not fit. Please look at the form again."),
            code="misread",
            field="blank",
        )
    row = BlankForm.objects.select_for_update().filter(number=codes.blank_number(*read)).first()
    if row is None:
        raise NotFound(_("No blank form with this number was printed here."), field="blank")
    return row


def use(number: str, dossier: Dossier, *, at: datetime) -> BlankForm:
    """Join a blank form to the dossier that was written on it; the caller holds the transaction.

    Raises:
        WrongState: it was typed in already, is void, is another agency's or another procedure's, or was printed later.
    """
    row = found(number)
    if row.void_at is not None:
        raise WrongState(_("The blank form %(number)s is void.") % {"number": row.number}, code="void_blank")
    if row.dossier_id is not None:
        raise WrongState(
            _("The blank form %(number)s was typed in already, as %(code)s. Nothing was filed twice.")
            % {"number": row.number, "code": row.dossier},
            code="used_blank",
        )
    if row.agency != dossier.agency or row.procedure != dossier.procedure:
        raise WrongState(
            _("The blank form %(number)s belongs to another agency or another procedure.") % {"number": row.number},
            code="other_blank",
        )
    if at < row.issued_at:
        raise BadInput(_("The form was printed only after this time."), code="before_printing", field="at")
    won = BlankForm.objects.filter(pk=row.pk, dossier=None, void_at=None).update(dossier=dossier)
    if not won:
        raise WrongState(_("Somebody else typed this form in at this moment."), code="used_blank")
    return row


@transaction.atomic
def void(number: str, *, by: User) -> BlankForm:
    """Say that a blank form will not be used: it was lost or spoilt. Its number is never given again.

    Raises:
        WrongState: it was typed in already.

    Records: `procedures.blank_voided`.
    """
    row = found(number)
    access.require_power(by, "procedures.receive", row.agency)
    won = BlankForm.objects.filter(pk=row.pk, dossier=None).update(void_at=row.void_at or clock.now())
    if not won:
        raise WrongState(_("The blank form %(number)s was typed in already.") % {"number": row.number})
    journal.record(events.BLANK_VOIDED, row.number, by=by.pk, agency=row.agency, reason="lost or spoilt")
    row.refresh_from_db()
    return row
