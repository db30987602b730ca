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
    """Names by code: of agencies in both languages, of today's units."""

    agencies: dict[str, tuple[str, str]] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)

    def agency(self, code: str) -> str:
        """Return an agency's name in the reader's language; the code itself if it is not known."""
        pair = self.agencies.get(code)
        if pair is None:
            return code
        return pair[0] if (get_language() or "vi").startswith("vi") or not pair[1] else pair[1]

    def unit(self, code: str) -> str:
        """Return a unit's name; the code itself if it is not known."""
        return self.units.get(code, code)


_kept: list[tuple[float, Names]] = []


def names(agencies: Iterable[str] = (), units: Iterable[str] = ()) -> Names:
    """Return the names of today's agencies and units.

    Args:
        agencies, units: codes that are needed; one that is not known makes everything be read anew.
    """
    now = time.monotonic()
    if _kept and now - _kept[0][0] < FRESH_SECONDS:
        held = _kept[0][1]
        if all(code in held.agencies for code in agencies if code) and all(
            code in held.units for code in units if code
        ):
            return held
    found = Names(
        {each.code: (each.name, each.name_en) for each in people.agencies()},
        {each.code: str(each) for each in places.units()},
    )
    _kept[:] = [(now, found)]
    return found
