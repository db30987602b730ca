"""Values that are resolved in a list: units of the city, and the code lists of the catalogue.

Here a value is only made a text; `quality` looks the different spellings of a column up once, in the
places and in the code lists, and joins what it found.
"""

from typing import Final

from huong.catalogue.types.base import Context, Expr, SemanticType


def _unit(column: Expr, _context: Context) -> Expr:
    kind = column.type()
    return column if kind.is_string() else column.try_cast("int64").cast("string").lpad(5, "0")


def _code(column: Expr, _context: Context) -> Expr:
    return column.cast("string")


CODE: Final = SemanticType(
    name="code",
    base="string",
    normalise=_code,
    describe_vi="Mã hoặc tên trong một danh mục dùng chung; tên và cách viết khác được đổi thành mã.",
    describe_en="A code or a name of a shared code list; names and other spellings become the code.",
)

TYPES: Final = (
    SemanticType(
        name="vn.unit",
        base="string",
        normalise=_unit,
        describe_vi="Phường, xã theo mã hoặc tên; mã và tên cũ được đổi sang đơn vị hiện nay theo ngày của chúng.",
        describe_en="Ward or commune by code or name; old codes and names become today's by their date.",
    ),
)
