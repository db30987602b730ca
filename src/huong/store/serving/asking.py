"""Questions to a serving copy as SQL: filters, order and cursor. Values are always parameters."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from types import ModuleType
from typing import Any, Literal

from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.errors import BadInput
from huong.base.text import fold
from huong.store.rules import quoted
from huong.store.serving.layout import ROW, TEXT, Layout

Operator = Literal["eq", "in", "ge", "gt", "le", "lt", "prefix", "empty", "contains", "bbox"]
_COMPARISONS = {"eq": "=", "ge": ">=", "gt": ">", "le": "<=", "lt": "<"}
MOST_VALUES = 500


@dataclass(frozen=True)
class Filter:
    """One condition. `contains` searches the folded text of the whole row and names no field.

    Attributes:
        field: a column of the copy; a point's name for `bbox`.
        operator: eq, in, ge, gt, le, lt, prefix, empty, contains, or bbox (west, south, east, north).
        value: a value; a list for in and bbox; a boolean for empty.
    """

    field: str
    operator: Operator
    value: Any


@dataclass(frozen=True)
class Phase:
    """One stretch of an ordered listing: empty values and filled ones are read one after the other."""

    condition: str
    values: tuple[Any, ...]
    order: str


def where(engine: ModuleType, layout: Layout, filters: Iterable[Filter]) -> tuple[list[str], list[Any]]:
    """Return conditions and their values.

    Raises:
        BadInput: a field or an operator that is not there, or a value of the wrong form.
    """
    conditions: list[str] = []
    values: list[Any] = []
    kinds = {column.name: column.kind for column in layout.columns}
    for asked in filters:
        condition, given = _one(engine, layout, kinds, asked)
        conditions.append(condition)
        values += given
    return conditions, values


def _one(engine: ModuleType, layout: Layout, kinds: dict[str, str], asked: Filter) -> tuple[str, list[Any]]:
    if asked.operator == "contains":
        return f"{quoted(TEXT)} LIKE {engine.MARK} ESCAPE '!'", [f"%{_escaped(fold(str(asked.value)))}%"]
    if asked.operator == "bbox":
        return _box(engine, layout, asked)
    if asked.field not in kinds:
        raise BadInput(_("There is no field “%(name)s” to filter by.") % {"name": asked.field}, field=asked.field)
    return _of_column(engine.MARK, quoted(asked.field), kinds[asked.field], asked)


def _of_column(mark: str, name: str, kind: str, asked: Filter) -> tuple[str, list[Any]]:
    if asked.operator == "empty":
        return f"{name} IS {'' if asked.value else 'NOT '}NULL", []
    if asked.operator == "prefix":
        start = str(asked.value)
        return f"({name} >= {mark} AND {name} < {mark})", [start, start + "\U0010ffff"]
    if asked.operator == "in":
        found = [typed(kind, value, asked.field) for value in list(asked.value)[:MOST_VALUES]]
        return (f"{name} IN ({', '.join([mark] * len(found))})", found) if found else ("1 = 0", [])
    if asked.operator not in _COMPARISONS:
        raise BadInput(_("“%(operator)s” is not a way to filter.") % {"operator": asked.operator})
    if kind == "timestamp" and (day := _day(asked.value)) is not None:
        return _within_day(mark, name, asked.operator, day)
    return f"{name} {_COMPARISONS[asked.operator]} {mark}", [typed(kind, asked.value, asked.field)]


def _box(engine: ModuleType, layout: Layout, asked: Filter) -> tuple[str, list[Any]]:
    point = asked.field or (layout.points[0] if layout.points else "")
    try:
        west, south, east, north = (float(value) for value in asked.value)
    except (TypeError, ValueError) as error:
        raise BadInput(_("A box is four numbers: west, south, east, north.")) from error
    if point not in layout.points:
        raise BadInput(_("This dataset has no point to look for in a box."))
    return engine.box_sql("", point), engine.box_values(west, south, east, north)


def _escaped(value: str) -> str:
    return value.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def typed(kind: str, value: Any, field: str) -> Any:
    """Return a value as the column holds it, from what a web address or a body carries.

    Raises:
        BadInput: it cannot be such a value.
    """
    try:
        if kind == "integer":
            return int(value)
        if kind in {"number", "lon", "lat", "decimal"}:
            return float(value)
        if kind == "boolean":
            return int(value in {True, "1", "true", "True"})
    except (TypeError, ValueError) as error:
        raise BadInput(_("“%(value)s” is no value of “%(field)s”.") % {"value": value, "field": field}) from error
    return _instant(value, field) if kind == "timestamp" else str(value)


def _day(value: Any) -> date | None:
    """Return the day that a text such as "2026-11-26" or a date means; None for instants."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == len("2026-11-26") else None
    except ValueError:
        return None


def _within_day(mark: str, name: str, operator: str, day: date) -> tuple[str, list[Any]]:
    """Compare instants with a day of the city's zone."""
    starts, ends = (_stamp(datetime.combine(each, time(), clock.zone())) for each in (day, day + timedelta(days=1)))
    if operator == "eq":
        return f"({name} >= {mark} AND {name} < {mark})", [starts, ends]
    sign, border = {"ge": (">=", starts), "gt": (">=", ends), "le": ("<", ends), "lt": ("<", starts)}[operator]
    return f"{name} {sign} {mark}", [border]


def _instant(value: Any, field: str) -> str:
    try:
        found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError as error:
        raise BadInput(_("“%(value)s” is no value of “%(field)s”.") % {"value": value, "field": field}) from error
    return _stamp(found if found.tzinfo else found.replace(tzinfo=clock.zone()))


def _stamp(aware: datetime) -> str:
    return aware.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def phases(engine: ModuleType, layout: Layout, order: str, after: Sequence[Any] | None) -> list[Phase]:
    """Return how to read an ordered listing from a place on. Empty values come first, last when descending.

    Args:
        order: a column with an index, "-" before it for descending; empty: by key, or as they came.
        after: the order's and the tie's values of the last row read.

    Raises:
        BadInput: there is no index on the column, so ordering by it would read everything.
    """
    falling, name = order.startswith("-"), order.lstrip("-")
    tie = list(layout.tie)
    if not name or (name,) == layout.key:
        return [_stretch(engine, tie, falling, after[-len(tie) :] if after else None, "")]
    if name not in layout.indexed:
        raise BadInput(_("This dataset cannot be ordered by “%(name)s”.") % {"name": name}, field=name)
    empty_place = after[1:] if after is not None and after[0] is None else None
    filled_place = after if after is not None and after[0] is not None else None
    empty = _stretch(engine, tie, falling, empty_place, f"{quoted(name)} IS NULL")
    filled = _stretch(engine, [name, *tie], falling, filled_place, f"{quoted(name)} IS NOT NULL")
    if falling:
        return [empty] if empty_place else [filled, empty]
    return [filled] if filled_place else [empty, filled]


def _stretch(engine: ModuleType, names: list[str], falling: bool, after: Sequence[Any] | None, only: str) -> Phase:  # noqa: FBT001
    direction = " DESC" if falling else ""
    order = ", ".join(f"{quoted(name)}{direction}" for name in names)
    if after is None:
        return Phase(only, (), order)
    row = ", ".join(quoted(name) for name in names)
    marks = ", ".join([engine.MARK] * len(names))
    beyond = f"({row}) {'<' if falling else '>'} ({marks})"
    return Phase(f"{only} AND {beyond}" if only else beyond, tuple(after), order)


__all__ = ["ROW", "Filter", "Phase", "phases", "typed", "where"]
