"""What field reports put into the ports of the packages below: an entry of the side list, and what a search finds."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from huong.base import navigation, outbox, search
from huong.base.navigation import NavItem
from huong.base.search import Hit
from huong.messages.ports import adapters
from huong.people import access
from huong.reports import queries
from huong.reports.actions import messengers
from huong.reports.queries import Wanted, counts
from huong.reports.undelivered import Peers

FOUND_AT_MOST = 8


def register() -> None:
    """Fill navigation and search."""
    navigation.add(NavItem("reports", _("Reports"), "megaphone", "/desk/reports/", 20, _may_read, counts.open_count_of))
    search.sources.add("reports", hits)
    adapters.add(messengers.CHANNEL, messengers.Adapter())
    outbox.sources.add("peers", Peers())


def _may_read(user: Any) -> bool:
    return access.has_power(user, "reports.read")


def hits(query: str, user: Any) -> list[Hit]:
    """Return what a search finds: for officers the reports they may see, for everybody the public ones."""
    if _may_read(user):
        page = queries.reports_for(user, Wanted(scope="all", text=query, order="newest"), size=FOUND_AT_MOST)
        found, start = page.items, "/desk/reports/"
    else:
        found, start = queries.public_reports(text=query, size=FOUND_AT_MOST).items, "/reports/"
    return [
        Hit(
            report.title or queries.category_name(report.category),
            f"{start}{report.number}/" if start.startswith("/desk") else f"{start}{report.number}",
            str(_("Field report")),
            f"{report.number} · {queries.state_name(report.state)}",
        )
        for report in found
    ]
