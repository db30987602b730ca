"""The person who sent a report: kept apart, sealed, shown covered, erased on request."""

import hmac
from datetime import timedelta
from typing import Any

import orjson
from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock, ids, keys
from huong.base.errors import BadInput, NotFound, WrongState
from huong.messages.rules import normal_mail
from huong.people import access
from huong.people.models import User
from huong.reports import events
from huong.reports.actions import lines, moving, words
from huong.reports.models import Follow, Message, Report, Reporter, ReportWords
from huong.reports.queries.book import book
from huong.reports.queries.links import link_of
from huong.reports.queries.reporters import contact_of, hash_of
from huong.reports.rules import contacts, masking, numbers
from huong.reports.rules.nouns import DANGER

BATCH = 500
EMPTIED = {
    "sealed": None,
    "phone_hash": "",
    "mail_hash": "",
    "shown": "",
    "user": None,
    "code_hash": "",
    "code_way": "",
}


def keep(report: Report, *, name: str, phone: str, mail: str, user: User | None) -> Reporter | None:
    """Keep who sent a report, sealed under the report's own key; nothing if they said nothing.

    Raises:
        BadInput: the phone number or the mail address is none.
    """
    name, phone, mail = masking.clean(name, longest=120), phone.strip(), mail.strip()
    if not (name or phone or mail or user):
        return None
    normal, address = contacts.normal_phone(phone), normal_mail(mail) if mail else ""
    if phone and not normal and report.priority < DANGER:
        raise BadInput(_("This phone number does not look right. Please check it."), code="bad_phone", field="phone")
    if mail and not address and report.priority < DANGER:
        raise BadInput(_("This mail address does not look right. Please check it."), code="bad_mail", field="mail")
    plain = {"name": name, "phone": normal or phone[:40], "mail": address or mail[:120]}
    return Reporter.objects.create(
        report=report,
        uid=ids.new_id(),
        user=user,
        sealed=words.sealed(report, orjson.dumps(plain).decode(), context="reporter") if any(plain.values()) else None,
        phone_hash=hash_of(normal) if normal else "",
        mail_hash=hash_of(address) if address else "",
        shown=contacts.shown(normal, address or ""),
        lang=report.lang,
        at=clock.now(),
    )


@transaction.atomic
def erase_reporter(number: str, *, by: User | None = None, link: str = "", all_of_them: bool = False) -> int:
    """Erase the contact and the words of whoever sent a report; the facts stay (what, where, when, the answer).

    Args:
        number: the report.
        by: the officer who was asked by the person; needs `reports.contact` in the report's agency.
        link: the private link, if the person does so alone.
        all_of_them: also the other reports of the same phone or mail; only for an officer, who knows who asks.

    Returns:
        How many reports were freed of the person.

    Raises:
        Forbidden: neither power nor link.
        WrongState: erased already.

    Records: `reports.reporter_erased` for each report.
    """
    report = moving.found(number)
    _require_right(report, by, link)
    reporter = Reporter.objects.filter(report=report).first()
    if reporter is not None and reporter.erased_at is not None:
        raise WrongState(_("This was erased already."))
    reports = [report]
    if all_of_them and by is not None and reporter is not None:
        reports += _others(reporter)
    for each in reports:
        _erase(each, by=by)
    return len(reports)


def _require_right(report: Report, by: User | None, link: str) -> None:
    if by is not None:
        access.require_power(by, "reports.contact", report.agency)
    elif not hmac.compare_digest(link_of(report), link):
        raise NotFound


def _others(reporter: Reporter) -> list[Report]:
    same = Report.objects.none()
    for name in ("phone_hash", "mail_hash"):
        if value := getattr(reporter, name):
            same |= Report.objects.filter(**{f"reporter__{name}": value}, reporter__erased_at=None)
    return list(same.exclude(pk=reporter.report_id).distinct())


def _erase(report: Report, *, by: User | None) -> None:
    at = clock.now()
    hashes = [one for one in Reporter.objects.filter(report=report).values_list("mail_hash", flat=True) if one]
    keys.destroy(words.scope_of(report))
    Follow.objects.filter(report=report, who__in=hashes, ended_at=None).update(ended_at=at, address=None)
    Reporter.objects.filter(report=report).update(**EMPTIED, erased_at=at)
    Message.objects.filter(report=report, kind__in=words.CITIZEN_KINDS).update(text="", edited_at=at)
    Message.objects.filter(report=report).exclude(sealed=None).update(sealed=None)
    ReportWords.objects.filter(report=report).update(folded="")
    lines.forget(report)
    emptied: dict[str, Any] = {"title": "", "place": "", "asks": {}, "is_public": False}
    moving.change(report, events.ERASED, by=by, link_version=report.link_version + 1, **emptied)


def forget_contacts() -> int:
    """Erase the contact of reports that ended long ago (setting `contact_days`); their words stay. Returns how many.

    Records: `reports.contact_forgotten` for each.
    """
    before = clock.now() - timedelta(days=int(book().setting("contact_days", 365)))
    old = Report.objects.filter(is_open=False, closed_at__lt=before, reporter__isnull=False, reporter__erased_at=None)
    forgotten = 0
    for report_id in list(old.order_by("closed_at").values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            forgotten += _forget(moving.found(numbers.number_of(report_id)))
    return forgotten


def _forget(report: Report) -> int:
    if report.is_open:
        return 0
    keys.destroy(words.scope_of(report))
    Reporter.objects.filter(report=report).update(**EMPTIED, erased_at=clock.now())
    Message.objects.filter(report=report).exclude(sealed=None).update(sealed=None)
    lines.forget(report)
    moving.change(report, events.FORGOTTEN, by=None)
    return 1


def contact(number: str, *, by: User, purpose: str) -> dict[str, str]:
    """Return name and contact of whoever sent a report, and write down who read them and why.

    Raises:
        Forbidden: `by` has no power `reports.contact` in the report's agency.
        BadInput: no purpose is given.
        NotFound: nobody is known.
        KeyDestroyed: the contact was erased.

    Records: `people.accessed`.
    """
    with transaction.atomic():
        report = moving.found(number)
        access.require_power(by, "reports.contact", report.agency)
        if not purpose.strip():
            raise BadInput(_("Please say what you need the contact for."), code="purpose_needed", field="purpose")
        plain = contact_of(report)
        fields = sorted(name for name, value in plain.items() if value)
        access.record_access(by, f"report:{report.number}", fields, purpose.strip()[:200], agency=report.agency)
    return plain
