"""Identifiers of persons, businesses, vehicles, agencies and dossiers in Vietnam.

Sources: Decree 137/2015 Art 13 and Circular 07/2016 Art 7 (personal id); Circular 105/2020 Art 5 (tax code);
Decision 20/2020 Art 4 (agency codes); Circular 01/2018/TT-VPCP Art 19 (dossier codes).
"""

from collections.abc import Callable
from typing import Final

from huong.catalogue.types.base import Context, Expr, SemanticType, digits, functions

# The 63 provinces in whose registers births were entered until 2025, as the personal id keeps them.
PROVINCES: Final = (
    "001|002|004|006|008|010|011|012|014|015|017|019|020|022|024|025|026|027|030|031|033|"
    "034|035|036|037|038|040|042|044|045|046|048|049|051|052|054|056|058|060|062|064|066|"
    "067|068|070|072|074|075|077|079|080|082|083|084|086|087|089|091|092|093|094|095|096"
)
_CITIZEN: Final = rf"^(?:{PROVINCES}|[1-9]\d\d)[0-3]\d{{8}}$"
_WEIGHTS: Final = (31, 29, 23, 19, 17, 13, 7, 5, 3)
_OLD_AGENCY: Final = r"^([0-9A-Z]{3})\.([0-9A-Z]{2})\.([0-9A-Z]{2})\.([A-Y][0-9]{2})"
_AGENCY: Final = r"^(?:[A-Y][0-9]{2}(?:\.[A-Z0-9]+)*|Z[0-9]{2}[.A-Z0-9]{0,32})$"


def citizen_id_parts(number: str) -> tuple[str, int, str]:
    """Return place of registration, birth year and sex that a personal id tells.

    >>> citizen_id_parts("046190001234")
    ('046', 1990, 'female')
    """
    century, sex = divmod(int(number[3]), 2)
    return number[:3], 1900 + century * 100 + int(number[4:6]), "female" if sex else "male"


def citizen_id_agrees(number: Expr, birth: Expr) -> Expr:
    """Return whether a personal id tells the year of a birth date."""
    century = number.substr(3, 1).try_cast("int64") // 2
    return (1900 + century * 100 + number.substr(4, 2).try_cast("int64")) == birth.year()


def tax_check_digit(nine: str) -> int | None:
    """Return the tenth digit of a tax code; None if these nine digits are never issued.

    >>> tax_check_digit("010023348"), tax_check_digit("330010115")
    (8, 6)
    """
    rest = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, nine, strict=True)) % 11
    return 10 - rest if rest else None


def _plain_digits(text: Expr, _context: Context) -> Expr:
    return digits(text)


def _citizen_valid(text: Expr, context: Context) -> Expr:
    form = text.re_search(_CITIZEN)
    if context.birth is None:
        return form
    import ibis

    return form & ibis.coalesce(citizen_id_agrees(text, context.birth), True)


def _tax_normal(text: Expr, _context: Context) -> Expr:
    return text.re_replace(r"[\s.]", "").re_replace(r"^(\d{10})-?(\d{3})$", r"\1-\2")


def _tax_valid(text: Expr, _context: Context) -> Expr:
    number = text.substr(0, 10).try_cast("int64")
    total = sum(weight * ((number // 10 ** (9 - place)) % 10) for place, weight in enumerate(_WEIGHTS))
    form = text.re_search(r"^\d{10}(?:-(?:00[1-9]|0[1-9]\d|[1-9]\d\d))?$") & ~text.re_search(r"^\d\d0{7}")
    checked = ((number % 10) + (total % 11)) == 10
    return (form & checked) | text.re_search(_CITIZEN)


def _phone_normal(text: Expr, _context: Context) -> Expr:
    bare = text.re_replace(r"[\s.\-()]", "").re_replace(r"^(?:\+|00)?84(\d{9,10})$", r"0\1")
    return bare.re_replace(r"^([35789]\d{8})$", r"0\1")


def _upper_bare(text: Expr, _context: Context) -> Expr:
    return text.upper().re_replace(r"[\s.\-]", "")


def _agency_normal(text: Expr, _context: Context) -> Expr:
    turned = text.upper().re_replace(r"\s", "").re_replace(_OLD_AGENCY + "$", r"\4.\3.\2.\1")
    return turned.re_replace(r"^([A-Y][0-9]{2}(?:\.[0-9A-Z]+?)*?)(?:\.0+)+$", r"\1")


def _dossier_normal(text: Expr, _context: Context) -> Expr:
    bare = text.upper().re_replace(r"[\s–]", "").re_replace(_OLD_AGENCY + "-", r"\4.\3.\2.\1-")
    return bare.re_replace(r"^([A-Y][0-9]{2}(?:\.[0-9A-Z]+?)*?)(?:\.0+)+-", r"\1-")


def _dossier_valid(text: Expr, _context: Context) -> Expr:
    form = text.re_search(r"^[A-Y][0-9]{2}(?:\.[A-Z0-9]+)*-\d{6}-\d{4}$")
    day = functions().strptime(text.re_extract(r"-(\d{6})-\d{4}$", 1), "%y%m%d")
    return form & day.notnull()


def _matches(pattern: str) -> Callable[[Expr, Context], Expr]:
    return lambda text, _context: text.re_search(pattern)


TYPES: Final = (
    SemanticType(
        name="vn.citizen_id",
        base="string",
        canonical=r"^\d{12}$",
        normalise=_plain_digits,
        valid=_citizen_valid,
        describe_vi="Số định danh cá nhân, 12 chữ số: nơi đăng ký khai sinh, thế kỷ và giới tính, năm sinh, 6 số ngẫu nhiên.",
        describe_en="Personal id, 12 digits: place of birth registration, century and sex, birth year, 6 random digits.",
        identifying=True,
        exact=True,
        examples=(
            ("046090001234", "046090001234"),
            ("046 190 001234", "046190001234"),
            ("001.299.000001", "001299000001"),
        ),
        bad=("46090001234", "003090001234", "046490001234", "04609000123A", "191234567"),
    ),
    SemanticType(
        name="vn.tax_code",
        base="string",
        canonical=r"^\d{10}(?:-\d{3})?$|^\d{12}$",
        normalise=_tax_normal,
        valid=_tax_valid,
        describe_vi="Mã số thuế: 10 chữ số có số kiểm tra, thêm -001 đến -999 cho chi nhánh; cá nhân dùng số định danh.",
        describe_en="Tax code: 10 digits with a check digit, -001 to -999 for a branch; persons use their personal id.",
        exact=True,
        examples=(
            ("0100233488", "0100233488"),
            ("0314409058-002", "0314409058-002"),
            ("0314409058002", "0314409058-002"),
            ("0100112437", "0100112437"),
            ("33.0010.1156", "3300101156"),
            ("046090001234", "046090001234"),
        ),
        bad=("0100233489", "0314409058-000", "3300000000", "12345"),
    ),
    SemanticType(
        name="vn.phone",
        base="string",
        canonical=r"^0[35789]\d{8}$",
        normalise=_phone_normal,
        valid=_matches(r"^(?:0[35789]\d{8}|02\d{9}|1[89]00\d{4,6}|1022|11[1-9])$"),
        describe_vi="Số điện thoại Việt Nam: di động 10 số, cố định 11 số, hoặc tổng đài; +84 được đổi thành 0.",
        describe_en="Vietnamese phone number: mobile of 10 digits, fixed line of 11, or a hotline; +84 becomes 0.",
        identifying=True,
        exact=True,
        examples=(
            ("0912345678", "0912345678"),
            ("+84 912 345 678", "0912345678"),
            ("84912345678", "0912345678"),
            ("0912.345.678", "0912345678"),
            ("912345678", "0912345678"),
            ("0234 3822 724", "02343822724"),
            ("19001075", "19001075"),
            ("1022", "1022"),
        ),
        bad=("0112345678", "091234567", "số riêng", "+1 202 555 0100"),
    ),
    SemanticType(
        name="vn.plate",
        base="string",
        canonical=r"^\d{2}[A-Z][A-Z0-9]?\d{4,5}$",
        normalise=_upper_bare,
        valid=_matches(r"^\d{2}[A-ZĐ][A-Z0-9Đ]?\d{4,5}$"),
        describe_vi="Biển số xe, viết liền không dấu gạch và dấu chấm; Huế mang số 75.",
        describe_en="Licence plate without hyphens and points; the series of Huế is 75.",
        identifying=True,
        exact=True,
        examples=(("75A-123.45", "75A12345"), ("75h1 123.45", "75H112345"), ("75F-1234", "75F1234")),
        bad=("A7512345", "75-12345", "7512"),
    ),
    SemanticType(
        name="vn.social_insurance",
        base="string",
        canonical=r"^\d{10}$|^\d{12}$",
        normalise=lambda text, _context: digits(text.upper()).re_replace(r"^[A-Z]{2}[1-5]\d{2}(\d{10})$", r"\1"),
        valid=_matches(rf"^\d{{10}}$|{_CITIZEN}"),
        describe_vi="Mã số bảo hiểm xã hội 10 chữ số (lấy từ thẻ bảo hiểm y tế 15 ký tự nếu có), hoặc số định danh cá nhân.",
        describe_en="Social insurance number of 10 digits (taken out of a 15-character health card), or the personal id.",
        identifying=True,
        exact=True,
        examples=(("4612345678", "4612345678"), ("HS4464612345678", "4612345678"), ("046090001234", "046090001234")),
        bad=("461234567", "XX9464612345678", "chưa có"),
    ),
    SemanticType(
        name="vn.dossier_code",
        base="string",
        canonical=r"^[A-Y][0-9]{2}(?:\.[1-9]\d*)*-\d{6}-\d{4}$",
        normalise=_dossier_normal,
        valid=_dossier_valid,
        describe_vi="Mã hồ sơ: mã cơ quan, ngày tiếp nhận và số trong ngày, ví dụ H57.14-261124-0007.",
        describe_en="Dossier code: agency, day of acceptance and number within the day, such as H57.14-261124-0007.",
        exact=True,
        examples=(
            ("H57.14-261124-0007", "H57.14-261124-0007"),
            ("000.00.14.H57-261124-0007", "H57.14-261124-0007"),
            ("h57.32.1-261124-0012", "H57.32.1-261124-0012"),
        ),
        bad=("H57.14-261332-0007", "H57.14-261124-7", "261124-0007"),
    ),
    SemanticType(
        name="vn.agency_code",
        base="string",
        canonical=r"^[A-Y][0-9]{2}(?:\.[1-9]\d*)*$",
        normalise=_agency_normal,
        valid=_matches(_AGENCY),
        describe_vi="Mã cơ quan theo Quyết định 20/2020, ví dụ H57.14; dạng cũ 000.00.14.H57 được đổi sang dạng mới.",
        describe_en="Agency code of Decision 20/2020, such as H57.14; the old form 000.00.14.H57 is turned into it.",
        exact=True,
        examples=(
            ("H57.14", "H57.14"),
            ("000.00.14.H57", "H57.14"),
            ("000.00.00.H57", "H57"),
            ("001.02.14.H57", "H57.14.02.001"),
            ("h57.32.1", "H57.32.1"),
        ),
        bad=("57.14", "Sở Tài chính", "H5.14"),
    ),
)
