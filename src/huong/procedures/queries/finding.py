"""The citizen's finder: "I had a child", "mở tiệm", "khai sinh", a code; with and without accents, most fitting first."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import get_language

from huong.base.text import fold
from huong.procedures.models import LifeEvent, Procedure
from huong.procedures.queries import catalogue

BEST, GOOD, WEAK = 3, 2, 1
SHOWN = 40


@dataclass(frozen=True)
class Found:
    """One procedure of the city's list, as the finder shows it.

    Attributes:
        online: whether it can be applied for here.
        limit: amount and measure.
        events: keys of the life events it belongs to.
    """

    code: str
    name: str
    name_en: str
    folded: str
    domain: str
    tier: str
    online: bool
    limit: tuple[float, str]
    events: tuple[str, ...]

    @property
    def title(self) -> str:
        """Return the name in the reader's language."""
        return self.name_en if self.name_en and (get_language() or "vi").startswith("en") else self.name

    @property
    def field(self) -> str:
        """Return the domain in the reader's language."""
        return catalogue.worded(self.domain)


@dataclass(frozen=True)
class Event:
    """One life event, with the words by which people call it."""

    key: str
    name: str
    name_en: str
    hint: str
    hint_en: str
    icon: str
    procedures: tuple[str, ...]
    bundled: bool
    words: tuple[str, ...]

    @property
    def title(self) -> str:
        """Return the name in the reader's language."""
        return self.name_en if (get_language() or "vi").startswith("en") else self.name

    @property
    def says(self) -> str:
        """Return the hint in the reader's language."""
        return self.hint_en if (get_language() or "vi").startswith("en") else self.hint


@lru_cache(maxsize=2)
def _listed(_edition: str) -> dict[str, Found]:
    modelled = set(catalogue.modelled())
    return {
        row.code: Found(
            row.code,
            row.name,
            row.name_en,
            f"{row.folded} {fold(row.name_en)} {fold(row.domain)} {fold(catalogue.in_english(row.domain))}",
            row.domain,
            row.tier,
            row.code in modelled and row.level != "information",
            (row.limit_amount, row.limit_measure),
            tuple(row.events),
        )
        for row in Procedure.objects.filter(is_active=True).order_by("code")
    }


@lru_cache(maxsize=2)
def _events(_edition: str) -> tuple[Event, ...]:
    return tuple(
        Event(
            row.key, row.name, row.name_en, row.hint, row.hint_en, row.icon, tuple(row.procedures), row.bundled,
            tuple(fold(word) for word in [*row.words, row.name, row.name_en]),
        )
        for row in LifeEvent.objects.order_by("order", "key")
    )  # fmt: skip


def events() -> tuple[Event, ...]:
    """Return the life events of the city, in their order."""
    return _events(catalogue.edition())


def event(key: str) -> Event | None:
    """Return a life event; None if the city knows none with this key."""
    return next((each for each in events() if each.key == key), None)


def of_codes(codes: Sequence[str]) -> list[Found]:
    """Return procedures by their codes, in that order; unknown ones are left out."""
    listed = _listed(catalogue.edition())
    return [listed[code] for code in codes if code in listed]


def usual() -> list[Found]:
    """Return the procedures that can be applied for here, by name."""
    return sorted((each for each in _listed(catalogue.edition()).values() if each.online), key=lambda each: each.name)


def find(text: str) -> tuple[list[Event], list[Found]]:
    """Return the life events and the procedures that fit what somebody typed, most fitting first.

    Args:
        text: words with or without accents, in either language, or a code or its beginning.
    """
    wanted = fold(text).split()
    if not wanted:
        return [], []
    near = [each for each in events() if _meant(each, " ".join(wanted))]
    by_event = {code: place for each in near for place, code in enumerate(each.procedures)}
    ranked = [
        (rank, not each.online, by_event.get(each.code, 99), each.name, each)
        for each in _listed(catalogue.edition()).values()
        if (rank := _rank(each, wanted, by_event))
    ]
    ranked.sort(key=lambda row: (-row[0], *row[1:4]))
    return near, [row[4] for row in ranked[:SHOWN]]


def _meant(each: Event, text: str) -> bool:
    return any(text in word or (len(word) > 2 and f" {word} " in f" {text} ") for word in each.words)


def _rank(each: Found, wanted: list[str], by_event: dict[str, int]) -> int:
    if each.code.startswith(wanted[0]) and len(wanted) == 1:
        return BEST
    if " ".join(wanted) in each.folded:
        return BEST
    if all(word in each.folded for word in wanted):
        return GOOD
    return WEAK if each.code in by_event else 0
