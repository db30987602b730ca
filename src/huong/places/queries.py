"""What others may ask about places: resolve a text, find the unit of a point, list the units of a day."""

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from huong.base import city, clock, home
from huong.base.errors import NotFound
from huong.base.search import Hit
from huong.base.text import fold
from huong.places import gazette, rules, whereabouts
from huong.places.models import Edition, Landmark, SubArea, Succession, Unit
from huong.places.whereabouts import Candidate, Located, boundaries_geojson, unit_at

__all__ = [
    "Candidate",
    "Located",
    "Resolution",
    "alias_table",
    "basemap",
    "basemap_path",
    "boundaries_geojson",
    "current_code",
    "edition",
    "former_units_of",
    "hits",
    "landmarks",
    "map_facts",
    "resolve",
    "resolve_many",
    "sub_areas_of",
    "unit",
    "unit_at",
    "unit_rows",
    "unit_table",
    "units",
    "units_under",
]

MOST_HITS = 5
NOTES = {
    "code": gettext_lazy("This code named another unit before. Please say for which day it was written."),
    "district": gettext_lazy("Districts ended on 30 June 2025. Please name the ward or commune."),
    "contradiction": gettext_lazy("The parts of this address do not fit together. Please choose the unit."),
    "elsewhere": gettext_lazy("This address lies outside the city."),
}


@dataclass(frozen=True)
class Resolution:
    """What a text means today.

    Attributes:
        kind: "one", "ambiguous" or "none".
        units: today's unit; or the candidates; or nothing.
        note: a sentence for the person who wrote it.
        meant: the units as they were when it was written (a former ward).
    """

    kind: Literal["one", "ambiguous", "none"]
    units: tuple[Unit, ...] = ()
    note: str = ""
    meant: tuple[Unit, ...] = field(default=())

    @property
    def code(self) -> str | None:
        """Today's code, if there is exactly one."""
        return self.units[0].code if self.kind == "one" else None


@dataclass(frozen=True)
class Arranged:
    """Every unit there ever was, in memory, with what it is today."""

    gazette: gazette.Gazette
    units: dict[int, Unit]


def edition(part: str = "units") -> str:
    """Return the stamp of the edition in force, so that what is kept in memory can be renewed."""
    return Edition.objects.filter(part=part).values_list("stamp", flat=True).first() or ""


@lru_cache(maxsize=4)
def _arranged(_edition: str, today: date) -> Arranged:
    units = {unit.id: unit for unit in Unit.objects.all()}
    became: dict[int, list[int]] = {}
    came_from: dict[int, list[int]] = {}
    for old, new in Succession.objects.values_list("old_id", "new_id"):
        became.setdefault(old, []).append(new)
        came_from.setdefault(new, []).append(old)
    return Arranged(
        gazette.Gazette(
            gazette.Known(
                id=unit.id,
                code=unit.code,
                kind=unit.kind,
                tier=unit.tier,
                key=rules.spelling_key(unit.name),
                accents=rules.accent_key(unit.name),
                first=unit.valid_from,
                last=unit.valid_to,
                districts=frozenset(_districts(unit, units, came_from)),
                heirs=tuple(sorted(_heirs(unit, units, became, today))),
            )
            for unit in units.values()
        ),
        units,
    )


def _heirs(unit: Unit, units: dict[int, Unit], became: dict[int, list[int]], today: date) -> set[int]:
    if unit.tier == "city":
        return {other.id for other in units.values() if other.code == unit.code and _on(other, today)}
    if _on(unit, today) or not became.get(unit.id):
        return {unit.id}
    return {heir for new in became[unit.id] for heir in _heirs(units[new], units, became, today)}


def _on(unit: Unit, day: date) -> bool:
    return unit.valid_from <= day and (unit.valid_to is None or day <= unit.valid_to)


def _districts(unit: Unit, units: dict[int, Unit], came_from: dict[int, list[int]]) -> set[str]:
    """Return the bare names of the districts that a unit, or what it came from, lay in."""
    own = {_bare(unit.former_district)} if unit.former_district else set()
    for old in came_from.get(unit.id, []):
        own |= _districts(units[old], units, came_from)
    return own


def _bare(district: str) -> str:
    parts = rules.parts_of(district)
    return parts[0].key if parts else fold(district)


def arranged(today: date | None = None) -> Arranged:
    """Return all units in memory, renewed when a new edition was loaded."""
    return _arranged(edition(), today or clock.today())


def resolve(text: str, *, as_of: date | None = None, today: date | None = None) -> Resolution:
    """Return today's unit for what somebody wrote: a code, a name, an old address; never a guess.

    Understands both tiers, kinds in full or shortened, former districts, with or without accents, both
    ways of placing the tone mark, NFC and NFD, and English forms.

    Args:
        text: what was written.
        as_of: the day for which it was written. All codes of July 2025 were used before, so a bare code
            without a day is ambiguous unless it names one place in all times.
        today: the day whose units are wanted; today if left out.
    """
    return _resolved(text, arranged(today), as_of)


def _resolved(text: str, held: Arranged, as_of: date | None) -> Resolution:
    found = held.gazette.match(text, as_of)
    meant = tuple(held.units[unit.id] for unit in found.meant)
    if found.note == "code":
        return Resolution("ambiguous", meant, str(NOTES["code"]), meant)
    heirs = sorted({heir for unit in found.meant for heir in unit.heirs}, key=lambda heir: held.units[heir].code)
    units = tuple(held.units[heir] for heir in heirs)
    if not units:
        return Resolution("none", note=str(NOTES.get(found.note, _("No ward or commune of the city has this name."))))
    if len(units) > 1 or found.note == "contradiction":
        note = NOTES.get(found.note) or _("This can mean more than one place. Please choose, or give the date.")
        return Resolution("ambiguous", units, str(note), meant)
    former = [unit for unit in meant if unit.id != units[0].id]
    note = _("%(old)s is part of %(new)s today.") % {"old": former[0], "new": units[0]} if former else ""
    return Resolution("one", units, note if len(former) == len(meant) else "", meant)


def resolve_many(texts: list[str], *, as_of: date | None = None) -> dict[str, Resolution]:
    """Resolve the different spellings of a column at once."""
    held = arranged()
    return {text: _resolved(text, held, as_of) for text in dict.fromkeys(texts)}


def current_code(code: str, as_of: date) -> str | None:
    """Return today's code of the unit that had a code on a day; None if no unit had it.

    Args:
        code: five digits, as it stood then.
        as_of: the day for which the code was written.
    """
    held = arranged()
    for unit in held.gazette.by_code.get(code.strip(), []):
        if unit.on(as_of) and len(unit.heirs) == 1:
            return held.units[unit.heirs[0]].code
    return None


def units(on: date | None = None, *, tier: str = "ward") -> list[Unit]:
    """Return the units of a tier on a day (today if left out), by code."""
    return list(Unit.objects.on(on or clock.today()).filter(tier=tier).order_by("code"))


def unit(code: str, on: date | None = None) -> Unit:
    """Return the unit that has a code on a day (today if left out).

    Raises:
        NotFound: no unit has this code on that day.
    """
    found = Unit.objects.on(on or clock.today()).filter(code=code).first()
    if found is None:
        raise NotFound(_("No unit has the code %(code)s on that day.") % {"code": code})
    return found


def unit_rows() -> list[Unit]:
    """Return every unit of every time, for loaders that refer to code and first day."""
    return list(Unit.objects.all())


def units_under(code: str, on: date | None = None) -> list[Unit]:
    """Return the units that a unit is made of on a day: the wards of the city; of a ward, itself alone."""
    day = on or clock.today()
    top = unit(code, day)
    if top.tier != "city":
        return [top]
    return list(Unit.objects.on(day).filter(tier="ward", parent__code=code).order_by("code"))


def former_units_of(code: str, on: date | None = None) -> list[Unit]:
    """Return the units that went over directly into a unit."""
    return list(Unit.objects.filter(became__new=unit(code, on)).order_by("code"))


def unit_table(on: date | None = None) -> list[dict[str, str]]:
    """Return the units of a day as rows for a bulk join: code, name, kind, folded."""
    return [{"code": unit.code, "name": unit.name, "kind": unit.kind, "folded": unit.folded} for unit in units(on)]


def alias_table(as_of: date | None = None) -> list[dict[str, str]]:
    """Return every usual spelling that means one unit, with today's code, for a bulk join.

    `text_folded` holds two kinds of keys: `rules.spelling_key` (no accents, no signs) and, where only the
    accents tell two places apart, `rules.accent_key`. Look up the accent key first, then the spelling key;
    what is in neither goes to `resolve`, or is wrong.

    Args:
        as_of: the day for which the rows were written, as `resolve` takes it.
    """
    return [{"text_folded": key, "code": code} for key, code in _aliases(edition(), clock.today(), as_of).items()]


@lru_cache(maxsize=8)
def _aliases(stamp: str, today: date, as_of: date | None) -> dict[str, str]:
    held = _arranged(stamp, today)
    ways: dict[str, set[str]] = {}
    for unit in held.units.values():
        if unit.former_district:
            ways.setdefault(_bare(unit.former_district), set()).update(rules.district_spellings(unit.former_district))
    endings = [
        "",
        *(f"{word}{city}" for city in held.gazette.cities for word in (" ", " tp ", " thanh pho ", " tinh ")),
    ]
    codes = {code: _meant(code, held, as_of) for code in held.gazette.by_code}
    found = {code: today_code for code, today_code in codes.items() if today_code is not None}
    spellings = {
        way
        for unit in held.gazette.all
        for way in rules.spellings(
            unit.kind, unit.accents, [one for name in sorted(unit.districts) for one in sorted(ways.get(name, ()))]
        )
    }
    for way in spellings:
        for key in dict.fromkeys((rules.spelling_key(way), rules.accent_key(way))):
            code = _meant(key, held, as_of)
            if code is not None:
                found.update((f"{key}{ending}", code) for ending in endings)
    return found


def _meant(spelling: str, held: Arranged, as_of: date | None) -> str | None:
    match = held.gazette.match(spelling, as_of)
    heirs = {heir for unit in match.meant for heir in unit.heirs}
    return held.units[heirs.pop()].code if len(heirs) == 1 and not match.note else None


def hits(query: str, _user: object) -> list[Hit]:
    """Return the units and landmarks that a search finds, for the search box."""
    found = resolve(query)
    shown = [unit for unit in found.units if unit.is_current and unit.tier == "ward"] if found.kind != "none" else []
    kind = _("Ward or commune")
    of_units = [Hit(str(unit), f"/places/{unit.code}/", kind, found.note) for unit in shown[:MOST_HITS]]
    of_landmarks = [
        Hit(place.name, f"/places/{place.unit.code}/" if place.unit else "/places/", _("Place"), str(place.unit or ""))
        for place in landmarks(query, MOST_HITS)
    ]
    return of_units + of_landmarks


def landmarks(query: str, limit: int = 10) -> list[Landmark]:
    """Return places by the name people call them, with or without accents."""
    key = fold(query)
    if not key:
        return []
    return list(Landmark.objects.filter(folded__contains=key).select_related("unit").order_by("name")[:limit])


def sub_areas_of(code: str, on: date | None = None) -> list[SubArea]:
    """Return the neighbourhoods and villages of a unit of today that exist on a day, by code."""
    day = on or clock.today()
    found = SubArea.objects.filter(unit__code=code, unit__valid_to=None, valid_from__lte=day)
    return list(found.filter(Q(valid_to=None) | Q(valid_to__gte=day)).order_by("code"))


def basemap() -> str:
    """Return the digest of the city's own base map, under which it is served; empty if there is none."""
    seal = Edition.objects.filter(part="basemap").values_list("digest", flat=True).first() or ""
    return seal if seal and basemap_path(seal).exists() else ""


def basemap_path(seal: str) -> Path:
    """Return where a base map with this digest lies in the home."""
    return home.path("basemap", f"{seal}.pmtiles")


def map_facts() -> dict[str, Any]:
    """Return what a page needs to draw a map that moves: addresses of outlines and base map, the city's box.

    Returns:
        outlines, base (empty without a base map), bounds (west, south, east, north), schematic, notice.
    """
    facts = city.facts()
    return {
        "outlines": reverse("places:boundaries"),
        "base": reverse("places:basemap_facts") if basemap() else "",
        "bounds": facts.get("bounds", []),
        "schematic": whereabouts.is_schematic(),
        "notice": facts.get("notices", {}).get((get_language() or "vi")[:2], ""),
    }
