"""Names of agencies and units for lists, kept in memory for a few seconds so that a page asks the database once."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import get_language

from huong.people import queries as people
from huong.places import queries as places

FRESH_SECONDS = 10.0


@dataclass(frozen=True)
class Names:
    """Names by code: of today's agencies in both languages, of today's units."""

    agencies: dict[str, tuple[str, str]] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)

    def agency(self, code: str) -> str:
        """Return an agency's name in the reader's language; the code itself if it is not known."""
        vi, en = self.agencies.get(code, (code, ""))
        return en if en and not (get_language() or "vi").startswith("vi") else vi

    def unit(self, code: str) -> str:
        """Return a unit's name; the code itself if it is not known."""
        return self.units.get(code, code)

    def agency_choices(self) -> list[tuple[str, str]]:
        """Return (code, name) of today's agencies, by name."""
        return sorted(((code, self.agency(code)) for code in self.agencies), key=lambda pair: pair[1])

    def unit_choices(self) -> list[tuple[str, str]]:
        """Return (code, name) of today's wards and communes, by name."""
        return sorted(self.units.items(), key=lambda pair: pair[1])


_kept: list[tuple[float, Names]] = []


def names(agencies: Iterable[str] = ()) -> Names:
    """Return the names of today's agencies and units.

    Args:
        agencies: codes that are needed; one that is not known makes everything be read anew.
    """
    now = time.monotonic()
    if _kept and now - _kept[0][0] < FRESH_SECONDS and all(code in _kept[0][1].agencies for code in agencies if code):
        return _kept[0][1]
    found = Names(
        {each.code: (each.name, each.name_en) for each in people.agencies()},
        {each.code: str(each) for each in places.units()},
    )
    _kept[:] = [(now, found)]
    return found


_colleagues: dict[str, tuple[float, list[tuple[int, str]]]] = {}


def colleagues(agency: str) -> list[tuple[int, str]]:
    """Return (id, name) of the people who hold a post in an agency today, by name; some seconds old."""
    now = time.monotonic()
    kept = _colleagues.get(agency)
    if kept is None or now - kept[0] > FRESH_SECONDS:
        found = sorted(((each.pk, str(each)) for each in people.holders(agency)), key=lambda pair: pair[1])
        kept = _colleagues[agency] = (now, found)
    return kept[1]
