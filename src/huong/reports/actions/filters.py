"""Lists that an officer comes back to."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.errors import BadInput, NotFound
from huong.people.models import User
from huong.reports.models import SavedFilter

MOST = 30


@transaction.atomic
def save_filter(name: str, wanted: dict[str, Any], *, by: User) -> SavedFilter:
    """Keep what a list was asked for under a name; the same name again replaces it.

    Raises:
        BadInput: no name, or more than thirty lists.
    """
    name = name.strip()[:80]
    own = SavedFilter.objects.filter(user=by)
    if not name or (own.count() >= MOST and not own.filter(name=name).exists()):
        raise BadInput(_("Please give the list a name; at most %(most)d are kept.") % {"most": MOST}, field="name")
    row, _fresh = SavedFilter.objects.update_or_create(
        user=by, name=name, defaults={"wanted": wanted, "at": clock.now()}
    )
    return row


def forget_filter(filter_id: int, *, by: User) -> None:
    """Forget a kept list.

    Raises:
        NotFound: the person has no such list.
    """
    if not SavedFilter.objects.filter(pk=filter_id, user=by).delete()[0]:
        raise NotFound
