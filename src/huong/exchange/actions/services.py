"""Offering data services, and stopping them with notice."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from huong.base import calendar, clock
from huong.base.errors import BadInput, Conflict
from huong.catalogue import queries as catalogue
from huong.exchange import events, knowing
from huong.exchange.models import DataService, Member
from huong.exchange.rules import grants, identifiers
from huong.journal import actions as journal
from huong.people import access
from huong.people.models import User
from huong.ui import words

DATASET_ENDPOINTS = [
    {"method": "GET", "path": "/rows", "summary": gettext_noop("Rows, page by page")},
    {"method": "GET", "path": "/rows/*", "summary": gettext_noop("One row by its key")},
    {
        "method": "POST",
        "path": "/search",
        "summary": gettext_noop("Rows of a person or thing; what is looked for stands in the body"),
    },
]
USAGE_ENDPOINTS = [
    {"method": "POST", "path": "/findUsage", "summary": gettext_noop("Who used a person's data")},
    {"method": "GET", "path": "/usagePeriod", "summary": gettext_noop("From when on uses are known")},
    {"method": "GET", "path": "/heartbeat", "summary": gettext_noop("Whether the tracker answers")},
]
USAGE_FIELDS = ["totalUsages", "usages", "periodStart", "periodEnd", "status"]


def offer_dataset(member: Member, dataset: str, *, code: str = "", by: User | None) -> DataService:
    """Offer a dataset of the store as a data service; its fields and their sensitivity come from the contract.

    Raises:
        Forbidden: `by` may not offer services for the agency, or the dataset belongs to another one.
        NotFound: there is no such dataset.
        Conflict: the code names another service.

    Records: `exchange.service_offered`.
    """
    spec = catalogue.contract_of(dataset)
    if spec.owner != member.agency:
        raise BadInput(_("The dataset belongs to another agency, which alone can offer it."))
    fields = [
        {
            "name": found.name,
            "title": found.title_vi,
            "title_en": found.title_en,
            "sensitivity": _sensitivity(found.identifying, personal=spec.is_personal),
            "key": found.name in spec.key,
        }
        for found in spec.fields
    ]
    name = code or dataset.replace("_", "-")
    return _offer(member, name, spec.title_vi, spec.title_en, "dataset", dataset, fields, DATASET_ENDPOINTS, by)


def _sensitivity(identifying: bool, *, personal: bool) -> str:  # noqa: FBT001
    return "sensitive" if identifying else ("personal" if personal else "plain")


def offer_address(
    member: Member,
    code: str,
    *,
    title: str,
    title_en: str = "",
    address: str,
    fields: Sequence[Mapping[str, str]],
    endpoints: Sequence[Mapping[str, str]],
    by: User | None,
) -> DataService:
    """Offer a service that runs in the agency's own house; requests are passed on to its address.

    Args:
        fields: name, title, sensitivity ("plain", "personal" or "sensitive") of everything it may give.
        endpoints: method and path, `*` for one segment.

    Raises:
        Forbidden, Conflict: as for a dataset.
        BadInput: no address, no fields, or a sensitivity that does not exist.

    Records: `exchange.service_offered`.
    """
    if urlsplit(address).scheme not in {"http", "https"} or not fields or not endpoints:
        raise BadInput(_("A service needs a web address, its fields and its endpoints."))
    if not all(each.get("name") for each in fields) or not all(
        each.get("method") and str(each.get("path", "")).startswith("/") for each in endpoints
    ):
        raise BadInput(_("Each field has a name, each endpoint a method and a path that begins with a slash."))
    if any(each.get("sensitivity", "plain") not in grants.SENSITIVITIES for each in fields):
        raise BadInput(_("A field is plain, personal or sensitive."))
    return _offer(member, code, title, title_en, "http", address.rstrip("/"), list(fields), list(endpoints), by)


def offer_usage(member: Member, *, by: User | None) -> DataService:
    """Offer the usage tracker of this house, by which the national one learns who used a person's data.

    Records: `exchange.service_offered`.

    Source: Estonian Data Tracker, protocol 1.6 (findUsage, usagePeriod, heartbeat).
    """
    fields = [{"name": name, "title": name, "sensitivity": "sensitive"} for name in USAGE_FIELDS]
    title, english = "Ai đã dùng dữ liệu của tôi", "Who used my data"
    return _offer(member, "usage", title, english, "usage", "", fields, USAGE_ENDPOINTS, by)


@transaction.atomic
def _offer(
    member: Member,
    code: str,
    title: str,
    title_en: str,
    kind: str,
    source: str,
    fields: list[Any],
    endpoints: list[Any],
    by: User | None,
) -> DataService:
    if by is not None:
        access.require_power(by, "exchange.offer", member.agency)
    if identifiers.address_of(f"/r1/{member.identifier}/{_code(code)}").rest:
        raise BadInput(_("The code of a service has no slash."))
    facts = {
        "title": title,
        "title_en": title_en,
        "kind": kind,
        "source": source,
        "fields": fields,
        "endpoints": endpoints,
    }
    service, made = DataService.objects.get_or_create(
        member=member, code=code, defaults={**facts, "offered_at": clock.now(), "offered_by": by.id if by else None}
    )
    if not made and (service.kind, service.source) != (kind, source):
        raise Conflict(_("The code %(code)s names another service already.") % {"code": code})
    DataService.objects.filter(id=service.id).update(**facts)
    knowing.changed()
    journal.record(
        events.SERVICE_OFFERED,
        str(service),
        by=by.id if by else None,
        agency=member.agency,
        kind=kind,
        fields=len(fields),
    )
    service.refresh_from_db()
    return service


RESERVED = frozenset({"listMethods", "allowedMethods", "getOpenAPI", "getWsdl", "listClients"})


def _code(code: str) -> str:
    try:
        identifiers.member_id(code, parts=(1,))
    except identifiers.Malformed as error:
        raise BadInput(_("The code of a service holds letters, digits and '()+,-.=? only.")) from error
    if code in RESERVED:
        raise BadInput(_("The name %(code)s belongs to the protocol.") % {"code": code})
    return code


@transaction.atomic
def stop(
    service: DataService, *, since: datetime, until: datetime | None, notice: str, danger: bool = False, by: User
) -> DataService:
    """Announce that a service will be suspended: at least seven working days ahead, with a reason.

    Args:
        danger: going on would do harm, so one working day ahead is enough.

    Raises:
        Forbidden: `by` may not offer services for the agency.
        BadInput: too soon, no reason, or it would end before it begins.

    Records: `exchange.service_stopped`.

    Source: Decree 47/2020 article 43 (as left by Decree 194/2025).
    """
    access.require_power(by, "exchange.offer", service.member.agency)
    earliest = calendar.add_working_days(clock.today(), grants.notice_days(danger=danger))
    if clock.local(since).date() < earliest or (until is not None and until <= since):
        raise BadInput(
            _("A stop is announced seven working days ahead, one in danger: not before %(day)s.")
            % {"day": words.day(earliest)}
        )
    if not notice.strip():
        raise BadInput(_("Please say why the service stops, so that its consumers can prepare."))
    DataService.objects.filter(id=service.id).update(stopped_from=since, stopped_to=until, notice=notice.strip()[:300])
    knowing.changed()
    journal.record(
        events.SERVICE_STOPPED,
        str(service),
        by=by.id,
        agency=service.member.agency,
        since=since.isoformat(),
        until=until.isoformat() if until else "",
    )
    service.refresh_from_db()
    return service


@transaction.atomic
def resume(service: DataService, *, by: User) -> DataService:
    """Let a stopped service go on, or take its announcement back.

    Raises:
        Forbidden: `by` may not offer services for the agency.

    Records: `exchange.service_resumed`.
    """
    access.require_power(by, "exchange.offer", service.member.agency)
    DataService.objects.filter(id=service.id).update(stopped_from=None, stopped_to=None, notice="")
    knowing.changed()
    journal.record(events.SERVICE_RESUMED, str(service), by=by.id, agency=service.member.agency)
    service.refresh_from_db()
    return service
