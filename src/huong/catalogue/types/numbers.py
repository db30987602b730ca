"""Numbers and yes or no."""

from typing import Final

from huong.catalogue.types.base import Context, Expr, SemanticType

_YES: Final = ("có", "x", "1", "true", "t", "yes", "y", "đúng", "co", "dung")
_NO: Final = ("không", "0", "false", "f", "no", "n", "sai", "khong")


def _decimal_vi(column: Expr, _context: Context) -> Expr:
    if not column.type().is_string():
        return column.try_cast("float64")
    bare = column.re_replace(r"[\s\x{00A0}]", "")
    grouped = bare.re_replace(r"^(-?\d{1,3}(?:\.\d{3})+)$", r"\1,")
    vietnamese = ibis_if(
        grouped.re_search(r"^-?\d{1,3}(?:\.\d{3})*,\d*$|^-?\d+,\d*$"),
        grouped.replace(".", "").replace(",", "."),
        grouped.re_replace(r"^(-?\d{1,3}(?:,\d{3})+\.\d+)$", r"\1").replace(",", ""),
    )
    fits = bare.re_search(r"^-?(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d+)?$|^-?\d+(?:\.\d+)?$|^-?\d{1,3}(?:,\d{3})+\.\d+$")
    return ibis_if(fits, vietnamese, _null_text()).try_cast("float64")


def ibis_if(condition: Expr, yes: Expr, no: Expr) -> Expr:
    """Return one of two expressions, row by row."""
    import ibis

    return ibis.ifelse(condition, yes, no)


def _null_text() -> Expr:
    import ibis

    return ibis.null("string")


def _plain(column: Expr, _context: Context) -> Expr:
    if column.type().is_string():
        fits = column.re_search(r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$")
        return ibis_if(fits, column, _null_text()).try_cast("float64")
    return column.try_cast("float64")


def _integer(column: Expr, _context: Context) -> Expr:
    kind = column.type()
    if kind.is_integer():
        return column if kind.is_int64() else column.try_cast("int64")
    if not kind.is_string():
        number = column.try_cast("float64")
        return ibis_if(number == number.floor(), number, number.nullif(number)).try_cast("int64")
    bare = column.re_replace(r"^([+-]?\d{1,3}(?:\.\d{3})+)$", r"\1,").re_replace(r"^([+-]?\d+)[.,]0*$", r"\1")
    grouped = ibis_if(bare.contains(","), bare.re_replace(r"[.,]", ""), bare)
    return ibis_if(grouped.re_search(r"^[+-]?\d{1,19}$"), grouped, _null_text()).try_cast("int64")


def _floating(text: Expr, _context: Context) -> Expr:
    return text.replace(",", ".").try_cast("float64")


def _whole(text: Expr, _context: Context) -> Expr:
    return text.try_cast("int64")


def _finite(number: Expr, _context: Context) -> Expr:
    return ~(number.isnan() | number.isinf())


def _yes_no(column: Expr, _context: Context) -> Expr:
    import ibis

    kind = column.type()
    if kind.is_boolean():
        return column
    text = column.cast("string").lower()
    whole = text.re_replace(r"^([01])\.0$", r"\1")
    return ibis.cases((whole.isin(_YES), True), (whole.isin(_NO), False), else_=ibis.null("boolean"))


TYPES: Final = (
    SemanticType(
        name="number.decimal_vi",
        base="number",
        canonical=r"^-?\d+(?:,\d+)?$",
        quick=_floating,
        normalise=_decimal_vi,
        valid=_finite,
        describe_vi="Số viết theo lối Việt Nam: dấu chấm ngăn hàng nghìn, dấu phẩy thập phân (1.204,5).",
        describe_en="Number in Vietnamese writing: a point between thousands, a decimal comma (1.204,5).",
        bound=False,
        examples=(
            ("1.204,5", "1204.5"),
            ("1.204", "1204"),
            ("1204,5", "1204.5"),
            ("12.5", "12.5"),
            ("1,204.5", "1204.5"),
            ("-0,25", "-0.25"),
            ("12 500", "12500"),
        ),
        bad=("1.2.3", "12,5,6", "năm", "1.20.4"),
    ),
    SemanticType(
        name="number.plain",
        base="number",
        normalise=_plain,
        valid=_finite,
        describe_vi="Số với dấu chấm thập phân.",
        describe_en="Number with a decimal point.",
        bound=False,
        examples=(("16.46", "16.46"), ("-3", "-3"), ("1e3", "1000")),
        bad=("12,5", "inf", "NaN", "mười"),
    ),
    SemanticType(
        name="number.integer",
        base="integer",
        canonical=r"^-?\d{1,18}$",
        quick=_whole,
        normalise=_integer,
        describe_vi="Số nguyên; 1.204 là một nghìn hai trăm lẻ tư.",
        describe_en="Whole number; 1.204 is one thousand two hundred and four.",
        bound=False,
        examples=(("12", "12"), ("-7", "-7"), ("1.204", "1204"), ("12.0", "12"), ("1.204.000", "1204000")),
        bad=("12.5", "12a", "99999999999999999999", ""),
    ),
    SemanticType(
        name="boolean.yes_no",
        base="boolean",
        normalise=_yes_no,
        describe_vi="Có hoặc không: có, x, 1, đúng; không, 0, sai.",
        describe_en="Yes or no: có, x, 1, true; không, 0, false.",
        bound=False,
        examples=(("Có", "true"), ("x", "true"), ("1", "true"), ("không", "false"), ("0", "false"), ("FALSE", "false")),
        bad=("2", "có thể", "-1"),
    ),
)
