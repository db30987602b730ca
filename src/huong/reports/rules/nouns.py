"""What a city decides about field reports, as plain values: categories, routes, clocks, states, moves, stock answers.

Each is one row of data with a key and a version (`models.CityRule`); a report keeps what was promised under the
version of its day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from huong.base.shapes import built

NORMAL, URGENT, DANGER = 0, 1, 2


@dataclass(frozen=True)
class Question:
    """One thing asked for a category (câu hỏi): its code, words and, for a choice, the answers."""

    code: str
    text: str
    text_en: str
    kind: str = "text"  # text, number, choice, yesno
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Category:
    """What a report is about (lĩnh vực, loại phản ánh), on one of two levels.

    Attributes:
        parent: the key of the main category; empty for a main category, which no report can have.
        words: how people call it, for matching typed words.
        public: whether reports of this kind are shown to everybody.
        danger: whether this is danger to life: never screened.
        coarse: whether the public sees the place only roughly.
        promise: what the citizen is told when it is accepted.
        clock: the key of its clock; empty for that of the main category, then "default".
        hint: what to do first, or who else helps, shown while choosing.
    """

    key: str
    name: str
    name_en: str
    parent: str = ""
    words: tuple[str, ...] = ()
    public: bool = True
    danger: bool = False
    coarse: bool = False
    promise: str = ""
    promise_en: str = ""
    clock: str = ""
    hint: str = ""
    hint_en: str = ""
    icon: str = ""
    questions: tuple[Question, ...] = ()
    active_from: date | None = None
    active_to: date | None = None
    order: int = 0
    version: int = 1

    def is_active(self, on: date) -> bool:
        """Return whether reports can be sent under it on a day."""
        return (self.active_from is None or self.active_from <= on) and (self.active_to is None or on <= self.active_to)


@dataclass(frozen=True)
class Route:
    """To whom reports of some kind, in some place, at some time go (phân công); the first that matches holds.

    Attributes:
        categories: keys, or the start of keys with a star ("drainage.*"), or "*".
        units: codes of units, or "*".
        hours: "07:00-17:00" in the city's zone, or empty for always.
        weekdays: 1 (Monday) to 7, or empty for all.
        agency: an agency's code, or "unit" for the People's Committee of the ward or commune.
    """

    key: str
    agency: str
    categories: tuple[str, ...] = ("*",)
    units: tuple[str, ...] = ("*",)
    hours: str = ""
    weekdays: tuple[int, ...] = ()
    order: int = 100
    version: int = 1


@dataclass(frozen=True)
class ClockRule:
    """How long an answer may take (thời hạn). Values are examples of ours, not an official service level.

    Attributes:
        measure: "hours" by the clock, "working_hours" or "working_days" of offices.
        normal: the amount for a normal report.
        urgent: the amount for an urgent one.
        hop: the amount each agency has once it was handed a report; 0 for the same as the whole.
    """

    key: str
    measure: str
    normal: float
    urgent: float
    hop: float = 0
    version: int = 1


@dataclass(frozen=True)
class State:
    """Where a report stands (trạng thái).

    `phase`: "new" (not screened), "open", "waiting" (for the citizen), "closed" (answered), "out" (left the channel).
    """

    key: str
    name: str
    name_en: str
    phase: str
    order: int = 0
    version: int = 1


@dataclass(frozen=True)
class Transition:
    """Which move leads from which states to which (bước chuyển), and who may make it.

    Attributes:
        key: the verb: "accept", "dispatch" ...
        sources: the states from which it is allowed.
        targets: the states it may lead to, the usual one first; empty if the state stays.
        power: what the person needs in the report's agency; empty for citizens and the platform.
        text: whether words are needed.
    """

    key: str
    sources: tuple[str, ...]
    targets: tuple[str, ...] = ()
    power: str = ""
    text: bool = False
    version: int = 1


@dataclass(frozen=True)
class StockAnswer:
    """Words ready to be used (câu trả lời mẫu), for a move and, if named, some categories."""

    key: str
    title: str
    text: str
    text_en: str = ""
    verb: str = "answer"
    categories: tuple[str, ...] = ("*",)
    order: int = 100
    version: int = 1


@dataclass(frozen=True)
class Channel:
    """Where matters go that are no field reports (kênh khác): complaints, emergencies of the nation, private bodies."""

    key: str
    name: str
    name_en: str
    how: str
    how_en: str
    phone: str = ""
    url: str = ""
    petition: bool = False
    order: int = 100
    version: int = 1


@dataclass(frozen=True)
class Duty:
    """Who is on duty for danger to life in a unit (trực ban): an agency, or "unit"; the phone that rings."""

    key: str  # the code of a unit, or "*"
    agency: str
    phone: str = ""
    version: int = 1


@dataclass(frozen=True)
class Step:
    """One rung of the ladder (leo thang): after how long without an answer whom else to tell.

    Attributes:
        ladder: "danger" (counted from receipt) or "late" (counted from the due time).
        after_minutes: how long after.
        agency: an agency's code, or "own" for the one that has the report.
        role: who is told there: "officer", "leader" ...; empty for all.
    """

    key: str
    ladder: str
    after_minutes: int
    agency: str
    role: str = ""
    version: int = 1


@dataclass(frozen=True)
class RatingAnswer:
    """A ready answer of somebody who rates (lý do đánh giá)."""

    key: str
    text: str
    text_en: str
    levels: tuple[str, ...] = ("not_satisfied",)
    order: int = 100
    version: int = 1


@dataclass(frozen=True)
class Setting:
    """One number or word that the city sets (tham số)."""

    key: str
    value: Any
    note: str = ""
    version: int = 1


KINDS: dict[str, type[Any]] = {
    "category": Category,
    "route": Route,
    "clock": ClockRule,
    "state": State,
    "transition": Transition,
    "answer": StockAnswer,
    "channel": Channel,
    "duty": Duty,
    "step": Step,
    "rating": RatingAnswer,
    "setting": Setting,
}


def made(kind: str, key: str, body: Mapping[str, Any], *, version: int = 1) -> Any:
    """Return the noun that a row of data describes.

    Raises:
        ValueError: the row has a field that the noun does not know, or lacks one, or a value of another kind.

    >>> made("setting", "photos", {"value": 8}).value
    8
    """
    if kind not in KINDS:
        raise ValueError(f"{kind} is no kind of rule")
    return built(KINDS[kind], {**body, "key": key, "version": version})
