"""Charts drawn by the server as plain SVG: they need no script and are never cut at the axis."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from huong.ui import criteria, words


@dataclass(frozen=True)
class LineChart:
    """What the template draws: lines in a box of 1000 by 100, a last point, dates along the axis."""

    lines: list[str]
    dots: list[tuple[str, str, str]]
    ticks: list[str]
    promise: str
    promise_text_y: str
    promise_words: str
    promise_first: bool
    rows: list[tuple[date, float | None]] = field(default_factory=list)


def _percent_of_width(position: int, count: int) -> float:
    return 100 * position / (count - 1) if count > 1 else 100.0


def line_chart(points: Sequence[tuple[date, float | None]], *, promise: float | None = None) -> LineChart:
    """Return a line of shares over days, from 0 to 100 per cent; an unknown day leaves a gap.

    Args:
        points: (day, share 0 to 1 or None), oldest first, one for every day of the axis.
        promise: the share promised, drawn as a dashed line.
    """
    lines: list[list[str]] = [[]]
    last: tuple[str, str, str] | None = None
    dots = []
    for place, (_day, share) in enumerate(points):
        if share is None:
            lines.append([])
            continue
        x, y = _percent_of_width(place, len(points)), 100 - 100 * share
        lines[-1].append(f"{x * 10:.0f},{y:.1f}")
        last = (f"{x:.1f}%", f"{y:.1f}%", criteria.tone(share))
    dots = [last] if last else []
    ticks = [words.short_day(points[place][0]) for place in _tick_places(len(points))]
    return LineChart(
        lines=[" ".join(line) for line in lines if len(line) > 1],
        dots=dots,
        ticks=ticks,
        promise="" if promise is None else f"{100 - 100 * promise:.1f}%",
        promise_text_y="" if promise is None else f"{_clear_of_line(points, promise):.1f}%",
        promise_words="" if promise is None else words.percent(promise, digits=0),
        promise_first=all(share is None for _day, share in points[: len(points) // 3]),
        rows=list(reversed(points)),
    )


def _clear_of_line(points: Sequence[tuple[date, float | None]], promise: float) -> float:
    """Return the height for the promise's words: over its line where the shares end below it, else under it."""
    ends = [share for _day, share in points if share is not None]
    above = bool(ends) and ends[-1] < promise
    return 100 - 100 * promise + (-4 if above else 13)


def _tick_places(count: int) -> list[int]:
    if count == 0:
        return []
    return sorted({0, (count - 1) // 2, count - 1})


def bars(rows: Iterable[tuple[str, float]]) -> list[dict[str, Any]]:
    """Return bars from zero, each with its width in per cent of the largest."""
    listed = list(rows)
    top = max((value for _label, value in listed), default=0) or 1
    return [{"label": label, "value": value, "width": f"{100 * value / top:.1f}%"} for label, value in listed]
