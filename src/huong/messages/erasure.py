"""What goes from here when a person is erased: contact points and bells of the accounts that stand for them."""

from django.db import transaction

from huong.journal import actions as journal
from huong.messages import events
from huong.messages.models import Bell, ContactPoint
from huong.people import queries as people
from huong.people.ports import Person


@transaction.atomic
def erase(person: Person, *, by: int | None) -> int:
    """Erase contact points and bells of a person's accounts; an officer's account keeps them. Harmless when repeated.

    Letters that wait in the outbox still leave: they hold their address sealed, and empty it when they are sent.

    Records: `messages.erased`, if there was something.
    """
    accounts = [account.id for account in people.accounts_of(person.party) if not account.posts.exists()]
    points, _kinds = ContactPoint.objects.filter(user_id__in=accounts).delete()
    bells, _kinds = Bell.objects.filter(user_id__in=accounts).delete()
    if points + bells:
        journal.record(events.ERASED, f"party:{person.party}", by=by, audience="named", things=points + bells)
    return points + bells
