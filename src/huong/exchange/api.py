"""Members, services and grants over the API: with a session or a system's token. Each verb asks for its power itself."""

from datetime import datetime
from typing import Any, Literal

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema, Status

from huong.base.errors import Forbidden, NotFound
from huong.exchange import queries
from huong.exchange.actions import grants, services
from huong.exchange.models import DataService, Grant, Member
from huong.people import access
from huong.people.auth import Door, person
from huong.people.models import User

router = Router(auth=Door())
MOST = 500
Verb = Literal["grant", "refuse", "narrow", "suspend", "resume", "give-back"]


class MemberOut(Schema):
    """A member of the exchange."""

    identifier: str
    name: str
    name_en: str
    agency: str
    own: bool
    joined_at: datetime


class ServiceOut(Schema):
    """A data service: what it may give, and where."""

    id: int
    identifier: str
    title: str
    title_en: str
    kind: str
    fields: list[dict[str, Any]]
    endpoints: list[dict[str, Any]]
    stopped_from: datetime | None
    stopped_to: datetime | None
    notice: str


class PurposeOut(Schema):
    """What data may be used for."""

    code: str
    title: str
    title_en: str
    basis: str


class GrantOut(Schema):
    """A grant, asked for or decided."""

    number: str
    state: str
    service: str
    consumer: str
    fields: list[str]
    rows: dict[str, str]
    purposes: list[str]
    why: str
    frequency: str
    legal_basis: str
    needs_consent: bool
    rate: int
    asked_at: datetime
    due_at: datetime
    decided_at: datetime | None
    reason: str
    valid_from: datetime | None
    valid_to: datetime | None
    stopped_from: datetime | None


class GrantIn(Schema):
    """A request for data: of whom, for whom, which fields, what for, on which ground."""

    service: str
    consumer: str
    fields: list[str] = Field(max_length=500)
    purposes: list[str] = Field(max_length=100)
    why: str = Field(max_length=500)
    frequency: str = Field("", max_length=120)
    legal_basis: str = Field("", max_length=300)
    rows: dict[str, str] = {}
    needs_consent: bool = False
    rate: int = 600


class MoveIn(Schema):
    """What a step of a grant needs; each step takes its part of it."""

    days: int = 365
    fields: list[str] | None = None
    rows: dict[str, str] | None = None
    purposes: list[str] | None = None
    rate: int | None = None
    reason: str = ""
    since: datetime | None = None
    danger: bool = False


class StopIn(Schema):
    """An announced stop of a service."""

    since: datetime
    until: datetime | None = None
    notice: str
    danger: bool = False


class DatasetIn(Schema):
    """A dataset to be offered."""

    member: str
    dataset: str
    code: str = ""


class OwnServiceIn(Schema):
    """A service of the agency's own house to be offered."""

    member: str
    code: str
    title: str
    title_en: str = ""
    address: str
    fields: list[dict[str, str]]
    endpoints: list[dict[str, str]]


class UseOut(Schema):
    """Who used a service for what: how often, how often refused, when last."""

    client: str
    purpose: str
    count: int
    refused: int
    last: datetime


def _staff(request: HttpRequest) -> User:
    """Return who asks, if they hold a post or are a system of an agency.

    Raises:
        Forbidden: a citizen.
    """
    user = person(request)
    if not access.is_staff(user):
        raise Forbidden(_("This page is for officers of the city. Your account holds no post."))
    return user


def _of_the_exchange(request: HttpRequest) -> User:
    """Return who asks, if their post or token has anything to do with the exchange.

    Raises:
        Forbidden: it has not, such as the token of an app that sends reports.
    """
    user = _staff(request)
    if not access.powers_of(user) & {"exchange.use", "exchange.offer", "exchange.watch"}:
        access.require_power(user, "exchange.use")
    return user


def _service_out(found: DataService) -> dict[str, Any]:
    names = ("id", "title", "title_en", "kind", "fields", "endpoints", "stopped_from", "stopped_to", "notice")
    return {"identifier": str(found), **{name: getattr(found, name) for name in names}}


def _grant_out(found: Grant) -> dict[str, Any]:
    names = set(GrantOut.model_fields) - {"service", "consumer"}
    both = {"service": str(found.service), "consumer": found.consumer.identifier}
    return {**both, **{name: getattr(found, name) for name in names}}


@router.get("/exchange/members", response=list[MemberOut], url_name="exchange_members")
def members(request: HttpRequest) -> object:
    """Return the members of the exchange."""
    _staff(request)
    return list(Member.objects.filter(left_at=None)[:MOST])


@router.get("/exchange/purposes", response=list[PurposeOut], url_name="exchange_purposes")
def purposes(request: HttpRequest) -> object:
    """Return what data may be used for, by code."""
    _staff(request)
    return queries.purposes()


@router.get("/exchange/services", response=list[ServiceOut], url_name="exchange_services")
def list_services(request: HttpRequest, member: str = "", q: str = "") -> object:
    """Return the services that are offered; `member` names an owner, `q` is looked for in code and title."""
    _staff(request)
    found = queries.services()
    if member:
        found = found.filter(member__identifier=member)
    if q:
        found = found.filter(Q(code__icontains=q) | Q(title__icontains=q) | Q(title_en__icontains=q))
    return [_service_out(each) for each in found[:MOST]]


@router.post("/exchange/services/datasets", response={201: ServiceOut}, url_name="exchange_offer_dataset")
def offer_dataset(request: HttpRequest, body: DatasetIn) -> object:
    """Offer a dataset of the store as a service."""
    made = services.offer_dataset(queries.member(body.member), body.dataset, code=body.code, by=_staff(request))
    return Status(201, _service_out(made))


@router.post("/exchange/services/addresses", response={201: ServiceOut}, url_name="exchange_offer_address")
def offer_address(request: HttpRequest, body: OwnServiceIn) -> object:
    """Offer a service that runs in the agency's own house."""
    facts = body.dict(exclude={"member", "code"})
    made = services.offer_address(queries.member(body.member), body.code, **facts, by=_staff(request))
    return Status(201, _service_out(made))


def _service(number: int) -> DataService:
    found = queries.services().filter(id=number).first()
    if found is None:
        raise NotFound(_("There is no such service."))
    return found


@router.post("/exchange/services/{number}/stop", response=ServiceOut, url_name="exchange_stop")
def stop(request: HttpRequest, number: int, body: StopIn) -> object:
    """Announce that a service will be suspended."""
    return _service_out(services.stop(_service(number), **body.dict(), by=_staff(request)))


@router.post("/exchange/services/{number}/resume", response=ServiceOut, url_name="exchange_resume")
def resume(request: HttpRequest, number: int) -> object:
    """Let a stopped service go on, or take its announcement back."""
    return _service_out(services.resume(_service(number), by=_staff(request)))


@router.get("/exchange/services/{number}/use", response=list[UseOut], url_name="exchange_use")
def use(request: HttpRequest, number: int, days: int = 30) -> object:
    """Return to its owner who used a service, for what, how often."""
    found = _service(number)
    access.require_power(_staff(request), "exchange.watch", found.member.agency)
    return queries.uses_of(found, days=max(1, min(days, 366)))


@router.get("/exchange/grants", response=list[GrantOut], url_name="exchange_grants")
def list_grants(request: HttpRequest, state: str = "") -> object:
    """Return the grants of one's agencies, given and asked for, newest first."""
    found = queries.grants_visible_to(_of_the_exchange(request))
    return [_grant_out(each) for each in (found.filter(state=state) if state else found)[:MOST]]


@router.post("/exchange/grants", response={201: GrantOut}, url_name="exchange_ask")
def ask(request: HttpRequest, body: GrantIn) -> object:
    """Ask for data."""
    facts = body.dict(exclude={"service", "consumer"})
    by = _staff(request)
    consumer = queries.member(body.consumer)
    made = grants.ask(queries.service(body.service), consumer=consumer, **facts, by=by)
    return Status(201, _grant_out(made))


def _visible(number: str, user: User) -> Grant:
    found = queries.grants_visible_to(user).filter(number=number).first()
    if found is None:
        raise NotFound(_("There is no grant with the number %(number)s.") % {"number": number})
    return found


@router.get("/exchange/grants/{number}", response=GrantOut, url_name="exchange_grant")
def grant(request: HttpRequest, number: str) -> object:
    """Return one grant of one's agencies."""
    return _grant_out(_visible(number, _of_the_exchange(request)))


@router.post("/exchange/grants/{number}/{verb}", response=GrantOut, url_name="exchange_move")
def move(request: HttpRequest, number: str, verb: Verb, body: MoveIn) -> object:
    """Grant, refuse, narrow, suspend, resume or give back."""
    by = _staff(request)
    _visible(number, by)
    verbs = {
        "grant": lambda: grants.grant(number, days=body.days, fields=body.fields, rows=body.rows, by=by),
        "refuse": lambda: grants.refuse(number, reason=body.reason, by=by),
        "narrow": lambda: grants.narrow(
            number, fields=body.fields, rows=body.rows, purposes=body.purposes, rate=body.rate, by=by
        ),
        "suspend": lambda: grants.suspend(number, reason=body.reason, since=body.since, danger=body.danger, by=by),
        "resume": lambda: grants.resume(number, by=by),
        "give-back": lambda: grants.give_back(number, by=by),
    }
    return _grant_out(verbs[verb]())
