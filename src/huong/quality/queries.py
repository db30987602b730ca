"""Reading scores: of a dataset, over time, per unit, per owner, of the city."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from huong.base import clock
from huong.catalogue.rules import ContractSpec
from huong.journal import queries as journal
from huong.quality import rules
from huong.quality.models import Freshness, Held, Score, UnitScore


@dataclass(frozen=True)
class Scores:
    """The six criteria of a dataset as they stand: what a lotus draws and a page explains."""

    rows: dict[str, Score]

    @property
    def values(self) -> dict[str, float | None]:
        """Return the six shares in their order, None where unknown."""
        return {name: self.rows[name].value if name in self.rows else None for name in rules.CRITERIA}

    @property
    def headline(self) -> tuple[str, float | None, int]:
        """Return the weakest known criterion, its share, and how many of the six are known."""
        return rules.headline(self.values)

    @property
    def commit(self) -> int | None:
        """Return the commit that was judged last."""
        return max((row.commit for row in self.rows.values()), default=None)

    @property
    def at(self) -> datetime | None:
        """Return when it was judged last."""
        return max((row.at for row in self.rows.values()), default=None)


def latest(dataset: str) -> Scores:
    """Return the current scores of a dataset."""
    return Scores({found.criterion: found for found in Score.objects.filter(dataset=dataset, current=True)})


def latest_of(datasets: Iterable[str] | None = None) -> dict[str, Scores]:
    """Return the current scores of many datasets, in one query; datasets without any are left out."""
    found: dict[str, dict[str, Score]] = defaultdict(dict)
    scores = Score.objects.filter(current=True)
    for score in scores.filter(dataset__in=list(datasets)) if datasets is not None else scores:
        found[score.dataset][score.criterion] = score
    return {name: Scores(rows) for name, rows in found.items()}


@dataclass(frozen=True)
class Point:
    """The headline of a dataset on one day."""

    at: datetime
    value: float | None
    values: dict[str, float | None]


def history(dataset: str, *, days: int = 90) -> list[Point]:
    """Return, for each day on which something was judged, the six shares at its end."""
    since = clock.now() - timedelta(days=days)
    held: dict[str, float | None] = {}
    by_day: dict[str, Point] = {}
    for score in Score.objects.filter(dataset=dataset, at__gte=since).order_by("at", "id"):
        held[score.criterion] = score.value
        _name, weakest, _known = rules.headline(held)
        by_day[clock.local(score.at).date().isoformat()] = Point(score.at, weakest, dict(held))
    return list(by_day.values())


def per_unit(dataset: str) -> list[UnitScore]:
    """Return what each unit's rows amount to, the weakest first."""
    found = list(UnitScore.objects.filter(dataset=dataset))
    return sorted(
        found,
        key=lambda row: min(v for v in (row.correct_share, row.complete_share, row.clean_share, 2.0) if v is not None),
    )


@dataclass(frozen=True)
class Summary:
    """Above single datasets no averages: how many meet their threshold, and the worst three by name."""

    meeting: int
    judged: int
    total: int
    worst: list[tuple[str, str, float]]


def summary(datasets: dict[str, str]) -> Summary:
    """Summarise datasets, of an owner or of the city.

    Args:
        datasets: name to classification.
    """
    scores = latest_of(datasets)
    meeting = judged = 0
    worst: list[tuple[float, str, str]] = []
    for name, classification in datasets.items():
        shares = scores[name].values if name in scores else {}
        state = rules.meets(shares, classification)
        if state is None:
            continue
        judged += 1
        meeting += state
        criterion, value, _known = rules.headline(shares)
        worst.append((value or 0.0, name, criterion))
    return Summary(
        meeting, judged, len(datasets), [(name, criterion, value) for value, name, criterion in sorted(worst)[:3]]
    )


def newest_of(dataset: str) -> datetime | None:
    """Return the newest instant that the dataset's data names, if its contract says where to look."""
    return Held.objects.filter(dataset=dataset).values_list("data_at", flat=True).first()


def timeliness_of(spec: ContractSpec) -> rules.Timeliness:
    """Return how the promise of freshness was kept over the last 30 days, from the commits of the dataset.

    A dataset without a promise but with a review date promises to be looked over by that date.
    """
    commits = Freshness.objects.filter(dataset=spec.dataset)
    ordered = sorted((found.at.timestamp(), (found.data_at or found.at).timestamp()) for found in commits)
    now = clock.now().timestamp()
    if spec.freshness_hours is None and spec.review_date and ordered:
        due = datetime.fromisoformat(spec.review_date).replace(tzinfo=clock.zone()).timestamp()
        return rules.Timeliness(int(due >= now), 1, (now - ordered[-1][1]) / 3600)
    born = ordered[0][0] if ordered else now
    return rules.timeliness(ordered, now=now, promised_hours=spec.freshness_hours, born=born)


def use_of(spec: ContractSpec) -> rules.Use:
    """Return who may use and who used the dataset in the last 90 days, from the journal's `store.read` entries."""
    means = (
        ("discoverable", spec.sharing.discoverable),
        ("api", spec.sharing.api),
        ("contract", True),
        ("refusals", True),
    )
    entitled = set(spec.sharing.consumers) - {spec.owner}
    since = clock.now() - timedelta(days=90)
    readers = journal.agencies_that(("store.read",), subject=spec.dataset, since=since) if entitled else set()
    return rules.Use(means, len(readers & entitled), len(entitled))


def threshold(classification: str) -> float:
    """Return the share that the weakest criterion of a dataset of this class must reach."""
    return rules.THRESHOLDS.get(classification, 0.90)
