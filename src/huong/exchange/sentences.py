"""How accesses, services and grants are said to people: names of agencies, fields, purposes, icons."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huong.catalogue import queries as catalogue
from huong.exchange.models import AccessRecord, DataService, Grant, Member, Purpose
from huong.people import queries as people

SHARE = "share:"
UID = re.compile("[0-9a-f]{32}")
REGISTER_FIELDS = {
    "national_id": ("số định danh", "identity number"),
    "name": ("họ tên", "name"),
    "birth_date": ("ngày sinh", "birth date"),
    "sex": ("giới tính", "sex"),
    "nationality": ("quốc tịch", "nationality"),
    "address": ("nơi thường trú", "place of residence"),
    "unit_code": ("nơi thường trú", "place of residence"),
    "unit_name": ("nơi thường trú", "place of residence"),
    "household_id": ("hộ gia đình", "household"),
    "head_id": ("hộ gia đình", "household"),
    "head_name": ("hộ gia đình", "household"),
    "members": ("người trong hộ", "people of the household"),
    "marital_status": ("tình trạng hôn nhân", "marital status"),
    "registration_number": ("số đăng ký hộ tịch", "civil-status number"),
    "registered_at": ("số đăng ký hộ tịch", "civil-status number"),
    "registered_on": ("số đăng ký hộ tịch", "civil-status number"),
    "father_id": ("cha, mẹ", "parents"),
    "mother_id": ("cha, mẹ", "parents"),
    "spouse_id": ("vợ hoặc chồng", "spouse"),
    "spouse_name": ("vợ hoặc chồng", "spouse"),
    "children": ("con", "children"),
    "alive": ("còn sống hay không", "whether alive"),
    "insurance_number": ("số bảo hiểm xã hội", "social insurance number"),
    "health_card": ("thẻ bảo hiểm y tế", "health insurance card"),
    "paid_until": ("thời hạn đóng bảo hiểm", "insurance paid until"),
    "parcels": ("thửa đất", "parcels of land"),
    "enterprises": ("doanh nghiệp đại diện", "firms represented"),
}


def is_vietnamese() -> bool:
    """Return whether the reader reads Vietnamese."""
    return (get_language() or "vi").startswith("vi")


def agency_names(codes: Iterable[str]) -> dict[str, str]:
    """Return agencies and members as people call them, by code or identifier."""
    wanted = set(codes)
    names = {each.code: each.name if is_vietnamese() else each.name_en or each.name for each in people.agencies()}
    members = Member.objects.filter(identifier__in=wanted)
    found = {each.identifier: each.name if is_vietnamese() else each.name_en or each.name for each in members}
    return {code: names.get(code) or found.get(code) or code for code in wanted}


def purpose_names(codes: Iterable[str]) -> dict[str, str]:
    """Return purposes as people call them, by code."""
    found = Purpose.objects.filter(code__in=set(codes))
    return {each.code: each.title if is_vietnamese() else each.title_en for each in found}


@lru_cache(maxsize=256)
def _titles(dataset: str, _digest: str, language: str) -> Mapping[str, str]:
    spec = catalogue.contract_of(dataset)
    vietnamese = language.startswith("vi")
    return {each.name: (each.title_vi if vietnamese else each.title_en) or each.name for each in spec.fields}


def fields_said(record: AccessRecord, services: Mapping[str, DataService]) -> str:
    """Return what was seen, as the owner of the data calls it, at most five things."""
    names = [each for each in record.fields.split(",") if each]
    service = services.get(record.source)
    titles = {name: both[0] if is_vietnamese() else both[1] for name, both in REGISTER_FIELDS.items()}
    if service is not None:
        key = "title" if is_vietnamese() else "title_en"
        titles |= {str(each["name"]): str(each.get(key) or each["name"]) for each in service.fields}
    elif record.source.startswith("dataset:"):
        dataset = record.source.partition(":")[2].partition("/")[0]
        titles |= _titles(dataset, catalogue.contract_of(dataset).version, get_language() or "vi")
    said = list(dict.fromkeys(titles.get(name, name) for name in names))
    more = len(said) - 5
    line = ", ".join(said[:5]) + (_(" and %(count)d more") % {"count": more} if more > 0 else "")
    return line[:1].upper() + line[1:]


def why_said(record: AccessRecord, purposes: Mapping[str, str]) -> str:
    """Return why it was seen: the matter if there is one, else the purpose in words."""
    code, _slash, dossier = (record.issue or record.purpose).partition("/")
    title = purposes.get(code, record.purpose if not dossier else code)
    if UID.fullmatch(dossier):  # it has no number yet, and its own name says nothing to anybody
        return _("To settle the dossier you are filling in (%(purpose)s)") % {"purpose": title}
    if dossier:
        return _("To settle dossier %(number)s (%(purpose)s)") % {"number": dossier, "purpose": title}
    return title


def source_said(source: str) -> str:
    """Return where a fact comes from as people call it: the service's and its owner's name, or the dataset's."""
    found = Member.objects.filter(identifier=source.rpartition("/")[0]).first()
    if found is not None:
        return found.name if is_vietnamese() else found.name_en or found.name
    owner, _slash, dataset = source.partition("/")
    if dataset in catalogue.dataset_names():
        spec = catalogue.contract_of(dataset)
        title = spec.title_vi if is_vietnamese() else spec.title_en or spec.title_vi
        return f"{agency_names([owner])[owner]} · {title}"
    return source


def icon_of(record: AccessRecord) -> str:
    """Return the icon of an access."""
    if record.source.startswith(SHARE):
        return "share-2"
    return "circle-x" if record.refused else "landmark"


def grant_line(grant: Grant) -> dict[str, Any]:
    """Return a grant as the tables show it."""
    tones = {"requested": "weak", "granted": "good", "refused": "bad", "suspended": "bad", "ended": "plain"}
    key = "title" if is_vietnamese() else "title_en"
    titles = {
        str(each["name"]): str(each.get(key) or each.get("title") or each["name"]) for each in grant.service.fields
    }
    names = purpose_names(grant.purposes)
    return {
        "grant": grant,
        "tone": tones[grant.state],
        "fields": ", ".join(titles.get(name, name) for name in grant.fields),
        "purposes": ", ".join(names.get(code, code) for code in grant.purposes),
    }
