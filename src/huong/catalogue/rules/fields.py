"""The parts of a contract: fields, rules over several fields, and the checks made of them."""

from dataclasses import dataclass
from typing import Final, Literal

Severity = Literal["reject", "flag"]
Kind = Literal["type", "required", "values", "range", "pattern", "length", "unique", "key", "rule"]
LogicalType = Literal["string", "integer", "number", "boolean", "date", "timestamp", "point"]

MAX_BITS: Final = 62
STORED: Final[dict[str, str]] = {
    "string": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP WITH TIME ZONE",
    "point": "STRUCT(lon DOUBLE, lat DOUBLE)",
}


@dataclass(frozen=True)
class Limits:
    """The range and the form of a value, as `logicalTypeOptions` gives them. Dates and times are ISO texts."""

    minimum: float | str | None = None
    maximum: float | str | None = None
    exclusive_minimum: float | str | None = None
    exclusive_maximum: float | str | None = None
    multiple_of: float | None = None
    pattern: str | None = None
    min_length: int | None = None
    max_length: int | None = None
    format: str | None = None

    @property
    def has_range(self) -> bool:
        """Return whether any bound is set."""
        return any(
            bound is not None
            for bound in (
                self.minimum,
                self.maximum,
                self.exclusive_minimum,
                self.exclusive_maximum,
                self.multiple_of,
            )
        )

    @property
    def has_length(self) -> bool:
        """Return whether a shortest or longest length is set."""
        return self.min_length is not None or self.max_length is not None


@dataclass(frozen=True)
class Reference:
    """A relation: the value must stand in a field of another dataset."""

    dataset: str
    field: str


@dataclass(frozen=True)
class FieldSpec:
    """One field of a contract.

    Attributes:
        logical_type: what is stored; `stored_type` is its DuckDB name.
        semantic: a name in `catalogue.types.REGISTRY`, or `code:<list>`; empty for a plain value.
        source: the columns of the source that carry it; one, or latitude and longitude of a point.
        required: a row without it is refused.
        expected: a row without it is only flagged; both count for "complete".
        zone: for times: the zone of times that come without one.
        crs: for points: the reference system they come in, such as "EPSG:4326".
        birth_field: for personal ids: the date field whose year the number must tell; empty if none.
        as_of: for units: an ISO date, or the name of the field that dates each row; None if unknown.
    """

    name: str
    title_vi: str
    title_en: str
    logical_type: LogicalType
    semantic: str = ""
    source: tuple[str, ...] = ()
    required: bool = False
    expected: bool = False
    unique: bool = False
    identifying: bool = False
    unit: str = ""
    zone: str = ""
    crs: str = "EPSG:4326"
    as_of: str | None = None
    birth_field: str = ""
    values: tuple[str, ...] = ()
    limits: Limits = Limits()
    reference: Reference | None = None
    severities: tuple[tuple[str, Severity], ...] = ()
    description: str = ""
    classification: str = ""

    @property
    def physical_name(self) -> str:
        """Return the first column of the source that carries the field."""
        return self.source[0] if self.source else self.name

    @property
    def stored_type(self) -> str:
        """Return the DuckDB type of the accepted column."""
        return STORED[self.logical_type]

    @property
    def code_list(self) -> str:
        """Return the code list that the field is bound to, or an empty text."""
        return self.semantic[5:] if self.semantic.startswith("code:") else ""

    @property
    def is_needed(self) -> bool:
        """Return whether the field counts for "complete"."""
        return self.required or self.expected

    def title(self, language: str = "vi") -> str:
        """Return the field's title in a language."""
        return (self.title_en if language == "en" else self.title_vi) or self.name

    def severity_of(self, kind: str) -> Severity:
        """Return what happens to a row that breaks a check of this kind."""
        return dict(self.severities).get(kind, "reject")


@dataclass(frozen=True)
class RuleSpec:
    """A rule over several fields of one row.

    Attributes:
        condition: what must hold, in the contract's small SQL; a row where it is unknown passes.
        fields: the fields it names.
    """

    name: str
    condition: str
    severity: Severity = "reject"
    message_vi: str = ""
    message_en: str = ""
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Check:
    """One thing that is checked on every row; its bit in the row's mask is `1 << bit`."""

    bit: int
    name: str
    field: str
    kind: Kind
    severity: Severity
    message_vi: str
    message_en: str

    def message(self, language: str = "vi") -> str:
        """Return what is wrong with a row that breaks it."""
        return self.message_en if language == "en" else self.message_vi
