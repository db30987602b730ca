"""Reading what people write for a unit, and matching it with the units that are known. Pure.

The rule of the house: an answer is right or it is "ambiguous"; nothing is guessed.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

from huong.base.text import fold, tone_normal

WARD_KINDS: Final = frozenset({"ward", "commune", "town"})
KEYWORDS: Final[dict[tuple[str, ...], str]] = {
    ("thi", "tran"): "town",
    ("thi", "xa"): "district",
    ("thanh", "pho"): "city",
    ("phuong",): "ward",
    ("xa",): "commune",
    ("quan",): "district",
    ("huyen",): "district",
    ("tinh",): "province",
    ("tt",): "town",
    ("tx",): "district",
    ("tp",): "city",
    ("p",): "ward",
    ("x",): "commune",
    ("q",): "district",
    ("h",): "district",
}
ENGLISH: Final[dict[str, str]] = {
    "ward": "ward",
    "commune": "commune",
    "town": "town",
    "township": "town",
    "district": "district",
    "city": "city",
    "province": "province",
}
FILLERS: Final = ("viet nam", "vietnam", "vn")
_SEPARATORS = re.compile(r"[,;/|()\n\r\t]+")
_WORD = re.compile(r"[^\W_]+")
_CODE = re.compile(r"\d{5}|\d{2}")


def spelling_key(text: str) -> str:
    """Return a spelling without accents, signs and double spaces, as bulk joins compare it.

    >>> spelling_key("P. Thuận Lộc, TP. Huế")
    'p thuan loc tp hue'
    """
    return " ".join(_WORD.findall(fold(text)))


def accent_key(text: str) -> str:
    """Return a spelling with its accents, tone marks in one place, without signs and double spaces.

    >>> accent_key("Thuận Hoá") == accent_key("thuận hóa")
    True
    """
    return " ".join(_WORD.findall(tone_normal(text).lower()))


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


@dataclass
class Part:
    """A stretch of the text that names one thing: its kind if it says so, and its words."""

    kind: str | None = None
    words: list[str] = field(default_factory=list)
    prefixed: bool = False

    @property
    def accents(self) -> str:
        """The name with accents."""
        return " ".join(self.words)

    @property
    def key(self) -> str:
        """The name without accents."""
        return fold(self.accents)


@dataclass(frozen=True)
class Match:
    """What a text may mean: units as they were then (`meant`) and why several remain."""

    meant: tuple[Known, ...] = ()
    note: Literal["", "code", "district", "contradiction", "elsewhere"] = ""


def parts_of(text: str) -> list[Part]:
    """Split a text into the parts that name a ward, a former district, the city, or something else.

    >>> [(part.kind, part.key) for part in parts_of("Xã Phú Mậu, H. Phú Vang")]
    [('commune', 'phu mau'), ('district', 'phu vang')]
    >>> [(part.kind, part.key) for part in parts_of("phuong thuan loc tp hue")]
    [('ward', 'thuan loc'), ('city', 'hue')]
    >>> [(part.kind, part.key) for part in parts_of("Phu Xuan ward")]
    [('ward', 'phu xuan')]
    """
    found: list[Part] = []
    for stretch in _SEPARATORS.split(tone_normal(text).lower()):
        found.extend(_stretch(_WORD.findall(stretch)))
    return _merged(found)


def _stretch(words: list[str]) -> list[Part]:
    found = [Part()]
    position = 0
    while position < len(words):
        kind, length = _keyword(words, position)
        last = found[-1]
        if kind is not None:
            found.append(Part(kind, prefixed=True))
            position += length
        elif words[position] in ENGLISH and (last.words or position + 1 < len(words)):
            _english(found, ENGLISH[words[position]])
            position += 1
        else:
            last.words.append(words[position])
            position += 1
    return [part for part in found if part.words or part.kind]


def _keyword(words: list[str], position: int) -> tuple[str | None, int]:
    for length in (2, 1):
        kind = KEYWORDS.get(tuple(fold(word) for word in words[position : position + length]))
        if kind is not None and position + length < len(words):
            return kind, length
    return None, 0


def _english(found: list[Part], kind: str) -> None:
    last = found[-1]
    if last.words and last.kind is None:
        last.kind = kind
        found.append(Part())
    else:
        found.append(Part(kind, prefixed=True))


def _merged(found: list[Part]) -> list[Part]:
    """Join a kind that stands alone with the words after it ("phường Phường Đúc", "P., Vỹ Dạ")."""
    merged: list[Part] = []
    for part in found:
        waiting = merged[-1] if merged and not merged[-1].words else None
        if waiting is None:
            merged.append(part)
        elif part.kind is None:
            waiting.words = part.words
        elif part.kind == "ward" and waiting.kind == "ward":
            waiting.words = ["phường", *part.words]
        else:
            merged[-1] = part
    return [part for part in merged if part.words]


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
        parts = [part for part in map(self._without_city, parts_of(text)) if part is not None]
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
        for part in parts_of(text):
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
    return [unit for unit in every if unit.on(as_of)] or [
        unit for unit in every if unit.last is not None and unit.last < as_of
    ] or every


def _loose(key: str) -> str:
    """Return a key in which i and y are one ("Vĩ Dạ", "Vỹ Dạ")."""
    return key.replace("y", "i")


def spellings(unit: Known, districts: Mapping[str, Iterable[str]]) -> Iterable[str]:
    """Return the usual ways to write a unit, without the city: kind in full, shortened, left out; district.

    Args:
        districts: the ways to write each former district, by its bare name.
    """
    words = {"ward": ("phường", "p", ""), "commune": ("xã", "x", ""), "town": ("thị trấn", "tt", "")}
    within = ["", *(way for name in sorted(unit.districts) for way in districts.get(name, ()))]
    for word in words.get(unit.kind, ("",)):
        for district in within:
            yield " ".join(filter(None, (word, unit.accents, district)))


def district_spellings(name: str) -> tuple[str, ...]:
    """Return the usual ways to write a former district.

    >>> district_spellings("Huyện Phú Vang")
    ('phú vang', 'huyện phú vang', 'h phú vang')
    """
    part = parts_of(name)[0]
    kind = accent_key(name).removesuffix(part.accents).strip()
    short = "".join(word[0] for word in fold(kind).split())
    return part.accents, f"{kind} {part.accents}", f"{short} {part.accents}"
