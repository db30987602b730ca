"""Telling the national portal how dossiers stand: in order per dossier, each action once, and nothing is lost.

A message is written down when the journal hands over its entry. It is claimed for two minutes by a conditional update,
sent outside any transaction, then marked. A process killed in between sends it again under the same key. While one
message of a dossier has not gone, later ones of it wait.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.errors import BadInput, HuongError, NotFound, Unavailable, WrongState
from huong.journal import actions as journal
from huong.journal.readers import describe
from huong.people import access
from huong.people import queries as people
from huong.people.models import User
from huong.procedures import events
from huong.procedures.models import Action, Dossier, PortalUpdate
from huong.procedures.portal import calling, facts
from huong.procedures.queries.catalogue import procedure_name
from huong.procedures.queries.results import kind_of

log = logging.getLogger(__name__)
PATIENCE = tuple(timedelta(seconds=each) for each in (10, 60, 300, 1800, 7200, 21_600, 43_200, 86_400))
LEASE = timedelta(minutes=2)
GOING = ("waiting", "failed")


@transaction.atomic
def note_for_portal(uid: str, number: int, verb: str) -> PortalUpdate | None:
    """Write down that the portal is to hear of an action; asked again, it is the same message.

    Returns:
        The message; None where the portal does not hear of it: before acceptance, inside matters, no portal.
    """
    service = facts.service_of(verb)
    if not service or not calling.address():
        return None
    dossier = Dossier.objects.filter(uid=uid).exclude(code="").first()
    if dossier is None:
        return None
    now = clock.now()
    defaults = {"next_at": now, "at": now}
    return PortalUpdate.objects.get_or_create(dossier=dossier, number=number, service=service, defaults=defaults)[0]


def first_in_line() -> QuerySet[PortalUpdate]:
    """Return the messages that may go: of each dossier the earliest that has not gone, unless it was given up."""
    before = PortalUpdate.objects.filter(dossier=OuterRef("dossier"), number__lt=OuterRef("number"))
    return PortalUpdate.objects.filter(state__in=GOING).exclude(Exists(before.exclude(state__in=["sent", "skipped"])))


def send_due(*, limit: int = 200) -> int:
    """Send what is due, oldest first; of one dossier one after the other. Returns how many went."""
    sent = 0
    while sent < limit:
        due = first_in_line().filter(next_at__lte=clock.now()).order_by("next_at", "id")
        ids = list(due.values_list("pk", flat=True)[: limit - sent])
        went = sum(send_one(number) for number in ids)
        sent += went
        if not went:
            break
    return sent


def send_one(update_id: int) -> bool:
    """Send one message if it is its turn. Returns whether it went.

    Records: `procedures.portal_sent` or `procedures.portal_failed`.
    """
    now = clock.now()
    claimed = first_in_line().filter(pk=update_id, next_at__lte=now).values_list("pk", flat=True)
    if not PortalUpdate.objects.filter(pk__in=list(claimed), next_at__lte=now).update(next_at=now + LEASE):
        return False
    row = PortalUpdate.objects.select_related("dossier").get(pk=update_id)
    try:
        calling.call(row.service, facts.facts_of(told_of(row)), key=f"{row.dossier.uid}:{row.number}:{row.service}")
    except HuongError as error:
        _failed(row, error)
        return False
    except Exception as error:  # noqa: BLE001 - one message that breaks holds back none of other dossiers, and is shown
        log.error("Message %s for the portal broke: %s", row.pk, describe(error))
        _failed(row, Unavailable(_("The message broke (%(why)s).") % {"why": type(error).__name__}))
        return False
    _sent(row)
    return True


def told_of(row: PortalUpdate) -> facts.Told:
    """Return what the portal is told of the action of a message."""
    dossier = row.dossier
    action = Action.objects.select_related("by").get(dossier=dossier, number=row.number)
    agency = people.agency(action.to_agency or dossier.agency)
    return facts.Told(
        code=dossier.code,
        procedure=dossier.procedure,
        procedure_name=procedure_name(dossier.procedure),
        state=action.to_state,
        verb=action.verb,
        accepted_at=clock.local(dossier.accepted_at or action.at),
        due_at=clock.local(action.due_at) if action.due_at else None,
        closed_at=clock.local(action.at) if action.to_state in {"delivered", "refused", "withdrawn"} else None,
        agency=agency.code,
        agency_name=agency.name,
        person=str(action.by) if action.by and action.who == "officer" else "",
        at=clock.local(action.at),
        fees=_fees(dossier, action),
        supplement=[str(each.get("text", "")) for each in action.reasons]
        if action.verb == "request_supplement"
        else (),
        extended=_extended(dossier, action),
        papers=_papers(dossier, action),
    )


def _fees(dossier: Dossier, action: Action) -> list[tuple[str, int, bool]]:
    if action.verb not in {"require_fee", "pay"}:
        return []
    payment = dossier.payments.filter(asked_at__lte=action.written_at).order_by("-asked_at").first()
    return [(str(line["name"]), int(line["total"]), action.verb == "pay") for line in payment.lines] if payment else []


def _extended(dossier: Dossier, action: Action) -> tuple[datetime | None, datetime | None] | None:
    if action.verb != "extend":
        return None
    before = dossier.actions.filter(number__lt=action.number, due_at__isnull=False).order_by("-number").first()
    return (
        clock.local(before.due_at) if before and before.due_at else None,
        clock.local(action.due_at) if action.due_at else None,
    )


def _papers(dossier: Dossier, action: Action) -> list[tuple[str, str]]:
    if action.verb != "decide":
        return []
    return [(kind_of(each).name, each.number) for each in dossier.results.filter(signed_at=action.at).order_by("id")]


@transaction.atomic
def _sent(row: PortalUpdate) -> None:
    PortalUpdate.objects.filter(pk=row.pk).update(state="sent", sent_at=clock.now(), tries=F("tries") + 1, error="")
    journal.record(
        events.PORTAL_SENT, f"dossier:{row.dossier.uid}", agency=row.dossier.agency, audience="staff", number=row.number,
        service=row.service,
    )  # fmt: skip


@transaction.atomic
def _failed(row: PortalUpdate, error: HuongError) -> None:
    """Write a failure down: what may pass is tried again, with growing patience, and in the end given up visibly."""
    tries = row.tries + 1
    wait = PATIENCE[tries - 1] if isinstance(error, Unavailable) and tries <= len(PATIENCE) else None
    PortalUpdate.objects.filter(pk=row.pk).update(
        state="failed" if wait else "given_up",
        tries=tries,
        next_at=clock.now() + (wait or timedelta(0)),
        error=error.message[:300],
    )
    journal.record(
        events.PORTAL_FAILED, f"dossier:{row.dossier.uid}", agency=row.dossier.agency, audience="staff",
        number=row.number, tries=tries, given_up=wait is None,
    )  # fmt: skip


def _stuck(update_id: int, by: User) -> PortalUpdate:
    row = PortalUpdate.objects.select_related("dossier").filter(pk=update_id).first()
    if row is None:
        raise NotFound(_("There is no such message for the portal."))
    access.require_power(by, "procedures.handle", row.dossier.agency)
    return row


@transaction.atomic
def retry_update(update_id: int, *, by: User) -> PortalUpdate:
    """Let a message that failed, or was given up, go to the portal now.

    Raises:
        NotFound, Forbidden: there is none, or it is not `by`'s agency's.
        WrongState: it went, or waits for its turn.

    Records: `procedures.portal_retried`.
    """
    row = _stuck(update_id, by)
    changed = PortalUpdate.objects.filter(pk=row.pk, state__in=["failed", "given_up"]).update(
        state="waiting", tries=0, next_at=clock.now(), error=""
    )
    if not changed:
        raise WrongState(_("This message has gone already, or waits for its turn."))
    journal.record(
        events.PORTAL_RETRIED, f"dossier:{row.dossier.uid}", by=by.pk, agency=row.dossier.agency, audience="staff",
        number=row.number,
    )  # fmt: skip
    row.refresh_from_db()
    return row


@transaction.atomic
def skip_update(update_id: int, *, reason: str, by: User) -> PortalUpdate:
    """Let a message for the portal be for good, with a reason; later ones of its dossier go on.

    Raises:
        NotFound, Forbidden: there is none, or it is not `by`'s agency's.
        BadInput: no reason.
        WrongState: it went already.

    Records: `procedures.portal_skipped`.
    """
    row = _stuck(update_id, by)
    if not reason.strip():
        raise BadInput(_("Please say in a few words why it need not go."), code="reason_needed", field="reason")
    changed = (
        PortalUpdate.objects.filter(pk=row.pk)
        .exclude(state__in=["sent", "skipped"])
        .update(state="skipped", error=reason.strip()[:300])
    )
    if not changed:
        raise WrongState(_("This message has gone already, or waits for its turn."))
    journal.record(
        events.PORTAL_SKIPPED, f"dossier:{row.dossier.uid}", by=by.pk, agency=row.dossier.agency, audience="staff",
        number=row.number,
    )  # fmt: skip
    row.refresh_from_db()
    return row
