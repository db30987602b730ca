"""Messages for the national portal that did not go, as the page of stuck things shows them (`base.outbox`)."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huong.base.errors import NotFound
from huong.base.outbox import Stuck
from huong.base.text import whole
from huong.people import access
from huong.people.models import User
from huong.procedures.actions import syncing
from huong.procedures.models import PortalUpdate

POWER = "procedures.handle"


class Unsent:
    """What the national portal has not taken, for whoever works on the dossier."""

    title = gettext_lazy("National portal")

    def visible_to(self, user: Any) -> bool:
        """Return whether somebody works on dossiers."""
        return access.has_power(user, POWER)

    def count(self, user: Any) -> int:
        """Return how many failed or were given up, of this person's agencies."""
        return self._rows(user).count()

    def stuck(self, user: Any, *, until: datetime | None, limit: int) -> list[Stuck]:
        """Return those stuck, newest first."""
        rows = self._rows(user)
        if until is not None:
            rows = rows.filter(at__lte=until)
        return [self._shown(row) for row in rows.select_related("dossier").order_by("-at", "-id")[:limit]]

    def retry(self, thing: str, *, by: User) -> None:
        """Send one again."""
        syncing.retry_update(_number(thing), by=by)

    def give_up(self, thing: str, *, reason: str, by: User) -> None:
        """Let one be, with a reason; later ones of its dossier go on."""
        syncing.skip_update(_number(thing), reason=reason, by=by)

    def _rows(self, user: Any) -> QuerySet[PortalUpdate]:
        found = PortalUpdate.objects.filter(state__in=["failed", "given_up"])
        return access.visible_to(found, user, field="dossier__agency")

    def _shown(self, row: PortalUpdate) -> Stuck:
        return Stuck(
            id=str(row.pk),
            what=_("state of dossier %(code)s (%(service)s)") % {"code": row.dossier.code, "service": row.service},
            to=str(self.title),
            why=row.error,
            since=row.at,
            next_at=row.next_at if row.state == "failed" else None,
            attempts=row.tries,
            url=f"/desk/dossiers/{row.dossier.uid}/",
        )


def _number(thing: str) -> int:
    number = whole(thing)
    if number is None:
        raise NotFound(_("There is no such message for the portal."))
    return number
