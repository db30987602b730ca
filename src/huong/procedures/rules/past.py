"""Dossiers of the past: what was done with them, step by step, as a demonstration or another system tells it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True)
class PastStep:
    """One thing done: the verb, when, by whom in which part, and the state afterwards.

    Attributes:
        asked: the agency that was asked, for "consult" and "answer_consultation".
        days: working days it had.
        agrees: what it answered.
    """

    verb: str
    at: datetime
    state: str
    who: str = "officer"
    words: str = ""
    until: date | None = None
    public: bool = True
    asked: str = ""
    days: float = 0
    agrees: bool | None = None


@dataclass(frozen=True)
class PastPart:
    """One field or paper: its value, and from where it came."""

    kind: str
    key: str
    value: Any
    origin: str
    source: str = ""


@dataclass(frozen=True)
class PastDossier:
    """A dossier with everything that happened to it; the steps oldest first.

    Attributes:
        version_id: of the version of its day; None for a procedure that is not modelled.
        person: the national id of the applicant.
        rating: empty if it was not rated.
    """

    procedure: str
    version_id: int | None
    person: str
    channel: str
    unit: str
    agency: str
    steps: tuple[PastStep, ...]
    parts: tuple[PastPart, ...] = ()
    fee: int = 0
    rating: str = ""
    assignee: int | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
