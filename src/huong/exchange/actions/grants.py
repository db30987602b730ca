"""Asking for data, deciding, narrowing, suspending and ending."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import calendar, clock, ids
from huong.base.errors import BadInput, NotFound, WrongState
from huong.exchange import events, knowing
from huong.exchange.actions import notices
from huong.exchange.models import DataService, Grant, Member, Purpose
from huong.exchange.rules import grants as rules
from huong.journal import actions as journal
from huong.people import access
from huong.people.models import User
from huong.ui import words

CLOSING = time(17, 30)
LONGEST_DAYS = 366 * 3


def decision_due(at: datetime) -> datetime:
    """Return until when a request must be decided: the end of the second working day after it came.

    Source: Decree 194/2025 article 40 paragraph 3.
    """
    day = calendar.add_working_days(clock.local(at).date(), rules.DECIDE_DAYS)
    return datetime.combine(day, CLOSING, clock.zone())


@transaction.atomic
def ask(
    service: DataService,
    *,
    consumer: Member,
    fields: Sequence[str],
    purposes: Sequence[str],
    why: str,
    frequency: str = "",
    legal_basis: str = "",
    rows: Mapping[str, str] | None = None,
    needs_consent: bool = False,
    rate: int = 600,
    by: User | None,
) -> Grant:
    """Ask an agency for some fields of a service, for named purposes.

    Args:
        fields: names of the service's fields; no more than the purpose needs.
        purposes: codes of purposes (procedures and other tasks).
        why: what the data are needed for, in a sentence the owner can judge.
        legal_basis: the law that gives the ground; needed for personal fields unless the person consents.
        rows: field to value that every row must have.
        rate: requests a minute at most.

    Raises:
        Forbidden: `by` may not ask for the consumer's agency.
        BadInput: a field or purpose that is not there, no reason, or no legal ground for personal data.

    Records: `exchange.grant_asked` with the time until which it must be decided.

    Source: Decree 47/2020 article 35 (what a request states).
    """
    if by is not None:
        access.require_power(by, "exchange.use", consumer.agency)
    _require_known(service, rows)
    _require_sound(service, fields, purposes, why, legal_basis or ("consent" if needs_consent else ""), rate)
    now = clock.now()
    grant = Grant.objects.create(
        number=ids.new_id()[-20:],
        service=service,
        consumer=consumer,
        fields=sorted(set(fields)),
        rows=dict(rows or {}),
        purposes=sorted(set(purposes)),
        why=why.strip()[:500],
        frequency=frequency.strip()[:120],
        legal_basis=legal_basis.strip()[:300],
        needs_consent=needs_consent,
        rate=rate,
        state="requested",
        asked_at=now,
        asked_by=by.id if by else None,
        due_at=decision_due(now),
    )
    grant.number = f"QK-{grant.id:06d}"
    grant.save(update_fields=["number"])
    _record(events.GRANT_ASKED, grant, by, consumer=consumer.identifier, due=grant.due_at.isoformat())
    notices.to_owner(grant)
    return grant


def _require_sound(
    service: DataService, fields: Sequence[str], purposes: Sequence[str], why: str, ground: str, rate: int
) -> None:
    unknown = rules.widened(service.field_names, fields)
    if unknown or not fields:
        raise BadInput(
            _("Please choose fields that the service has. Unknown: %(names)s.") % {"names": ", ".join(unknown) or "-"}
        )
    known = set(Purpose.objects.filter(code__in=purposes).values_list("code", flat=True))
    if not purposes or set(purposes) - known:
        names = ", ".join(sorted(set(purposes) - known)) or "-"
        raise BadInput(
            _("Please name purposes that exist. Unknown: %(names)s.") % {"names": names}, code="unknown_purpose"
        )
    if len(why.strip()) < 10:
        raise BadInput(_("Please say in a sentence what the data are needed for."))
    if not 0 < rate <= 60_000:
        raise BadInput(_("Please ask for 1 to 60,000 requests a minute."))
    guarded = {str(each["name"]) for each in service.fields if each.get("sensitivity", "plain") != "plain"}
    if guarded & set(fields) and not ground.strip():
        raise BadInput(_("These fields tell about persons: name the law that allows it, or ask for their consent."))


def _record(event: str, grant: Grant, by: User | None, **facts: Any) -> None:
    knowing.changed()
    journal.record(
        event,
        grant.number,
        by=by.id if by else None,
        agency=grant.service.member.agency,
        service=str(grant.service),
        **facts,
    )


def _held(number: str) -> Grant:
    found = Grant.objects.select_for_update(of=("self",)).select_related("service__member", "consumer")
    grant = found.filter(number=number).first()
    if grant is None:
        raise NotFound(_("There is no grant with the number %(number)s.") % {"number": number})
    return grant


def _become(grant: Grant, state: str, **facts: object) -> Grant:
    if not rules.may_become(grant.state, state):
        raise WrongState(_("This is not possible in the state “%(state)s”.") % {"state": grant.get_state_display()})
    if not Grant.objects.filter(id=grant.id, state=grant.state).update(state=state, **facts):
        raise WrongState(_("Somebody else decided a moment ago."))
    grant.refresh_from_db()
    return grant


@transaction.atomic
def grant(
    number: str,
    *,
    days: int = 365,
    fields: Sequence[str] | None = None,
    rows: Mapping[str, str] | None = None,
    by: User | None,
) -> Grant:
    """Grant what was asked for, or less of it.

    Args:
        days: how long it holds.
        fields: fewer fields than asked for; all of them if left out.
        rows: further conditions on rows.

    Raises:
        Forbidden: `by` may not decide for the service's agency.
        BadInput: more than was asked for, or too long a time.
        WrongState: it is decided already.

    Records: `exchange.grant_decided`.
    """
    found = _held(number)
    if by is not None:
        access.require_power(by, "exchange.offer", found.service.member.agency)
    kept = sorted(fields) if fields is not None else found.fields
    _require_narrower(found, kept, rows)
    if not 0 < days <= LONGEST_DAYS:
        raise BadInput(_("A grant holds for 1 to %(days)d days.") % {"days": LONGEST_DAYS})
    now = clock.now()
    found = _become(
        found,
        "granted",
        fields=kept,
        rows={**found.rows, **(rows or {})},
        decided_at=now,
        decided_by=by.id if by else None,
        valid_from=now,
        valid_to=now + timedelta(days=days),
    )
    _record(events.GRANT_DECIDED, found, by, consumer=found.consumer.identifier, granted="yes")
    notices.to_consumer(found, "granted")
    return found


def _require_known(service: DataService, rows: Mapping[str, str] | None) -> None:
    unknown = rules.widened(service.field_names, rows or {})
    if unknown:
        raise BadInput(
            _("Please choose fields that the service has. Unknown: %(names)s.") % {"names": ", ".join(unknown)}
        )


def _require_narrower(found: Grant, fields: Sequence[str], rows: Mapping[str, str] | None) -> None:
    _require_known(found.service, rows)
    more = rules.widened(found.fields, fields)
    changed = [name for name, value in (rows or {}).items() if found.rows.get(name, value) != value]
    if more or changed or not fields:
        raise BadInput(
            _("A grant can only be narrowed: %(names)s was not asked for.")
            % {"names": ", ".join(more or changed) or "-"}
        )


@transaction.atomic
def refuse(number: str, *, reason: str, by: User | None) -> Grant:
    """Refuse a request, with the reasons in writing.

    Raises:
        Forbidden: `by` may not decide for the service's agency.
        BadInput: no reason.
        WrongState: it is decided already.

    Records: `exchange.grant_decided`.

    Source: Decree 194/2025 article 40 paragraph 3, article 16.
    """
    found = _held(number)
    if by is not None:
        access.require_power(by, "exchange.offer", found.service.member.agency)
    if len(reason.strip()) < 10:
        raise BadInput(_("A refusal needs its reason in writing, with the legal ground."))
    facts = {"reason": reason.strip()[:500], "decided_at": clock.now(), "decided_by": by.id if by else None}
    found = _become(found, "refused", **facts)
    _record(events.GRANT_DECIDED, found, by, consumer=found.consumer.identifier, granted="no")
    notices.to_consumer(found, "refused")
    return found


@transaction.atomic
def narrow(
    number: str,
    *,
    fields: Sequence[str] | None = None,
    rows: Mapping[str, str] | None = None,
    purposes: Sequence[str] | None = None,
    rate: int | None = None,
    by: User,
) -> Grant:
    """Narrow a grant in force: fewer fields, fewer rows, fewer purposes, fewer requests. Never more.

    Raises:
        Forbidden: `by` acts neither for the owner nor for the consumer.
        BadInput: it would be widened.
        WrongState: it is not in force.

    Records: `exchange.grant_narrowed`.
    """
    found = _held(number)
    if not access.has_power(by, "exchange.use", found.consumer.agency):
        access.require_power(by, "exchange.offer", found.service.member.agency)
    if found.state not in {"granted", "suspended"}:
        raise WrongState(_("Only a grant in force can be narrowed."))
    kept, aims = sorted(fields if fields is not None else found.fields), sorted(purposes or found.purposes)
    _require_narrower(found, kept, rows)
    if rules.widened(found.purposes, aims) or (rate or found.rate) > found.rate:
        raise BadInput(_("A grant can only be narrowed. Ask for a new one if you need more."))
    Grant.objects.filter(id=found.id).update(
        fields=kept, purposes=aims, rows={**found.rows, **(rows or {})}, rate=rate or found.rate
    )
    _record(events.GRANT_NARROWED, found, by)
    found.refresh_from_db()
    return found


@transaction.atomic
def suspend(number: str, *, reason: str, since: datetime | None = None, danger: bool = False, by: User) -> Grant:
    """Suspend a grant: at once for a breach, or from a day that was announced. The consumer is told.

    Args:
        since: from when, seven working days ahead; None for a breach, at once.
        danger: going on would do harm, so one working day ahead is enough.

    Raises:
        Forbidden: `by` may not decide for the service's agency.
        BadInput: no reason, or a planned stop too soon.
        WrongState: it is not in force.

    Records: `exchange.grant_suspended`.

    Source: Decree 47/2020 article 43 (7 working days' notice; a consumer in breach is told within a day).
    """
    found = _held(number)
    access.require_power(by, "exchange.offer", found.service.member.agency)
    if len(reason.strip()) < 10:
        raise BadInput(_("Please say why, so that the consumer can put it right."))
    if since is None:
        found = _become(found, "suspended", reason=reason.strip()[:500], stopped_from=clock.now())
    else:
        _plan(found, since, reason, danger=danger)
    _record(events.GRANT_SUSPENDED, found, by, since=(since or clock.now()).isoformat())
    notices.to_consumer(found, "suspended")
    return found


def _plan(found: Grant, since: datetime, reason: str, *, danger: bool) -> None:
    earliest = calendar.add_working_days(clock.today(), rules.notice_days(danger=danger))
    if clock.local(since).date() < earliest:
        raise BadInput(
            _("A stop is announced seven working days ahead, one in danger: not before %(day)s.")
            % {"day": words.day(earliest)}
        )
    if found.state != "granted":
        raise WrongState(_("Only a grant in force can be suspended."))
    Grant.objects.filter(id=found.id).update(stopped_from=since, reason=reason.strip()[:500])
    found.refresh_from_db()


@transaction.atomic
def resume(number: str, *, by: User) -> Grant:
    """Let a suspended grant go on, or take the announcement back.

    Raises:
        Forbidden: `by` may not decide for the service's agency.
        WrongState: it is not suspended.

    Records: `exchange.grant_resumed`.
    """
    found = _held(number)
    access.require_power(by, "exchange.offer", found.service.member.agency)
    if found.state == "granted" and found.stopped_from is not None:
        Grant.objects.filter(id=found.id).update(stopped_from=None, reason="")
        found.refresh_from_db()
    else:
        found = _become(found, "granted", stopped_from=None, reason="")
    _record(events.GRANT_RESUMED, found, by)
    return found


@transaction.atomic
def give_back(number: str, *, by: User) -> Grant:
    """End a grant that the consumer no longer needs.

    Raises:
        Forbidden: `by` may not act for the consumer's agency.
        WrongState: it has ended already.

    Records: `exchange.grant_ended`.
    """
    found = _held(number)
    access.require_power(by, "exchange.use", found.consumer.agency)
    found = _become(found, "ended")
    _record(events.GRANT_ENDED, found, by, why="given back")
    return found


def end_expired(*, limit: int = 500) -> int:
    """End the grants whose time is over. They stop working at that instant anyway; this writes it down.

    Records: `exchange.grant_ended` for each.
    """
    due = Grant.objects.filter(state__in=["granted", "suspended"], valid_to__lte=clock.now())
    count = 0
    for number in list(due.values_list("number", flat=True)[:limit]):
        with transaction.atomic():
            found = _become(_held(number), "ended")
            _record(events.GRANT_ENDED, found, None, why="expired")
            count += 1
    return count
