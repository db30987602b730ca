"""Loading the city's part of the exchange: a member for each agency, the purposes, the usage tracker."""

from pathlib import Path
from typing import Any

from django.db import transaction

from huong.base import city, plain_yaml
from huong.exchange import queries
from huong.exchange.actions import members, services
from huong.exchange.models import DataService, Member, Purpose
from huong.people import queries as people

FILE = "exchange.yaml"


def load(folder: Path) -> int:
    """Load members and purposes of a city. Idempotent, by identifier and code; never deletes.

    Returns:
        How many members and purposes the folder describes.
    """
    file = folder / FILE
    found = plain_yaml.facts_of(file)
    known = set(Member.objects.values_list("identifier", flat=True))
    count = 0
    for agency in people.agencies() if found.get("members_of_agencies") else []:
        identifier = queries.own_identifier(agency.code)
        if identifier not in known:
            members.add(identifier, name=agency.name, name_en=agency.name_en, agency=agency.code, own=True, by=None)
        count += 1
    for row in found.get("members", []):
        if row["identifier"] not in known:
            facts = {name: row.get(name, "") for name in ("name", "name_en", "address")}
            members.add(row["identifier"], **facts, by=None)
        count += 1
    _load_purposes(found.get("purposes", []))
    _offer_usage(str(city.facts().get("agency_code", "")))
    return count + len(found.get("purposes", []))


@transaction.atomic
def _load_purposes(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        names = ("title", "title_en", "basis", "visibility", "hidden_days", "despite_restriction")
        facts: dict[str, Any] = {name: row[name] for name in names if name in row}
        Purpose.objects.update_or_create(code=str(row["code"]), defaults=facts)


def _offer_usage(agency: str) -> None:
    member = Member.objects.filter(identifier=queries.own_identifier(agency), own=True).first()
    if member is not None and not DataService.objects.filter(member=member, code="usage").exists():
        services.offer_usage(member, by=None)
