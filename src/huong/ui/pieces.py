"""Small pieces of markup that stand many times on one page: icons, badges, clocks, choices.

They are written by Python: as templates of their own, those of one list took longer than all the rest of the page.
Every value is escaped as a template would. Between neighbours stands the line end that a template's file would leave.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from html import escape
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from huong.base import clock
from huong.ui import lotus, words
from huong.ui.icons import ICONS

MANY = 512


@lru_cache(maxsize=1)
def _sprite() -> str:
    try:
        return staticfiles_storage.url("icons/lucide.svg")
    except ValueError:  # the sprite was not collected: pages stay readable, every icon has its word
        return f"{settings.STATIC_URL}icons/lucide.svg"


@lru_cache(maxsize=MANY)
def icon(name: str, size: int = 20) -> SafeString:
    """Return one icon of the sprite, hidden from screen readers: a word always stands beside it.

    Raises:
        KeyError: the icon is not listed in `huong.ui.icons`.
    """
    if name not in ICONS:
        raise KeyError(name)
    extra = "" if size == 20 else f" icon-{size}"
    return _safe(
        f'<svg class="icon{escape(extra)}" aria-hidden="true" focusable="false">'
        f'<use href="{escape(_sprite())}#{escape(name)}"/></svg>'
    )


@lru_cache(maxsize=8)
def mark(size: int = 34) -> SafeString:
    """Return the mark of the product: six petals in the brand's violet."""
    path = lotus.outline(lotus.Shape(16, 49, 24, 0))
    petals = "".join(f'<path transform="rotate({turn})" d="{path}"/>' for turn in range(0, 360, 60))
    return _safe(
        f'<svg class="mark" width="{size:d}" height="{size:d}" viewBox="-50 -50 100 100" aria-hidden="true"'
        f' focusable="false">{petals}</svg>\n'
    )


def badge(text: Any, tone: str = "plain", icon_name: str = "") -> SafeString:
    """Return a state in words with its tone (good, fair, weak, bad, info, plain)."""
    drawn = icon(icon_name, 16) if icon_name else ""
    return _safe(f'<span class="badge badge-{escape(tone)}">{drawn}{conditional_escape(text)}</span>\n')


def due(at: datetime | None, *, paused: bool = False) -> SafeString:
    """Return a clock: how long is left or overdue, and until when.

    Args:
        at: when it is due, timezone-aware; None gives nothing.
        paused: the clock stands still while somebody else must act.
    """
    if at is None:
        return _safe("\n")
    return _safe(
        f'<span class="row row-tight">{badge(*_left(at, paused=paused))}'
        f'<time class="tiny quiet" datetime="{at.isoformat()}">{words.moment(at)}</time></span>\n'
    )


def _left(at: datetime, *, paused: bool) -> tuple[str, str]:
    if paused:
        return _("Paused"), "good"
    left = at - clock.now()
    if left < timedelta(0):
        return _("Overdue by %(span)s") % {"span": words.span(-left)}, "bad"
    today = left < timedelta(hours=24) and clock.local(at).date() == clock.today()
    return _("%(span)s left") % {"span": words.span(left)}, "weak" if today else "good"


def ago(value: datetime) -> SafeString:
    """Return how long ago an instant was, with the full time as its title."""
    said, full = escape(words.ago(value)), escape(words.moment(value))
    return _safe(f'<time datetime="{value.isoformat()}" title="{full}">{said}</time>')


@dataclass(frozen=True)
class Chip:
    """One ready question above a list.

    Attributes:
        count: how many answers it has, if that is known.
        tone: how it stands out while it has answers and is not chosen (good, weak, bad).
    """

    label: str
    url: str
    on: bool
    count: int | None = None
    tone: str = ""


def chips(found: Iterable[Chip]) -> SafeString:
    """Return ready questions; the chosen one is marked for screen readers too."""
    return _safe("".join(_chip(each) for each in found))


def _chip(chip: Chip) -> str:
    tone = f" chip-{escape(chip.tone)}" if chip.tone and chip.count and not chip.on else ""
    count = "" if chip.count is None else f' <span class="figures">{escape(words.number(chip.count))}</span>'
    current = ' aria-current="true"' if chip.on else ""
    return f'<a class="chip{tone}" href="{escape(chip.url)}"{current}>{escape(chip.label)}{count}</a>'


def options(choices: Iterable[tuple[Any, Any]], chosen: str | None = None) -> SafeString:
    """Return the choices of a select as (key, name), one of them chosen."""
    lines = []
    for key, name in choices:
        selected = " selected" if key == chosen else ""
        lines.append(f'<option value="{escape(str(key))}"{selected}>{escape(str(name))}</option>')
    return _safe("".join(lines))


def _safe(markup: str) -> SafeString:
    return mark_safe(markup)  # noqa: S308 - every value above is escaped or our own
