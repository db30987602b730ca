"""Messages that did not go out, as the page of stuck things shows them (`base.outbox`)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huong.base import outbox
from huong.base.errors import NotFound
from huong.base.outbox import Stuck
from huong.base.text import whole
from huong.messages import actions, queries
from huong.messages.models import Outgoing
from huong.people import access

CHANNELS = {
    "mail": gettext_lazy("Mail"),
    "sms": gettext_lazy("Text message"),
    "webhook": gettext_lazy("Notice to another system"),
}
TEXTS = {
    "verify": gettext_lazy("code that confirms an address"),
    "phone_code": gettext_lazy("code that confirms a phone number"),
    "notice": gettext_lazy("notice"),
}


@dataclass(frozen=True)
class Undelivered:
    """The stuck messages of some channels, for whoever holds a power; without channels, all that nobody else took.

    Attributes:
        title: what the page calls them.
        power: what somebody needs to see them and to decide.
        channels: their channels; empty for all others.
    """

    title: Any
    power: str
    channels: tuple[str, ...] = ()

    def visible_to(self, user: Any) -> bool:
        """Return whether somebody holds the power."""
        return access.has_power(user, self.power)

    def count(self, user: Any) -> int:
        """Return how many are stuck."""
        return self._rows().count()

    def stuck(self, user: Any, *, until: datetime | None, limit: int) -> list[Stuck]:
        """Return those stuck, newest first."""
        rows = self._rows()
        if until is not None:
            rows = rows.filter(created_at__lte=until)
        return [self._shown(row) for row in rows.order_by("-created_at", "-id")[:limit]]

    def retry(self, thing: str, *, by: Any) -> None:
        """Send one again.

        Raises:
            Forbidden, NotFound, WrongState: see `actions.retry`.
        """
        actions.retry(self._own(thing, by), by=by.pk)

    def give_up(self, thing: str, *, reason: str, by: Any) -> None:
        """Let one go.

        Raises:
            Forbidden, BadInput, NotFound, WrongState: see `actions.give_up`.
        """
        actions.give_up(self._own(thing, by), reason=reason, by=by.pk)

    def _own(self, thing: str, by: Any) -> int:
        access.require_power(by, self.power)
        number = whole(thing) or 0
        channel = Outgoing.objects.filter(pk=number).values_list("channel", flat=True).first()
        mine = channel in self.channels if self.channels else channel not in _taken()
        if channel is None or not mine:
            raise NotFound(_("There is no such message."))
        return number

    def _rows(self) -> QuerySet[Outgoing]:
        return queries.stuck(channels=self.channels, except_for=() if self.channels else _taken())

    def _shown(self, row: Outgoing) -> Stuck:
        channel = str(CHANNELS.get(row.channel, self.title))
        text = TEXTS.get(row.template)
        waits = row.state == "waiting"
        return Stuck(
            id=str(row.pk),
            what=f"{channel}: {text}" if text else channel,
            to=row.shown,
            why=_("Nobody has come to send it yet: the job process may stand still.") if waits else row.error,
            since=row.created_at,
            next_at=None if waits else row.next_at,
            attempts=row.attempts,
        )


def _taken() -> tuple[str, ...]:
    """Return the channels that other packages show as things of their own."""
    found = (each for each in outbox.sources.values() if isinstance(each, Undelivered))
    return tuple(channel for each in found for channel in each.channels)
