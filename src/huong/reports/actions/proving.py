"""A reporter proves that a contact is theirs: a code by mail, or by a text message to a mobile phone."""

import hmac
import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from huong.base import clock, ids, keys, limits
from huong.base.errors import BadInput, NotFound, Unavailable, WrongState
from huong.messages import actions as messages
from huong.people import rules as people
from huong.people import texting
from huong.reports import events
from huong.reports.actions import moving
from huong.reports.models import Report, Reporter
from huong.reports.queries.reporters import MAIL, PHONE, contact_of, provable

CODE_LIFE = timedelta(minutes=15)
CODE_TRIES = 5
CHANNELS = {MAIL: "mail", PHONE: "sms"}
TEMPLATES = {MAIL: "verify", PHONE: "phone_code"}
PROVEN = {MAIL: "verified_at", PHONE: "phone_verified_at"}


@transaction.atomic
def send_code(report: Report, *, way: str = "", address: str = "") -> str:
    """Send the reporter a code, with which they prove that an address or a number is theirs.

    Args:
        way: "mail" or "phone"; whatever is not proven yet if left out, mail first.
        address: where the request came from, for the limits.

    Returns:
        The way it went.

    Raises:
        NotFound: no such contact is known.
        WrongState: it is proven already.
        BadInput: a text message cannot reach this number.
        Unavailable: no gateway for text messages is set up.
        TooMany: more than three codes within an hour, or too many to one contact or from one address.

    Records: `messages.queued`.
    """
    reporter = Reporter.objects.filter(report=report).first()
    way = _way(reporter, way)
    if reporter is None or not getattr(reporter, f"{way}_hash"):
        raise NotFound(_("No such contact is known for this report."))
    if getattr(reporter, PROVEN[way]) is not None:
        raise WrongState(_("This contact is confirmed already."))
    contact = contact_of(report)[way]
    if way == PHONE:
        _require_reachable(contact)
    _take_limits(reporter, way, address)
    code = f"{secrets.randbelow(10**6):06d}"
    reporter.code_way, reporter.code_hash = way, _code_hash(reporter, way, code)
    reporter.code_until, reporter.code_tries = clock.now() + CODE_LIFE, 0
    reporter.save(update_fields=["code_way", "code_hash", "code_until", "code_tries"])
    context = {"code": code, "minutes": int(CODE_LIFE.total_seconds() // 60)}
    to = messages.Address(CHANNELS[way], contact, reporter.lang)
    messages.send(to, TEMPLATES[way], context, f"reports.code:{reporter.pk}:{ids.new_id()}")
    return way


def _way(reporter: Reporter | None, wanted: str) -> str:
    if wanted in PROVEN:
        return wanted
    return next(iter(provable(reporter)), MAIL) if reporter is not None else MAIL


def _require_reachable(number: str) -> None:
    if not people.phone(number):
        raise BadInput(_("Only a mobile number gets text messages."), code="not_mobile", field="phone")
    if not texting.is_ready():
        raise Unavailable(_("Codes by text message are not set up here. A mail address can be confirmed instead."))


def _take_limits(reporter: Reporter, way: str, address: str) -> None:
    contact = getattr(reporter, f"{way}_hash")[:40]
    limits.take(f"reports.code:{reporter.pk}", rate=3, per=timedelta(hours=1))
    limits.take(f"reports.code:{contact}", rate=6, per=timedelta(hours=1))
    limits.take(f"reports.code-day:{contact}", rate=10, per=timedelta(days=1))
    if address:
        source = keys.keyed_hash(address, context="reports.limit")[:40]
        limits.take(f"reports.code-from:{source}", rate=20, per=timedelta(hours=1))


def confirm(report: Report, code: str) -> Reporter:
    """Confirm the contact to which the newest code was sent.

    Raises:
        NotFound: the report has no reporter.
        BadInput: the code is wrong or too old; after five wrong ones a new code is needed.

    Records: `reports.contact_verified`.
    """
    reporter = Reporter.objects.filter(report=report).first()
    if reporter is None:
        raise NotFound(_("No such contact is known for this report."))
    way = reporter.code_way or MAIL
    if getattr(reporter, PROVEN[way]) is not None:
        return reporter
    counted = Reporter.objects.filter(pk=reporter.pk, code_tries__lt=CODE_TRIES, code_until__gt=clock.now()).update(
        code_tries=F("code_tries") + 1
    )  # committed before the code is looked at, so a refusal keeps it
    if not counted:
        raise BadInput(_("This code is no longer valid. Please ask for a new one."), code="code_expired", field="code")
    if not hmac.compare_digest(reporter.code_hash, _code_hash(reporter, way, "".join(code.split()))):
        raise BadInput(_("This code is not right. Please check it and type it again."), code="code_wrong", field="code")
    return _verified(report, reporter, way)


@transaction.atomic
def _verified(report: Report, reporter: Reporter, way: str) -> Reporter:
    setattr(reporter, PROVEN[way], clock.now())
    reporter.code_hash, reporter.code_until = "", None
    reporter.save(update_fields=[PROVEN[way], "code_hash", "code_until"])
    moving.change(report, events.VERIFIED, by=None, facts={"way": way})
    return reporter


def _code_hash(reporter: Reporter, way: str, code: str) -> str:
    return keys.keyed_hash(f"{way}:{code}", context=f"reports.code:{reporter.pk}")
