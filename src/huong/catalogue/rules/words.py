"""The checks of a contract and the sentence each says to the person who has to repair the row."""

from collections.abc import Iterator
from typing import Final

from huong.catalogue.rules.fields import Check, FieldSpec, Kind, RuleSpec

# Semantic types whose value can be wrong although it is a text; every other text type only tidies.
ALWAYS_HOLD: Final = frozenset({"", "text.free"})

_SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "required": ("“{title}” để trống.", "“{title}” is empty."),
    "range": ("“{title}” nằm ngoài khoảng cho phép ({range}).", "“{title}” is outside {range}."),
    "pattern": ("“{title}” không đúng mẫu {pattern}.", "“{title}” does not have the form {pattern}."),
    "length": (
        "“{title}” quá ngắn hoặc quá dài ({length} ký tự).",
        "“{title}” is too short or too long ({length} characters).",
    ),
    "unique": ("“{title}” trùng với một dòng khác.", "“{title}” is the same as in another row."),
    "key": ("Trùng khóa ({titles}) với một dòng khác.", "The key ({titles}) is the same as in another row."),
    "list": ("“{title}” không có trong danh mục {list}.", "“{title}” is not in the code list {list}."),
    "values": ("“{title}” không thuộc các giá trị cho phép.", "“{title}” is not one of the allowed values."),
    "reference": ("“{title}” không có trong bộ dữ liệu {list}.", "“{title}” is not in the dataset {list}."),
    "unit": (
        "“{title}” không phải là phường, xã hiện nay, hoặc tên chưa đủ rõ.",
        "“{title}” is not a ward or commune of today, or the name is ambiguous.",
    ),
}
_TYPES: Final[dict[str, tuple[str, str]]] = {
    "integer": ("“{title}” không phải là số nguyên.", "“{title}” is not a whole number."),
    "number": ("“{title}” không phải là số.", "“{title}” is not a number."),
    "boolean": ("“{title}” không phải là có hoặc không.", "“{title}” is neither yes nor no."),
    "date": ("“{title}” không phải là ngày có thật.", "“{title}” is not a date of the calendar."),
    "timestamp": ("“{title}” không phải là thời điểm có thật.", "“{title}” is not a point in time."),
    "point": ("“{title}” không phải là tọa độ hợp lệ.", "“{title}” is not a valid position."),
    "string": ("“{title}” không phải là {semantic} hợp lệ.", "“{title}” is not a valid {semantic}."),
}
_MEANINGS: Final[dict[str, tuple[str, str]]] = {
    "vn.citizen_id": ("số định danh cá nhân (12 chữ số)", "personal id (12 digits)"),
    "vn.tax_code": ("mã số thuế", "tax code"),
    "vn.phone": ("số điện thoại Việt Nam", "Vietnamese phone number"),
    "vn.plate": ("biển số xe", "licence plate"),
    "vn.social_insurance": ("mã số bảo hiểm xã hội (10 chữ số)", "social insurance number (10 digits)"),
    "vn.dossier_code": ("mã hồ sơ", "dossier code"),
    "vn.agency_code": ("mã cơ quan", "agency code"),
    "text.name": ("tên", "name"),
    "vn.person_name": ("họ và tên người", "name of a person"),
    "text.identifier": ("mã số", "identifier"),
    "text.email": ("địa chỉ thư điện tử", "e-mail address"),
    "text.url": ("địa chỉ trang web", "web address"),
}


def checks_of(fields: tuple[FieldSpec, ...], key: tuple[str, ...], rules: tuple[RuleSpec, ...]) -> Iterator[Check]:
    """Yield everything that is checked on a row: field by field, then the key, then rules over several fields."""
    bit = 0
    for found in fields:
        for kind in _kinds_of(found, key):
            vi, en = _sentences(kind, found)
            yield Check(bit, f"{found.name}.{kind}", found.name, kind, found.severity_of(kind), vi, en)
            bit += 1
    if key:
        vi, en = _SENTENCES["key"]
        parts = [found for found in fields if found.name in key]
        titles_vi, titles_en = (", ".join(part.title(language) for part in parts) for language in ("vi", "en"))
        yield Check(bit, "key", "", "key", "reject", vi.format(titles=titles_vi), en.format(titles=titles_en))
        bit += 1
    for rule in rules:
        yield Check(bit, rule.name, "", "rule", rule.severity, rule.message_vi, rule.message_en)
        bit += 1


def _kinds_of(found: FieldSpec, key: tuple[str, ...]) -> Iterator[Kind]:
    if can_be_of_wrong_type(found):
        yield "type"
    if found.is_needed or found.name in key:
        yield "required"
    if found.values or found.reference or is_looked_up(found):
        yield "values"
    if found.limits.has_range:
        yield "range"
    if found.limits.pattern:
        yield "pattern"
    if found.limits.has_length:
        yield "length"
    if found.unique and key != (found.name,):
        yield "unique"


def is_looked_up(found: FieldSpec) -> bool:
    """Return whether the value is resolved in a list: a unit or a code."""
    return found.semantic == "vn.unit" or bool(found.code_list)


def can_be_of_wrong_type(found: FieldSpec) -> bool:
    """Return whether a value can fail to be what the field says; a plain text cannot."""
    if found.logical_type != "string":
        return True
    return found.semantic not in ALWAYS_HOLD and not is_looked_up(found)


def _sentences(kind: Kind, found: FieldSpec) -> tuple[str, str]:
    if kind == "type":
        vi, en = _TYPES[found.logical_type]
    elif kind == "values":
        vi, en = _SENTENCES[_list_kind(found)]
    else:
        vi, en = _SENTENCES[kind]
    facts = {
        "range": range_text(found),
        "pattern": found.limits.pattern or "",
        "length": _length_text(found),
        "list": found.code_list or (found.reference.dataset if found.reference else ""),
    }
    meaning = _MEANINGS.get(found.semantic, (found.semantic, found.semantic))
    return (
        vi.format(title=found.title("vi"), semantic=meaning[0], **facts),
        en.format(title=found.title("en"), semantic=meaning[1], **facts),
    )


def _list_kind(found: FieldSpec) -> str:
    if found.semantic == "vn.unit":
        return "unit"
    if found.code_list:
        return "list"
    return "reference" if found.reference and not found.values else "values"


def range_text(found: FieldSpec) -> str:
    """Return the range of a field as people write it: "1 – 5", "≥ 0"."""
    limits = found.limits
    low = limits.minimum if limits.minimum is not None else limits.exclusive_minimum
    high = limits.maximum if limits.maximum is not None else limits.exclusive_maximum
    if low is not None and high is not None:
        text = f"{low} – {high}"
    elif low is not None:
        text = f"{'≥' if limits.minimum is not None else '>'} {low}"
    elif high is not None:
        text = f"{'≤' if limits.maximum is not None else '<'} {high}"
    else:
        text = ""
    step = f"× {limits.multiple_of}" if limits.multiple_of is not None else ""
    return " ".join(part for part in (text, step) if part)


def _length_text(found: FieldSpec) -> str:
    low, high = found.limits.min_length, found.limits.max_length
    if low is not None and high is not None:
        return str(low) if low == high else f"{low}–{high}"
    return f"≥ {low}" if low is not None else f"≤ {high}"
