"""Vietnamese text: folding for search, and one way of placing the tone mark."""

import re
import unicodedata

_SPACES = re.compile(r"\s+")
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_OPEN_PAIRS = {"oa": "a", "oe": "e", "uy": "y"}
_WORD = re.compile(r"[^\W\d_]+")


MOST_DIGITS = 18  # what databases count with


def whole(text: str) -> int | None:
    """Return a whole number as somebody typed it in plain digits; None for anything else, and for absurdly many digits.

    >>> whole("12"), whole(""), whole("-3"), whole("1.5"), whole("²"), whole("9" * 5000)
    (12, None, None, None, None, None)
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None


def nfc(text: str) -> str:
    """Return a text in Unicode's composed form, in which Hương keeps every text."""
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """Return a text for comparing and searching: lower case, without accents, single spaces.

    >>> fold("  Đường  Nguyễn Huệ ")
    'duong nguyen hue'
    """
    bare = unicodedata.normalize("NFD", text.lower().replace("đ", "d").replace("Đ", "d"))
    kept = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return _SPACES.sub(" ", kept).strip()


def tone_normal(text: str) -> str:
    """Return a text in NFC with the tone mark in the place Hương uses ("Thủy", "Hóa", not "Thuỷ", "Hoá").

    Only open syllables that end in oa, oe or uy differ between the two ways; "quý" and closed
    syllables ("hoàng") are the same in both.

    >>> tone_normal("Thuỷ Xuân, Hoá Châu, quý, hoàng")
    'Thủy Xuân, Hóa Châu, quý, hoàng'
    """
    return _WORD.sub(lambda match: _tone_normal_word(match.group()), nfc(text))


def _tone_normal_word(word: str) -> str:
    if len(word) < 2:
        return word
    last = unicodedata.normalize("NFD", word[-1])
    tone = next((mark for mark in last[1:] if mark in _TONES), "")
    pair = (word[-2] + last[0]).lower()
    if not tone or len(last) != 2 or pair not in _OPEN_PAIRS or word[:-1].lower().endswith("qu"):
        return word
    return word[:-2] + nfc(word[-2] + tone) + last[0]


def storable(text: str) -> str:
    """Return a text of somebody else's system as every database keeps it: without NUL, and without halves of letters.

    For what comes by mail or from another city, where nobody can be asked to type it again.

    >>> storable("Ổ\\x00 gà\\ud800")
    'Ổ gà?'
    """
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def noop(sentence: str) -> str:
    """Mark a sentence of pure rules for translation; the door that shows it translates it."""
    return sentence
