"""What procedures put into the ports of the packages below: an entry of the side list, and what a search finds."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from huong.base import navigation, readiness, search
from huong.base.navigation import NavItem
from huong.base.search import Hit
from huong.journal.models import Entry
from huong.people import access
from huong.procedures import events, queries
from huong.procedures.queries import finding
from huong.procedures.queries.lists import READ, Wanted, open_count_of

FOUND_AT_MOST = 8


def register() -> None:
    """Fill navigation and search."""
    navigation.add(NavItem("dossiers", _("Dossiers"), "files", "/desk/dossiers/", 25, _may_read, open_count_of))
    navigation.add(NavItem("procedures", _("Procedures of the city"), "book-open", "/desk/procedures/", 27, _may_read))
    figures = ("/desk/procedures/once-only",)
    navigation.add(
        NavItem("index766", _("Index 766"), "chart-column", "/desk/procedures/index766", 28, _may_read, also=figures)
    )
    search.sources.add("dossiers", hits)
    search.sources.add("procedures", procedures)
    readiness.checks.add("dossier clocks", _clocks)


def _clocks() -> readiness.Check:
    """Say whether the last nightly computation found stored days that differ from what the actions say."""
    last = Entry.objects.filter(name=events.CLOCKS_CHECKED).order_by("-id").first()
    if last is None:
        return readiness.Check(True, "not checked yet")
    different = int(last.data.get("different", 0))
    return readiness.Check(True, f"{different} of {last.data.get('checked', 0)} differ", warning=different > 0)


def _may_read(user: Any) -> bool:
    return access.has_power(user, READ)


def hits(query: str, user: Any) -> list[Hit]:
    """Return the dossiers an officer may see whose code begins with what is searched; names are searched by a POST."""
    if "-" not in query or not _may_read(user):
        return []
    page = queries.dossiers_for(user, Wanted(scope="all", code=query, is_open=None, order="newest"), size=FOUND_AT_MOST)
    return [
        Hit(
            queries.procedure_name(each.procedure),
            f"/desk/dossiers/{each.uid}/",
            str(_("Dossier")),
            f"{each.code} · {queries.state_name(each.state, each.edition_id)}",
        )
        for each in page.items
    ]


def procedures(query: str, _user: Any) -> list[Hit]:
    """Return the procedures and life events that fit what anybody searches, as the finder does."""
    events_found, found = finding.find(query)
    near = [
        Hit(each.title, f"/procedures/events/{each.key}/", str(_("Life event")), each.says) for each in events_found
    ]
    return near + [
        Hit(each.title, f"/procedures/{each.code}/", str(_("Procedure")), each.code) for each in found[:FOUND_AT_MOST]
    ]
