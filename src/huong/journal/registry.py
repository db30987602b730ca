"""Who reads the journal: readers and tallies, registered when the application starts."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from huong.base.ports import Port

if TYPE_CHECKING:
    from huong.journal.models import Entry

Handler = Callable[[list["Entry"]], None]
Key = Callable[["Entry"], tuple[str, ...] | None]
Weight = Callable[["Entry"], int]


@dataclass(frozen=True)
class Reader:
    """A handler of entries with a durable cursor."""

    name: str
    names: tuple[str, ...]
    handle: Handler
    start: Literal["beginning", "now"] = "beginning"


@dataclass(frozen=True)
class Tally:
    """An incremental count of entries under keys of opaque codes."""

    name: str
    names: tuple[str, ...]
    key: Key
    weight: Weight | None = None

    @property
    def cursor(self) -> str:
        """Return the name of the tally's cursor."""
        return f"tally:{self.name}"


readers: Port[Reader] = Port("reader")
tallies: Port[Tally] = Port("tally")
