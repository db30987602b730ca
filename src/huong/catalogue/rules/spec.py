"""A contract as the rest of Hương uses it: plain values, read from an ODCS document, never changed."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal

from huong.catalogue.rules import words
from huong.catalogue.rules.fields import Check, FieldSpec, RuleSpec

Mode = Literal["append", "upsert", "replace"]
DOMAINS: Final = ("public_order", "traffic", "health", "environment", "public_services", "social_life")
CLASSIFICATIONS: Final = ("open", "shared", "restricted", "personal")


@dataclass(frozen=True)
class Sharing:
    """Who may find and use the dataset; `consumers` are the agencies that declared a need."""

    discoverable: bool = True
    api: bool = True
    consumers: tuple[str, ...] = ()


@dataclass(frozen=True)
class ContractSpec:
    """A version of a dataset's contract.

    Attributes:
        key: the fields that identify a row; empty if rows have no identity.
        mode: how a load meets what is there: append, upsert by key, replace.
        partition: the field the table is partitioned by; never changes.
        freshness_hours: the promised age at most; None if nothing is promised.
        event_field: the time field whose newest value tells the age; empty: the time of the commit.
        review_date: for a static dataset, the ISO date by which it is looked over again.
        expected_rows: the owner's control total: rows the dataset (or a load of an append) should have.
        unit_field: the field that places a row in an administrative unit.
    """

    dataset: str
    version: str
    title_vi: str
    title_en: str
    fields: tuple[FieldSpec, ...]
    key: tuple[str, ...] = ()
    rules: tuple[RuleSpec, ...] = ()
    mode: Mode = "append"
    partition: str = ""
    description: str = ""
    domain: str = ""
    classification: str = "shared"
    owner: str = ""
    steward: str = ""
    freshness_hours: float | None = None
    event_field: str = ""
    frequency: str = ""
    review_date: str = ""
    retention_days: int | None = None
    expected_rows: int | None = None
    unit_field: str = ""
    placeholders: tuple[str, ...] = ()
    sharing: Sharing = Sharing()
    publication: str = ""
    licence: str = ""
    extra: tuple[tuple[str, str], ...] = field(default=(), compare=False)

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """Return everything that is checked on a row, in the order of the bits."""
        return tuple(words.checks_of(self.fields, self.key, self.rules))

    @cached_property
    def by_name(self) -> dict[str, FieldSpec]:
        """Return the fields by name."""
        return {found.name: found for found in self.fields}

    @cached_property
    def reject_mask(self) -> int:
        """Return the bits of the checks that refuse a row."""
        return sum(1 << check.bit for check in self.checks if check.severity == "reject")

    @cached_property
    def flag_mask(self) -> int:
        """Return the bits of the checks that only flag a row."""
        return sum(1 << check.bit for check in self.checks if check.severity == "flag")

    @property
    def major(self) -> int:
        """Return the major version."""
        return int(self.version.split(".")[0])

    @property
    def major_minor(self) -> str:
        """Return major and minor version, which a batch id carries."""
        return ".".join(self.version.split(".")[:2])

    @property
    def is_personal(self) -> bool:
        """Return whether rows are kept encrypted."""
        return self.classification == "personal"

    @property
    def identifying(self) -> tuple[str, ...]:
        """Return the fields that identify a person."""
        return tuple(found.name for found in self.fields if found.identifying)

    @property
    def needed(self) -> tuple[str, ...]:
        """Return the fields that count for "complete"."""
        return tuple(found.name for found in self.fields if found.is_needed)

    def broken(self, mask: int) -> tuple[Check, ...]:
        """Return the checks that a row with this mask broke."""
        return tuple(check for check in self.checks if mask >> check.bit & 1)
