"""Figures for pages: from the tallies for the city, from one indexed query for a person's own work."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from huong.base import clock
from huong.base.sql import among, counted
from huong.journal import queries as journal
from huong.people.models import User
from huong.reports.models import Report, SavedFilter
from huong.reports.queries.book import book
from huong.reports.queries.lists import scoped, soon_hours
from huong.reports.rules.nouns import DANGER

KEPT = "_open_reports"  # on the user object of one request: the head of the list and the side list say the same


@dataclass(frozen=True)
class Work:
    """What waits for an officer: the head of the list."""

    open: int
    late: int
    very_late: int
    soon: int
    screening: int
    mine: int
    danger: int
    last_hour: int


def work_of(user: User, scope: str = "agency") -> Work:
    """Return the figures of an officer's work (one query over the open reports of the scope)."""
    now = clock.now()
    new = [state.key for state in book().states.values() if state.phase == "new"]
    soon = now + timedelta(hours=soon_hours())
    found = counted(
        scoped(user, scope).filter(is_open=True),
        {
            "open": ("", ()),
            "late": ("due_at < %s", [now]),
            "very_late": ("late3_at <= %s AND queue_at < %s", [now, now]),
            "soon": ("due_at IS NOT NULL AND queue_at BETWEEN %s AND %s", [now, soon]),
            "screening": among("state", new),
            "mine": ("assignee_id = %s", [user.pk]),
            "danger": ("priority = %s", [DANGER]),
            "last_hour": ("received_at >= %s", [now - timedelta(hours=1)]),
        },
    )
    if scope == "agency":
        user.__dict__[KEPT] = found["open"]
    return Work(**found)


def open_count_of(user: User) -> int:
    """Return how many open reports a person's agencies have, for the side list."""
    kept: int | None = user.__dict__.get(KEPT)
    return scoped(user, "agency").filter(is_open=True).count() if kept is None else kept


def standing(dimension: str) -> dict[tuple[str, str], int]:
    """Return how many reports stand in each state, by agency, unit or category: (code, state) to count.

    Args:
        dimension: "agency", "unit" or "category".
    """
    figures: Counter[tuple[str, str]] = Counter()
    for key, value in journal.counts(f"reports.entered.{dimension}"):
        figures[key[0], key[1]] += value
    for key, value in journal.counts(f"reports.left.{dimension}"):
        figures[key[0], key[1]] -= value
    return {key: value for key, value in figures.items() if value}


def by_day(day: str) -> dict[str, int]:
    """Return what happened on a day of the city ("2026-11-24"): event to count; received and accepted apart."""
    figures: Counter[str] = Counter()
    for key, value in journal.counts("reports.days", day):
        figures[key[1]] += value
    return dict(figures)


def cells() -> dict[str, int]:
    """Return how many public reports fell into each cell, for the map of the whole city."""
    figures: Counter[str] = Counter()
    for key, value in journal.counts("reports.cells"):
        figures[key[0]] += value
    return dict(figures)


def open_in_unit(unit: str) -> int:
    """Return how many public reports are open in a unit."""
    return Report.objects.filter(unit=unit, is_open=True, is_public=True).count()


def filters_of(user: User) -> list[SavedFilter]:
    """Return the lists an officer keeps, by name."""
    return list(SavedFilter.objects.filter(user=user).order_by("name"))
