"""YAML: as people type it on a page, safe, bounded in size and depth, without pointers; and as files of our own."""

from pathlib import Path
from typing import Any, Final

import yaml

MAX_LETTERS: Final = 400_000
MAX_DEPTH: Final = 40


class BoundedLoader(yaml.SafeLoader):
    """Safe YAML without pointers to other parts, and not nested too deep."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Read one part; pointers to other parts are refused, since a few of them can unfold without end."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem="*", problem_mark=self._mark())
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise yaml.MarkedYAMLError(problem="too many parts", problem_mark=self._mark())
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node  # type: ignore[no-any-return]

    def _mark(self) -> Any:
        return self.peek_event().start_mark  # type: ignore[no-untyped-call]


def read(text: str) -> Any:
    """Return what a text says.

    Raises:
        yaml.YAMLError: it is none, is too long or too deep, points to other parts of itself, or holds what is no value.

    >>> read("name: An")
    {'name': 'An'}
    """
    if len(text) > MAX_LETTERS:
        raise yaml.MarkedYAMLError(problem="too long")
    try:
        return yaml.load(text, Loader=BoundedLoader)  # noqa: S506 - it is a safe loader
    except (ValueError, OverflowError, RecursionError) as error:  # a day that is none: 2026-02-31
        raise yaml.MarkedYAMLError(problem=str(error)[:100]) from error


def of_file(file: Path) -> Any:
    """Return what a file of the city says, read by libyaml; None when it says nothing.

    Raises:
        yaml.YAMLError: it is none.
        OSError: it cannot be read.
    """
    return yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def facts_of(file: Path) -> dict[str, Any]:
    """Return what a file of the city says by name; nothing when there is no such file, or it says nothing.

    Raises:
        yaml.YAMLError: it is none.
        ValueError: it is not a mapping of names.
    """
    found = of_file(file) if file.exists() else None
    if not isinstance(found or {}, dict):
        raise ValueError("no mapping of names")
    return found or {}
