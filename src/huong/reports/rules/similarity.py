"""How likely two reports are the same matter: by place, kind, words and time. Pure."""

import re
from dataclasses import dataclass
from typing import Final

from huong.base.text import fold

ENOUGH: Final = 0.35
"""From here on officers are shown it."""
LIKELY: Final = 0.6
"""From here on a citizen is asked before sending."""
MOST_WORDS, FEWEST_WORDS = 200, 3
_WORD: Final = re.compile(r"[^\W_]+")
_EMPTY: Final = frozenset(
    fold(
        "báo bị các cái cần cho chào chung có còn con của cũng đã đang để đến đi đó được đường em gần gió giúp gửi hãy hỏi hôm"
        " kiệt kính khi không là lại lắm lúc mấy mong mới một này ngày nên người nhà nhờ nhiều những ở phải qua ra rằng rất"
        " rồi sau số sớm tại thành thì tôi trên trong trước trung từ tâm và vào về với xin xử lý phản ánh quý đơn vị"
        " and at the there is of on in to a"
    ).split()
)
"""Syllables that stand in every report and say nothing of its matter; without accents."""


def words_in(text: str) -> frozenset[str]:
    """Return the words of a text that say something of its matter, without accents.

    >>> sorted(words_in("Cống nghẹt trước nhà tôi, nước tràn"))
    ['cong', 'nghet', 'nuoc', 'tran']
    """
    return frozenset(_WORD.findall(fold(text))[:MOST_WORDS]) - _EMPTY


def in_common(one: frozenset[str], other: frozenset[str]) -> float:
    """Return how much of the shorter text stands in the other, 0 to 1; a word or two prove nothing.

    >>> in_common(words_in("cống nghẹt, nước tràn"), words_in("CONG NGHET NUOC TRAN RA LE"))
    1.0
    """
    shorter = max(min(len(one), len(other)), FEWEST_WORDS)
    return len(one & other) / shorter if one and other else 0.0


@dataclass(frozen=True)
class Likeness:
    """What two reports have in common.

    Attributes:
        nearness: 1 at the same point, 0 at the edge of the radius; None where one of both has no point.
        kind: 1 for the same category, 0.5 for the same main category.
        words: how much of the words.
        recent: 1 for now, 0 for the edge of the time looked at.
    """

    nearness: float | None
    kind: float
    words: float
    recent: float

    @property
    def score(self) -> float:
        """Return how likely it is the same matter; without points the words must carry it.

        >>> Likeness(0.9, 1.0, 0.0, 1.0).score, Likeness(None, 1.0, 0.1, 1.0).score
        (0.715, 0.45)
        """
        if self.nearness is None:
            found = 0.3 * self.kind + 0.6 * self.words + 0.09 * self.recent
        else:
            found = 0.35 * self.nearness + 0.3 * self.kind + 0.25 * self.words + 0.1 * self.recent
        return round(found, 3)


def kind_in_common(one: str, other: str) -> float:
    """Return how alike two categories are.

    >>> kind_in_common("a.b", "a.b"), kind_in_common("a.b", "a.c"), kind_in_common("a.b", ""), kind_in_common("a.b", "c.b")
    (1.0, 0.5, 0.0, 0.0)
    """
    if one == other:
        return 1.0
    return 0.5 if one.partition(".")[0] == other.partition(".")[0] else 0.0
