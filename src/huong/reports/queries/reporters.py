"""Reads about the people who sent reports. Contact in clear goes only through `actions.contact`, which is recorded."""

import orjson

from huong.base import keys
from huong.base.errors import KeyDestroyed, NotFound
from huong.messages.rules import normal_mail
from huong.people import texting
from huong.people.models import User
from huong.reports.models import Report, Reporter
from huong.reports.rules import contacts

MAIL, PHONE = "mail", "phone"


def provable(reporter: Reporter) -> list[str]:
    """Return which of a reporter's contacts can still be proven with a code: mail first, a phone where texts go out."""
    if reporter.erased_at is not None:
        return []
    mail = bool(reporter.mail_hash) and reporter.verified_at is None
    phone = bool(reporter.phone_hash) and reporter.phone_verified_at is None and texting.is_ready()
    return [way for way, open_ in ((MAIL, mail), (PHONE, phone)) if open_]


def hash_of(contact: str) -> str:
    """Return the keyed hash by which reports of one phone or mail address are joined."""
    return keys.keyed_hash(contact, context="reports.contact")


def contact_of(report: Report) -> dict[str, str]:
    """Return name, phone and mail of whoever sent a report, for sending messages to them; doors use `actions.contact`.

    Raises:
        NotFound: nobody is known.
        KeyDestroyed: they were erased.
    """
    reporter = Reporter.objects.filter(report=report).first()
    if reporter is None:
        raise NotFound
    if reporter.erased_at is not None:
        raise KeyDestroyed
    if reporter.sealed is None:
        return {"name": "", "phone": "", "mail": ""}
    scope = f"report:{report.uid}"
    plain = keys.open_bytes(keys.data_key(scope), bytes(reporter.sealed), context=f"{scope}:reporter")
    return dict(orjson.loads(plain))


def reports_of_contact(contact: str, *, limit: int = 50) -> list[Report]:
    """Return the reports of a phone number or a mail address, open ones first, newest first: for the call-taker."""
    phone, mail = contacts.normal_phone(contact), normal_mail(contact)
    found = Report.objects.none()
    if phone:
        found = Report.objects.filter(reporter__phone_hash=hash_of(phone))
    elif mail:
        found = Report.objects.filter(reporter__mail_hash=hash_of(mail))
    return list(found.select_related("reporter").order_by("-is_open", "-id")[:limit])


def reports_of_user(user: User, *, limit: int = 100) -> list[Report]:
    """Return the reports that a signed-in person sent, newest first."""
    return list(Report.objects.filter(reporter__user=user).order_by("-id")[:limit])
