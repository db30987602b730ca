"""Finds rules that can never hold, so that a contract does not refuse every row there will ever be.

Ranges, forms and allowed values of one field are compared directly. A condition over several fields is
decided where it consists of comparisons (with values or between fields), AND, OR, NOT, IN, BETWEEN and
IS NULL: for such conditions it is enough to try every value named, the borders, and points between them.
Other conditions are left alone; a load that one rule refuses altogether says so later.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice, product
from typing import Any, Final

from sqlglot import expressions as sql

from huong.base.text import noop
from huong.catalogue.rules import conditions, running
from huong.catalogue.rules.fields import FieldSpec, Limits
from huong.catalogue.rules.problems import Document, Path
from huong.catalogue.rules.spec import ContractSpec

MOST_TRIALS: Final = 60_000
_COMPARE: Final[dict[type[Any], Any]] = {
    sql.EQ: lambda a, b: a == b,
    sql.NEQ: lambda a, b: a != b,
    sql.GT: lambda a, b: a > b,
    sql.GTE: lambda a, b: a >= b,
    sql.LT: lambda a, b: a < b,
    sql.LTE: lambda a, b: a <= b,
}


class Undecided(Exception):
    """The condition has a part that this module does not reason about."""


def require_possible(document: Document, spec: ContractSpec) -> None:
    """Add a problem for every check that no row can pass."""
    for position, field in enumerate(spec.fields):
        path: Path = ("schema", 0, "properties", position)
        reason = running.problem_of_pattern(field.limits.pattern or "")
        if reason:
            here = (*path, "logicalTypeOptions", "pattern")
            document.add(here, noop("The pattern cannot be read: %(reason)s."), reason=reason)
            continue
        _require_limits(document, field, path)
        _require_values(document, field, path)
    places = _places_of_rules(document)
    running.require_runnable(document, spec, places)
    for rule in spec.rules:
        if not can_hold(rule.condition, spec.by_name):
            document.add(
                places.get(rule.name, ("schema", 0, "quality")),
                noop("The rule “%(label)s” can never hold: no row could pass it."),
                label=rule.name,
                warning=rule.severity == "flag",
            )


def _places_of_rules(document: Document) -> dict[str, Path]:
    listed = document.value["schema"][0].get("quality") or []
    return {
        str(check.get("name")): ("schema", 0, "quality", position)
        for position, check in enumerate(listed)
        if isinstance(check, dict)
    }


def _require_limits(document: Document, field: FieldSpec, path: Path) -> None:
    limits, here = field.limits, (*path, "logicalTypeOptions")
    low, high = lowest(field), highest(field)
    if low is not None and high is not None and low[0] > high[0]:
        document.add(
            here,
            noop("No value of “%(label)s” can be at least %(low)s and at most %(high)s."),
            label=field.name,
            low=low[1],
            high=high[1],
        )
    elif low is not None and high is not None and low[0] == high[0] and _is_open(limits):
        document.add(here, noop("The range of “%(label)s” holds no value."), label=field.name)
    if limits.min_length is not None and limits.max_length is not None and limits.min_length > limits.max_length:
        document.add(here, noop("The shortest length of “%(label)s” is longer than the longest."), label=field.name)


def _is_open(limits: Limits) -> bool:
    return limits.exclusive_minimum is not None or limits.exclusive_maximum is not None


def lowest(field: FieldSpec) -> tuple[float, Any] | None:
    """Return the lower bound as a number for comparing, and as it is written."""
    found = [bound for bound in (field.limits.minimum, field.limits.exclusive_minimum) if bound is not None]
    pairs = [(number, bound) for bound in found if (number := number_of(bound)) is not None]
    return max(pairs, default=None, key=lambda pair: pair[0])


def highest(field: FieldSpec) -> tuple[float, Any] | None:
    """Return the upper bound as a number for comparing, and as it is written."""
    found = [bound for bound in (field.limits.maximum, field.limits.exclusive_maximum) if bound is not None]
    pairs = [(number, bound) for bound in found if (number := number_of(bound)) is not None]
    return min(pairs, default=None, key=lambda pair: pair[0])


def number_of(value: Any) -> float | None:
    """Return a number, a date or a time as a number that keeps the order; None for other texts.

    >>> number_of("2026-01-02") - number_of("2026-01-01")
    86400.0
    """
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, int | float):
        return float(value)
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return (at.replace(tzinfo=None) - datetime(1970, 1, 1)).total_seconds()  # noqa: DTZ001 - only the order matters


def _require_values(document: Document, field: FieldSpec, path: Path) -> None:
    """Refuse an allowed value that another check of the same field refuses."""
    for value in field.values:
        reason = _refusing(field, value)
        if reason:
            document.add(
                (*path, "enum"),
                noop("“%(value)s” is allowed for “%(label)s”, but its %(reason)s refuses it."),
                value=value,
                label=field.name,
                reason=reason,
            )
            return


def _refusing(field: FieldSpec, value: str) -> str:
    limits = field.limits
    if limits.pattern and not running.fits(limits.pattern, value):
        return noop("pattern")
    if not (limits.min_length or 0) <= len(value) <= (limits.max_length or len(value)):
        return noop("length")
    if field.logical_type in ("integer", "number"):
        number = _number_in(value)
        if number is None:
            return noop("logicalType")
        low, high = lowest(field), highest(field)
        if (low and number < low[0]) or (high and number > high[0]):
            return noop("range")
    return ""


def _number_in(value: str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


def can_hold(condition: str, fields: dict[str, FieldSpec]) -> bool:
    """Return False only if it is certain that no row can pass a condition.

    >>> rating = FieldSpec("rating", "", "", "integer", required=True, limits=Limits(minimum=1, maximum=5))
    >>> can_hold("rating > 10", {"rating": rating}), can_hold("rating > 3 AND rating < 5", {"rating": rating})
    (False, True)
    """
    found = conditions.parse(condition)
    named = conditions.fields_of(condition)
    try:
        values = sorted(set(_values_in(found)))
        texts = [literal.this for literal in found.find_all(sql.Literal) if literal.is_string]
        samples = [list(_samples(fields[name], values, texts, len(named))) for name in named]
        total = 1
        for sample in samples:
            total *= max(1, len(sample))
        if total > MOST_TRIALS:
            return True
        return any(_holds(found, dict(zip(named, row, strict=True))) is not False for row in product(*samples))
    except (Undecided, TypeError):
        return True


def _values_in(found: sql.Expression) -> Iterator[float]:
    for literal in found.find_all(sql.Literal):
        number = number_of(literal.this) if literal.is_string else float(literal.this)
        if number is not None:
            yield -number if isinstance(literal.parent, sql.Neg) else number


def _samples(field: FieldSpec, values: list[float], texts: list[str], count: int) -> Iterator[Any]:
    """Yield values of a field that stand for all others, as far as comparisons can tell them apart."""
    if not field.required:
        yield None
    if field.logical_type == "boolean":
        yield from (0.0, 1.0)
    elif field.logical_type == "string":
        if field.semantic or field.limits.pattern:
            raise Undecided
        between = [text + "\u0001" * extra for text in ("", *texts) for extra in range(1, count + 1)]
        yield from field.values or [*texts, *between, "\uffff"]
    elif field.logical_type == "point":
        raise Undecided
    else:
        yield from _numbers(field, values, count)


def _numbers(field: FieldSpec, values: Iterable[float], count: int) -> Iterator[float]:
    bounds = [found[0] for found in (lowest(field), highest(field)) if found]
    low, high = (found[0] if found else None for found in (lowest(field), highest(field)))
    marks = sorted({*values, *bounds})
    marks = [marks[0] - 10.0 * (count + 1), *marks, marks[-1] + 10.0 * (count + 1)] if marks else [0.0]
    step = 1.0 if field.logical_type == "integer" else None
    for left, right in zip(marks, [*marks[1:], marks[-1] + 10.0 * (count + 1)], strict=True):
        for number in _between(left, right, count, step):
            if (low is None or number >= low) and (high is None or number <= high) and _is_inside(field, number):
                yield number


def _between(left: float, right: float, count: int, step: float | None) -> Iterator[float]:
    yield left
    if step:
        first = float(int(left) + 1)
        yield from islice((first + offset for offset in range(count + 1) if first + offset < right), count + 1)
    else:
        yield from (left + (right - left) * part / (count + 2) for part in range(1, count + 2))


def _is_inside(field: FieldSpec, number: float) -> bool:
    low, high = number_of(field.limits.exclusive_minimum), number_of(field.limits.exclusive_maximum)
    below = low is not None and field.limits.exclusive_minimum is not None and number <= low
    above = high is not None and field.limits.exclusive_maximum is not None and number >= high
    return not below and not above


def _holds(part: sql.Expression, row: dict[str, Any]) -> bool | None:
    """Return what a condition says of a row, in SQL's three values."""
    if isinstance(part, sql.Paren):
        return _holds(part.this, row)
    if isinstance(part, sql.Not):
        inner = _holds(part.this, row)
        return None if inner is None else not inner
    if isinstance(part, sql.And | sql.Or):
        return _connected(part, row)
    if isinstance(part, sql.Boolean):
        return bool(part.this)
    if isinstance(part, sql.Is) and isinstance(part.expression, sql.Null):
        return _value(part.this, row) is None
    if isinstance(part, sql.Between):
        return _connected(sql.And(this=sql.GTE(this=part.this, expression=part.args["low"]),
                                  expression=sql.LTE(this=part.this, expression=part.args["high"])), row)  # fmt: skip
    if isinstance(part, sql.In) and part.expressions:
        found = [_compared(sql.EQ(this=part.this, expression=item), row) for item in part.expressions]
        return True if True in found else (None if None in found else False)
    return _compared(part, row)


def _connected(part: sql.Expression, row: dict[str, Any]) -> bool | None:
    sides = [_holds(side, row) for side in (part.this, part.expression)]
    decisive = isinstance(part, sql.Or)
    if decisive in sides:
        return decisive
    return None if None in sides else not decisive


def _compared(part: sql.Expression, row: dict[str, Any]) -> bool | None:
    compare = _COMPARE.get(type(part))
    if compare is None:
        raise Undecided
    left, right = _value(part.this, row), _value(part.expression, row)
    if left is None or right is None:
        return None
    if isinstance(left, str) != isinstance(right, str):
        left, right = (number_of(side) if isinstance(side, str) else side for side in (left, right))
        if left is None or right is None:
            raise Undecided
    return bool(compare(left, right))


def _value(part: sql.Expression, row: dict[str, Any]) -> Any:
    if isinstance(part, sql.Column):
        return row[part.name]
    if isinstance(part, sql.Paren):
        return _value(part.this, row)
    if isinstance(part, sql.Neg):
        return -_value(part.this, row)
    if isinstance(part, sql.Boolean):
        return float(bool(part.this))
    if isinstance(part, sql.Cast) and isinstance(part.this, sql.Literal):
        return number_of(part.this.this)
    if isinstance(part, sql.Literal):
        return str(part.this) if part.is_string else float(part.this)
    raise Undecided
