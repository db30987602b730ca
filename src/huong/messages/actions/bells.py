"""The bell: lines that a person finds when signed in."""

from collections.abc import Mapping

from django.db import transaction

from huong.base import clock, ids
from huong.journal import actions as journal
from huong.messages import events
from huong.messages.models import Bell


@transaction.atomic
def bell(
    user_id: int,
    text: str,
    url: str,
    kind: str,
    *,
    arguments: Mapping[str, str | int | float] | None = None,
    key: str = "",
) -> Bell:
    """Let a person know something, in their own language when they look.

    Args:
        user_id: the person.
        text: the English source text (a msgid that is translated), with %(name)s for arguments.
        url: where it leads: a path of this site.
        kind: what it is about, for the icon: "intake", "quality" ...
        arguments: what stands for %(name)s.
        key: the same key rings once for a person, so that handlers may repeat; empty rings always.

    Records: `messages.belled` the first time.
    """
    fields = {"kind": kind, "text": text, "url": url, "arguments": dict(arguments or {}), "at": clock.now()}
    line, made = Bell.objects.get_or_create(user_id=user_id, key=key or ids.new_id(), defaults=fields)
    if made:
        journal.record(events.BELLED, f"user:{user_id}", audience="named", kind=kind)
    return line


@transaction.atomic
def mark_read(user_id: int, bell_id: int) -> bool:
    """Mark one line of a person as read. Returns whether it was unread.

    Records: `messages.read`.
    """
    return _mark(user_id, id=bell_id) > 0


@transaction.atomic
def mark_all_read(user_id: int) -> int:
    """Mark every line of a person as read. Returns how many were unread.

    Records: `messages.read` with the count.
    """
    return _mark(user_id)


def _mark(user_id: int, **only: int) -> int:
    count = Bell.objects.filter(user_id=user_id, read_at__isnull=True, **only).update(read_at=clock.now())
    if count:
        journal.record(events.READ, f"user:{user_id}", by=user_id, audience="named", count=count)
    return count
