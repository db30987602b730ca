"""The private link of a report: only who sent it has it, nothing of it is stored."""

import hmac

from huong.base import keys
from huong.base.errors import NotFound
from huong.reports.models import Report
from huong.reports.rules import numbers

LENGTH = 40


def _secret(report: Report) -> str:
    return keys.keyed_hash(f"{report.uid}:{report.link_version}", context="reports.link")[:LENGTH]


def link_of(report: Report) -> str:
    """Return the secret part of a report's private link: "PA-000123.3f2a..." (160 bits)."""
    return f"{report.number}.{_secret(report)}"


def by_link(link: str) -> Report:
    """Return the report behind a private link.

    Raises:
        NotFound: the link is not right, or was made void.
    """
    number, _dot, secret = link.partition(".")
    report = Report.objects.filter(pk=numbers.id_of(number)).first()
    if report is None or not hmac.compare_digest(_secret(report), secret):
        raise NotFound
    return report
