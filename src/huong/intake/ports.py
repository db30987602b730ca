"""The port of source kinds: how new data is fetched from somewhere."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from huong.base.ports import Port
from huong.intake.models import Source

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass
class Fetched:
    """What a source had to give: one file, and how far it was read.

    Attributes:
        path: the file, or None if there was nothing new.
        name: what the file is called, its ending included.
        cursor: where to go on next time; kept only when the load is done.
        rows: rows fetched, if counted.
        more: whether there is more to fetch at once.
        since: the cursor from which it was read, if the next fetch from there would bring all of it again; then a
            load that another has overtaken is not run any more.
    """

    path: Path | None = None
    name: str = ""
    cursor: dict[str, Any] = field(default_factory=dict)
    rows: int = 0
    more: bool = False
    since: dict[str, Any] | None = None


class SourceKind(Protocol):
    """One way of fetching data. Adding a kind: implement this and add it to `source_kinds`."""

    @property
    def title(self) -> "StrOrPromise":
        """The kind's name for people."""
        ...

    def check(self, settings: Mapping[str, Any]) -> None:
        """Refuse settings that cannot work, with a sentence (BadInput)."""
        ...

    def fetch(self, source: Source, secrets: Mapping[str, str], work: Path) -> Fetched:
        """Fetch what is new since `source.cursor` into a file in `work`. Writes nothing else, may be repeated.

        Raises:
            Unavailable: it does not answer; it is tried again later.
            BadInput: what it answers cannot be used.
        """
        ...

    def sample(self, source: Source, secrets: Mapping[str, str], work: Path) -> Fetched:
        """Fetch a little into a file in `work`, to show a person that it answers and with which columns.

        Raises:
            Unavailable: it does not answer.
            BadInput: what it answers cannot be used.
        """
        ...

    def finished(self, source: Source, cursor: Mapping[str, Any]) -> None:
        """What was fetched is in (or was refused as a whole and kept): tidy up at the source. May be repeated."""
        ...


source_kinds: Port[SourceKind] = Port("source kind")

steps: Port[Callable[[str, str], None]] = Port("step of a load")
"""Told of every step of a load with its id: the place where a test pulls the plug."""

STEPS = ("kept", "reading", "staged", "checked", "quarantined", "committing", "written", "published")


def reached(step: str, load_id: str) -> None:
    """Tell everybody who wants to know that a step of a load was reached."""
    for told in steps.values():
        told(step, load_id)
