"""What is recorded: every event's name, facts and meaning, declared by the package that records it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from huong.base.ports import Port


@dataclass(frozen=True)
class Event:
    """The documentation of one event.

    Attributes:
        name: "package.verb", in the past tense.
        fields: the facts it carries and what each means.
        description: one sentence on what happened.
        unhandled: True if on purpose nobody reads it but the history.
    """

    name: str
    fields: Mapping[str, str]
    description: str
    unhandled: bool = False


declared: Port[Event] = Port("event")


def declare(
    name: str,
    fields: Mapping[str, str] | Iterable[str] = (),
    description: str = "",
    *,
    unhandled: bool = False,
) -> str:
    """Document an event, and return its name so that a constant can hold it.

    Args:
        name: such as "store.committed"; its first part is the recording package.
        fields: the facts it carries: name to meaning, or names alone where they speak for themselves.
        description: one sentence.
        unhandled: True if on purpose no reader acts on it.
    """
    meanings = dict(fields) if isinstance(fields, Mapping) else dict.fromkeys(fields, "")
    declared.add(name, Event(name, meanings, description, unhandled))
    return name


SKIPPED = declare(
    "journal.skipped",
    {"entry": "the entry left out", "reader": "the reader that could not handle it"},
    "An operator let a reader pass an entry that it could not handle.",
    unhandled=True,
)
KEY_MADE = declare(
    "journal.key_made",
    {"replaces": "the key used before, or empty"},
    "A new key signs seals from now on; the subject is its id.",
    unhandled=True,
)
REBUILT = declare(
    "journal.rebuilt",
    {"keys": "how many keys the tally holds", "entries": "how many entries were counted"},
    "A tally was counted again from the first entry.",
    unhandled=True,
)
SHIFTED = declare(
    "journal.shifted",
    {"shift": "what is added to the database's transaction numbers from now on"},
    "The journal was moved to another database; its order goes on from there.",
    unhandled=True,
)
