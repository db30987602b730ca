"""Lists of dossiers for officers: one across all procedures, by one predicate of what they may see. Keyset paged."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from huong.base import clock, paging
from huong.base.errors import Forbidden
from huong.base.sql import begins_with, counted
from huong.base.text import fold
from huong.people import access
from huong.people.models import User
from huong.procedures.models import Consultation, Dossier

READ = "procedures.read"
ORDERS = {
    "due": ("queue_at", "id"),
    "newest": ("-id",),
    "oldest": ("id",),
    "changed": ("-changed_at", "-id"),
}
SCOPES = ("agency", "mine", "asked", "all")
BUCKETS = ("on_time", "soon", "late", "very_late", "waiting", "new")
SOON = timedelta(days=1)
VERY_LATE = timedelta(days=5)
MOST_WORDS = 6
MOST_CODED = 1000
MOST_ASKED = 1000
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Wanted:
    """What a list is asked for; everything may be left out.

    Attributes:
        scope: "agency" (what one's agencies have), "mine" (given to oneself), "asked" (one's agencies are asked for
            an opinion), "all" (what one may see at all).
        state, procedure, unit, agency, channel: exactly these.
        is_open: only open ones, only ended ones, or both (None).
        bucket: how the clock stands: one of `BUCKETS`.
        code: a dossier's code, or its beginning.
        person: words of the applicant's name, with or without accents. Never put it into an address.
        order: a key of `ORDERS`.
    """

    scope: str = "agency"
    state: str = ""
    procedure: str = ""
    unit: str = ""
    agency: str = ""
    assignee: int | None = None
    channel: str = ""
    is_open: bool | None = True
    bucket: str = ""
    code: str = ""
    person: str = ""
    order: str = "due"


def visible_to(user: User) -> QuerySet[Dossier]:
    """Return the dossiers that an officer may see: their agencies have them, took them in, get them back, or are asked.

    A draft is nobody's but the applicant's.
    """
    rows = Dossier.objects.exclude(state="draft")
    if not access.has_power(user, READ):
        return rows.none()
    if access.sees_all(user, READ):
        return rows
    codes = access.agencies_of(user)
    asked = Consultation.objects.filter(dossier=OuterRef("pk"), agency__in=codes)
    return rows.filter(
        Q(agency__in=codes) | Q(lead_agency__in=codes) | Q(returns_to__in=codes) | Exists(asked)
    )  # fmt: skip


def require_visible(user: User, uid: str) -> Dossier:
    """Return a dossier that an officer may see, with applicant, assignee and version.

    Raises:
        Forbidden: there is none, or it belongs to others; which of both is not said.
    """
    rows = visible_to(user).select_related("applicant", "assignee", "edition", "bundle")
    found = rows.filter(uid=uid).first()
    if found is None:
        raise Forbidden(_("This dossier is not with your agency, and your agency was not asked about it."))
    return found


def is_only_asked(user: User, dossier: Dossier) -> bool:
    """Return whether an officer sees a dossier for one reason only: their agency was asked for an opinion on it."""
    if access.sees_all(user, READ):
        return False
    return not {dossier.agency, dossier.lead_agency, dossier.returns_to} & set(access.agencies_of(user))


def require_whole(user: User, uid: str) -> Dossier:
    """Return a dossier that an officer may see as a whole, with how its applicant is reached.

    Raises:
        Forbidden: they may not see it, or their agency was only asked for an opinion on it.
    """
    found = require_visible(user, uid)
    if is_only_asked(user, found):
        raise Forbidden(
            _(
                "Your agency was asked for an opinion: you see what the question needs, not how the applicant is reached."
            )
        )
    return found


def questions_due(agencies: Collection[str], dossiers: Collection[Dossier]) -> dict[int, datetime]:
    """Return by when agencies are to answer what they were asked about dossiers, by the dossier's id."""
    found = Consultation.objects.filter(
        agency__in=list(agencies), answered_at=None, dossier__in=[each.pk for each in dossiers]
    )
    return dict(found.order_by("-due_at").values_list("dossier_id", "due_at"))


def scoped(user: User, scope: str) -> QuerySet[Dossier]:
    """Return the dossiers of one scope that an officer may see."""
    if scope == "mine":
        return visible_to(user).filter(assignee=user)
    if scope == "agency" and access.has_power(user, READ):
        return Dossier.objects.filter(agency__in=access.agencies_of(user)).exclude(state="draft")
    if scope == "asked":
        return visible_to(user).filter(pk__in=_asked(access.agencies_of(user), answered_at=None))
    return visible_to(user)


def dossiers_for(
    user: User, wanted: Wanted, *, after: str | None = None, size: int = 50, only: Sequence[str] = ()
) -> paging.Page[Dossier]:
    """Return a page of the dossiers an officer asks for; applicant and assignee come with each unless columns are named.

    Args:
        only: the columns that are read, beside those of the order, such as `applicant__name`; all if none is named.

    Raises:
        BadInput: the cursor is damaged.
    """
    order = order_of(wanted)
    parts = [filtered(rows, wanted) for rows in _parts(user, wanted.scope)]
    if len(parts) == 1:
        return paging.keyset(_whole(parts[0], order, only), order=order, after=after, size=size)
    return paging.merged(parts, _whole(Dossier.objects.all(), order, only), order=order, after=after, size=size)


def _whole(rows: QuerySet[Dossier], order: tuple[str, ...], only: Sequence[str]) -> QuerySet[Dossier]:
    """Return rows with what is read of each: the columns that are named, or all with applicant and assignee."""
    if not only:
        return rows.select_related("assignee", "applicant")
    joined = {name.partition("__")[0] for name in only if "__" in name}
    rows = rows.select_related(*joined) if joined else rows
    return rows.only(*only, *(name.lstrip("-") for name in order))


def order_of(wanted: Wanted) -> tuple[str, ...]:
    """Return the columns a list is ordered by. Only open dossiers are due: any other list begins with the newest."""
    order = wanted.order if wanted.order in ORDERS else "due"
    return ORDERS["newest" if order == "due" and not (wanted.is_open or wanted.bucket) else order]


def _parts(user: User, scope: str) -> list[QuerySet[Dossier]]:
    """Return the rows of a scope as parts that an index answers in order."""
    if scope != "all" or access.sees_all(user, READ) or not access.has_power(user, READ):
        return [scoped(user, scope)]
    rows = Dossier.objects.exclude(state="draft")
    return [rows.filter(condition) for condition in _conditions(access.agencies_of(user))]


def _conditions(codes: list[str]) -> list[Q]:
    """Return what agencies may see as conditions of which an index finds each: any of them is enough."""
    return [
        Q(agency__in=codes),
        Q(lead_agency__in=codes),
        Q(returns_to__in=codes) & ~Q(returns_to=""),
        Q(pk__in=_asked(codes)),
    ]


def _apart(user: User, scope: str) -> list[QuerySet[Dossier]]:
    """Return the open rows of a scope for counting, as parts of which none holds a row of another."""
    if scope != "all" or access.sees_all(user, READ):
        return [scoped(user, scope).filter(is_open=True)]
    rows, before = Dossier.objects.exclude(state="draft").filter(is_open=True), Q()
    found = []
    for condition in _conditions(access.agencies_of(user)):
        found.append(rows.filter(condition).exclude(before) if before else rows.filter(condition))
        before |= condition
    return found


def _asked(codes: list[str], **only: Any) -> list[int]:
    """Return the dossiers that agencies were asked about, the latest first; as ids, so that no index is passed over."""
    found = Consultation.objects.filter(agency__in=codes, **only).order_by("-id")
    return list(found.values_list("dossier_id", flat=True)[:MOST_ASKED])


def filtered(rows: QuerySet[Dossier], wanted: Wanted) -> QuerySet[Dossier]:
    """Return the rows that fit what is asked for."""
    exact: dict[str, Any] = {
        "state": wanted.state or None,
        "procedure": wanted.procedure or None,
        "unit": wanted.unit or None,
        "agency": wanted.agency or None,
        "assignee_id": wanted.assignee,
        "channel": wanted.channel or None,
        "is_open": wanted.is_open,
    }
    rows = rows.filter(**{name: value for name, value in exact.items() if value is not None})
    if wanted.bucket:
        rows = rows.filter(in_bucket(wanted.bucket))
    if wanted.code:
        rows = rows.filter(_coded(wanted.code.strip().upper()[:60]))
    if wanted.person.strip():
        rows = _named(rows, wanted.person)
    return rows


def _coded(code: str) -> Q:
    """Return the condition that a code begins with a text: few are named by their ids, so that no index is passed over."""
    begins = begins_with("code", code)
    found = list(Dossier.objects.filter(begins).exclude(code="").values_list("pk", flat=True)[: MOST_CODED + 1])
    return Q(pk__in=found) if len(found) <= MOST_CODED else begins


def _named(rows: QuerySet[Dossier], person: str) -> QuerySet[Dossier]:
    words = _WORD.findall(fold(person))[:MOST_WORDS]
    if not words:
        return rows.none()
    for word in words:
        rows = rows.filter(applicant__folded__contains=word)
    return rows


def in_bucket(bucket: str, at: datetime | None = None) -> Q:
    """Return the condition for how the clock of an open dossier stands."""
    now = at or clock.now()
    conditions = {
        "on_time": Q(runs=True, due_at__gt=now + SOON),
        "soon": Q(runs=True, due_at__gte=now, due_at__lte=now + SOON),
        "late": Q(runs=True, due_at__lt=now),
        "very_late": Q(runs=True, due_at__lt=now - VERY_LATE),
        "waiting": Q(runs=False, accepted_at__isnull=False),
        "new": Q(state="submitted"),
    }
    return Q(is_open=True) & conditions.get(bucket, Q())


@dataclass(frozen=True)
class Work:
    """What waits for an officer: the head of the list."""

    open: int
    late: int
    soon: int
    waiting: int
    new: int
    mine: int
    asked: int


def work_of(user: User, scope: str = "agency") -> Work:
    """Return the figures of an officer's work: one query over the open dossiers of the scope, one over questions."""
    if not access.has_power(user, READ):
        return Work(0, 0, 0, 0, 0, 0, 0)
    now = clock.now()
    wanted: dict[str, tuple[str, list[Any]]] = {
        "open": ("", []),
        "late": ("runs AND due_at < %s", [now]),
        "soon": ("runs AND due_at BETWEEN %s AND %s", [now, now + SOON]),
        "waiting": ("NOT runs AND accepted_at IS NOT NULL", []),
        "new": ("state = 'submitted'", []),
        "mine": ("assignee_id = %s", [user.pk]),
    }
    found = sum((Counter(counted(rows, wanted)) for rows in _apart(user, scope)), Counter())
    if scope == "agency":
        user.__dict__["_open_dossiers"] = found["open"]
    asked = Consultation.objects.filter(agency__in=access.agencies_of(user), answered_at=None).count()
    return Work(**{name: found[name] for name in wanted}, asked=asked)


def open_count_of(user: User) -> int:
    """Return how many open dossiers a person's agencies have, for the side list; counted once in a request."""
    kept = user.__dict__.get("_open_dossiers")
    return scoped(user, "agency").filter(is_open=True).count() if kept is None else int(kept)
