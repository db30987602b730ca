"""What the registers know, as typed values; an answer of another shape or about another person is not used."""

from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from datetime import date
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from huong.exchange.errors import Untrue
from huong.exchange.queries import description
from huong.exchange.registers import asking
from huong.exchange.registers.asking import Asker, Fetched, Question


@dataclass(frozen=True)
class Person:
    """What the population register knows of somebody (dân cư)."""

    national_id: str
    name: str
    birth_date: date
    sex: str
    nationality: str
    unit_code: str
    unit_name: str
    address: str
    household_id: str
    marital_status: str
    father_id: str
    mother_id: str
    alive: bool


@dataclass(frozen=True)
class Relative:
    """Somebody of a family, as another record names them."""

    national_id: str
    name: str
    birth_date: date
    sex: str
    relation: str


@dataclass(frozen=True)
class Household:
    """A household and who lives in it (hộ gia đình)."""

    household_id: str
    head_id: str
    head_name: str
    unit_code: str
    unit_name: str
    address: str
    members: tuple[Relative, ...]


@dataclass(frozen=True)
class Birth:
    """A birth record (khai sinh)."""

    national_id: str
    name: str
    birth_date: date
    sex: str
    registration_number: str
    registered_at: str
    father_id: str
    mother_id: str


@dataclass(frozen=True)
class Marriage:
    """Somebody's marital status, with the marriage if there is one (tình trạng hôn nhân)."""

    national_id: str
    marital_status: str
    registration_number: str = ""
    registered_on: date | None = None
    spouse_id: str = ""
    spouse_name: str = ""


@dataclass(frozen=True)
class Children:
    """Somebody's children (con)."""

    national_id: str
    children: tuple[Relative, ...]


@dataclass(frozen=True)
class Firm:
    """An enterprise or household business (doanh nghiệp, hộ kinh doanh)."""

    tax_code: str
    name: str
    kind: str
    status: str
    founded_on: date
    unit_code: str
    address: str
    representative_id: str
    representative_name: str


@dataclass(frozen=True)
class Firms:
    """The firms somebody represents."""

    national_id: str
    enterprises: tuple[Firm, ...]


@dataclass(frozen=True)
class Parcel:
    """A parcel of land (thửa đất)."""

    certificate: str
    sheet: str
    number: str
    unit_code: str
    area_m2: float
    purpose: str
    owner_ids: tuple[str, ...]


@dataclass(frozen=True)
class Parcels:
    """The parcels somebody owns."""

    national_id: str
    parcels: tuple[Parcel, ...]


@dataclass(frozen=True)
class Insurance:
    """Somebody's social and health insurance (bảo hiểm xã hội)."""

    national_id: str
    insurance_number: str
    health_card: bool
    paid_until: str


V = TypeVar("V")
REGISTERS: dict[type[Any], tuple[str, str]] = {
    Person: ("person", "national_id"),
    Household: ("household", ""),
    Birth: ("birth", "national_id"),
    Marriage: ("marriage", "national_id"),
    Children: ("children", "national_id"),
    Firm: ("firm", "tax_code"),
    Firms: ("firms", "national_id"),
    Parcel: ("parcel", "certificate"),
    Parcels: ("parcels", "national_id"),
    Insurance: ("insurance", "national_id"),
}
_PARTS: dict[str, type[Any]] = {"members": Relative, "children": Relative, "enterprises": Firm, "parcels": Parcel}


def _reader(kind: type[V], wanted: str) -> Callable[[dict[str, Any]], V]:
    """Return what makes a typed value of an answer, and refuses one about somebody else."""
    told = REGISTERS[kind][1]

    def read(found: dict[str, Any]) -> V:
        value = _made(kind, found)
        if told and getattr(value, told) != wanted:
            raise Untrue(
                _("The register answered about somebody else; that answer is not used."), code="another_person"
            )
        if isinstance(value, Household) and wanted not in {each.national_id for each in value.members}:
            raise Untrue(
                _("The register answered about somebody else; that answer is not used."), code="another_person"
            )
        return value

    return read


def kept(kind: type[V], wanted: str) -> Fetched[V] | None:
    """Return what a register answered before and still holds, without asking it; None if it must be asked.

    Args:
        kind, wanted: as `ask` takes them.
    """
    register = REGISTERS[kind][0]
    is_person = description(register)["key"] == "national_id"
    return asking.copy_of(register, wanted, _reader(kind, wanted), person=is_person)


def ask(kind: type[V], wanted: str, asker: Asker) -> Fetched[V]:
    """Ask the register that knows a kind of thing.

    Args:
        kind: `Person`, `Household`, `Birth`, `Marriage`, `Children`, `Firm`, `Firms`, `Parcel`, `Parcels` or `Insurance`.
        wanted: the national id; for a firm the tax code, for a parcel the certificate.

    Returns:
        The value with its provenance; `value` is None if the register knows nothing.

    Raises:
        Refused: the register refuses, or is not to be had now, or answers about another person.

    Records: `exchange.asked` or `exchange.failed`.
    """
    return told(asking.fetch(question(kind, wanted), asker))


def question(kind: type[V], wanted: str) -> Question[V]:
    """Return the question to the register that knows a kind of thing; as `ask` takes them."""
    register = REGISTERS[kind][0]
    is_person = description(register)["key"] == "national_id"
    names = tuple(each.name for each in fields(kind))  # type: ignore[arg-type]
    return Question(register, wanted, _reader(kind, wanted), is_person, names)


def told(found: Fetched[V]) -> Fetched[V]:
    """Return an answer, after whoever listens was told of the person it is about."""
    if isinstance(found.value, Person):
        for listener in listeners:
            listener(found.value)
    return found


listeners: list[Callable[[Person], None]] = []
"""Told of each person the population register answered about; filled when the application starts."""


def _made(kind: type[V], found: Any) -> V:
    try:
        flat = {**found, **(found.get("residence") or {}), **(found.get("marriage") or {})}
        told = [each for each in fields(kind) if each.name in flat or each.default is MISSING]  # type: ignore[arg-type]
        return kind(**{each.name: _value(each.name, str(each.type), flat[each.name]) for each in told})
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Untrue(
            _("The register's answer has another shape than agreed; it is not used."), code="another_shape"
        ) from error


def _value(name: str, kind: str, value: Any) -> Any:
    if name in _PARTS:
        return tuple(_made(_PARTS[name], each) for each in value)
    if "date" in kind:
        return date.fromisoformat(value) if value else None
    if "bool" in kind and not isinstance(value, bool):
        raise TypeError(name)
    if "tuple" in kind:
        return tuple(str(each) for each in value)
    if "float" in kind or "bool" in kind:
        return value
    return "" if value is None else str(value)
