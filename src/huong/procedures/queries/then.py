"""What was known of dossiers at an instant of the past: their due day, their clock and their rating as they stood then.

Each action keeps the day and the clock that followed from it, and when it was written down; a due day that was moved
without an action (a declared disruption, a corrected calendar) leaves a `MovedDay`. For now the columns say it all.
"""

from datetime import datetime
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from huong.base import clock
from huong.procedures.models import Action, Dossier, MovedDay, Rating

BAD = "not_satisfied"


def as_known(rows: QuerySet[Dossier], end: datetime) -> QuerySet[Dossier]:
    """Return dossiers with `known_due`, `known_runs`, `known_at` and `known_bad` as they stood before an instant.

    What was typed in later, under its true time, was not known then and is left out.

    Args:
        end: from here on nothing counts; an instant ahead means now.
    """
    if end > clock.now():
        return rows.annotate(
            known_due=F("due_at"), known_runs=F("runs"), known_at=F("changed_at"), known_bad=F("rating")
        )
    known: dict[str, Any] = {"due": F("due_at"), "runs": F("runs"), "at": F("changed_at")}
    done = Action.objects.filter(dossier=OuterRef("pk"), written_at__lt=end).order_by("-number")
    for name, column in (("due", "due_at"), ("runs", "runs"), ("at", "at")):
        known[name] = Coalesce(Subquery(done.values(column)[:1]), known[name])
    moved = MovedDay.objects.filter(at__lt=end)
    if moved.exists():  # few are moved: the others need not be looked up
        later = Action.objects.filter(dossier=OuterRef("dossier"), number__gt=OuterRef("after"), written_at__lt=end)
        stands = moved.filter(~Exists(later), dossier=OuterRef("pk")).order_by("-at", "-id")
        for name, column in (("due", "due_at"), ("runs", "runs")):
            known[name] = Coalesce(Subquery(stands.values(column)[:1]), known[name])
    bad = Rating.objects.filter(dossier=OuterRef("pk"), level=BAD, at__lt=end)
    return rows.filter(Q(entered_at=None) | Q(entered_at__lt=end)).annotate(
        known_due=known["due"],
        known_runs=known["runs"],
        known_at=known["at"],
        known_bad=Case(When(Q(rating=BAD) & Q(Exists(bad)), then=Value(BAD)), default=Value("")),
    )
