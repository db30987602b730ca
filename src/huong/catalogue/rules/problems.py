"""What is wrong with a contract, and where it stands in the text."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

Path = tuple[str | int, ...]
START: Final = (1, 1)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, with the place to look at.

    Attributes:
        line, column: counted from 1.
        sentence: an English sentence with %(names)s, translated where it is shown.
        warning: the contract may be used all the same.
    """

    line: int
    column: int
    sentence: str
    facts: dict[str, Any] = field(default_factory=dict)
    warning: bool = False

    @property
    def message(self) -> str:
        """Return the sentence in English; doors translate `sentence` first."""
        return self.sentence % self.facts


@dataclass
class Document:
    """A contract's text as values, with the place of each."""

    value: Any
    places: dict[Path, tuple[int, int]] = field(default_factory=dict)
    names: dict[Path, tuple[int, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def place(self, path: Path, *, name: bool = False) -> tuple[int, int]:
        """Return line and column of a value (or of its name), or of the nearest thing around it."""
        if name and path in self.names:
            return self.names[path]
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, START)

    def add(self, path: Path, sentence: str, *, name: bool = False, warning: bool = False, **facts: Any) -> None:
        """Note a problem at a path."""
        line, column = self.place(path, name=name)
        self.problems.append(Problem(line, column, sentence, facts, warning))

    @property
    def refused(self) -> bool:
        """Return whether anything is worse than a warning."""
        return any(not problem.warning for problem in self.problems)

    def in_order(self) -> list[Problem]:
        """Return each problem once, from the top of the text to its end."""
        return sorted(set_of(self.problems), key=lambda problem: (problem.line, problem.column))


def set_of(problems: list[Problem]) -> Iterator[Problem]:
    """Yield each problem once."""
    seen: set[tuple[int, int, str]] = set()
    for problem in problems:
        mark = (problem.line, problem.column, problem.message)
        if mark not in seen:
            seen.add(mark)
            yield problem
