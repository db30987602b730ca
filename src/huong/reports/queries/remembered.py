"""Private links that a browser remembers for its owner, in one cookie that no script can read."""

import hmac

from huong.reports.models import Report
from huong.reports.queries.links import link_of
from huong.reports.rules import numbers

COOKIE = "huong_reports"
MOST = 30
_BETWEEN = "~"


def links_in(cookie: str) -> list[str]:
    """Return the links in a cookie, the newest first.

    >>> links_in("PA-000002.aa~PA-000001.bb")
    ['PA-000002.aa', 'PA-000001.bb']
    """
    return [link for link in cookie.split(_BETWEEN) if link][:MOST]


def with_link(cookie: str, link: str) -> str:
    """Return the cookie with a link put first; the oldest leave it.

    >>> with_link("PA-000001.bb", "PA-000002.aa")
    'PA-000002.aa~PA-000001.bb'
    """
    others = [each for each in links_in(cookie) if each != link]
    return _BETWEEN.join([link, *others][:MOST])


def reports_in(cookie: str) -> list[Report]:
    """Return the reports whose valid private links stand in a cookie, the newest first (one query)."""
    links = {numbers.id_of(link.partition(".")[0]): link for link in links_in(cookie)}
    found = Report.objects.filter(pk__in=links).order_by("-id") if links else []
    return [report for report in found if hmac.compare_digest(link_of(report), links[report.pk])]
