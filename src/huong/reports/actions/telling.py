"""Telling people: the reporter and the followers what became of it, the agency that something came."""

from dataclasses import dataclass, replace

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_noop

from huong.base import clock, keys
from huong.journal.models import Entry
from huong.journal.queries import entries as journal_entries
from huong.messages import actions as messages
from huong.messages.ports import adapters
from huong.people import queries as people
from huong.reports import events
from huong.reports.actions import letters, lines
from huong.reports.actions.following import CONTEXT, token_of
from huong.reports.models import Bulk, BulkItem, Follow, Line, Message, Report, Reporter
from huong.reports.queries.book import book
from huong.reports.queries.links import link_of
from huong.reports.queries.reporters import contact_of, hash_of
from huong.reports.rules import numbers

CITIZEN_EVENTS = (
    events.ACCEPTED, events.REFERRED, events.PETITION, events.MERGED, events.HANDED_OVER, events.TAKEN, events.ASKED,
    events.ANSWERED, events.CLOSED, events.REOPENED, events.TOLD,
)  # fmt: skip
AGENCY_EVENTS = (
    events.ACCEPTED, events.DISPATCHED, events.HANDED_OVER, events.REPLIED, events.REOPENED, events.RESCUE,
    events.PARTS_DONE,
)  # fmt: skip
TEXTED_EVENTS = {
    events.ASKED,
    events.ANSWERED,
    events.CLOSED,
    events.REFERRED,
    events.PETITION,
}  # a text is for what matters
PRIVATE_EVENTS = {events.ASKED, events.REFERRED, events.PETITION, events.MERGED}
CHANGED = gettext_noop("%(number)s: “%(title)s” has news.")
CAME = gettext_noop("%(number)s has come to you: “%(title)s”.")
RESCUE = gettext_noop("Danger to life: %(number)s. Please answer within five minutes.")


@dataclass(frozen=True)
class _Hearer:
    """Somebody who hears of a report, by bell, by mail or by text message."""

    who: str
    user_id: int | None
    mail: str
    lang: str
    url: str
    end: str = ""
    phone: str = ""


def tell(entry_id: int, name: str, number: str) -> None:
    """Tell everybody whom an entry concerns, once each, however often this is asked for."""
    report = Report.objects.filter(pk=numbers.id_of(number)).first()
    if report is None:
        return
    if name in AGENCY_EVENTS:
        _tell_agency(report, entry_id, rescue=name == events.RESCUE)
    if name in CITIZEN_EVENTS:
        line = lines.line_of(report)
        for hearer in _hearers(report, private=name in PRIVATE_EVENTS):
            written = line is not None and line.address_hash == hearer.who
            _tell_one(report, replace(hearer, mail="") if written else hearer, entry_id, name)
        if line is not None:
            _write_back(report, line, entry_id)


def _write_back(report: Report, line: Line, entry_id: int) -> None:
    """Tell whoever wrote by mail or messenger the same way, with the words themselves: they answer by answering."""
    said = Message.objects.filter(report=report, entry=entry_id, for_reporter=True, withdrawn_at=None)
    words = said.exclude(kind="note").order_by("id").first()
    state = book().states.get(report.state)
    context = {
        "number": report.number,
        "title": report.title,
        "state": (state.name_en if report.lang == "en" else state.name) if state else report.state,
        "words": words.text if words else "",
        "asked": "1" if words and words.kind == "question" else "",
        "url": f"{settings.PUBLIC_URL}/reports/{report.number}?link={link_of(report)}",
    }
    with transaction.atomic():
        letters.send_back(report, line, "report_words", context, f"reports:{entry_id}:line:{line.pk}")


def tell_entries(entries: list[Entry]) -> None:
    """Tell of entries as they come; those of a move on many wait until it can no longer be undone."""
    waiting = set(BulkItem.objects.filter(entry__in=[entry.pk for entry in entries]).values_list("entry", flat=True))
    for entry in entries:
        if entry.pk not in waiting:
            tell(entry.pk, entry.name, entry.subject)


def tell_after_bulk() -> int:
    """Tell of moves on many whose window for undoing is over. Returns how many reports were told of."""
    told = 0
    for held in Bulk.objects.filter(told_at=None, undone_at=None, until__lt=clock.now())[:20]:
        for item in held.items.select_related("report"):
            found = journal_entries(subject=item.report.number, before=item.entry + 1, limit=1)
            for entry in found:
                tell(entry.pk, entry.name, entry.subject)
            told += len(found)
        Bulk.objects.filter(pk=held.pk).update(told_at=clock.now())
    return told


def _tell_agency(report: Report, entry_id: int, *, rescue: bool) -> None:
    chosen = [report.assignee_id] if report.assignee_id else [user.pk for user in people.holders(report.agency)]
    text = RESCUE if rescue else CAME
    arguments: dict[str, str | int | float] = {"number": report.number, "title": report.title[:80]}
    for user_id in chosen:
        messages.bell(
            user_id,
            text,
            f"/desk/reports/{report.number}",
            "reports",
            arguments=arguments,
            key=f"reports:{entry_id}",
        )
    phone = book().duty_of(report.unit).phone if rescue else ""
    if phone and "sms" in adapters:
        messages.send(messages.Address("sms", phone), "report_rescue", {"number": report.number}, f"rescue:{entry_id}")


def _hearers(report: Report, *, private: bool) -> list[_Hearer]:
    found: dict[str, _Hearer] = {}
    reporter = Reporter.objects.filter(report=report, erased_at=None).first()
    if reporter is not None and (reporter.user_id or reporter.verified_at or reporter.phone_verified_at):
        own = _reporter(report, reporter)
        found[own.who] = own
    if not private and report.is_public:
        for row in Follow.objects.filter(report=report, confirmed_at__isnull=False, ended_at=None):
            mail = keys.decrypt(bytes(row.address), context=CONTEXT).decode() if row.address else ""
            end = token_of(row)
            found.setdefault(row.who, _Hearer(row.who, row.user_id, mail, row.lang, f"/reports/{report.number}", end))
    return list(found.values())


def _reporter(report: Report, reporter: Reporter) -> _Hearer:
    """Return whoever sent a report, with the contacts that they proved."""
    contact = contact_of(report) if reporter.verified_at or reporter.phone_verified_at else {}
    who = hash_of(f"user:{reporter.user_id}") if reporter.user_id else reporter.mail_hash or reporter.phone_hash
    return _Hearer(
        who,
        reporter.user_id,
        contact["mail"] if reporter.verified_at else "",
        reporter.lang,
        f"/reports/{report.number}?link={link_of(report)}",
        phone=contact["phone"] if reporter.phone_verified_at else "",
    )


def _tell_one(report: Report, hearer: _Hearer, entry_id: int, name: str) -> None:
    if hearer.user_id:
        arguments: dict[str, str | int | float] = {"number": report.number, "title": report.title[:80]}
        messages.bell(
            hearer.user_id, CHANGED, hearer.url, "reports", arguments=arguments, key=f"reports:{entry_id}:citizen"
        )
    if hearer.phone and not hearer.mail and name in TEXTED_EVENTS:
        context = {
            "number": report.number,
            "state": _state_name(report, hearer.lang),
            "url": f"{settings.PUBLIC_URL}{hearer.url}",
        }
        address = messages.Address("sms", hearer.phone, hearer.lang)
        messages.send(address, "report_text", context, f"reports:{entry_id}:{hearer.who[:32]}:text")
    if hearer.mail:
        context = {
            "number": report.number,
            "title": report.title,
            "state": _state_name(report, hearer.lang),
            "url": f"{settings.PUBLIC_URL}{hearer.url}",
            "end": f"{settings.PUBLIC_URL}/reports/unfollow/{report.number}?token={hearer.end}" if hearer.end else "",
        }
        address = messages.Address("mail", hearer.mail, hearer.lang)
        messages.send(address, "report_changed", context, f"reports:{entry_id}:{hearer.who[:32]}")


def _state_name(report: Report, lang: str) -> str:
    state = book().states.get(report.state)
    if state is None:
        return report.state
    return state.name_en if lang == "en" else state.name
