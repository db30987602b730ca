"""The six national registers: which member offers which service, and what each look-up answers.

Somebody is asked for by POST, never by an address: a personal id must not stand in a log.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from huong.exchange.sandbox.world import Firm, Parcel, Person, World

Found = dict[str, Any] | None
INSTANCE, CLASS = "VN", "GOV"


@dataclass(frozen=True)
class Endpoint:
    """One look-up: POST `path` with a key in the body."""

    path: str
    key: str
    title: str
    find: Callable[[World, str], Found]
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Service:
    """A data service of a register."""

    member: str
    subsystem: str
    code: str
    title: str
    endpoints: tuple[Endpoint, ...]


MEMBERS = {
    "G01": "Bộ Công an (giả lập)",
    "G10": "Bộ Nông nghiệp và Môi trường (giả lập)",
    "G12": "Bộ Tài chính (giả lập)",
    "G15": "Bộ Tư pháp (giả lập)",
    "G24": "Bảo hiểm xã hội Việt Nam (giả lập)",
}


def _short(one: Person) -> dict[str, Any]:
    return {
        "national_id": one.national_id,
        "name": one.name,
        "birth_date": one.birth_date.isoformat(),
        "sex": one.sex,
        "relation": one.relation,
    }


def person(world: World, national_id: str) -> Found:
    """Return what the population register knows of somebody."""
    one = world.people.get(national_id)
    if one is None:
        return None
    return {
        "national_id": one.national_id,
        "name": one.name,
        "birth_date": one.birth_date.isoformat(),
        "sex": one.sex,
        "nationality": "Việt Nam",
        "residence": {"unit_code": one.unit_code, "unit_name": one.unit_name, "address": one.address},
        "household_id": one.household,
        "marital_status": "married" if one.spouse else "single",
        "father_id": one.father,
        "mother_id": one.mother,
        "alive": True,
    }


def household(world: World, national_id: str) -> Found:
    """Return the household somebody lives in, its head first."""
    one = world.people.get(national_id)
    if one is None:
        return None
    members = world.households[one.household]
    return {
        "household_id": one.household,
        "head_id": members[0].national_id,
        "head_name": members[0].name,
        "residence": {"unit_code": one.unit_code, "unit_name": one.unit_name, "address": one.address},
        "members": [_short(member) for member in members],
    }


def birth(world: World, national_id: str) -> Found:
    """Return the birth record of somebody."""
    one = world.people.get(national_id)
    if one is None:
        return None
    return {
        **_short(one),
        "registration_number": one.birth_number,
        "registered_at": one.unit_name,
        "father_id": one.father,
        "mother_id": one.mother,
    }


def marriage(world: World, national_id: str) -> Found:
    """Return the marital status of somebody, with the marriage if there is one."""
    one = world.people.get(national_id)
    if one is None:
        return None
    if not one.spouse or one.married_on is None:
        return {"national_id": national_id, "marital_status": "single", "marriage": None}
    spouse = world.people[one.spouse]
    return {
        "national_id": national_id,
        "marital_status": "married",
        "marriage": {
            "registration_number": one.marriage_number,
            "registered_on": one.married_on.isoformat(),
            "spouse_id": spouse.national_id,
            "spouse_name": spouse.name,
        },
    }


def children(world: World, national_id: str) -> Found:
    """Return the children of somebody."""
    if national_id not in world.people:
        return None
    return {"national_id": national_id, "children": [_short(child) for child in world.children_of(national_id)]}


def _firm(world: World, firm: Firm) -> dict[str, Any]:
    owner = world.people.get(firm.representative)
    return {
        "tax_code": firm.tax_code,
        "name": firm.name,
        "kind": firm.kind,
        "status": firm.status,
        "founded_on": firm.founded.isoformat(),
        "unit_code": firm.unit_code,
        "address": firm.address,
        "representative_id": firm.representative,
        "representative_name": owner.name if owner else "",
    }


def enterprise(world: World, tax_code: str) -> Found:
    """Return a firm or household business by its tax code."""
    firm = world.firms.get(tax_code)
    return _firm(world, firm) if firm else None


def enterprises_of(world: World, national_id: str) -> Found:
    """Return the firms that somebody represents."""
    if national_id not in world.people:
        return None
    return {"national_id": national_id, "enterprises": [_firm(world, firm) for firm in world.firms_of(national_id)]}


def _parcel(parcel: Parcel) -> dict[str, Any]:
    return {
        "certificate": parcel.certificate,
        "sheet": parcel.sheet,
        "number": parcel.number,
        "unit_code": parcel.unit_code,
        "area_m2": parcel.area_m2,
        "purpose": parcel.purpose,
        "owner_ids": parcel.owners,
    }


def parcels_of(world: World, national_id: str) -> Found:
    """Return the parcels that somebody owns, alone or together."""
    if national_id not in world.people:
        return None
    found = [_parcel(parcel) for parcel in world.parcels if national_id in parcel.owners]
    return {"national_id": national_id, "parcels": found}


def parcel(world: World, certificate: str) -> Found:
    """Return the parcel of a certificate."""
    return next((_parcel(one) for one in world.parcels if one.certificate == certificate), None)


def insurance(world: World, national_id: str) -> Found:
    """Return somebody's social and health insurance."""
    one = world.people.get(national_id)
    if one is None:
        return None
    return {
        "national_id": national_id,
        "insurance_number": one.insurance,
        "health_card": bool(one.insurance) or one.relation == "con",
        "paid_until": "2026-12-31" if one.insurance else "",
    }


SERVICES = (
    Service("G01", "population", "persons", "Cơ sở dữ liệu quốc gia về dân cư", (
        Endpoint("/find", "national_id", "Thông tin một người", person, (
            "national_id", "name", "birth_date", "sex", "nationality", "residence", "household_id",
            "marital_status", "father_id", "mother_id", "alive")),
    )),
    Service("G01", "household", "households", "Hộ gia đình", (
        Endpoint("/find", "national_id", "Hộ của một người", household, (
            "household_id", "head_id", "head_name", "residence", "members")),
    )),
    Service("G15", "civil-status", "records", "Cơ sở dữ liệu hộ tịch điện tử", (
        Endpoint("/births/find", "national_id", "Khai sinh", birth, (
            "national_id", "name", "birth_date", "sex", "relation", "registration_number", "registered_at",
            "father_id", "mother_id")),
        Endpoint("/marriages/find", "national_id", "Tình trạng hôn nhân", marriage, (
            "national_id", "marital_status", "marriage")),
        Endpoint("/children/find", "national_id", "Con", children, ("national_id", "children")),
    )),
    Service("G12", "business", "enterprises", "Cơ sở dữ liệu đăng ký kinh doanh", (
        Endpoint("/find", "tax_code", "Doanh nghiệp, hộ kinh doanh", enterprise, (
            "tax_code", "name", "kind", "status", "founded_on", "unit_code", "address", "representative_id",
            "representative_name")),
        Endpoint("/by-person/find", "national_id", "Doanh nghiệp của một người", enterprises_of, (
            "national_id", "enterprises")),
    )),
    Service("G10", "land", "parcels", "Cơ sở dữ liệu đất đai", (
        Endpoint("/find", "certificate", "Thửa đất theo giấy chứng nhận", parcel, (
            "certificate", "sheet", "number", "unit_code", "area_m2", "purpose", "owner_ids")),
        Endpoint("/by-person/find", "national_id", "Thửa đất của một người", parcels_of, ("national_id", "parcels")),
    )),
    Service("G24", "social-insurance", "insurance", "Cơ sở dữ liệu bảo hiểm", (
        Endpoint("/find", "national_id", "Bảo hiểm của một người", insurance, (
            "national_id", "insurance_number", "health_card", "paid_until")),
    )),
)  # fmt: skip


def service(member: str, subsystem: str, code: str) -> Service | None:
    """Return a service by its place, None if nobody offers it."""
    wanted = (member, subsystem, code)
    return next((one for one in SERVICES if (one.member, one.subsystem, one.code) == wanted), None)


def openapi(found: Service) -> dict[str, Any]:
    """Return the OpenAPI 3.1 description of a service."""
    paths = {}
    for endpoint in found.endpoints:
        asked = {"type": "object", "required": [endpoint.key], "properties": {endpoint.key: {"type": "string"}}}
        answered = {"type": "object", "properties": {name: {} for name in endpoint.fields}}
        paths[endpoint.path] = {
            "post": {
                "summary": endpoint.title,
                "requestBody": {"required": True, "content": {"application/json": {"schema": asked}}},
                "responses": {
                    "200": {"description": "found", "content": {"application/json": {"schema": answered}}},
                    "404": {"description": "not found"},
                },
            }
        }
    return {"openapi": "3.1.0", "info": {"title": f"{found.title} (giả lập)", "version": "1"}, "paths": paths}
