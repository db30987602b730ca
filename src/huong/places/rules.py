"""Reading what people write for a unit, and matching it with the units that are known. Pure.

The rule of the house: an answer is right or it is "ambiguous"; nothing is guessed.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from huong.base.text import fold, tone_normal

WARD_KINDS: Final = frozenset({"ward", "commune", "town"})
KEYWORDS: Final[dict[tuple[str, ...], str]] = {
    ("thị", "trấn"): "town",
    ("thị", "xã"): "district",
    ("thành", "phố"): "city",
    ("phường",): "ward",
    ("xã",): "commune",
    ("quận",): "district",
    ("huyện",): "district",
    ("tỉnh",): "province",
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
_SEPARATORS = re.compile(r"[,;/|()\n\r\t]+")
_WORD = re.compile(r"[^\W_]+")
_BY_FIRST_WORD: Final = {
    word: tuple(keyword for keyword in KEYWORDS if word in {keyword[0], fold(keyword[0])})
    for word in {way for keyword in KEYWORDS for way in (keyword[0], fold(keyword[0]))}
}
Names = frozenset[tuple[str, ...]]


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


def parts_of(text: str, protected: Names = frozenset()) -> list[Part]:
    """Split a text into the parts that name a ward, a former district, the city, or something else.

    Args:
        protected: names that hold a word of a kind ("thủy phương"), as tuples of accented words.

    >>> [(part.kind, part.key) for part in parts_of("Xã Phú Mậu, H. Phú Vang")]
    [('commune', 'phu mau'), ('district', 'phu vang')]
    >>> [(part.kind, part.key) for part in parts_of("phuong thuan loc tp hue")]
    [('ward', 'thuan loc'), ('city', 'hue')]
    >>> [(part.kind, part.key) for part in parts_of("Phu Xuan ward")]
    [('ward', 'phu xuan')]
    """
    found: list[Part] = []
    for stretch in _SEPARATORS.split(tone_normal(text).lower()):
        found.extend(_stretch(_WORD.findall(stretch), protected))
    return _merged(found)


def names_a_kind(words: Sequence[str]) -> bool:
    """Return whether a name holds a word that elsewhere is a kind, so that it must be protected.

    >>> names_a_kind(["thủy", "phương"]), names_a_kind(["kim", "long"])
    (True, False)
    """
    kinds = {fold(keyword[0]) for keyword in KEYWORDS if len(keyword) == 1}
    return any(fold(word) in kinds for word in words)


def _stretch(words: list[str], protected: Names) -> list[Part]:
    found = [Part()]
    position = 0
    while position < len(words):
        name = _protected(words, position, protected)
        kind, length = (None, name) if name else _keyword(words, position)
        last = found[-1]
        if kind is not None:
            found.append(Part(kind, prefixed=True))
        elif not name and words[position] in ENGLISH and (last.words or position + 1 < len(words)):
            _english(found, ENGLISH[words[position]])
        else:
            last.words.extend(words[position : position + length])
        position += length
    return [part for part in found if part.words or part.kind]


def _protected(words: list[str], position: int, protected: Names) -> int:
    """Return how many words from here on are a protected name; 0 if none."""
    for name in protected:
        if _says(words, position, name):
            return len(name)
    return 0


def _says(words: list[str], position: int, meant: tuple[str, ...]) -> bool:
    """Return whether the words from here on are these, each with its accents or without any."""
    given = words[position : position + len(meant)]
    return len(given) == len(meant) and all(
        one == other or one == fold(other) for one, other in zip(given, meant, strict=True)
    )


def _keyword(words: list[str], position: int) -> tuple[str | None, int]:
    """Return the kind that the words from here on name, and how many they are; (None, 1) for other words."""
    for keyword in _BY_FIRST_WORD.get(words[position], ()):
        if position + len(keyword) < len(words) and _says(words, position, keyword):
            return KEYWORDS[keyword], len(keyword)
    return None, 1


def _english(found: list[Part], kind: str) -> None:
    last = found[-1]
    if last.words and last.kind is None:
        last.kind = kind
        found.append(Part())
    else:
        found.append(Part(kind, prefixed=True))


def _merged(found: list[Part]) -> list[Part]:
    """Join a kind that stands alone with the words after it ("P., Vỹ Dạ")."""
    merged: list[Part] = []
    for part in found:
        waiting = merged[-1] if merged and not merged[-1].words else None
        if waiting is None:
            merged.append(part)
        elif part.kind is None:
            waiting.words = part.words
        else:
            merged[-1] = part
    return [part for part in merged if part.words]


def spellings(kind: str, name: str, districts: Iterable[str]) -> Iterable[str]:
    """Return the usual ways to write a unit, without the city: kind in full, shortened, left out; district.

    Args:
        districts: every way to write a former district it lay in.
    """
    words = {"ward": ("phường", "p", ""), "commune": ("xã", "x", ""), "town": ("thị trấn", "tt", "")}
    within = ["", *districts]
    for word in words.get(kind, ("",)):
        for district in within:
            yield " ".join(filter(None, (word, name, district)))


def district_spellings(name: str) -> tuple[str, ...]:
    """Return the usual ways to write a former district.

    >>> district_spellings("Huyện Phú Vang")
    ('phú vang', 'huyện phú vang', 'h phú vang')
    """
    part = parts_of(name)[0]
    kind = accent_key(name).removesuffix(part.accents).strip()
    short = "".join(word[0] for word in fold(kind).split())
    return part.accents, f"{kind} {part.accents}", f"{short} {part.accents}"
