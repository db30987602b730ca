"""What every message needs to know and what seldom changes: members with keys, services, grants, per process.

Kept as long as the edition in the database is the same; each verb that changes one of them gives it a new one in
its own transaction, so that a revoked key or a suspended grant counts from the next message on. Whether a key or
a grant holds at an instant is asked at that instant.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime

from huong.base import ids, sql
from huong.exchange.models import DataService, Edition, Grant, Member, MemberKey


@dataclass
class Known:
    """What was read under one edition."""

    edition: str = ""
    members: dict[str, Member | None] = field(default_factory=dict)
    keys: dict[int, list[MemberKey]] = field(default_factory=dict)
    services: dict[tuple[str, str], DataService | None] = field(default_factory=dict)
    grants: dict[tuple[int, int], list[Grant]] = field(default_factory=dict)
    spent: dict[str, datetime] = field(default_factory=dict)


EDITION = "SELECT token FROM exchange_edition WHERE id = 1"
EDITION_AND_CAME = (
    f"SELECT ({EDITION}), EXISTS (SELECT 1 FROM exchange_exchange"  # noqa: S608
    " WHERE direction = 'in' AND client = %s AND message_id = %s)"
)
EDITION_AND_WELL = f"SELECT ({EDITION}), EXISTS (SELECT 1 FROM exchange_line WHERE service = %s AND failures = 0)"  # noqa: S608
_kept = Known()
_for_this_message: ContextVar[Known | None] = ContextVar("known_for_this_message", default=None)


@contextmanager
def for_one_message(client: str, message_id: str) -> Iterator[bool]:
    """Ask for the edition once for all the checks of a message that came in, and with it whether it came before.

    Yields:
        Whether an exchange of that client with that number is kept.
    """
    with _under_edition_of(EDITION_AND_CAME, [client, message_id]) as came:
        yield came


@contextmanager
def for_one_call(service: str) -> Iterator[bool]:
    """Ask for the edition once for all that a message that goes out needs, and with it how its service is doing.

    Yields:
        Whether the service answered when it was asked last.
    """
    with _under_edition_of(EDITION_AND_WELL, [service]) as is_well:
        yield is_well


@contextmanager
def _under_edition_of(question: str, values: list[str]) -> Iterator[bool]:
    edition, told = sql.one(question, values) or (None, False)
    token = _for_this_message.set(_under(edition))
    try:
        yield bool(told)
    finally:
        _for_this_message.reset(token)


def changed() -> None:
    """Give the exchange a new edition; call it in the transaction of the verb that changed something."""
    _for_this_message.set(None)
    Edition.objects.update_or_create(pk=1, defaults={"token": ids.new_id()})


def known() -> Known:
    """Return what is known under the present edition."""
    held = _for_this_message.get()
    if held is not None:
        return held
    row = sql.one(EDITION)
    return _under(row[0] if row else None)


def _under(edition: str | None) -> Known:
    global _kept  # noqa: PLW0603 - one for the process
    if edition is None:
        return Known()
    if _kept.edition != edition:
        _kept = Known(edition=edition)
    return _kept


def member(identifier: str) -> Member | None:
    """Return a member that has not left."""
    held = known().members
    if identifier not in held:
        held[identifier] = Member.objects.filter(identifier=identifier, left_at=None).first()
    return held[identifier]


def keys_of(member: Member) -> list[MemberKey]:
    """Return the keys of a member, the newest first."""
    held = known().keys
    if member.id not in held:
        held[member.id] = list(MemberKey.objects.filter(member=member).order_by("-valid_from", "-id"))
    return held[member.id]


def own_service(owner: str, code: str) -> DataService | None:
    """Return a service of a member of this home."""
    held = known().services
    if (owner, code) not in held:
        found = DataService.objects.filter(member__identifier=owner, member__own=True, member__left_at=None, code=code)
        held[owner, code] = found.select_related("member").first()
    return held[owner, code]


def grants_of(service: DataService, consumer: Member) -> list[Grant]:
    """Return the grants of a consumer to a service that are in force, or were; the newest first."""
    held = known().grants
    key = (service.id, consumer.id)
    if key not in held:
        found = Grant.objects.filter(service=service, consumer=consumer, state="granted").select_related("service")
        held[key] = list(found.order_by("-id"))
    return held[key]


def spent(grant: str, *, until: datetime) -> None:
    """Remember that the rate of a grant is used up until an instant: no answer is prepared for it before then."""
    known().spent[grant] = until


def spent_until(grant: str) -> datetime | None:
    """Return until when the rate of a grant is known to be used up; the bucket in the database decides in the end."""
    return known().spent.get(grant)
