"""The learnt model in force, what it guesses, and how its guesses compare with what was decided. Light: web workers import it."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from django.db.models import Count, Q, QuerySet, Sum

from huong.base import clock
from huong.reports.models import Guess, Message, Report, RuleEdition, TextModel
from huong.reports.queries.book import book
from huong.reports.rules import learning
from huong.reports.rules.book import UNSORTED
from huong.reports.rules.learning import SURE, Result, Weights

FRESH_SECONDS = 10.0
MOST_TEXTS = 60_000
BATCH = 1_000
DAYS = 90
_seen: list[tuple[float, tuple[int, str] | None]] = []


def forget() -> None:
    """Look again which model is in force: it has changed in this process."""
    _seen.clear()


def in_force() -> tuple[int, Weights] | None:
    """Return version and model in force; a model put in force by another process is seen within ten seconds."""
    now = time.monotonic()
    if not _seen or now - _seen[0][0] > FRESH_SECONDS:
        found = TextModel.objects.filter(in_force=True).values_list("version", "digest").first()
        _seen[:] = [(now, found)]
    stamp = _seen[0][1]
    return (stamp[0], _model(*stamp)) if stamp else None


@lru_cache(maxsize=2)
def _model(version: int, _digest: str) -> Weights:
    return learning.unpacked(bytes(TextModel.objects.values_list("body", flat=True).get(version=version)))


def learnt(text: str) -> list[tuple[str, float]] | None:
    """Return what the model in force guesses of a text, the best first; None if there is no model or it knows nothing."""
    held = in_force()
    found = held[1].shares(text) if held else []
    return found or None


def sure_category(text: str) -> str:
    """Return the category that a text certainly enough is about; empty where the desk decides alone.

    Danger to life is never guessed: it is what somebody chooses, or a rescue request.
    """
    best = (learnt(text) or [("", 0.0)])[0]
    kind = book().categories.get(best[0])
    if best[1] < SURE or kind is None or kind.danger or best[0] == UNSORTED or not kind.is_active(clock.today()):
        return ""
    return best[0]


def models(limit: int = 20) -> list[TextModel]:
    """Return the versions of the model, newest first, without their bodies."""
    return list(TextModel.objects.defer("body").select_related("by").order_by("-version")[:limit])


def decided_count() -> int:
    """Return of how many reports an officer has decided what they are about."""
    return _decided().count()


def decided_texts() -> Iterator[tuple[int, str, str]]:
    """Yield (id, words, category) of the newest decided reports; whose words were erased is left out."""
    last, left = None, MOST_TEXTS
    while left > 0:
        rows = _decided() if last is None else _decided().filter(pk__lt=last)
        found = dict(rows.order_by("-pk").values_list("pk", "category")[: min(BATCH, left)])
        if not found:
            return
        last, left = min(found), left - len(found)
        said = Message.objects.filter(report__in=list(found), kind="description").exclude(text="")
        for report, text in said.order_by("report_id", "id").values_list("report_id", "text"):
            yield report, text, found[report]


def _decided() -> QuerySet[Report]:
    held, today = book(), clock.today()
    known = [key for key, each in held.categories.items() if each.parent and each.is_active(today) and key != UNSORTED]
    out = [key for key, state in held.states.items() if state.phase in {"new", "out"}]
    return Report.objects.filter(accepted_at__isnull=False, category__in=known).exclude(state__in=out)


@dataclass(frozen=True)
class Guessed:
    """What the model guessed of one report when it came, beside what was decided.

    Attributes:
        share: how sure it was, 0 to 1.
        decided: whether an officer has decided what the report is about.
        right: whether that is what was guessed.
        sure: whether it was sure enough to be followed without a person.
    """

    category: str
    share: float
    model: int
    decided: bool
    right: bool
    sure: bool


def guess_of(report: Report) -> Guessed | None:
    """Return what the model guessed of a report, None if it guessed nothing."""
    held: Guess | None = getattr(report, "guess", None)
    if held is None:
        return None
    decided = report.accepted_at is not None
    return Guessed(held.category, held.share, held.model, decided, held.category == report.category, held.share >= SURE)


def edition() -> str:
    """Return the edition of the city's rules."""
    return RuleEdition.objects.values_list("stamp", flat=True).first() or ""


@dataclass(frozen=True)
class Kept:
    """What was guessed of the reports of some days, and what was decided; how many wait for a decision."""

    tested: Result
    waiting: int
    days: int


def kept(days: int = DAYS) -> Kept:
    """Return how the guesses of the last days compare with the decisions (two queries over the index by time)."""
    since = clock.now() - timedelta(days=days)
    rows = Guess.objects.filter(at__gte=since)
    decided = rows.filter(report__in=_decided())
    groups = (
        decided.order_by()
        .values_list("category", "report__category")
        .annotate(count=Count("pk"), sure=Count("pk", filter=Q(share__gte=SURE)), promised=Sum("share"))
    )
    found = Result()
    for guessed, final, count, sure, promised in groups:
        found.add(guessed, final, count=count, sure=sure, promised=promised)
    waiting = rows.filter(report__is_open=True, report__accepted_at=None).count()
    return Kept(found, waiting, days)
