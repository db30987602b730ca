"""Small readings of a document's parts: custom properties, spans of time, limits."""

import re
from collections.abc import Iterator
from typing import Any, Final

from huong.base.text import noop
from huong.catalogue.rules.fields import Limits, LogicalType
from huong.catalogue.rules.problems import Document, Path

_LOGICAL: Final[dict[str, LogicalType]] = {
    "string": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamp",
    "object": "point",
}
_HOURS: Final = {
    "m": 1 / 60, "min": 1 / 60, "minute": 1 / 60, "h": 1.0, "hr": 1.0, "hour": 1.0, "d": 24.0, "day": 24.0,
    "w": 168.0, "week": 168.0, "mo": 720.0, "month": 720.0, "q": 2208.0, "quarter": 2208.0, "y": 8784.0,
    "yr": 8784.0, "year": 8784.0,
}  # fmt: skip
_LIMITS: Final = {
    "minimum": "minimum",
    "maximum": "maximum",
    "exclusiveMinimum": "exclusive_minimum",
    "exclusiveMaximum": "exclusive_maximum",
    "multipleOf": "multiple_of",
    "pattern": "pattern",
    "minLength": "min_length",
    "maxLength": "max_length",
    "format": "format",
}


class Extras:
    """The `customProperties` of a part, by name, with the place of each."""

    def __init__(self, document: Document, part: Any, path: Path) -> None:
        self.document = document
        self.found: dict[str, tuple[Any, Path]] = {}
        listed = part.get("customProperties") if isinstance(part, dict) else None
        for position, pair in enumerate(listed if isinstance(listed, list) else []):
            if isinstance(pair, dict) and "property" in pair:
                self.found[str(pair["property"])] = (pair.get("value"), (*path, "customProperties", position, "value"))

    def path(self, name: str) -> Path:
        """Return where a property's value stands."""
        return self.found[name][1] if name in self.found else ()

    def get(self, name: str, default: Any = None) -> Any:
        """Return a property's value."""
        return self.found[name][0] if name in self.found else default

    def text(self, name: str) -> str:
        """Return a property as a text; empty if it is missing."""
        value = self.get(name)
        return "" if value is None else str(value)

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        """Return a property that must be one of a few words."""
        value = self.text(name) or default
        if value not in allowed:
            self.document.add(
                self.path(name),
                noop("“%(value)s” is not possible here. Choose one of: %(allowed)s."),
                value=value,
                allowed=", ".join(allowed),
            )
            return default
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return a property that is true or false."""
        value = self.get(name, default)
        if not isinstance(value, bool):
            self.document.add(self.path(name), noop("Here should stand true or false."))
            return default
        return value

    def whole(self, name: str) -> int | None:
        """Return a property that is a whole number from 0, or None."""
        value = self.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            self.document.add(self.path(name), noop("Here should stand a whole number, 0 or more."))
            return None
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a property that is a list of texts."""
        value = self.get(name, [])
        if not isinstance(value, list):
            self.document.add(self.path(name), noop("Here should stand a list, each line beginning with “-”."))
            return ()
        return tuple(str(item) for item in value)


def items(part: Any, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the groups of a list with their positions; anything else was told by the standard's schema."""
    listed = part.get(name) if isinstance(part, dict) else None
    for position, item in enumerate(listed if isinstance(listed, list) else []):
        if isinstance(item, dict):
            yield position, item


def hours_of(value: Any, unit: Any) -> float | None:
    """Return a span of time in hours.

    >>> hours_of(2, "d"), hours_of(15, "minutes"), hours_of("soon", "d")
    (48.0, 0.25, None)
    """
    word = str(unit or "h").strip().lower()
    hours = _HOURS.get(word) or _HOURS.get(word.rstrip("s"))
    number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
    return None if hours is None or number is None or number < 0 else number * hours


def logical_type_of(document: Document, part: dict[str, Any], path: Path, base: str) -> LogicalType:
    """Return what is stored for a field: its logical type, or the one of its semantic type."""
    written = part.get("logicalType")
    if written is None:
        return _LOGICAL.get(base, "point" if base == "point" else "string")
    found = _LOGICAL.get(str(written))
    if found is None:
        document.add(
            (*path, "logicalType"),
            noop(
                "Hương keeps rows of plain values: string, integer, number, boolean, date, timestamp, or a point (object)."
            ),
        )
        return "string"
    if base and found != base:
        document.add(
            (*path, "logicalType"),
            noop("The semantic type of “%(label)s” needs the logical type %(wanted)s, not %(written)s."),
            label=part.get("name", "?"),
            wanted="object" if base == "point" else base,
            written=written,
        )
    return found


def limits_of(document: Document, part: dict[str, Any], path: Path) -> Limits:
    """Return range and form of a field."""
    options = part.get("logicalTypeOptions")
    options = options if isinstance(options, dict) else {}
    limits = Limits(**{ours: options[theirs] for theirs, ours in _LIMITS.items() if theirs in options})
    if isinstance(limits.pattern, str):
        require_pattern(document, limits.pattern, (*path, "logicalTypeOptions", "pattern"))
    return limits


def require_pattern(document: Document, pattern: str, path: Path) -> None:
    """Note a problem if a pattern cannot be read, or asks for what DuckDB's RE2 cannot do."""
    try:
        re.compile(pattern)
    except re.error as error:
        document.add(path, noop("The pattern cannot be read: %(reason)s."), reason=str(error))
        return
    if re.search(r"\(\?(?:=|!|<=|<!|P=)|\\[1-9]", pattern):
        document.add(
            path, noop("The pattern looks ahead or refers back, which is not possible here. Use a rule instead.")
        )
