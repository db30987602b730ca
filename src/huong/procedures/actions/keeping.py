"""The figures of a reporting month are kept once it is over: what was due and known at its end stays what it was."""

from django.db import transaction

from huong.base import clock
from huong.journal import actions as journal
from huong.procedures import events
from huong.procedures.models import KeptFigures
from huong.procedures.queries.figures import Period, counts_of
from huong.procedures.queries.figures_kept import is_over, months


def keep_months() -> int:
    """Keep the figures of the reporting months of the last year that are over and not kept yet, oldest first.

    Returns:
        How many months were kept.

    Records: `procedures.figures_kept` for each.
    """
    over = [each for each in months() if is_over(each)]
    known = set(KeptFigures.objects.values_list("first", flat=True).distinct())
    return sum(_kept(each) for each in over if each.first not in known)


def _kept(period: Period) -> bool:
    """Count a month and keep it; a month of which nothing is counted is left to be looked at again."""
    held, now = counts_of(period, by="agency"), clock.now()
    rows = [
        KeptFigures(first=period.first, last=period.last, agency=agency, counts=counts, at=now)
        for agency, counts in held.items()
    ]
    if rows:
        _written(period, rows)
    return bool(rows)


@transaction.atomic
def _written(period: Period, rows: list[KeptFigures]) -> None:
    KeptFigures.objects.bulk_create(rows, ignore_conflicts=True)
    journal.record(
        events.FIGURES_KEPT,
        "index766",
        first=period.first.isoformat(),
        last=period.last.isoformat(),
        agencies=len(rows),
    )
