"""The lines by which somebody writes: found or begun, folded together when they are one person's, forgotten on request."""

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from huong.base import clock, ids, keys
from huong.base.errors import NotFound, WrongState
from huong.journal import actions as journal
from huong.messages import rules as addresses
from huong.people import access
from huong.people.models import User
from huong.reports import events
from huong.reports.actions import moving
from huong.reports.models import Correspondent, Letter, Line, Report, Reporter
from huong.reports.queries.reporters import hash_of

CONTEXT = "reports.line"


def begun(channel: str, provider: str, address: str, *, phone: str = "") -> Line:
    """Return the line of an address, with whoever writes by it; the caller holds the transaction.

    Args:
        phone: a number that the messenger has proven, in one spelling: lines of one phone are one person's.
    """
    hashed = hash_of(address if channel == "mail" else f"{provider}:{address}")
    line = Line.objects.filter(channel=channel, provider=provider, address_hash=hashed).first()
    if line is None:
        line = Line.objects.create(
            correspondent=_whose(channel, hashed, phone),
            channel=channel,
            provider=provider,
            address=keys.encrypt(address.encode(), context=CONTEXT),
            address_hash=hashed,
            shown=addresses.masked(address) if channel == "mail" else f"•••{address[-3:]}",
            at=clock.now(),
        )
    elif phone and not line.correspondent.phone_hash:
        known = Correspondent.objects.filter(phone_hash=hash_of(phone)).first()
        if known is not None:
            _fold(line.correspondent, known)
        else:
            Correspondent.objects.filter(pk=line.correspondent_id).update(phone_hash=hash_of(phone))
        line.refresh_from_db()
    return line


def _whose(channel: str, hashed: str, phone: str) -> Correspondent:
    """Return the correspondent behind a new line: known by a proven phone, else somebody new."""
    proven = hash_of(phone) if phone else _proven_phone(channel, hashed)
    known = Correspondent.objects.filter(phone_hash=proven).first() if proven else None
    return known or Correspondent.objects.create(uid=ids.new_id(), phone_hash=proven, at=clock.now())


def _proven_phone(channel: str, hashed: str) -> str:
    """Return the keyed hash of the phone of whoever proved this mail address with a code on a report of theirs."""
    if channel != "mail":
        return ""
    found = Reporter.objects.filter(mail_hash=hashed, verified_at__isnull=False, erased_at=None).exclude(phone_hash="")
    return str(found.order_by("-id").values_list("phone_hash", flat=True).first() or "")


def _fold(one: Correspondent, into: Correspondent, *, by: User | None = None) -> None:
    if one.pk == into.pk:
        return  # they are one conversation already
    Line.objects.filter(correspondent=one).update(correspondent=into)
    if one.phone_hash and not into.phone_hash:
        Correspondent.objects.filter(pk=into.pk).update(phone_hash=one.phone_hash)
    Correspondent.objects.filter(pk=one.pk).delete()
    journal.record(events.LINES_FOLDED, f"correspondent:{into.uid}", by=by.pk if by else None, audience="named")


def prove(line: Line, report: Report) -> Line:
    """Fold a line with those that wrote about a report, whose private link came by it: it is the same person.

    The caller holds the transaction and has checked the link.

    Records: `reports.lines_folded`.
    """
    other = Line.objects.filter(letters__report=report).exclude(correspondent=line.correspondent_id).first()
    if other is not None:
        _fold(other.correspondent, line.correspondent)
    return line


@transaction.atomic
def fold(number: str, *, into: str, by: User) -> None:
    """Say that the writers of two reports are one person: what they write by any line is one conversation.

    Raises:
        Forbidden: `by` may not read the contacts of both reports.
        NotFound: nobody wrote about one of them by mail or messenger.

    Records: `reports.lines_folded`.
    """
    found = []
    for each in (number, into):
        report = moving.seen(each)
        access.require_power(by, "reports.contact", report.agency)
        line = Line.objects.filter(letters__report=report).select_related("correspondent").first()
        if line is None:
            raise NotFound(_("Nobody wrote about %(number)s by mail or messenger.") % {"number": report.number})
        found.append(line.correspondent)
    _fold(found[0], found[1], by=by)


@transaction.atomic
def unfold(number: str, *, line: int, by: User) -> Correspondent:
    """Say that a line by which somebody wrote about a report is another person's: it becomes a conversation of its own.

    What was written by it so far stays where it is; answers go back the way each letter came.

    Args:
        number: a report about which was written by the line.
        line: its id.

    Raises:
        Forbidden: `by` may not read the contact of the report.
        NotFound: nobody wrote about it by this line.
        WrongState: it is the only line of its writer.

    Records: `reports.lines_unfolded`.
    """
    report = moving.seen(number)
    access.require_power(by, "reports.contact", report.agency)
    held = lines_of(report).select_related("correspondent").filter(pk=line).first()
    if held is None:
        raise NotFound(_("Nobody wrote about %(number)s by this line.") % {"number": report.number})
    if held.correspondent.lines.count() == 1:
        raise WrongState(_("This is the only line of whoever wrote; there is nothing to take apart."))
    apart = Correspondent.objects.create(uid=ids.new_id(), at=clock.now())
    Line.objects.filter(pk=held.pk).update(correspondent=apart)
    journal.record(events.LINES_UNFOLDED, f"correspondent:{apart.uid}", by=by.pk, audience="named")
    return apart


def lines_of(report: Report) -> QuerySet[Line]:
    """Return all lines of whoever wrote about a report by mail or messenger, folded ones too."""
    writers = Letter.objects.filter(report=report, line__isnull=False).values("line__correspondent")
    return Line.objects.filter(correspondent__in=writers).order_by("id")


def address_of(line: Line) -> str:
    """Return the address of a line, for sending to it."""
    return keys.decrypt(bytes(line.address), context=CONTEXT).decode()


def line_of(report: Report) -> Line | None:
    """Return the line by which the last letter about a report came: answers go back the same way."""
    last = Letter.objects.filter(report=report, line__isnull=False, outcome__in=["new", "added"]).select_related("line")
    found = last.order_by("-id").first()
    return found.line if found else None


def is_of(report: Report, correspondent: Correspondent) -> bool:
    """Return whether a report is one of somebody who writes."""
    return (
        Letter.objects.filter(report=report, line__correspondent=correspondent).exists()
        or Reporter.objects.filter(
            Q(mail_hash__in=correspondent.lines.filter(channel="mail").values("address_hash")),
            report=report,
            erased_at=None,
        ).exists()
    )


def forget(report: Report) -> None:
    """Forget the lines of a report whose sender is erased, as far as nothing else came by them; the caller holds the transaction."""
    for line in Line.objects.filter(letters__report=report).distinct():
        others = Letter.objects.filter(line=line).exclude(report=report).exclude(report=None)
        if not others.exclude(report__reporter__erased_at__isnull=False).exists():
            line.delete()
    Letter.objects.filter(report=report).update(remote_id="")
    Correspondent.objects.filter(lines=None).delete()
