"""Lists of reports: for officers by one predicate of what they may see, for everybody what is public. Keyset paged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from huong.base import clock, paging
from huong.base.errors import Forbidden, NotFound
from huong.people import access
from huong.people.models import User
from huong.reports.models import Report
from huong.reports.queries.book import book
from huong.reports.queries.words import matching
from huong.reports.rules import numbers
from huong.reports.rules.marks import AGENCY, KIND, UNIT, mark
from huong.reports.rules.nouns import DANGER

READ = "reports.read"
ORDERS = {
    "due": ("queue_at", "id"),
    "newest": ("-id",),
    "oldest": ("id",),
    "changed": ("-changed_at", "-id"),
}
BUCKETS = ("on_time", "soon", "late", "very_late", "waiting")
SHOWN = (
    "uid", "title", "state", "is_open", "category", "unit", "place", "lon", "lat", "agency", "received_at", "accepted_at", "due_at",
    "closed_at", "changed_at", "followers", "photos_count", "rating",
)  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """What a list is asked for; everything may be left out.

    Attributes:
        scope: "agency" (what one's agencies have), "mine" (given to oneself), "unit" (all in one's ward or commune),
            "all" (what one may see at all).
        states: keys of states.
        is_open: only open ones, only ended ones, or both (None).
        category: a key; a main category means all below it.
        unit, agency, channel, priority: exactly these.
        bucket: how the clock stands: one of `BUCKETS`.
        since, until: when it was received.
        text: words, with or without accents, or a number.
        order: a key of `ORDERS`.
    """

    scope: str = "agency"
    states: tuple[str, ...] = ()
    is_open: bool | None = None
    category: str = ""
    unit: str = ""
    agency: str = ""
    assignee: int | None = None
    channel: str = ""
    priority: int | None = None
    bucket: str = ""
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""
    order: str = "due"


def visible_to(user: User) -> QuerySet[Report]:
    """Return the reports that an officer may see: those of their agencies and those in their ward or commune."""
    return scoped(user, "all")


def scoped(user: User, scope: str) -> QuerySet[Report]:
    """Return the reports of one scope that an officer may see, as one SQL predicate."""
    rows = Report.objects.all()
    if not access.has_power(user, READ):
        return rows.none()
    if scope == "mine":
        return rows.filter(assignee=user)
    if scope == "all" and access.sees_all(user, READ):
        return rows
    codes = access.agencies_of(user)
    if scope == "agency":
        return rows.filter(agency__in=codes)
    if scope == "unit":
        return rows.filter(unit__in=access.wards_of(user))
    return rows.filter(Q(agency__in=codes) | Q(unit__in=access.wards_of(user)))


def require_visible(user: User, number: str, *also: str) -> Report:
    """Return a report that an officer may see, with its assignee.

    Args:
        also: what else comes with the same query, such as "reporter".

    Raises:
        Forbidden: there is none, or it belongs to others; which of both is not said.
    """
    found = visible_to(user).filter(pk=numbers.id_of(number)).select_related("assignee", *also).first()
    if found is None:
        raise Forbidden(_("This report is not with your agency, nor in your ward or commune."))
    return found


def reports_for(
    user: User, wanted: Wanted, *, after: str | None = None, size: int = 50, only: Sequence[str] = ()
) -> paging.Page[Report]:
    """Return a page of the reports an officer asks for; the assignee comes with each.

    Args:
        only: the columns that are read, beside those of the order; all if none is named.

    Raises:
        BadInput: the cursor is damaged.
    """
    order = order_of(wanted)
    parts = [filtered(rows, wanted, within) for rows, within in _parts(user, wanted.scope)]
    if len(parts) == 1:
        return paging.keyset(_whole(parts[0], order, only), order=order, after=after, size=size)
    return paging.merged(parts, _whole(Report.objects.all(), order, only), order=order, after=after, size=size)


def _whole(rows: QuerySet[Report], order: tuple[str, ...], only: Sequence[str]) -> QuerySet[Report]:
    """Return rows with what is read of each: the assignee, and the columns that are named, or all."""
    rows = rows.select_related("assignee")
    return rows.only(*only, *(name.lstrip("-") for name in order)) if only else rows


def order_of(wanted: Wanted) -> tuple[str, ...]:
    """Return the columns a list is ordered by. Only open reports are due: any other list begins with the newest."""
    order = wanted.order if wanted.order in ORDERS else "due"
    return ORDERS["newest" if order == "due" and not (wanted.is_open or wanted.bucket) else order]


def _parts(user: User, scope: str) -> list[tuple[QuerySet[Report], list[list[str]]]]:
    """Return the rows of a scope as parts that an index answers in order: of one's agencies, in one's ward.

    With each come the marks by which a search in words keeps to it.
    """
    agencies = [[mark(AGENCY, code) for code in access.agencies_of(user)]]
    if scope != "all" or access.sees_all(user, READ) or not access.has_power(user, READ):
        return [(scoped(user, scope), agencies if scope == "agency" and agencies[0] else [])]
    parts = [(scoped(user, "agency"), agencies)]
    units = access.wards_of(user)
    if not units:
        return parts
    return [*parts, (Report.objects.filter(unit__in=units), [[mark(UNIT, code) for code in units]])]


def filtered(
    rows: QuerySet[Report], wanted: Wanted, within: Sequence[Sequence[str]] = (), *, newest: int = 0, few: bool = False
) -> QuerySet[Report]:
    """Return the rows that fit what is asked for.

    Args:
        within: the marks that the rows have anyway, for searching in words.
        newest: how many reports with the words are looked at, the newest first; all if not named.
        few: whether all of them are read, and they are few: open ones, for the map.
    """
    exact = {
        "unit": wanted.unit or None,
        "agency": wanted.agency or None,
        "assignee_id": wanted.assignee,
        "channel": wanted.channel or None,
        "priority": wanted.priority,
        "is_open": wanted.is_open,
        "received_at__gte": wanted.since,
        "received_at__lt": wanted.until,
    }
    rows = rows.filter(**{name: value for name, value in exact.items() if value is not None})
    if wanted.states:
        rows = rows.filter(state__in=wanted.states)
    main = False
    if wanted.category:
        main = wanted.category in book().categories and not book().categories[wanted.category].parent
        rows = rows.filter(**{"main" if main else "category": wanted.category})
    if wanted.bucket:
        rows = rows.filter(in_bucket(wanted.bucket))
    if not wanted.text.strip():
        return rows
    chosen = ((AGENCY, wanted.agency), (UNIT, wanted.unit), (KIND, wanted.category if main else ""))
    if number := numbers.id_of(wanted.text):
        return rows.filter(pk=number)
    marks = [*within, *([mark(sort, code)] for sort, code in chosen if code)]
    return matching(rows, wanted.text, marks, newest=newest, few=few)


def soon_hours() -> int:
    """Return how many hours before its time a report is due soon, by the city's rules."""
    return int(book().setting("soon_hours", 24))


def in_bucket(bucket: str, at: datetime | None = None) -> Q:
    """Return the condition for how the clock of an open report stands; its place in the queue is its due time."""
    now = at or clock.now()
    soon = now + timedelta(hours=soon_hours())
    conditions = {
        "on_time": Q(due_at__isnull=False, queue_at__gt=soon),
        "soon": Q(due_at__isnull=False, queue_at__gte=now, queue_at__lte=soon),
        "late": Q(due_at__isnull=False, queue_at__lt=now) & (Q(late3_at=None) | Q(late3_at__gt=now)),
        "very_late": Q(late3_at__lte=now, queue_at__lt=now),
        "waiting": Q(left_us__isnull=False),
    }
    return Q(is_open=True) & conditions.get(bucket, Q())


def pinned(user: User, *, limit: int = 10) -> list[Report]:
    """Return the open dangers to life that an officer may see, oldest first: they stand above every list."""
    rows = visible_to(user).filter(is_open=True, priority=DANGER)
    return list(rows.select_related("assignee").order_by("received_at")[:limit])


def public_reports(
    *,
    unit: str = "",
    category: str = "",
    is_open: bool | None = None,
    since: datetime | None = None,
    text: str = "",
    order: str = "newest",
    after: str | None = None,
    size: int = 50,
) -> paging.Page[Report]:
    """Return a page of what everybody may see: screened, of a public category, not hidden, not merged.

    Only `SHOWN` is read of each.
    """
    wanted = Wanted(unit=unit, category=category, is_open=is_open, since=since, text=text)
    keys = ORDERS.get(order, ORDERS["newest"])
    rows = filtered(public(), wanted).only(*SHOWN, *(name.lstrip("-") for name in keys))
    return paging.keyset(rows, order=keys, after=after, size=size)


def public() -> QuerySet[Report]:
    """Return the reports that everybody may see."""
    return Report.objects.filter(is_public=True, merged_into=None)


def public_report(number: str) -> Report:
    """Return a report that everybody may see; one that was merged too, since people hold its number.

    Raises:
        NotFound: there is none with this number, or it is not public; which of both is not said.
    """
    rows = Report.objects.filter(pk=numbers.id_of(number), is_public=True)
    found = rows.select_related("merged_into").first()
    if found is None:
        raise NotFound(_("There is no public report with the number %(number)s.") % {"number": number[:40]})
    return found


def is_late(report: Report) -> bool:
    """Return whether a report is overdue, or was answered too late."""
    if report.due_at is None or report.accepted_at is None:
        return False
    return (report.closed_at or clock.now()) > report.due_at


def most_followed(*, limit: int = 10) -> list[Report]:
    """Return the open public reports with the most followers."""
    return list(public().filter(is_open=True, followers__gt=0).order_by(F("followers").desc(), "-id")[:limit])
