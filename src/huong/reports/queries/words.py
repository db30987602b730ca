"""Searching in the words of reports, with and without accents."""

import re
from collections.abc import Sequence

from django.db.models import QuerySet

from huong.base import sql
from huong.base.text import fold
from huong.reports.models import Report

MOST_WORDS, LONGEST_WORD = 8, 100  # longer ones no index keeps
_WORD = re.compile(r"[^\W_]+")


def words_of(text: str) -> list[str]:
    """Return the words of a search, folded.

    >>> words_of("  Cống-nghẹt, đường Nguyễn Huệ ")
    ['cong', 'nghet', 'duong', 'nguyen', 'hue']
    """
    return _WORD.findall(fold(text))[:MOST_WORDS]


def matching(
    rows: QuerySet[Report], text: str, marks: Sequence[Sequence[str]] = (), *, newest: int = 0, few: bool = False
) -> QuerySet[Report]:
    """Return the rows whose words hold every word of a search, the last one perhaps unfinished.

    Args:
        marks: groups of `rules.marks` that the rows have anyway; with them the index finds only these.
        newest: how many reports with the words are looked at, the newest first; all if not named.
        few: whether the rows are few beside those that may hold the words.
    """
    words = words_of(text)
    if not words or max(map(len, words)) > LONGEST_WORD:
        return rows.none()
    found = sql.ids_with_words("reports_reportwords", ("folded", "marks"), words, marks, newest=newest)
    return rows.alias(own=sql.looked_through("id")).filter(own__in=found) if few else rows.filter(pk__in=found)
