"""What a grant covers, how it may be narrowed, and what remains of an answer under it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

STATES: Final = ("requested", "granted", "refused", "suspended", "ended")
SENSITIVITIES: Final = ("plain", "personal", "sensitive")
_NEXT: Final[dict[str, tuple[str, ...]]] = {
    "requested": ("granted", "refused", "ended"),
    "granted": ("suspended", "ended"),
    "suspended": ("granted", "ended"),
    "refused": (),
    "ended": (),
}
DECIDE_DAYS: Final = 2
NOTICE_DAYS: Final = 7
DANGER_NOTICE_DAYS: Final = 1
ANSWER_DAYS: Final = 3


def notice_days(*, danger: bool) -> int:
    """Return how many working days ahead a stop is announced: fewer where going on would do harm.

    >>> notice_days(danger=False), notice_days(danger=True)
    (7, 1)
    """
    return DANGER_NOTICE_DAYS if danger else NOTICE_DAYS


def may_become(state: str, wanted: str) -> bool:
    """Return whether a grant may go from one state to another.

    >>> may_become("requested", "granted"), may_become("refused", "granted")
    (True, False)
    """
    return wanted in _NEXT.get(state, ())


def widened(old: Iterable[str], new: Iterable[str]) -> list[str]:
    """Return what a narrowing would add, which it may not.

    >>> widened(["a", "b"], ["a", "c"])
    ['c']
    """
    return sorted(set(new) - set(old))


def rows_widened(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """Return the fields whose condition on rows would be dropped or changed.

    >>> rows_widened({"ward": "1"}, {"ward": "1", "state": "open"}), rows_widened({"ward": "1"}, {})
    ([], ['ward'])
    """
    return sorted(name for name, value in old.items() if new.get(name) != value)


def projected(value: Any, allowed: frozenset[str]) -> Any:
    """Return an answer with every field that is not granted removed; what is granted is kept whole.

    An answer of another shape than records or lists of records gives nothing.

    >>> projected({"name": "Hoa", "income": 5}, frozenset({"name"}))
    {'name': 'Hoa'}
    >>> projected([{"a": 1, "b": 2}], frozenset({"a"}))
    [{'a': 1}]
    """
    if isinstance(value, Mapping):
        return {name: inner for name, inner in value.items() if name in allowed}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [projected(each, allowed) for each in value]
    return None


def matching(value: Any, rows: Mapping[str, str]) -> Any:
    """Return an answer with only the records that fulfil a grant's conditions on rows; None if a single one does not.

    >>> matching([{"ward": "1"}, {"ward": "2"}], {"ward": "1"})
    [{'ward': '1'}]
    >>> matching({"ward": "2"}, {"ward": "1"}) is None
    True
    """
    if isinstance(value, Mapping):
        return value if all(str(value.get(name)) == wanted for name, wanted in rows.items()) else None
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [each for each in value if isinstance(each, Mapping) and matching(each, rows) is not None]
    return None if rows else value


def spread(sums: tuple[int, float, float]) -> float:
    """Return the standard deviation from count, sum and sum of squares.

    >>> spread((4, 20.0, 120.0))
    2.23606797749979
    """
    count, total, squares = sums
    return float(max(0.0, squares / count - (total / count) ** 2) ** 0.5) if count else 0.0
