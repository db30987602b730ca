"""What everybody may read of the city's reports: list, map, feed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from huong.base import clock
from huong.people.access import open_to_all
from huong.people.names import names
from huong.reports import queries
from huong.reports.models import Report
from huong.reports.pages import citizen_drawing
from huong.reports.pages import citizen_words as words
from huong.reports.queries import Wanted, mapping
from huong.reports.queries.lists import filtered
from huong.reports.queries.mapping import Cluster

SIZE = 20
FEED = 40
LONGEST = 100
SPANS = {"week": 7, "month": 30, "year": 365}
STATES = {"open": True, "done": False}


@dataclass(frozen=True)
class Chosen:
    """What a reader chose to see; unknown values count as not chosen."""

    unit: str
    category: str
    state: str
    span: str
    text: str

    @property
    def is_open(self) -> bool | None:
        """Only open ones, only ended ones, or both."""
        return STATES.get(self.state)

    @property
    def since(self) -> datetime | None:
        """The earliest receipt."""
        return clock.now() - timedelta(days=SPANS[self.span]) if self.span in SPANS else None

    @property
    def any(self) -> bool:
        """Whether anything is chosen."""
        return bool(self.unit or self.category or self.state or self.span or self.text)


def chosen(request: HttpRequest) -> Chosen:
    """Return what a reader chose, from the address."""

    def given(name: str) -> str:
        return request.GET.get(name, "").strip()[:LONGEST]

    return Chosen(given("unit"), given("category"), given("state"), given("since"), given("q"))


def _page(picked: Chosen, after: str | None, size: int) -> Any:
    return queries.public_reports(
        unit=picked.unit,
        category=picked.category,
        is_open=picked.is_open,
        since=picked.since,
        text=picked.text,
        after=after,
        size=size,
    )


def mapped(picked: Chosen) -> QuerySet[Report]:
    """Return what the map counts: open reports, unless the reader chose otherwise; with words, the newest of them."""
    is_open = picked.is_open if picked.state else True
    wanted = Wanted(unit=picked.unit, category=picked.category, is_open=is_open, since=picked.since, text=picked.text)
    rows = Report.objects.filter(is_public=True) if is_open else queries.public()  # what is open was never merged
    held = queries.book().categories.get(picked.category)
    if held is not None and held.parent:
        rows = rows.filter(main=held.parent)  # by which the index begins
    return filtered(rows, wanted, newest=0 if is_open else mapping.MOST_FOUND, few=bool(is_open))


def _is_main(category: str) -> bool:
    held = queries.book().categories.get(category)
    return held is not None and not held.parent


@dataclass(frozen=True)
class Found:
    """What the map shows: how many reports lie in each ward or commune, and in clusters."""

    by_unit: Mapping[str, int]
    groups: list[Cluster]


def found(picked: Chosen) -> Found:
    """Return the reports that a reader asks for as the map shows them: of the whole city, or of the ward chosen."""
    rows = mapped(picked)
    if picked.unit:
        by_unit = _kept_count(picked) if _is_kept(picked) else mapping.counts_by_unit(rows)
        return Found(by_unit, mapping.clusters(rows, fine=True))
    if picked.is_open is not False:
        return Found(*mapping.gathered(rows))
    if _is_kept(picked):
        return Found(mapping.answered_by_unit(picked.category), mapping.answered_clusters(picked.category))
    if picked.since is None or picked.category or picked.text:
        spread = mapping.spread(rows)
    else:
        spread = mapping.answered_since(rows, picked.since)
    return Found(mapping.by_unit_of(spread), mapping.clusters_of(spread))


def _is_kept(picked: Chosen) -> bool:
    """Return whether the tallies know what is asked for: answered ones, in all or of a main category."""
    narrowed = picked.since or picked.text or (picked.category and not _is_main(picked.category))
    return picked.is_open is False and not narrowed


def _kept_count(picked: Chosen) -> dict[str, int]:
    by_unit = mapping.answered_by_unit(picked.category)
    return {picked.unit: by_unit[picked.unit]} if picked.unit in by_unit else {}


@require_safe
@open_to_all
def listing(request: HttpRequest) -> HttpResponse:
    """Show the public reports, newest first, with the map of where they are."""
    picked = chosen(request)
    after = request.GET.get("after") or None
    page = _page(picked, after, SIZE)
    named, seen = names(), None if after else found(picked)
    context = {
        "picked": picked,
        "cards": words.cards_of(page.items),
        "next": page.next,
        "first": after is None,
        "units": named.units_to_choose(),
        "unit_name": named.unit(picked.unit, otherwise=""),
        "categories": [
            (each.key, queries.category_name(each.key))
            for each in queries.book().main_categories(clock.today())
            if each.public
        ],
        "feed": f"/reports/feed.atom?{request.GET.urlencode()}",
        "newest": mapping.MOST_FOUND if picked.text and picked.is_open is False else 0,
        **(citizen_drawing.drawn(picked.unit, seen.by_unit, seen.groups, request.GET) if seen else {}),
    }
    return render(request, "reports/citizen/list.html", context)


@require_safe
@open_to_all
def feed(request: HttpRequest) -> HttpResponse:
    """Return the newest public reports as an Atom feed, with the same filters as the list."""
    cards = words.cards_of(_page(chosen(request), None, FEED).items)
    entries = [
        {"id": card.report.uid, "title": card.report.title or card.category, "url": card.url, "at": card.report.changed_at,
         "text": f"{card.category} · {card.where} · {card.state}"}
        for card in cards
    ]  # fmt: skip
    return atom(request, "", entries)


def atom(request: HttpRequest, subject: str, entries: list[dict[str, Any]]) -> HttpResponse:
    """Return entries as an Atom feed (RFC 4287)."""
    base = f"{request.scheme}://{request.get_host()}"
    updated = max((each["at"] for each in entries), default=clock.now())
    context = {"base": base, "self": request.build_absolute_uri(), "subject": subject, "entries": entries, "updated": updated}  # fmt: skip
    answer = render(request, "reports/citizen/feed.xml", context, content_type="application/atom+xml; charset=utf-8")
    answer["Cache-Control"] = "public, max-age=300"
    return answer
