"""Dates and times as they are written in Vietnam, in ISO form, and as spreadsheets keep them."""

from typing import Final

from huong.catalogue.types.base import Context, Expr, SemanticType, functions

_TAIL: Final = r"(?:[T\s,]+(.*))?$"
_DAY_FIRST: Final = r"^(?:ngày\s*)?(\d{1,2})\s*(?:[/.\-]|tháng)\s*(\d{1,2})\s*(?:[/.\-]|năm)\s*"
_PLAIN: Final = r"^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}(?:\.\d+)?$"
_SERIAL: Final = r"^[1-7]\d{4}(?:[.,]\d+)?$"
_CLOCK: Final = r"^(\d{1,2}(?:[:hg]\d{0,2}(?::\d{2}(?:\.\d+)?)?))[\s,]+(?:ngày\s*)?(.+)$"
_ORDINARY: Final = ("1801-01-01", "2199-12-31")
_SLASHED: Final = r"^(?:0[1-9]|[12]\d|3[01])/(?:0[1-9]|1[0-2])/[12]\d{3}"
MICROSECONDS_OF_A_DAY: Final = 86_400_000_000


def _iso_day(text: Expr) -> Expr:
    """Rewrite the Vietnamese forms of a date, with or without a time behind it, into ISO order.

    Years of two digits: 00 to 69 are of this century.
    """
    return (
        text.re_replace(r"(?i)" + _DAY_FIRST + r"(\d{4})" + _TAIL, r"\3-\2-\1 \4")
        .re_replace(r"(?i)" + _DAY_FIRST + r"([0-6]\d)" + _TAIL, r"20\3-\2-\1 \4")
        .re_replace(r"(?i)" + _DAY_FIRST + r"([7-9]\d)" + _TAIL, r"19\3-\2-\1 \4")
        .re_replace(r"^(\d{4})[/.](\d{1,2})[/.](\d{1,2})" + _TAIL, r"\1-\2-\3 \4")
        .re_replace(r"^((?:19|20)\d\d)(\d\d)(\d\d)$", r"\1-\2-\3")
        .strip()
    )


def _date(column: Expr, context: Context) -> Expr:
    import ibis

    kind = column.type()
    if kind.is_date():
        return column
    if kind.is_timestamp():
        local = functions().at_zone(context.zone, column) if kind.timezone else column
        return local.date()
    if not kind.is_string():
        return _serial_day(column.cast("float64"))
    day = _iso_day(column).re_extract(r"^(\d{4}-\d{1,2}-\d{1,2})(?:[T\s]|$)", 1)
    return ibis.ifelse(
        column.re_search(_SERIAL),
        _serial_day(column.replace(",", ".").try_cast("float64")),
        day.try_cast("date"),
    )


def _serial_day(serial: Expr) -> Expr:
    """Return the date of a spreadsheet's serial number (its day 0 is 30 December 1899)."""
    import ibis

    possible = serial.between(10_000, 73_050)
    days = ibis.ifelse(possible, serial.floor().cast("int32"), ibis.null("int32"))
    return (ibis.timestamp("1899-12-30 00:00:00") + days.as_interval("D")).date()


def _moment(column: Expr, context: Context) -> Expr:
    import ibis

    kind = column.type()
    if kind.is_timestamp():
        return column if kind.timezone else local_to_utc(column, context.zone)
    if kind.is_date():
        return local_to_utc(column.cast("timestamp"), context.zone)
    if not kind.is_string():
        return local_to_utc(_serial_moment(column.cast("float64")), context.zone)
    plain = column.re_search(_PLAIN)
    zoned = column.re_search(r"^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:Z|[+-]\d{2}(?::?\d{2})?)$")
    serial = column.re_search(_SERIAL)
    local = ibis.cases(
        (plain, column.try_cast("timestamp")),
        (serial, _serial_moment(column.replace(",", ".").try_cast("float64"))),
        else_=_written_moment(column),
    )
    return ibis.ifelse(zoned, column.try_cast("timestamp('UTC')"), local_to_utc(local, context.zone))


def _serial_moment(serial: Expr) -> Expr:
    import ibis

    days = ibis.ifelse(serial.between(10_000, 73_050), serial, ibis.null("float64"))
    seconds = (days * 86_400).round().cast("int64") - 25_569 * 86_400
    return functions().from_microseconds(seconds * 1_000_000)


def _written_moment(text: Expr) -> Expr:
    """Read "24/11/2026 14:30", "14h30 ngày 24/11/2026", "2026-11-24 14:30": local time."""
    turned = text.re_replace(r"(?i)" + _CLOCK, r"\2 \1")
    clock = _iso_day(turned).re_replace(r"[hgHG](\d{1,2})", r":\1").re_replace(r"(\d)[hgHG]\s*$", r"\1:00")
    whole = clock.re_replace(r"^(\d{4}-\d{1,2}-\d{1,2})$", r"\1 00:00:00")
    short = whole.re_replace(r"(\s\d{1,2}:\d{2})$", r"\1:00").re_replace(r"\s(\d:)", r" 0\1")
    return short.re_extract(r"^\d{4}-\d{1,2}-\d{1,2}[ T]\d{2}:\d{2}:\d{2}.*", 0).try_cast("timestamp")


def _quick_day(text: Expr, _context: Context) -> Expr:
    import ibis

    vietnamese = functions().strptime(text, "%d/%m/%Y").date()
    return ibis.ifelse(text.substr(2, 1) == "/", vietnamese, text.try_cast("date"))


def _quick_moment(text: Expr, context: Context) -> Expr:
    import ibis

    vietnamese = ibis.cases(
        (text.length() == 10, functions().strptime(text, "%d/%m/%Y")),
        (text.length() == 16, functions().strptime(text, "%d/%m/%Y %H:%M")),
        else_=functions().strptime(text, "%d/%m/%Y %H:%M:%S"),
    )
    local = ibis.ifelse(text.substr(2, 1) == "/", vietnamese, text.try_cast("timestamp"))
    return local_to_utc(local, context.zone)


def local_to_utc(local: Expr, zone: str) -> Expr:
    """Return local times as instants. A zone whose clock never changes is one subtraction."""
    offset = fixed_offset_seconds(zone)
    if offset is None:
        return functions().in_zone(zone, local)
    shifted = functions().to_microseconds(local) - offset * 1_000_000
    return functions().from_microseconds_utc(shifted)


def fixed_offset_seconds(zone: str) -> int | None:
    """Return the offset of a zone whose clock did not change since 1976, or None.

    Times before 1976 are read with the same offset, which is right for Vietnam's later legal time only.

    >>> fixed_offset_seconds("Asia/Ho_Chi_Minh"), fixed_offset_seconds("America/New_York")
    (25200, None)
    """
    from datetime import datetime
    from zoneinfo import ZoneInfo

    offsets = {
        datetime(year, month, 15, tzinfo=ZoneInfo(zone)).utcoffset()
        for year in range(1976, 2041)
        for month in range(1, 13)
    }
    only = offsets.pop() if len(offsets) == 1 else None
    return None if only is None else int(only.total_seconds())


def _possible_day(day: Expr, _context: Context) -> Expr:
    return day.year().between(1800, 2200)


def _possible_moment(at: Expr, _context: Context) -> Expr:
    import ibis

    return at.between(ibis.timestamp("1800-01-01 00:00:00+00:00"), ibis.timestamp("2200-01-01 00:00:00+00:00"))


TYPES: Final = (
    SemanticType(
        name="vn.date",
        base="date",
        canonical=_SLASHED + r"$|^[12]\d{3}-\d{2}-\d{2}$",
        quick=_quick_day,
        surely=_ORDINARY,
        normalise=_date,
        valid=_possible_day,
        describe_vi="Ngày: 24/11/2026, 24-11-26, “ngày 24 tháng 11 năm 2026”, 2026-11-24, hoặc số ngày của bảng tính.",
        describe_en="Date: 24/11/2026, 24-11-26, “ngày 24 tháng 11 năm 2026”, 2026-11-24, or a spreadsheet's day number.",
        bound=False,
        examples=(
            ("24/11/2026", "2026-11-24"),
            ("24-11-26", "2026-11-24"),
            ("4.1.1998", "1998-01-04"),
            ("01/02/85", "1985-02-01"),
            ("ngày 24 tháng 11 năm 2026", "2026-11-24"),
            ("Ngày 4 tháng 1 năm 2026", "2026-01-04"),
            ("2026-11-24", "2026-11-24"),
            ("2026/11/24", "2026-11-24"),
            ("2026-11-24T08:30:00", "2026-11-24"),
            ("24/11/2026 08:30", "2026-11-24"),
            ("20261124", "2026-11-24"),
            ("45985", "2025-11-24"),
            ("45985.5", "2025-11-24"),
        ),
        bad=("30/02/2026", "24/13/2026", "hôm qua", "2026", "31-11-26", "0000-00-00", "1"),
    ),
    SemanticType(
        name="vn.datetime",
        base="timestamp",
        canonical=_SLASHED + r"(?: (?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?)?$|" + _PLAIN,
        quick=_quick_moment,
        surely=_ORDINARY,
        normalise=_moment,
        valid=_possible_moment,
        describe_vi="Thời điểm: 24/11/2026 14:30, “14h30 ngày 24/11/2026”, dạng ISO, hoặc số của bảng tính; giờ địa phương nếu không ghi múi giờ.",
        describe_en="Point in time: 24/11/2026 14:30, “14h30 ngày 24/11/2026”, ISO, or a spreadsheet's number; local time unless a zone is written.",
        bound=False,
        examples=(
            ("24/11/2026 14:30", "2026-11-24 07:30:00+00:00"),
            ("24/11/2026 14:30:05", "2026-11-24 07:30:05+00:00"),
            ("14h30 ngày 24/11/2026", "2026-11-24 07:30:00+00:00"),
            ("14:30 24/11/2026", "2026-11-24 07:30:00+00:00"),
            ("7h 24-11-26", "2026-11-24 00:00:00+00:00"),
            ("2026-11-24 14:30:05", "2026-11-24 07:30:05+00:00"),
            ("2026-11-24T14:30:05Z", "2026-11-24 14:30:05+00:00"),
            ("2026-11-24T14:30:05+07:00", "2026-11-24 07:30:05+00:00"),
            ("24/11/2026", "2026-11-23 17:00:00+00:00"),
            ("45985.5", "2025-11-24 05:00:00+00:00"),
        ),
        bad=("24/11/2026 25:00", "trưa qua", "14h30", "30/02/2026 10:00"),
    ),
)
