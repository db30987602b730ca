"""Data of a city's folder made into nouns: frozen dataclasses, checked field by field."""

import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any, TypeVar, cast, get_args, get_origin

T = TypeVar("T")


def built(noun: type[T], body: Mapping[str, Any]) -> T:
    """Return the noun that a mapping describes, nested ones too.

    Args:
        noun: a dataclass of texts, numbers, truth values, days, tuples and other dataclasses.
        body: as YAML or JSON gives it.

    Raises:
        ValueError: the mapping has a field that the noun does not know, or lacks one, or a value of another kind.
    """
    known = {field.name for field in fields(noun)}  # type: ignore[arg-type]
    if strange := sorted(set(body) - known):
        raise ValueError(f"{noun.__name__} has no field {', '.join(strange)}")
    hints = typing.get_type_hints(noun)
    try:
        return noun(**{name: _value(hints[name], value) for name, value in body.items()})
    except TypeError as error:
        raise ValueError(str(error)) from error


def _value(hint: Any, value: Any) -> Any:
    if get_origin(hint) is tuple:
        items = [value] if isinstance(value, str | int) else list(value or ())
        inner: Any = get_args(hint)[0]
        if is_dataclass(inner):
            return tuple(built(cast("type[Any]", inner), cast("Any", item)) for item in items)
        return tuple(_value(inner, item) for item in items)
    if is_dataclass(hint):
        return built(cast("type[Any]", hint), value if isinstance(value, Mapping) else {"value": value})
    if isinstance(hint, types.UnionType) and date in get_args(hint):
        return date.fromisoformat(value) if isinstance(value, str) and value else value or None
    if hint in {str, bool, int, float} and not isinstance(value, _ALLOWED[hint]):
        raise ValueError(f"{value!r} is no {hint.__name__}")
    return value


_ALLOWED: dict[Any, tuple[type, ...]] = {str: (str,), bool: (bool,), int: (int,), float: (int, float)}
