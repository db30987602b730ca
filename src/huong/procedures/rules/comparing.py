"""What differs between two versions of a procedure, line by line, for whoever decides whether to publish it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

KEYED = ("key", "type", "agency")


@dataclass(frozen=True)
class Difference:
    """One thing that differs: where it stands, what was there, what is there now; None for nothing."""

    path: str
    before: Any
    after: Any


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Return what differs between two documents, in the order of the newer one.

    Lists of things with a key are compared by it, so that a new line in between is one difference.

    >>> differences({"limit": {"amount": 3}}, {"limit": {"amount": 2}})
    [Difference(path='limit.amount', before=3, after=2)]
    >>> differences({"fees": [{"key": "a", "amount": 1}]}, {"fees": [{"key": "b", "amount": 2}, {"key": "a", "amount": 1}]})
    [Difference(path='fees.b', before=None, after={'key': 'b', 'amount': 2})]
    """
    return list(_between("", before, after))


def _between(path: str, before: Any, after: Any) -> Iterator[Difference]:
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in [*after, *(key for key in before if key not in after)]:
            yield from _between(f"{path}.{key}" if path else str(key), before.get(key), after.get(key))
    elif isinstance(before, list) and isinstance(after, list) and (by := _key_of([*before, *after])):
        yield from _between(path, {str(one[by]): one for one in before}, {str(one[by]): one for one in after})
    else:
        yield Difference(path, before, after)


def _key_of(items: list[Any]) -> str:
    if not items or not all(isinstance(item, Mapping) for item in items):
        return ""
    return next((key for key in KEYED if all(key in item for item in items)), "")
