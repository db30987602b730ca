"""Keyset paging: the same cost at any depth, and no row seen twice while others are added.

A cursor holds values of the last row, among them keys that its reader may not see, and travels in addresses. So it
is sealed under the home's key, and only what was sealed is taken back.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import itemgetter
from typing import Any, Generic, TypeVar

import orjson
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from huong.base import keys
from huong.base.errors import BadInput, Unavailable

CONTEXT = "cursor"
M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Page(Generic[M]):
    """One page of rows and the cursor of the next one (None at the end)."""

    items: list[M] = field(default_factory=list)
    next: str | None = None


def cursor_of(values: list[Any]) -> str:
    """Return values as an opaque cursor; nothing can be read from it."""
    plain = [{"t": value.isoformat()} if isinstance(value, date | datetime) else value for value in values]
    return base64.urlsafe_b64encode(keys.encrypt(orjson.dumps(plain), context=CONTEXT)).decode().rstrip("=")


def values_of(cursor: str) -> list[Any]:
    """Return the values behind a cursor.

    Raises:
        BadInput: the cursor was not made by `cursor_of`.
    """
    try:
        sealed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        plain = orjson.loads(keys.decrypt(sealed, context=CONTEXT))
        if not isinstance(plain, list):
            raise TypeError
        return [datetime.fromisoformat(value["t"]) if isinstance(value, dict) else value for value in plain]
    except (binascii.Error, ValueError, TypeError, KeyError, Unavailable) as error:
        raise BadInput(_("This page link is damaged. Please start again from the first page.")) from error


def keyset(queryset: QuerySet[M], *, order: tuple[str, ...], after: str | None, size: int = 50) -> Page[M]:
    """Return one page of a queryset.

    Args:
        queryset: the rows that may be seen.
        order: field names, "-" for descending; the last must be unique.
        after: the cursor of the page before, or None for the first page.
        size: rows of a page, at most 1,000.

    Raises:
        BadInput: the cursor is damaged.
    """
    size = _within(size)
    found = list(_past(queryset, order, after).order_by(*order)[: size + 1])
    more = len(found) > size
    found = found[:size]
    next_ = cursor_of([_read(found[-1], name.lstrip("-")) for name in order]) if more else None
    return Page(found, next_)


def merged(
    parts: Sequence[QuerySet[M]], whole: QuerySet[M], *, order: tuple[str, ...], after: str | None, size: int = 50
) -> Page[M]:
    """Return one page of several querysets over one table, each row once; each of them is read by an index of its own.

    Args:
        parts: which rows may be seen; only the columns of the order are read of them.
        whole: what is read of the rows that stand on the page.
        order: as for `keyset`; the last is the primary key.
        after: the cursor of the page before, or None for the first page.
        size: rows of a page, at most 1,000.

    Raises:
        BadInput: the cursor is damaged.
    """
    size = _within(size)
    names = [name.lstrip("-") for name in order]
    keys = list({
        key for part in parts for key in _past(part, order, after).order_by(*order).values_list(*names)[: size + 1]
    })  # fmt: skip
    for position in reversed(range(len(order))):
        keys.sort(key=itemgetter(position), reverse=order[position].startswith("-"))
    held = whole.in_bulk([key[-1] for key in keys[:size]])
    next_ = cursor_of(list(keys[size - 1])) if len(keys) > size else None
    return Page([held[key[-1]] for key in keys[:size] if key[-1] in held], next_)


def _within(size: int) -> int:
    return max(1, min(size, 1000))


def _past(queryset: QuerySet[M], order: tuple[str, ...], after: str | None) -> QuerySet[M]:
    """Return the rows that come after a cursor.

    Raises:
        BadInput: the cursor is damaged.
    """
    if not after:
        return queryset
    values = values_of(after)
    if len(values) != len(order):
        raise BadInput(_("This page link is damaged. Please start again from the first page."))
    return queryset.filter(_beyond(order, values))


def _read(row: Model, name: str) -> Any:
    value: Any = row
    for part in name.split("__"):
        value = getattr(value, part)
    return value


def _beyond(order: tuple[str, ...], values: list[Any]) -> Q:
    condition = Q()
    for position in range(len(order)):
        equal = {name.lstrip("-"): value for name, value in zip(order[:position], values, strict=False)}
        name = order[position]
        operator = "lt" if name.startswith("-") else "gt"
        condition |= Q(**equal) & Q(**{f"{name.lstrip('-')}__{operator}": values[position]})
    return condition
