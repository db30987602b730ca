"""What others may read of field reports."""

from huong.reports.queries.book import book, category_then, offices, rules_of, versions_of
from huong.reports.queries.counts import by_day, cells, filters_of, open_in_unit, standing, work_of
from huong.reports.queries.learning import guess_of
from huong.reports.queries.links import by_link, link_of
from huong.reports.queries.lists import (
    Wanted,
    is_late,
    most_followed,
    order_of,
    pinned,
    public,
    public_report,
    public_reports,
    reports_for,
    require_visible,
    scoped,
    visible_to,
)
from huong.reports.queries.nearby import Similar, similar, similar_to
from huong.reports.queries.reporters import reports_of_contact, reports_of_user
from huong.reports.queries.stories import (
    Moment,
    Reader,
    category_name,
    hops_of,
    moves_for,
    photos_of,
    promise_of,
    state_name,
    story,
)
from huong.reports.queries.suggesting import suggest, suggesters

__all__ = [
    "Moment",
    "Reader",
    "Similar",
    "Wanted",
    "book",
    "by_day",
    "by_link",
    "category_name",
    "category_then",
    "cells",
    "filters_of",
    "guess_of",
    "hops_of",
    "is_late",
    "link_of",
    "most_followed",
    "moves_for",
    "offices",
    "open_in_unit", "order_of",
    "photos_of",
    "pinned",
    "promise_of",
    "public",
    "public_report",
    "public_reports",
    "reports_for",
    "reports_of_contact",
    "reports_of_user",
    "require_visible",
    "rules_of",
    "scoped",
    "similar",
    "similar_to",
    "standing",
    "state_name",
    "story",
    "suggest",
    "suggesters",
    "versions_of",
    "visible_to",
    "work_of",
]  # fmt: skip
