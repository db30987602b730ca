"""When another system fails: counted, shown, left in peace for a while after several failures in a row."""

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.errors import HuongError
from huong.journal import actions as journal
from huong.reports import events
from huong.reports.models import Peer
from huong.reports.rules import patience


@transaction.atomic
def failed(peer: Peer, error: HuongError, *, final: bool) -> None:
    """Write down that a system failed; from the fifth time in a row it rests.

    Args:
        final: it answered, and refuses; asking again soon would be of no use.

    Records: `reports.peer_failed`.
    """
    now = clock.now()
    Peer.objects.filter(pk=peer.pk).update(failures=F("failures") + 1, error=error.message[:300])
    Peer.objects.filter(pk=peer.pk, failed_at=None).update(failed_at=now)
    peer.refresh_from_db()
    rest = patience.rest_after(peer.failures)
    wait = rest or patience.wait_after(min(peer.failures + 3 * final, patience.ATTEMPTS - 1)) or patience.LONGEST
    Peer.objects.filter(pk=peer.pk).update(rests_until=now + rest if rest else None, due_at=now + wait)
    journal.record(events.PEER_TROUBLE, f"peer:{peer.key}", error=error.code, failures=peer.failures)


def worked(peer: Peer) -> None:
    """Write down that a system answers."""
    Peer.objects.filter(pk=peer.pk).exclude(failures=0, rests_until=None, failed_at=None).update(
        failures=0, error="", rests_until=None, failed_at=None
    )


def too_much() -> str:
    """Return the sentence for a system that gives too much at once and in no order."""
    return _(
        "It offers more reports than can be read at once, and not in the order of their changes. "
        "Please ask its operator for “updated_after”, or have fewer services read."
    )
