"""The six criteria as pure arithmetic over counted facts. Nothing here reads a table or a clock.

Formulae: Hương's design, data reference section 5. A share without its numerator and denominator is never
made; where the denominator is nothing, the share is unknown, which is not zero and not one.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from huong.catalogue.rules import ContractSpec, FieldSpec

FORMULA: Final = 1
CRITERIA: Final = ("correct", "complete", "clean", "live", "unified", "shared")
THRESHOLDS: Final = {"open": 0.95, "shared": 0.90, "restricted": 0.90, "personal": 0.95}
CODED: Final = ("values",)


@dataclass(frozen=True)
class Facts:
    """What was counted in rows that were accepted. Facts of two sets of rows add up.

    Attributes:
        rows: how many.
        filled: per needed field, rows that have it.
        present: per coded field, rows that have it.
        flags: per check that only flags, rows that break it.
        flagged: rows that break at least one that makes them wrong; being empty does not.
        unclean: rows with a value that was not written as it should be.
        units: per unit code, [rows, flagged, filled cells, unclean].
        untidy: per field, values that were not written as they should be; of the last load only, where the
            others had to be counted again in the table, which keeps no more than whether a row has one.
    """

    rows: int = 0
    filled: Counter[str] = field(default_factory=Counter)
    present: Counter[str] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)
    flagged: int = 0
    unclean: int = 0
    units: dict[str, list[int]] = field(default_factory=dict)
    untidy: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: "Facts") -> "Facts":
        units = {code: list(counts) for code, counts in self.units.items()}
        for code, counts in other.units.items():
            units[code] = [a + b for a, b in zip(units.get(code, [0, 0, 0, 0]), counts, strict=True)]
        return Facts(
            self.rows + other.rows,
            self.filled + other.filled,
            self.present + other.present,
            self.flags + other.flags,
            self.flagged + other.flagged,
            self.unclean + other.unclean,
            units,
            self.untidy + other.untidy,
        )

    def plain(self) -> dict[str, Any]:
        """Return the facts as plain values for a JSON column."""
        return {
            "rows": self.rows,
            "filled": dict(self.filled),
            "present": dict(self.present),
            "flags": dict(self.flags),
            "flagged": self.flagged,
            "unclean": self.unclean,
            "units": self.units,
            "untidy": dict(self.untidy),
        }

    @classmethod
    def of(cls, plain: dict[str, Any]) -> "Facts":
        """Return facts from what `plain` gave."""
        return cls(
            plain["rows"],
            Counter(plain["filled"]),
            Counter(plain["present"]),
            Counter(plain["flags"]),
            plain["flagged"],
            plain["unclean"],
            plain["units"],
            Counter(plain.get("untidy", {})),
        )


@dataclass(frozen=True)
class Refused:
    """What waits in quarantine: rows, and per check the rows that break it."""

    rows: int = 0
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def surplus(self) -> int:
        """Return how many rows repeat a key."""
        return sum(count for name, count in self.counts.items() if name == "key" or name.endswith(".unique"))


@dataclass(frozen=True)
class Timeliness:
    """The promise of freshness over the last 30 days: how many of its ticks were kept, and the age now."""

    kept: int = 0
    ticks: int = 0
    age_hours: float | None = None
    promised_hours: float | None = None


@dataclass(frozen=True)
class Use:
    """Who uses the dataset: of the declared consumers, how many read it in 90 days; and is it findable."""

    means: tuple[tuple[str, bool], ...] = ()
    users: int = 0
    entitled: int = 0


@dataclass(frozen=True)
class ScoreRow:
    """One criterion: its share (None if unknown), its two numbers, its worst rule, and what the page tells."""

    criterion: str
    value: float | None
    numerator: int
    denominator: int
    worst_rule: str = ""
    detail: dict[str, Any] = field(default_factory=dict)


def ratio(numerator: float, denominator: float) -> float | None:
    """Return a share, or None where there is nothing to divide by.

    >>> ratio(19, 30), ratio(0, 0)
    (0.6333333333333333, None)
    """
    return None if denominator == 0 else min(1.0, max(0.0, numerator / denominator))


def _worst(counts: Counter[str]) -> str:
    return max(counts, key=lambda name: (counts[name], name)) if counts and max(counts.values()) > 0 else ""


def correct(facts: Facts, refused: Refused) -> ScoreRow:
    """Đúng: 1 - rows that break a rule / rows looked at, those in quarantine included.

    A row that is only surplus (its key was there already) is not wrong but unclean.
    """
    wrong_refused = max(0, refused.rows - refused.surplus)
    looked_at = facts.rows + wrong_refused
    wrong = facts.flagged + wrong_refused
    invalid = Counter({name: count for name, count in facts.flags.items() if not name.endswith(".required")})
    counts = invalid + Counter({k: v for k, v in refused.counts.items() if k != "key" and not k.endswith(".unique")})
    return ScoreRow(
        "correct",
        ratio(looked_at - wrong, looked_at),
        looked_at - wrong,
        looked_at,
        _worst(counts),
        {"wrong": wrong, "refused": refused.rows, "counts": dict(counts)},
    )


def complete(spec: ContractSpec, facts: Facts, *, received: int, expected: int | None) -> ScoreRow:
    """Đủ: filled cells of the needed fields, times received rows / the owner's control total.

    Without a control total that second factor is unknown: it is said so, and does not count as one.

    Args:
        received: rows that came, refused ones included.
        expected: the control total, or None.
    """
    cells = len(spec.needed) * facts.rows
    filled = sum(facts.filled[name] for name in spec.needed)
    share = ratio(filled, cells)
    control = None if expected is None else ratio(received, expected)
    empty = Counter({name: facts.rows - facts.filled[name] for name in spec.needed})
    value = share if control is None or share is None else share * control
    return ScoreRow(
        "complete",
        value,
        filled,
        cells,
        _worst(empty),
        {"empty": dict(empty), "received": received, "expected": expected, "control": control},
    )


def clean(facts: Facts, refused: Refused) -> ScoreRow:
    """Sạch: 1 - (surplus rows + rows with a value not written as it should be) / rows before de-duplication."""
    before = facts.rows + refused.surplus
    dirty = facts.unclean + refused.surplus
    counts = Counter({"surplus": refused.surplus, "unclean": facts.unclean})
    detail = {"surplus": refused.surplus, "unclean": facts.unclean, "fields": dict(facts.untidy)}
    return ScoreRow("clean", ratio(before - dirty, before), before - dirty, before, _worst(counts), detail)


def live(time: Timeliness) -> ScoreRow:
    """Sống: share of the last 30 days' ticks at which the newest data was as fresh as promised."""
    detail = {"age_hours": time.age_hours, "promised_hours": time.promised_hours}
    return ScoreRow(
        "live", ratio(time.kept, time.ticks), time.kept, time.ticks, "freshness" if time.ticks else "", detail
    )


def is_bound(found: FieldSpec) -> bool | None:
    """Return whether a field is bound to a shared definition; None if none is to be expected of it.

    Free text and yes/no need none. Numbers need a unit of measure or a type, times a zone, texts a type,
    a code list, allowed values or a relation.
    """
    if found.semantic == "text.free" or found.logical_type in {"boolean", "date", "point"}:
        return None if found.semantic in {"", "text.free"} and found.logical_type != "date" else True
    if found.semantic or found.values or found.reference:
        return True
    if found.logical_type in {"integer", "number"}:
        return bool(found.unit)
    return bool(found.zone) if found.logical_type == "timestamp" else False


def coded_fields(spec: ContractSpec) -> tuple[str, ...]:
    """Return the fields whose values come from a list, a register of units or another dataset."""
    return tuple(
        found.name
        for found in spec.fields
        if found.code_list or found.values or found.reference or found.semantic == "vn.unit"
    )


def unified(spec: ContractSpec, facts: Facts, refused: Refused) -> ScoreRow:
    """Thống nhất: mean of (fields bound to a shared definition) and (coded values that resolve today).

    The third term of the formula (references linked to an entity) is left out until entities exist.
    The two numbers shown are those of the weaker term.
    """
    bound = [(found.name, is_bound(found)) for found in spec.fields]
    ought = [name for name, state in bound if state is not None]
    good = [name for name, state in bound if state]
    broken = Counter(
        {
            name: sum(
                facts.flags[check.name] + refused.counts[check.name]
                for check in spec.checks
                if check.field == name and check.kind in CODED
            )
            for name in coded_fields(spec)
        }
    )
    values = sum(facts.present[name] for name in broken) + sum(
        refused.counts[check.name] for check in spec.checks if check.field in broken and check.kind in CODED
    )
    resolved = values - sum(broken.values())
    terms = [(len(good), len(ought), "fields"), (resolved, values, "values")]
    known = [(n, d, name, n / d) for n, d, name in terms if d]
    if not known:
        return ScoreRow("unified", None, 0, 0)
    weakest = min(known, key=lambda term: term[3])
    unbound = [name for name in ought if name not in good]
    worst = _worst(broken) if weakest[2] == "values" else (unbound[0] if unbound else "")
    value = ratio(sum(term[3] for term in known), len(known))
    detail = {
        "term": weakest[2],
        "terms": {n: [a, b] for a, b, n in terms if b},
        "unbound": unbound,
        "broken": dict(broken),
    }
    return ScoreRow("unified", value, weakest[0], weakest[1], worst, detail)


def shared(use: Use) -> ScoreRow:
    """Dùng chung: half for being findable and usable, half for being used by those who declared a need."""
    met = sum(ok for _name, ok in use.means)
    detail = {"means": dict(use.means), "users": use.users, "entitled": use.entitled}
    missing = next((name for name, ok in use.means if not ok), "")
    available = ratio(met, len(use.means))
    if available is None:
        return ScoreRow("shared", None, 0, 0, "", detail)
    if not use.entitled:
        return ScoreRow("shared", available, met, len(use.means), missing, detail)
    used = ratio(use.users, use.entitled) or 0.0
    worst = missing or ("unused" if used < 1 else "")
    return ScoreRow("shared", (available + used) / 2, use.users, use.entitled, worst, detail)


def headline(values: dict[str, float | None]) -> tuple[str, float | None, int]:
    """Return the weakest known criterion, its share, and how many of the six are known.

    >>> headline({"correct": 0.98, "live": 0.63, "shared": None})
    ('live', 0.63, 2)
    >>> headline({"correct": None})
    ('', None, 0)
    """
    known = [(value, -CRITERIA.index(name), name) for name, value in values.items() if value is not None]
    if not known:
        return "", None, 0
    value, _order, name = min(known)
    return name, value, len(known)


def meets(values: dict[str, float | None], classification: str) -> bool | None:
    """Return whether the weakest known criterion reaches the threshold of the class; None if none is known."""
    _name, value, _known = headline(values)
    return None if value is None else value >= THRESHOLDS.get(classification, 0.90)


def timeliness(
    commits: list[tuple[float, float]], *, now: float, promised_hours: float | None, born: float, days: int = 30
) -> Timeliness:
    """Judge the promise of freshness at every tick of the last days.

    Args:
        commits: (instant of the commit, instant of its newest data), seconds, ascending.
        now: the present instant, seconds.
        promised_hours: the promise; a tick lies at every multiple of it (at most one an hour, at least one a day).
        born: when the dataset was first committed; ticks before it do not count.

    >>> timeliness([(0.0, 0.0)], now=36000.0, promised_hours=5.0, born=0.0, days=1).kept
    1
    """
    if not commits:
        return Timeliness(promised_hours=promised_hours)
    age = (now - max(data for _at, data in commits)) / 3600
    if promised_hours is None:
        return Timeliness(age_hours=age)
    step = min(24.0, max(1.0, promised_hours)) * 3600
    tick, kept, ticks = now, 0, 0
    begin = max(now - days * 86400, born)
    while tick > begin:
        fresh = max((data for at, data in commits if at <= tick), default=None)
        kept += fresh is not None and (tick - fresh) <= promised_hours * 3600
        ticks += 1
        tick -= step
    if ticks == 0:
        kept, ticks = int(age <= promised_hours), 1
    return Timeliness(kept, ticks, age, promised_hours)
