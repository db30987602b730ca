"""Numbers, shares, sizes and times as people read them, in Vietnamese or English form."""

from datetime import date, datetime, timedelta

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from huong.base import clock

NARROW = "\N{NO-BREAK SPACE}"
DASH = "\N{EN DASH}"


def vietnamese() -> bool:
    """Return whether the present reader reads Vietnamese (also when no language is active)."""
    return (get_language() or "vi").startswith("vi")


def number(value: float | int | None, digits: int | None = None) -> str:
    """Return a number in the reader's form: 58.251 and 1,5 in Vietnamese, 58,251 and 1.5 in English.

    Args:
        value: the number; None gives a dash.
        digits: digits after the point; None keeps up to two and drops trailing zeros.
    """
    if value is None:
        return DASH
    if isinstance(value, int) and digits is None:
        text = f"{value:,}"
    elif digits is None:
        text = f"{value:,.2f}".rstrip("0").rstrip(".")
    else:
        text = f"{value:,.{digits}f}"
    return text.translate(str.maketrans(",.", ".,")) if vietnamese() else text


def percent(share: float | None, digits: int = 1) -> str:
    """Return a share of 0 to 1 as per cent, rounded down so that only a whole is 100: "96,4 %" or "96.4%"."""
    if share is None:
        return _("no figure yet")
    scale = 10**digits
    floored = int(share * 100 * scale + 1e-6) / scale
    text = number(int(floored) if floored == int(floored) else floored)
    return f"{text}{NARROW}%" if vietnamese() else f"{text}%"


def size(count: int | None) -> str:
    """Return a size in bytes as people read it, in steps of 1,000."""
    if count is None:
        return DASH
    value, unit = float(count), "B"
    for bigger in ("kB", "MB", "GB", "TB"):
        if value < 1000:
            break
        value, unit = value / 1000, bigger
    return f"{number(int(value)) if value >= 10 or unit == 'B' else number(round(value, 1))}{NARROW}{unit}"


def day(value: date | datetime | None) -> str:
    """Return a date as 26/11/2026 (Vietnamese) or 26 Nov 2026 (English), in the city's zone."""
    if value is None:
        return DASH
    if isinstance(value, datetime):
        value = clock.local(value).date()
    return value.strftime("%d/%m/%Y") if vietnamese() else f"{value.day} {value:%b} {value.year}"


def short_day(value: date) -> str:
    """Return a day of an axis: 26/11 (Vietnamese) or 26 Nov (English)."""
    return f"{value.day}/{value.month}" if vietnamese() else f"{value.day} {value:%b}"


def moment(value: datetime | None) -> str:
    """Return an instant with its time, in the city's zone: "14:05 26/11/2026"."""
    return DASH if value is None else f"{clock.local(value):%H:%M} {day(value)}"


def ago(value: datetime | None) -> str:
    """Return how long ago something was while that is less than a day, else its day and time."""
    if value is None:
        return _("never")
    seconds = int((clock.now() - value).total_seconds())
    if not -60 <= seconds < 86400:
        return moment(value)
    if seconds < 1:
        return _("just now")
    return _("%(span)s ago") % {"span": span(timedelta(seconds=seconds))}


def span(length: timedelta) -> str:
    """Return a length of time in its largest whole unit: "26 giờ" up to two days, then days."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < 60:
        return ngettext("%(n)s second", "%(n)s seconds", seconds) % {"n": number(seconds)}
    if seconds < 3600:
        return ngettext("%(n)s minute", "%(n)s minutes", seconds // 60) % {"n": number(seconds // 60)}
    if seconds < 2 * 86400:
        return ngettext("%(n)s hour", "%(n)s hours", seconds // 3600) % {"n": number(seconds // 3600)}
    return ngettext("%(n)s day", "%(n)s days", seconds // 86400) % {"n": number(seconds // 86400)}


def took(seconds: float | None) -> str:
    """Return how long work took: "1,8 giây" under a minute (0,1 at least), else whole units."""
    if seconds is None:
        return DASH
    if seconds < 60:
        text = number(max(0.1, round(seconds, 1)))
        return ngettext("%(n)s second", "%(n)s seconds", 1 if seconds == 1 else 2) % {"n": text}
    return span(timedelta(seconds=seconds))
