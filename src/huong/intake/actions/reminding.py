"""Asking the sender of a late dataset for its data: the bell and a letter, at most once a day."""

from datetime import date
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.errors import Conflict, Forbidden, WrongState
from huong.catalogue import queries as catalogue
from huong.intake import events, queries
from huong.intake.actions import bells
from huong.intake.models import Reminder
from huong.journal import actions as journal
from huong.messages import actions as messages
from huong.messages import queries as contacts
from huong.people import access

if TYPE_CHECKING:
    from huong.catalogue.models import Dataset
    from huong.people.models import User

LETTER = "remind"


def remind(dataset: str, *, by: "User") -> Reminder:
    """Remind the stewards of a late dataset that its data is awaited.

    Args:
        by: anybody with a post who may see the dataset.

    Returns:
        The reminder, with how many people were told.

    Raises:
        NotFound: there is no such dataset, or `by` may not see it.
        Forbidden: `by` holds no post.
        WrongState: it is not late.
        Conflict: it was reminded today already.

    Records: `intake.reminded`, and what bell and outbox record.
    """
    found = catalogue.require_visible(dataset, by)
    if not access.is_staff(by):
        raise Forbidden(_("Only people with a post remind a sender."))
    if not queries.is_late(catalogue.contract_of(dataset)):
        raise WrongState(_("This dataset is not late, so nobody needs to be reminded."))
    today = clock.today()
    try:
        with transaction.atomic():
            return _reminded(found, today, by)
    except IntegrityError as error:
        raise Conflict(
            _("The sender was reminded today already. You can remind again tomorrow."), code="reminded_today"
        ) from error


def _reminded(found: "Dataset", today: date, by: "User") -> Reminder:
    owner = found.owner.code
    told = bells.stewards_of(found.name, owner)
    reminder = Reminder.objects.create(dataset=found.name, day=today, by=by, at=clock.now(), told=len(told))
    url, key = f"/desk/datasets/{found.name}/", f"remind:{found.name}:{today:%Y%m%d}"
    asker = access.main_agency(by)
    facts: dict[str, str | int | float] = {"dataset": found.title, "who": asker.name if asker else str(by)}
    for steward in told:
        messages.bell(steward.pk, bells.LATE, url, "intake", arguments=facts, key=key)
        for contact in contacts.contact_points_of(steward):
            if contact.channel == "mail":
                messages.send(contact, LETTER, {**facts, "path": url}, f"{key}:{contact.pk}")
    journal.record(events.REMINDED, found.name, by=by.pk, agency=owner, told=len(told))
    return reminder
