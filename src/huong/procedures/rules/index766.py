"""Index 766: how well dossiers are served, 24 indicators in six groups, out of 100 points. Pure over plain counts.

A count nobody has is None; a share of nothing is None; neither is zero, and neither takes or gives points: beside the
points stands for how many points there was something to count (`known`), and how many there are at this tier
(`possible`). The definitions are data with a version (`indicators766`); a city whose guidance differs gives its own.

Source: Decision 766/QĐ-TTg of 23 June 2022.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from huong.procedures.rules.indicators766 import GROUPS, INDICATORS, VERSION, Indicator, Tier

Counts = Mapping[str, int | None]


class ImpossibleCounts(ValueError):
    """Counts that cannot be true: more parts than whole, or less than none."""


@dataclass(frozen=True)
class Measured:
    """An indicator at one unit over one period.

    Attributes:
        indicator: what was measured.
        applies: whether it is scored at this tier.
        value: its first share, 0 to 1; None if there is nothing to count.
        values: all its shares, in order.
        points: what it earned; None if nothing is known.
        known: for how many points there was something to count.
        part: numerator of the first share; None if not counted.
        whole: denominator of the first share; None if not counted.
    """

    indicator: Indicator
    applies: bool
    value: float | None
    values: tuple[float | None, ...]
    points: float | None
    known: float
    part: int | None
    whole: int | None


@dataclass(frozen=True)
class Sum:
    """Points of a group, or of all (tổng điểm).

    Attributes:
        points: what was earned; None if nothing is known.
        known: for how many points there was something to count.
        possible: how many points there are at this tier.
    """

    points: float | None
    known: float
    possible: float

    @property
    def rate(self) -> float | None:
        """The points earned of those known, 0 to 1: what wards and city can be compared by."""
        return None if self.points is None or not self.known else self.points / self.known


@dataclass(frozen=True)
class Index:
    """Index 766 of one unit over one period."""

    version: str
    total: Sum
    groups: Mapping[str, Sum]
    indicators: tuple[Measured, ...]

    @property
    def unknown(self) -> tuple[int, ...]:
        """The numbers of the indicators that apply and of which nothing is known."""
        return tuple(each.indicator.number for each in self.indicators if each.applies and each.value is None)


def satisfied(*, rated_not_satisfied: bool, petition: bool, overdue: bool) -> bool:
    """Return whether a dossier counts as handled to satisfaction; silence does, being late does not.

    >>> satisfied(rated_not_satisfied=False, petition=False, overdue=True)
    False
    """
    return not (rated_not_satisfied or petition or overdue)


def index(counts: Counts, tier: Tier, *, indicators: Sequence[Indicator] = INDICATORS, version: str = VERSION) -> Index:
    """Return index 766 of a unit.

    Args:
        counts: what was counted over the period, by the names used in the indicators; one left out is not known.
        tier: "city" or "ward"; five of the indicators are scored at the city only.
        indicators: the definitions in force.
        version: their version.

    Raises:
        ImpossibleCounts: a part is larger than its whole, or a count is negative.

    >>> done = {"dossiers_done": 90, "dossiers_done_on_time": 81, "dossiers_open": 10, "dossiers_open_in_time": 9}
    >>> result = index(done, "ward")
    >>> result.groups["dvc-progress-tree"], result.total.known
    (Sum(points=18.0, known=20, possible=20), 20)
    """
    measured = tuple(_measured(each, counts, tier) for each in indicators)
    groups = {group: _sum([each for each in measured if each.indicator.group == group]) for group in GROUPS}
    return Index(version, _sum(measured), groups, measured)


def _measured(indicator: Indicator, counts: Counts, tier: Tier) -> Measured:
    wholes = [(_added(counts, share.part), _added(counts, share.whole)) for share in indicator.shares]
    for part, whole in wholes:
        if part is not None and whole is not None and part > whole:
            raise ImpossibleCounts(f"indicator {indicator.number}: {part} of {whole}")
    values = tuple(part / whole if part is not None and whole else None for part, whole in wholes)
    applies = tier in indicator.tiers
    earned = [
        (share.points * min(1, value / share.full_at), share.points)
        for share, value in zip(indicator.shares, values, strict=True)
        if applies and share.points and value is not None
    ]
    part, whole = wholes[0] if wholes else (None, None)
    return Measured(
        indicator=indicator,
        applies=applies,
        value=values[0] if values else None,
        values=values,
        points=sum(points for points, _most in earned) if earned else None,
        known=sum(most for _points, most in earned),
        part=part,
        whole=whole,
    )


def _added(counts: Counts, names: tuple[str, ...]) -> int | None:
    """Return the sum of some counts; None as soon as one of them is not known."""
    total = 0
    for name in names:
        count = counts.get(name)
        if count is None:
            return None
        if count < 0:
            raise ImpossibleCounts(f"{name}: {count}")
        total += count
    return total


def _sum(measured: Sequence[Measured]) -> Sum:
    earned = [each.points for each in measured if each.points is not None]
    return Sum(
        points=sum(earned) if earned else None,
        known=sum(each.known for each in measured),
        possible=sum(each.indicator.points for each in measured if each.applies),
    )
