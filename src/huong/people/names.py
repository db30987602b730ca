"""Names of agencies and units for every page, kept in memory for a few seconds so that a page asks the database once."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import get_language

from huong.people import queries as people
from huong.places import queries as places

FRESH_SECONDS = 10.0
Pair = tuple[str, str]  # in Vietnamese, in English


@dataclass(frozen=True)
class Names:
    """Names by code in both languages: of agencies, of today's wards and communes."""

    agencies: dict[str, Pair] = field(default_factory=dict)
    units: dict[str, Pair] = field(default_factory=dict)
    chosen_from: dict[tuple[str, bool], list[Pair]] = field(default_factory=dict, compare=False)

    def agency(self, code: str, otherwise: str | None = None) -> str:
        """Return an agency's name in the reader's language; the code itself, or something else, if it is not known."""
        return _read(self.agencies.get(code), code if otherwise is None else otherwise)

    def unit(self, code: str, otherwise: str | None = None) -> str:
        """Return a unit's name in the reader's language; the code itself, or something else, if it is not known."""
        return _read(self.units.get(code), code if otherwise is None else otherwise)

    def agencies_to_choose(self) -> list[tuple[str, str]]:
        """Return (code, name) of the agencies, by name."""
        return self._by_name("agencies", self.agencies)

    def units_to_choose(self) -> list[tuple[str, str]]:
        """Return (code, name) of today's wards and communes, by name."""
        return self._by_name("units", self.units)

    def _by_name(self, what: str, pairs: dict[str, Pair]) -> list[Pair]:
        """Sort once for each language: every page with a filter asks for this."""
        english = _reads_english()
        if (what, english) not in self.chosen_from:
            named = ((code, _read(pair, code)) for code, pair in pairs.items())
            self.chosen_from[what, english] = sorted(named, key=lambda each: each[1])
        return self.chosen_from[what, english]


def _read(pair: Pair | None, otherwise: str) -> str:
    if pair is None:
        return otherwise
    return pair[1] or pair[0] if _reads_english() else pair[0]


def _reads_english() -> bool:
    return (get_language() or "vi").startswith("en")


_kept: list[tuple[float, Names]] = []


def names(agencies: Iterable[str] = (), units: Iterable[str] = ()) -> Names:
    """Return the names of today's agencies and units.

    Args:
        agencies, units: codes that are needed; one that is not known makes everything be read anew.
    """
    now = time.monotonic()
    if _kept and now - _kept[0][0] < FRESH_SECONDS and _knows(_kept[0][1], agencies, units):
        return _kept[0][1]
    found = Names(
        {each.code: (each.name, each.name_en) for each in people.agencies()},
        {each.code: (str(each), each.name_en) for each in places.units()},
    )
    _kept[:] = [(now, found)]
    return found


def _knows(held: Names, agencies: Iterable[str], units: Iterable[str]) -> bool:
    return (
        bool(held.units)
        and all(code in held.agencies for code in agencies if code)
        and all(code in held.units for code in units if code)
    )


def forget() -> None:
    """Read the names again: an agency or a unit has changed in this process."""
    _kept.clear()
    _colleagues.clear()


_colleagues: dict[str, tuple[float, list[tuple[int, str]]]] = {}


def colleagues(agency: str) -> list[tuple[int, str]]:
    """Return (id, name) of the people who hold a post in an agency today, by name; some seconds old."""
    now = time.monotonic()
    kept = _colleagues.get(agency)
    if kept is None or now - kept[0] > FRESH_SECONDS:
        found = sorted(((each.pk, str(each)) for each in people.holders(agency)), key=lambda pair: pair[1])
        kept = _colleagues[agency] = (now, found)
    return kept[1]
