"""Showing a paper of one's own to somebody for an hour, by a QR; taking that back."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from huong.base import clock, ids, keys, limits
from huong.base.errors import NotFound, WrongState
from huong.journal import actions as journal
from huong.people.models import Party, User
from huong.procedures import events
from huong.procedures.models import Evidence, Share

HOUR = timedelta(hours=1)
A_DAY = 60
CONTEXT = "procedures.share"


def hash_of(code: str) -> str:
    """Return the keyed hash under which a share is kept."""
    return keys.keyed_hash(code.strip(), context=CONTEXT)


@transaction.atomic
def share(uid: str, *, party: Party, by: User | None) -> tuple[Share, str]:
    """Let whoever has the code see a paper for an hour.

    Args:
        uid: the paper's public id.
        party: whose it is.

    Returns:
        The share, and its code; only a keyed hash of the code is kept.

    Raises:
        NotFound: the party has no such paper.
        WrongState: it does not hold any more.
        TooMany: more than sixty shares within a day.

    Records: `procedures.shared`.
    """
    paper = Evidence.objects.filter(uid=uid, party=party).first()
    if paper is None:
        raise NotFound(_("You have no such paper."))
    if paper.revoked_at or paper.superseded_by_id:
        raise WrongState(_("This paper does not hold any more, so it cannot be shown to others."))
    limits.take(f"procedures.share:{party.pk}", rate=A_DAY, per=timedelta(days=1))
    code, now = ids.token(), clock.now()
    made = Share.objects.create(evidence=paper, code_hash=hash_of(code), at=now, until=now + HOUR)
    journal.record(events.SHARED, f"share:{made.pk}", by=by.pk if by else None, audience="named", paper=uid)
    return made, code


@transaction.atomic
def end_share(share_id: int, *, party: Party, by: User | None) -> None:
    """Take a share back; its code shows nothing from now on.

    Raises:
        NotFound: the party has no such share.

    Records: `procedures.share_ended`, the first time.
    """
    found = Share.objects.filter(pk=share_id, evidence__party=party).select_related("evidence").first()
    if found is None:
        raise NotFound(_("You do not share such a paper."))
    if Share.objects.filter(pk=found.pk, revoked_at=None).update(revoked_at=clock.now()):
        journal.record(
            events.SHARE_ENDED,
            f"share:{found.pk}",
            by=by.pk if by else None,
            audience="named",
            paper=found.evidence.uid,
        )


@transaction.atomic
def open_share(code: str) -> Evidence:
    """Return the paper behind a code, and count and write down that it was opened.

    Raises:
        NotFound: the code is wrong, its hour is over, it was taken back, or the paper does not hold any more. One
            sentence for all of them: whoever tries codes learns nothing.

    Records: `procedures.share_opened`.
    """
    found = Share.objects.filter(code_hash=hash_of(code), revoked_at=None, until__gt=clock.now())
    row = found.select_related("evidence", "evidence__party").first()
    if row is None or row.evidence.revoked_at or row.evidence.superseded_by_id:
        raise NotFound(_("Nothing is shown here. A code shows a paper for one hour, as long as its owner wants."))
    Share.objects.filter(pk=row.pk).update(opened=F("opened") + 1)
    journal.record(
        events.SHARE_OPENED, f"share:{row.pk}", audience="named", paper=row.evidence.uid, times=row.opened + 1
    )
    return row.evidence
