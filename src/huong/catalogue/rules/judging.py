"""What changed between two versions of a contract, and how much the version must grow for it.

Source: the idea of major, minor and patch from Amsterdam Schema: removal or another meaning is major,
an addition that nobody has to follow is minor, words about the data are patch.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from huong.base.text import noop
from huong.catalogue.rules.fields import FieldSpec
from huong.catalogue.rules.spec import ContractSpec

Weight = Literal["never", "major", "minor", "patch"]
ORDER: Final[tuple[Weight, ...]] = ("patch", "minor", "major", "never")


@dataclass(frozen=True)
class Change:
    """One difference; `sentence` is English with %(names)s, translated where it is shown."""

    weight: Weight
    sentence: str
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """Return the sentence in English."""
        return self.sentence % self.facts


def changes(old: ContractSpec, new: ContractSpec) -> tuple[Change, ...]:
    """Return every difference between two versions, the weightiest first."""
    found = [*_table(old, new), *_fields(old, new), *_rules(old, new)]
    return tuple(sorted(found, key=lambda change: -ORDER.index(change.weight)))


def needed(found: tuple[Change, ...]) -> Weight:
    """Return the weight of the weightiest change."""
    return max((change.weight for change in found), key=ORDER.index, default="patch")


def bump_of(old: str, new: str) -> Weight | None:
    """Return by how much a version grew; None if it did not grow.

    >>> bump_of("1.2.3", "2.0.0"), bump_of("1.2.3", "1.3.0"), bump_of("1.2.3", "1.2.4"), bump_of("1.2.3", "1.2.3")
    ('major', 'minor', 'patch', None)
    """
    before, after = (tuple(int(part) for part in text.split(".")) for text in (old, new))
    if after <= before:
        return None
    if after[0] > before[0]:
        return "major"
    return "minor" if after[1] > before[1] else "patch"


def next_version(old: str, weight: Weight) -> str:
    """Return the smallest version that is enough for a change.

    >>> next_version("1.2.3", "minor")
    '1.3.0'
    """
    major, minor, patch = (int(part) for part in old.split("."))
    if weight == "major":
        return f"{major + 1}.0.0"
    return f"{major}.{minor + 1}.0" if weight == "minor" else f"{major}.{minor}.{patch + 1}"


def _table(old: ContractSpec, new: ContractSpec) -> Iterator[Change]:
    if old.partition != new.partition:
        yield Change(
            "never",
            noop("The partition changes from “%(old)s” to “%(new)s”. It is fixed for the life of a dataset: "
                 "register a new dataset instead."),
            {"old": old.partition or "-", "new": new.partition or "-"},
        )  # fmt: skip
    if old.key != new.key:
        yield Change(
            "major", noop("The key changes from (%(old)s) to (%(new)s)."), _pair(", ".join(old.key), ", ".join(new.key))
        )
    if old.mode != new.mode:
        yield Change("major", noop("Loads change from %(old)s to %(new)s."), _pair(old.mode, new.mode))
    if old.classification != new.classification:
        yield Change(
            "major",
            noop("The classification changes from %(old)s to %(new)s."),
            _pair(old.classification, new.classification),
        )
    yield from _promises(old, new)


def _promises(old: ContractSpec, new: ContractSpec) -> Iterator[Change]:
    for name, sentence in (
        ("freshness_hours", noop("The promised age changes from %(old)s to %(new)s hours.")),
        ("retention_days", noop("The retention changes from %(old)s to %(new)s days.")),
        ("placeholders", noop("Other texts count as empty: %(new)s (before: %(old)s).")),
    ):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield Change("minor", sentence, _pair(before, after))
    words = ("title_vi", "title_en", "description", "owner", "steward", "domain", "expected_rows", "frequency",
             "review_date", "sharing", "publication", "licence", "event_field")  # fmt: skip
    changed = [name for name in words if getattr(old, name) != getattr(new, name)]
    if changed:
        yield Change("patch", noop("Facts about the dataset change: %(names)s."), {"names": ", ".join(changed)})


def _pair(old: object, new: object) -> dict[str, Any]:
    return {"old": "-" if old in (None, "") else old, "new": "-" if new in (None, "") else new}


def _fields(old: ContractSpec, new: ContractSpec) -> Iterator[Change]:
    for name, before in old.by_name.items():
        after = new.by_name.get(name)
        if after is None:
            yield Change("major", noop("The field “%(label)s” is gone or has another name."), {"label": name})
        else:
            yield from _field(before, after)
    for name, added in new.by_name.items():
        if name not in old.by_name:
            weight: Weight = "major" if added.required or name in new.key else "minor"
            sentence = (
                noop("The field “%(label)s” is new and required.")
                if weight == "major"
                else noop("The field “%(label)s” is new.")
            )
            yield Change(weight, sentence, {"label": name})


_MEANING: Final[tuple[tuple[str, Callable[[FieldSpec], Any], str], ...]] = (
    ("logical_type", lambda spec: spec.logical_type, noop("“%(label)s” changes its type from %(old)s to %(new)s.")),
    ("semantic", lambda spec: spec.semantic, noop("“%(label)s” changes its semantic type from %(old)s to %(new)s.")),
    ("unit", lambda spec: spec.unit, noop("“%(label)s” changes its unit from %(old)s to %(new)s.")),
    ("zone", lambda spec: spec.zone, noop("“%(label)s” changes its time zone from %(old)s to %(new)s.")),
    ("crs", lambda spec: spec.crs, noop("“%(label)s” changes its reference system from %(old)s to %(new)s.")),
    ("as_of", lambda spec: spec.as_of, noop("The unit codes of “%(label)s” are of %(new)s instead of %(old)s.")),
    ("source", lambda spec: ", ".join(spec.source), noop("“%(label)s” is read from column %(new)s instead of %(old)s.")),
)  # fmt: skip


def _field(old: FieldSpec, new: FieldSpec) -> Iterator[Change]:
    for _, read, sentence in _MEANING:
        if read(old) != read(new):
            yield Change("major", sentence, {"label": old.name, **_pair(read(old), read(new))})
    yield from _strictness(old, new)
    yield from _values(old, new)
    for before, after, sentence in (
        (old.limits, new.limits, noop("The range or form of “%(label)s” changes.")),
        (old.reference, new.reference, noop("The relation of “%(label)s” changes.")),
        (old.severities, new.severities, noop("What happens to a wrong “%(label)s” changes.")),
        (old.birth_field, new.birth_field, noop("“%(label)s” is compared with another birth date.")),
        (old.identifying, new.identifying, noop("“%(label)s” changes between identifying and not.")),
    ):
        if before != after:
            yield Change("minor", sentence, {"label": old.name})
    words = (old.title_vi, old.title_en, old.description, old.classification)
    if words != (new.title_vi, new.title_en, new.description, new.classification):
        yield Change("patch", noop("The words about “%(label)s” change."), {"label": old.name})


def _strictness(old: FieldSpec, new: FieldSpec) -> Iterator[Change]:
    if new.required and not old.required:
        yield Change("major", noop("“%(label)s” becomes required."), {"label": old.name})
    if old.required and not new.required:
        yield Change("major", noop("“%(label)s” may be empty from now on."), {"label": old.name})
    if old.unique != new.unique or old.expected != new.expected:
        yield Change("minor", noop("What is expected of “%(label)s” changes."), {"label": old.name})


def _values(old: FieldSpec, new: FieldSpec) -> Iterator[Change]:
    before, after = set(old.values), set(new.values)
    if before == after:
        return
    gone = sorted(before - after)
    narrowed = (bool(gone) and bool(after)) or (not before and bool(after))
    facts = {"label": old.name, "values": ", ".join(gone or sorted(after - before))[:200]}
    if narrowed:
        yield Change("major", noop("Fewer values are allowed for “%(label)s” (%(values)s)."), facts)
    else:
        yield Change("minor", noop("More values are allowed for “%(label)s” (%(values)s)."), facts)


def _rules(old: ContractSpec, new: ContractSpec) -> Iterator[Change]:
    before, after = ({rule.name: rule for rule in spec.rules} for spec in (old, new))
    for name in before.keys() | after.keys():
        if name not in after:
            yield Change("minor", noop("The rule “%(label)s” is gone."), {"label": name})
        elif name not in before:
            yield Change("minor", noop("The rule “%(label)s” is new."), {"label": name})
        elif (before[name].condition, before[name].severity) != (after[name].condition, after[name].severity):
            yield Change("minor", noop("The rule “%(label)s” changes."), {"label": name})
