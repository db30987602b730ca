"""Which encoding a file is in: decided by which reading gives Vietnamese syllables, shown with its confidence."""

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from huong.base.text import nfc
from huong.intake.letters.syllables import vietnamese_share
from huong.intake.letters.tables import from_tcvn3, from_vni

UTF8: Final = "utf-8"
BYTES: Final[dict[str, str]] = {
    "utf-8": "utf-8-sig",
    "utf-16": "utf-16",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "windows-1258": "cp1258",
    "windows-1252": "cp1252",
    "tcvn3": "latin-1",
    "vni": "latin-1",
}
FONTS: Final[dict[str, Callable[[str], str]]] = {"tcvn3": from_tcvn3, "vni": from_vni}
_ONE_BYTE: Final = ("windows-1258", "tcvn3", "vni", "windows-1252")
_CERTAIN: Final = 0.6
_FEW: Final = 3
_OLD_LETTERS: Final = re.compile(r"[^\s\u0250-\U0010ffff]")


@dataclass(frozen=True)
class Encoding:
    """An encoding, how sure we are of it (0 to 1), and the font that a modern text was typed in, if any."""

    name: str
    confidence: float
    font: str = ""


def letters_of(encoding: str, font: str = "") -> Callable[[str], str] | None:
    """Return what has to be done to a text after its bytes were decoded; None for nothing."""
    return FONTS.get(encoding) or FONTS.get(font) or (nfc if encoding == "windows-1258" else None)


def decode(data: bytes, encoding: str, font: str = "") -> str:
    """Return a short piece of a file as text; what cannot be decoded becomes U+FFFD."""
    text = data.decode(BYTES[encoding], "replace")
    letters = letters_of(encoding, font)
    return letters(text) if letters else text


def of_bytes(sample: bytes, *, is_utf8: bool) -> Encoding:
    """Return the encoding of a file.

    Args:
        sample: pieces of the file in which there are bytes above 127, if it has any.
        is_utf8: whether the whole file is valid UTF-8.

    >>> of_bytes("Thừa Thiên Huế, phường Vỹ Dạ".encode("utf-8"), is_utf8=True).name
    'utf-8'
    """
    wide = _utf16(sample)
    if wide:
        return Encoding(wide, 1.0)
    if is_utf8:
        return Encoding(UTF8, 1.0, of_text(sample.decode("utf-8", "ignore")))
    return _one_byte(sample)


def _one_byte(sample: bytes) -> Encoding:
    scores = {}
    for name in _ONE_BYTE:
        text = decode(sample, name)
        share, _count = vietnamese_share(text)
        scores[name] = share - 5 * text.count("\ufffd") / max(1, len(text))
    best = max(_ONE_BYTE, key=lambda name: scores[name])
    if scores[best] < _CERTAIN:
        return Encoding("windows-1252", round(max(0.1, 0.5 - scores[best] / 2), 2))
    return Encoding(best, round(min(1.0, scores[best]), 2))


def of_text(text: str) -> str:
    """Return the old font in which a modern text was typed ("tcvn3", "vni"), or an empty text.

    >>> of_text("Thõa Thiªn HuÕ, ph\\xadêng VÜ D¹, x· Phó MËu")
    'tcvn3'
    """
    share, count = vietnamese_share(text)
    if count < _FEW or share >= _CERTAIN or not _OLD_LETTERS.search(text):
        return ""
    scores = {name: vietnamese_share(change(text))[0] for name, change in FONTS.items()}
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] >= max(0.8, share + 0.3) else ""


def _utf16(sample: bytes) -> str:
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    head = sample[:4096]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) < len(head) * 0.2:
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"
