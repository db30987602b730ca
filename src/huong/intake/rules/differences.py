"""What changed in the columns since the last load."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from typing import Any, Final

from huong.intake.rules.header import same_name

ALIKE: Final = 0.6


@dataclass(frozen=True)
class Differences:
    """Columns that are gone, that are new, and pairs (old, new) that are probably the same under a new name."""

    missing: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.missing or self.new or self.renamed)

    def plain(self) -> dict[str, Any]:
        """Return plain values for a JSON column."""
        return {key: [list(v) if isinstance(v, tuple) else v for v in value] for key, value in asdict(self).items()}


def between(before: Sequence[str], now: Sequence[str]) -> Differences:
    """Return what differs between two lists of column names; their order does not count.

    >>> between(["ma", "ten", "ngay_sinh", "cao"], ["ma", "ten", "ngày sinh (dd/mm)", "rong"])
    Differences(missing=('cao',), new=('rong',), renamed=(('ngay_sinh', 'ngày sinh (dd/mm)'),))
    """
    gone = [name for name in before if name not in now]
    fresh = [name for name in now if name not in before]
    pairs = sorted(((alike(old, new), old, new) for old in gone for new in fresh), reverse=True)
    renamed: dict[str, str] = {}
    for likeness, old, new in pairs:
        if likeness >= ALIKE and old not in renamed and new not in renamed.values():
            renamed[old] = new
    return Differences(
        tuple(name for name in gone if name not in renamed),
        tuple(name for name in fresh if name not in renamed.values()),
        tuple((old, renamed[old]) for old in gone if old in renamed),
    )


def alike(one: str, other: str) -> float:
    """Return how alike two column names are, from 0 to 1.

    >>> alike("Họ tên", "HO_TEN"), alike("Cao", "Rộng") < 0.5
    (1.0, True)
    """
    left, right = same_name(one), same_name(other)
    if left == right:
        return 1.0
    letters = SequenceMatcher(None, left, right).ratio()
    mine, theirs = set(left.split()), set(right.split())
    words = len(mine & theirs) / max(1, min(len(mine), len(theirs)))
    shared = len(mine & theirs) / max(1, len(mine | theirs))
    return max(letters, (words + shared) / 2 * 0.95)
