"""All units there ever were, and the matching of a text with them. Pure.

The rule of the house: an answer is right or it is "ambiguous"; nothing is guessed.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from huong.base.text import fold
from huong.places.rules import WARD_KINDS, Part, names_a_kind, parts_of

FILLERS: Final = ("viet nam", "vietnam", "vn")
_CODE = re.compile(r"\d{5}|\d{2}")


@dataclass(frozen=True)
class Known:
    """A unit as far as matching goes."""

    id: int
    code: str
    kind: str
    tier: str
    key: str
    accents: str
    first: date
    last: date | None
    districts: frozenset[str] = frozenset()
    heirs: tuple[int, ...] = ()

    def on(self, day: date) -> bool:
        """Return whether the unit exists on a day."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class Match:
    """What a text may mean: units as they were then (`meant`) and why several remain."""

    meant: tuple[Known, ...] = ()
    note: Literal["", "code", "district", "contradiction", "elsewhere"] = ""


class Gazette:
    """All units there ever were, arranged for matching."""

    def __init__(self, known: Iterable[Known]) -> None:
        self.all = tuple(known)
        self.by_id = {unit.id: unit for unit in self.all}
        self.by_code: dict[str, list[Known]] = {}
        self.by_key: dict[str, list[Known]] = {}
        self.by_loose: dict[str, list[Known]] = {}
        self.by_district: dict[str, list[Known]] = {}
        self.cities: dict[str, list[Known]] = {}
        names = [tuple(unit.accents.split()) for unit in self.all]
        self.protected = frozenset(name for name in names if names_a_kind(name))
        for unit in self.all:
            self._place(unit)

    def _place(self, unit: Known) -> None:
        self.by_code.setdefault(unit.code, []).append(unit)
        if unit.tier == "city":
            self.cities.setdefault(unit.key, []).append(unit)
            return
        self.by_key.setdefault(unit.key, []).append(unit)
        self.by_loose.setdefault(_loose(unit.key), []).append(unit)
        for district in unit.districts:
            self.by_district.setdefault(district, []).append(unit)

    def match(self, text: str, as_of: date | None) -> Match:
        """Return the units that a text may mean.

        Args:
            text: a code, a name, or an address that holds one.
            as_of: the day for which it was written, or None if nobody knows.
        """
        if as_of is None and _CODE.fullmatch(text.strip()):
            return self._bare_code(text.strip())
        parts = [part for part in map(self._without_city, parts_of(text, self.protected)) if part is not None]
        if not parts:
            return self._only_city(text)
        if any(part.kind in {"city", "province"} for part in parts):
            return Match(note="elsewhere")
        return self._combined(self._read(parts, as_of), parts, as_of)

    def _bare_code(self, code: str) -> Match:
        """Return what a code without a day may mean: ambiguous where it has named different units."""
        found = self.by_code.get(code, [])
        names = {(unit.tier, unit.accents if unit.tier == "ward" else ""): unit for unit in found}
        return Match(tuple(names.values()), "code" if len(names) > 1 else "")

    def _without_city(self, part: Part) -> Part | None:
        """Leave out the city's own name and the country's, alone or at the end of a part."""
        left = part
        while left.words:
            if left.key in self.cities and left.kind not in {"ward", "commune"}:
                return None
            words = self._shortened(left.words)
            if words == left.words:
                return left
            left = Part(part.kind, words, part.prefixed)
        return None

    def _shortened(self, words: list[str]) -> list[str]:
        for name in (*FILLERS, *sorted(self.cities, key=len, reverse=True)):
            length = len(name.split())
            if fold(" ".join(words[-length:])) == name and (len(words) > length or name in FILLERS):
                return words[:-length]
        return words

    def _only_city(self, text: str) -> Match:
        for part in parts_of(text, self.protected):
            if part.key in self.cities:
                return Match(tuple(self.cities[part.key]))
        return Match()

    def _read(self, parts: list[Part], as_of: date | None) -> list[tuple[Known, ...]]:
        """Return, for each part that names a unit, the units it may name."""
        districts = self._districts(parts)
        named = [part for part in parts if part.kind in WARD_KINDS]
        sets = [self._named(part, districts, as_of) for part in named]
        sets += [self._coded(part.key, as_of) for part in parts if _CODE.fullmatch(part.key)]
        if not any(sets):
            bare = [part for part in parts if part.kind is None]
            sets = self._bare(bare, districts, as_of)
        return [found for found in sets if found]

    def _districts(self, parts: list[Part]) -> frozenset[str]:
        said = {part.key for part in parts if part.kind == "district"}
        return frozenset(said & set(self.by_district))

    def _bare(self, parts: list[Part], districts: frozenset[str], as_of: date | None) -> list[tuple[Known, ...]]:
        for position, part in enumerate(parts):
            later = {other.key for other in parts[position + 1 :]} & set(self.by_district)
            found = self._named(part, districts | later, as_of)
            also = self._of_district(part.key, as_of) if not districts | later else ()
            if found or also:
                return [tuple(dict.fromkeys((*found, *also)))]
        return []

    def _of_district(self, key: str, as_of: date | None) -> tuple[Known, ...]:
        """Return the units of a former district, where its name could have meant the district then."""
        found = self.by_district.get(key, [])
        if as_of is not None:
            found = [unit for unit in found if unit.on(as_of) and unit.last is not None]
        return tuple(unit for unit in found if unit.last is not None)

    def _coded(self, code: str, as_of: date | None) -> tuple[Known, ...]:
        found = self.by_code.get(code, [])
        return tuple(_as_of(found, as_of))

    def _named(self, part: Part, districts: frozenset[str], as_of: date | None) -> tuple[Known, ...]:
        for name, extra in self._readings(part):
            found = self.by_key.get(fold(name)) or self.by_loose.get(_loose(fold(name)))
            if not found:
                continue
            found = [unit for unit in found if unit.accents == name] or found
            found = [unit for unit in found if unit.kind == part.kind] or found
            within = districts | extra
            if within:
                found = [unit for unit in found if unit.districts & within]
            return tuple(_as_of(found, as_of))
        return ()

    def _readings(self, part: Part) -> Iterable[tuple[str, frozenset[str]]]:
        """Return the ways to read a part: whole, with its kind as part of the name, with a district behind."""
        yield part.accents, frozenset()
        if part.kind == "ward" and part.prefixed:
            yield f"phường {part.accents}", frozenset()
        for cut in range(len(part.words) - 1, 0, -1):
            district = fold(" ".join(part.words[cut:]))
            if district in self.by_district:
                yield " ".join(part.words[:cut]), frozenset({district})

    def _combined(self, sets: list[tuple[Known, ...]], parts: list[Part], as_of: date | None) -> Match:
        districts = self._districts(parts)
        if not sets:
            return self._nothing(parts, districts, as_of)
        shared = set(sets[0])
        for other in sets[1:]:
            heirs = {heir for unit in other for heir in unit.heirs}
            shared = {unit for unit in shared if heirs & set(unit.heirs)}
        if shared:
            return Match(tuple(sorted(shared, key=lambda unit: (unit.code, unit.first))))
        union = {unit for found in sets for unit in found}
        return Match(tuple(sorted(union, key=lambda unit: (unit.code, unit.first))), "contradiction")

    def _nothing(self, parts: list[Part], districts: frozenset[str], as_of: date | None) -> Match:
        """Return what is left when no part names a unit: a former district alone, or a contradiction."""
        others = [part for part in parts if part.kind != "district"]
        wrong = [found for part in others for found in self._named(part, frozenset(), as_of)] if districts else []
        if wrong:
            return Match(tuple(dict.fromkeys(wrong)), "contradiction")
        if any(part.kind in WARD_KINDS for part in parts):
            return Match()
        of_districts = [unit for name in sorted(districts) for unit in self.by_district[name]]
        return Match(tuple(dict.fromkeys(of_districts)), "district" if of_districts else "")


def _as_of(found: Iterable[Known], as_of: date | None) -> list[Known]:
    """Keep the units of a day; if it has none of them, those that had ended by then; else all."""
    every = list(found)
    if as_of is None:
        return every
    return (
        [unit for unit in every if unit.on(as_of)]
        or [unit for unit in every if unit.last is not None and unit.last < as_of]
        or every
    )


def _loose(key: str) -> str:
    """Return a key in which i and y are one ("Vĩ Dạ", "Vỹ Dạ")."""
    return key.replace("y", "i")
