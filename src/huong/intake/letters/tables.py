"""The one-byte Vietnamese encodings as tables over the Latin-1 code points of their bytes.

Source: TCVN 5712:1993 VN3 (TCVN3, the "ABC" fonts); the VNI-Windows layout (VNI Software).
"""

import re
from typing import Final

from huong.base.text import nfc

TCVN3: Final[dict[int, str]] = {
    0xA1: "Ă", 0xA2: "Â", 0xA3: "Ê", 0xA4: "Ô", 0xA5: "Ơ", 0xA6: "Ư", 0xA7: "Đ",
    0xA8: "ă", 0xA9: "â", 0xAA: "ê", 0xAB: "ô", 0xAC: "ơ", 0xAD: "ư", 0xAE: "đ",
    0xB5: "à", 0xB6: "ả", 0xB7: "ã", 0xB8: "á", 0xB9: "ạ",
    0xBB: "ằ", 0xBC: "ẳ", 0xBD: "ẵ", 0xBE: "ắ", 0xC6: "ặ",
    0xC7: "ầ", 0xC8: "ẩ", 0xC9: "ẫ", 0xCA: "ấ", 0xCB: "ậ",
    0xCC: "è", 0xCE: "ẻ", 0xCF: "ẽ", 0xD0: "é", 0xD1: "ẹ",
    0xD2: "ề", 0xD3: "ể", 0xD4: "ễ", 0xD5: "ế", 0xD6: "ệ",
    0xD7: "ì", 0xD8: "ỉ", 0xDC: "ĩ", 0xDD: "í", 0xDE: "ị",
    0xDF: "ò", 0xE1: "ỏ", 0xE2: "õ", 0xE3: "ó", 0xE4: "ọ",
    0xE5: "ồ", 0xE6: "ổ", 0xE7: "ỗ", 0xE8: "ố", 0xE9: "ộ",
    0xEA: "ờ", 0xEB: "ở", 0xEC: "ỡ", 0xED: "ớ", 0xEE: "ợ",
    0xEF: "ù", 0xF1: "ủ", 0xF2: "ũ", 0xF3: "ú", 0xF4: "ụ",
    0xF5: "ừ", 0xF6: "ử", 0xF7: "ữ", 0xF8: "ứ", 0xF9: "ự",
    0xFA: "ỳ", 0xFB: "ỷ", 0xFC: "ỹ", 0xFD: "ý", 0xFE: "ỵ",
}  # fmt: skip

_GRAVE, _ACUTE, _HOOK, _TILDE, _DOT = "\u0300", "\u0301", "\u0309", "\u0303", "\u0323"
_CIRCUMFLEX, _BREVE, _HORN = "\u0302", "\u0306", "\u031b"

_VNI_ALONE: Final = {
    "ñ": "đ", "Ñ": "Đ", "í": "í", "Í": "Í", "ì": "ì", "Ì": "Ì", "æ": "ỉ", "Æ": "Ỉ", "ó": "ĩ", "Ó": "Ĩ",
    "ò": "ị", "Ò": "Ị", "î": "ỵ", "Î": "Ỵ", "ô": "ơ", "Ô": "Ơ", "ö": "ư", "Ö": "Ư",
}  # fmt: skip
_VNI_MARKS: Final = {
    "ù": _ACUTE, "ø": _GRAVE, "û": _HOOK, "õ": _TILDE, "ï": _DOT,
    "â": _CIRCUMFLEX, "á": _CIRCUMFLEX + _ACUTE, "à": _CIRCUMFLEX + _GRAVE, "å": _CIRCUMFLEX + _HOOK,
    "ã": _CIRCUMFLEX + _TILDE, "ä": _CIRCUMFLEX + _DOT,
    "ê": _BREVE, "é": _BREVE + _ACUTE, "è": _BREVE + _GRAVE, "ú": _BREVE + _HOOK,
    "ü": _BREVE + _TILDE, "ë": _BREVE + _DOT,
}  # fmt: skip
_VNI_PAIR: Final = re.compile("([aeouyôöAEOUYÔÖ])([" + "".join(_VNI_MARKS) + "".join(_VNI_MARKS).upper() + "])")

_RUN: Final = re.compile(r"[^\W\d_]+(?:[ ]+[^\W\d_]+)*")
_CAPITALS: Final = re.compile(r"[A-Z]{2}")
_SMALL: Final = re.compile(r"[a-z]")


def from_tcvn3(text: str) -> str:
    """Return what a text over TCVN3 code points says.

    The capitals of TCVN3 are the small letters in another font, so a run of words that holds two plain
    capitals together and no plain small letter is taken for capitals throughout.

    >>> from_tcvn3("Thõa Thiªn HuÕ")
    'Thừa Thiên Huế'
    >>> from_tcvn3("THõA THI£N HUÕ")
    'THỪA THIÊN HUẾ'
    """
    return _RUN.sub(_capitals, text.translate(TCVN3))


def _capitals(match: re.Match[str]) -> str:
    run = match.group()
    return run.upper() if _CAPITALS.search(run) and not _SMALL.search(run) else run


def from_vni(text: str) -> str:
    """Return what a text over VNI code points says.

    >>> from_vni("Thöøa Thieân Hueá")
    'Thừa Thiên Huế'
    """
    pieces, end = [], 0
    for match in _VNI_PAIR.finditer(text):
        pieces += [_vni_alone(text[end : match.start()]), _vni_letter(match)]
        end = match.end()
    return nfc("".join([*pieces, _vni_alone(text[end:])]))


def _vni_letter(match: re.Match[str]) -> str:
    return nfc(_vni_alone(match.group(1)) + _VNI_MARKS[match.group(2).lower()])


def _vni_alone(text: str) -> str:
    return "".join(_VNI_ALONE.get(letter, letter) for letter in text)
