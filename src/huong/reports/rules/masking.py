"""Numbers and addresses of persons in a text, found and covered before anybody else reads it.

Source: phone numbers 0[35789]xxxxxxxx and +84 (mobile), 02xx (landline); personal ids of 12 digits (Decree 137/2015
Art 13) and the old ones of 9.
"""

import re
import unicodedata
from dataclasses import dataclass

COVER = "•••"
_GAP = r"[\s.\-()]{0,2}"
_PHONE = re.compile(rf"(?<![\d+])(?:\+\s?84|0084|0){_GAP}(?:\d{_GAP}){{8,9}}\d(?!\d)")
_ID = re.compile(r"(?<!\d)\d(?:[\s.\-]?\d){11}(?!\d)")
_OLD_ID = re.compile(r"(?<![\d.,])\d{9}(?![\d]|[.,]\d)")
_SPACED_OLD_ID = re.compile(r"(?<![\d.,])\d{3} \d{3} \d{3}(?![\d]|[.,]\d)")
_MAIL = re.compile(r"[^\s@<>,;]{1,64}@[\w-]+(?:\.[\w-]+)+")
_CONTROL = {"Cc", "Cf", "Cs", "Co"}
_KEPT = {"\n", "\u200d"}


@dataclass(frozen=True)
class Masked:
    """A text as others may read it, and what was covered in it."""

    text: str
    found: tuple[str, ...]


def masked(text: str) -> Masked:
    """Return a text with phone numbers, personal ids and mail addresses covered.

    >>> masked("Gọi tôi 0914 123 456, CCCD 046090001234").text
    'Gọi tôi •••, CCCD •••'
    >>> masked("Ngập 50 cm từ 19001075, thiệt hại 150.000.000 đồng").found
    ()
    """
    found: list[str] = []
    for name, pattern in (
        ("mail", _MAIL),
        ("phone", _PHONE),
        ("id", _ID),
        ("id", _OLD_ID),
        ("id", _SPACED_OLD_ID),
    ):
        text, count = pattern.subn(COVER, text)
        found += [name] * count
    return Masked(text, tuple(found))


def clean(text: str, *, longest: int) -> str:
    r"""Return what somebody typed in one form: NFC, no control or hidden direction characters, no endless blanks.

    Signs of HTML stay as they are: they are words here, and every door escapes them.

    >>> clean("  Cống\u202e nghẹt\x00\r\n\r\n\r\n\r\nlâu rồi ", longest=100)
    'Cống nghẹt\n\nlâu rồi'
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    kept = "".join(each for each in text if each in _KEPT or unicodedata.category(each) not in _CONTROL)
    kept = re.sub(r"[^\S\n]+", " ", kept)
    return re.sub(r" ?\n(?: ?\n)+ ?", "\n\n", kept).strip()[:longest].strip()


def title_of(text: str, *, longest: int = 120) -> str:
    """Return the first words of a text, for lists.

    >>> title_of("Cống nghẹt. Nước dâng cao vào nhà.", longest=12)
    'Cống nghẹt…'
    """
    line = " ".join(text.split())
    if len(line) <= longest:
        return line
    cut = line[: longest - 1]
    return f"{cut[: cut.rfind(' ')] if ' ' in cut[longest // 2 :] else cut}".rstrip(" .,;:") + "…"
