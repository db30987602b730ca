"""Following a report: a signed-in person by bell, anybody by mail after confirming the address."""

import hmac
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock, keys, limits
from huong.base.errors import BadInput, NotFound
from huong.base.text import whole
from huong.messages import actions as messages
from huong.messages.rules import normal_mail
from huong.people.models import User
from huong.reports import events
from huong.reports.actions import moving
from huong.reports.models import Follow, Report, Reporter
from huong.reports.queries.reporters import contact_of, hash_of

CONTEXT = "reports.follow"


@transaction.atomic
def follow(number: str, *, user: User | None = None, mail: str = "", lang: str = "vi", address: str = "") -> Follow:
    """Let somebody hear of a report. A mail address is written to once, with a link that confirms it.

    Args:
        user: a signed-in person.
        mail: else where to write to.
        lang: the language of the mail.
        address: where the request came from, for the limits.

    Raises:
        NotFound: no public report has this number.
        BadInput: neither a person nor a mail address.
        TooMany: too many confirmations were asked for by one address, or for one mail address.

    Records: `reports.followed` once it counts.
    """
    report = moving.found(number)
    if not report.is_public:
        raise NotFound(_("No report has the number %(number)s.") % {"number": number[:40]})
    written_to = normal_mail(mail) if mail else None
    if user is None and not written_to:
        raise BadInput(_("This mail address does not look right. Please check it."), code="bad_mail", field="mail")
    row = _row(report, user=user, address=written_to or "", lang=lang)
    if user is not None:
        return _counted(report, row)
    if row.confirmed_at is None or row.ended_at is not None:
        _take_limits(row, address)
        url = f"{settings.PUBLIC_URL}/reports/follow/{report.number}?token={token_of(row)}"
        context = {"number": report.number, "url": url, "title": report.title}
        messages.send(
            messages.Address("mail", written_to or "", lang),
            "report_follow",
            context,
            f"follow:{row.pk}:{clock.today()}",
        )
    return row


def _take_limits(row: Follow, address: str) -> None:
    """Count a confirmation, so that nobody can have strangers written to again and again."""
    limits.take(f"reports.follow:{row.who[:40]}", rate=5, per=timedelta(days=1))
    if address:
        source = keys.keyed_hash(address, context="reports.limit")[:40]
        limits.take(f"reports.follow:{source}", rate=20, per=timedelta(hours=1))


def _row(report: Report, *, user: User | None, address: str, lang: str) -> Follow:
    who = hash_of(f"user:{user.pk}" if user else address)
    row, _made = Follow.objects.get_or_create(
        report=report,
        who=who,
        defaults={
            "user": user,
            "address": keys.encrypt(address.encode(), context=CONTEXT) if address else None,
            "lang": lang[:8],
            "at": clock.now(),
        },
    )
    return row


def _counted(report: Report, row: Follow) -> Follow:
    if row.confirmed_at is not None and row.ended_at is None:
        return row
    row.confirmed_at, row.ended_at = clock.now(), None
    row.save(update_fields=["confirmed_at", "ended_at"])
    _count(report, events.FOLLOWED)
    return row


def _count(report: Report, event: str) -> None:
    count = Follow.objects.filter(report=report, confirmed_at__isnull=False, ended_at=None).count()
    moving.change(report, event, by=None, facts={"followers": count}, followers=count + merged_count(report))


def merged_count(report: Report) -> int:
    """Return how many reports were merged into a report: each is somebody who cares."""
    return Report.objects.filter(merged_into=report).count()


def token_of(row: Follow) -> str:
    """Return the secret by which a follower confirms or ends; made from the row, stored nowhere."""
    return f"{row.pk}.{keys.keyed_hash(f'{row.pk}:{row.who}', context=CONTEXT)[:40]}"


def _by_token(token: str) -> Follow:
    number, _dot, _secret = token.partition(".")
    row = Follow.objects.filter(pk=whole(number) or 0).select_related("report").first()
    if row is None or not hmac.compare_digest(token_of(row), token):
        raise NotFound
    return row


def followed_with(token: str, number: str) -> Report:
    """Return the report that a link of a mail is about, to look at.

    Raises:
        NotFound: the link is not right, or belongs to another report.
    """
    report = _by_token(token).report
    if report.number != number:
        raise NotFound
    return report


@transaction.atomic
def confirm_follow(token: str) -> Report:
    """Confirm a mail address with the secret of the link that was sent there, after its button was pressed.

    Raises:
        NotFound: the link is not right.

    Records: `reports.followed`.
    """
    row = _by_token(token)
    report = moving.found(row.report.number)
    _counted(report, row)
    return report


@transaction.atomic
def unfollow(number: str, *, user: User | None = None, token: str = "") -> Report:
    """No longer hear of a report.

    Raises:
        NotFound: the person does not follow it.

    Records: `reports.unfollowed`.
    """
    report = moving.found(number)
    row = _by_token(token) if token else Follow.objects.filter(report=report, user=user).first()
    if row is None or row.report_id != report.pk:
        raise NotFound(_("You do not follow this report."))
    Follow.objects.filter(pk=row.pk).update(ended_at=clock.now())
    _count(report, events.UNFOLLOWED)
    return report


def carry_over(report: Report, other: Report) -> None:
    """Let whoever sent or followed a merged report hear of the other; the caller holds the transaction.

    Records: `reports.followed` for the other report.
    """
    for row in Follow.objects.filter(report=report, confirmed_at__isnull=False, ended_at=None):
        Follow.objects.get_or_create(
            report=other,
            who=row.who,
            defaults={
                "user": row.user,
                "address": row.address,
                "lang": row.lang,
                "at": clock.now(),
                "confirmed_at": clock.now(),
            },
        )
    reporter = Reporter.objects.filter(report=report, erased_at=None).first()
    if reporter is not None:
        _reporter_follows(reporter, report, other)
    _count(other, events.FOLLOWED)


def _reporter_follows(reporter: Reporter, report: Report, other: Report) -> None:
    mail = contact_of(report)["mail"] if reporter.verified_at else ""
    if reporter.user is None and not mail:
        return
    row = _row(other, user=reporter.user, address=mail, lang=reporter.lang)
    Follow.objects.filter(pk=row.pk, confirmed_at=None).update(confirmed_at=clock.now())
