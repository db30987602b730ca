"""Names, free text, own identifiers, e-mail and web addresses."""

from typing import Final

from huong.catalogue.types.base import Context, Expr, SemanticType

_PAIRS: Final = (("o", "a", "òóỏõọ", "àáảãạ"), ("o", "e", "òóỏõọ", "èéẻẽẹ"), ("u", "y", "ùúủũụ", "ỳýỷỹỵ"))
_ASIDE: Final = (("qu", "q\ue000"), ("Qu", "Q\ue000"), ("qU", "q\ue001"), ("QU", "Q\ue001"))
_OLD_PAIRS: Final = ("([oO])([àáảãạèéẻẽẹ])", "([uU])([ỳýỷỹỵ])")
_OLD_TONES: Final = "|".join(_OLD_PAIRS)
_HERE: Final = (
    "\ue002"  # stands where a mark has to move, since a regular expression for every pair takes long to be made
)


def tone_normal(text: Expr) -> Expr:
    """Move the tone mark of open syllables to where Hương keeps it ("Thuỷ" to "Thủy"), as `base.text` does.

    The u of "qu" is put aside meanwhile, since it belongs to the consonant ("quý" stays).
    """
    import ibis

    moved = text
    for whole, aside in _ASIDE:
        moved = moved.replace(whole, aside)
    for vowels in _OLD_PAIRS:
        moved = moved.re_replace(rf"{vowels}([^\p{{L}}]|$)", rf"\1{_HERE}\2\3")
    for first, second, marked_first, marked_second in _PAIRS:
        for new, old in zip(marked_first, marked_second, strict=True):
            moved = moved.replace(f"{first}{_HERE}{old}", new + second)
            moved = moved.replace(f"{first.upper()}{_HERE}{old}", new.upper() + second)
    for whole, aside in _ASIDE:
        moved = moved.replace(aside, whole)
    return ibis.ifelse(text.re_search(_OLD_TONES), moved, text)


def title_case(text: Expr) -> Expr:
    """Write a text that is all capitals with one capital a word; leave every other text alone."""
    import ibis

    words = text.lower().split(" ").map(lambda word: word.substr(0, 1).upper().concat(word.substr(1)))
    shouted = (text == text.upper()) & text.re_search(r"\p{Lu}{2}")
    return ibis.ifelse(shouted, words.join(" "), text)


def squeeze(text: Expr) -> Expr:
    """Write every run of white space as one space."""
    import ibis

    return ibis.ifelse(
        text.contains("  ") | text.re_search(r"[\t\r\n\x{00A0}]"), text.re_replace(r"[\s\x{00A0}]+", " "), text
    )


def _name(text: Expr, _context: Context) -> Expr:
    return tone_normal(title_case(squeeze(text)))


def _has_letter(text: Expr, _context: Context) -> Expr:
    return text.re_search(r"\p{L}")


def _person(text: Expr, _context: Context) -> Expr:
    return text.re_search(r"^[\p{L}][\p{L}\p{M}'’.\- ]*$")


def _same(text: Expr, _context: Context) -> Expr:
    return text


_NAMES: Final = (
    ("NGUYỄN THỊ HOA", "Nguyễn Thị Hoa"),
    ("Trần  Văn   Thuỷ", "Trần Văn Thủy"),
    ("Lê Quý", "Lê Quý"),
    ("Hoà Châu", "Hòa Châu"),
    ("Nguyê\u0303n An", "Nguyễn An"),
    ("ĐINH VĂN HUY", "Đinh Văn Huy"),
)

TYPES: Final = (
    SemanticType(
        name="text.name",
        base="string",
        normalise=_name,
        valid=_has_letter,
        describe_vi="Tên gọi: chữ tổ hợp sẵn, dấu thanh đặt thống nhất, một khoảng trắng; chữ in hoa toàn bộ được viết lại.",
        describe_en="Name: composed letters, tone marks in one place, single spaces; all capitals are written anew.",
        exact=True,
        bound=False,
        examples=(*_NAMES, ("PHƯỜNG 1", "Phường 1")),
        bad=("123", "---"),
    ),
    SemanticType(
        name="vn.person_name",
        base="string",
        normalise=_name,
        valid=_person,
        describe_vi="Họ tên người: như tên gọi, không có chữ số.",
        describe_en="Name of a person: as a name, without digits.",
        identifying=True,
        exact=True,
        bound=False,
        examples=_NAMES,
        bad=("Nguyễn Văn 5", "???"),
    ),
    SemanticType(
        name="text.free",
        base="string",
        normalise=_same,
        describe_vi="Văn bản tự do.",
        describe_en="Free text.",
        bound=False,
        examples=(("  Cây đổ chắn đường  ", "Cây đổ chắn đường"),),
    ),
    SemanticType(
        name="text.identifier",
        base="string",
        normalise=_same,
        valid=lambda text, _context: ~text.re_search(r"\s"),
        describe_vi="Mã riêng của cơ quan: không có khoảng trắng; số 0 ở đầu được giữ nguyên.",
        describe_en="The agency's own identifier: no spaces; leading zeros are kept.",
        bound=False,
        examples=(("00123", "00123"), ("TN-2026/15", "TN-2026/15")),
        bad=("số 15",),
    ),
    SemanticType(
        name="text.email",
        base="string",
        normalise=lambda text, _context: text.lower(),
        valid=lambda text, _context: text.re_search(r"^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+$"),
        describe_vi="Địa chỉ thư điện tử, viết thường.",
        describe_en="E-mail address in small letters.",
        identifying=True,
        exact=True,
        examples=(("An.Nguyen@Hue.gov.vn", "an.nguyen@hue.gov.vn"),),
        bad=("an.nguyen", "an@hue", "an nguyen@hue.gov.vn"),
    ),
    SemanticType(
        name="text.url",
        base="string",
        normalise=_same,
        valid=lambda text, _context: text.re_search(r"^https?://[^\s/$.?#][^\s]*$"),
        describe_vi="Địa chỉ trang mạng, bắt đầu bằng http:// hoặc https://.",
        describe_en="Web address beginning with http:// or https://.",
        examples=(("https://hue.gov.vn/tin", "https://hue.gov.vn/tin"),),
        bad=("hue.gov.vn", "javascript:alert(1)", "https://a b"),
    ),
)
