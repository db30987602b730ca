"""What others may read of the exchange: members, services, grants, health, who saw what."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Avg, Count, F, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _

from huong.base import city, clock, plain_yaml
from huong.base.errors import NotFound
from huong.exchange.models import (
    AccessRecord,
    Consent,
    DataService,
    Exchange,
    FactShare,
    Grant,
    Line,
    Member,
    MemberKey,
    Purpose,
    Question,
    RegisterCheck,
)
from huong.exchange.rules import grants as rules
from huong.people import access
from huong.people.models import User


@dataclass(frozen=True)
class GrantInForce:
    """A grant as the store's read door takes it."""

    id: str
    dataset: str
    consumer: str
    fields: frozenset[str]
    rows: Mapping[str, str]
    purpose: str


@dataclass(frozen=True)
class Health:
    """How a service did in a period."""

    service: str
    count: int
    failed: int
    least_ms: float | None
    mean_ms: float | None
    most_ms: float | None
    spread_ms: float | None
    last_ok_at: datetime | None
    last_failed_at: datetime | None
    last_fault: str
    resting_until: datetime | None


def own_identifier(agency: str) -> str:
    """Return the identifier of a city agency's member: instance and class from the city's folder."""
    facts = city.facts().get("exchange", {})
    return f"{facts.get('instance', 'VN')}/{facts.get('class', 'GOV')}/{agency}/{facts.get('subsystem', 'data')}"


def member(identifier: str) -> Member:
    """Return a member by its identifier.

    Raises:
        NotFound: nobody has it, or it has left.
    """
    found = Member.objects.filter(identifier=identifier, left_at=None).first()
    if found is None:
        raise NotFound(_("%(name)s is not a member of the exchange.") % {"name": identifier})
    return found


def member_of_agency(agency: str) -> Member:
    """Return the member by which a city agency takes part.

    Raises:
        NotFound: it has not joined.
    """
    return member(own_identifier(agency))


def keys_of(member: Member) -> list[MemberKey]:
    """Return the keys of a member, revoked and old ones too, newest first."""
    return list(MemberKey.objects.filter(member=member).order_by("-valid_from"))


def jwks_of(member: Member) -> dict[str, Any]:
    """Return the public keys of a member as a JSON Web Key Set (RFC 7517, RFC 8037), with their validity."""
    keys = [
        {
            "kty": "OKP",
            "crv": "Ed25519",
            "use": "sig",
            "alg": "EdDSA",
            "kid": key.key_id,
            "x": key.public.replace("+", "-").replace("/", "_").rstrip("="),
            "nbf": int(key.valid_from.timestamp()),
            "exp": int(min(key.valid_to, key.revoked_at or key.valid_to).timestamp()),
        }
        for key in keys_of(member)
        if key.use == "sign"
    ]
    return {"keys": keys}


def service(identifier: str) -> DataService:
    """Return a service by member and code, "VN/GOV/H57.8/data/hydrants".

    Raises:
        NotFound: there is no such service.
    """
    owner, _slash, code = identifier.rpartition("/")
    found = DataService.objects.filter(member__identifier=owner, member__left_at=None, code=code)
    first = found.select_related("member").first()
    if first is None:
        raise NotFound(_("There is no service %(name)s.") % {"name": identifier})
    return first


def services() -> QuerySet[DataService]:
    """Return the services that are offered, by member."""
    return DataService.objects.filter(member__left_at=None).select_related("member")


def grant(number: str) -> Grant:
    """Return a grant by its number.

    Raises:
        NotFound: there is none.
    """
    found = Grant.objects.filter(number=number).select_related("service__member", "consumer").first()
    if found is None:
        raise NotFound(_("There is no grant with the number %(number)s.") % {"number": number})
    return found


def grants_visible_to(user: User) -> QuerySet[Grant]:
    """Return the grants of somebody's agencies, given and asked for; all of them for the city's data office."""
    found = Grant.objects.select_related("service__member", "consumer")
    if access.sees_all(user, "exchange.watch"):
        return found
    mine = access.agencies_of(user)
    return found.filter(Q(service__member__agency__in=mine) | Q(consumer__agency__in=mine))


def grant_in_force(dataset: str, agency: str, purpose: str) -> GrantInForce | None:
    """Return the grant by which an agency of this city may read a dataset for a purpose, for the read door.

    Args:
        agency: the code of the agency that reads.
        purpose: the code of the purpose.
    """
    now = clock.now()
    held = Grant.objects.filter(
        service__kind="dataset", service__source=dataset, consumer__agency=agency, state="granted", valid_to__gt=now
    )
    for each in held.select_related("service").order_by("-id"):
        if purpose in each.purposes and each.holds_at(now) and not each.needs_consent:
            return as_read_grant(each, agency, purpose)
    return None


def as_read_grant(held: Grant, agency: str, purpose: str) -> GrantInForce:
    """Return a grant as the store's read door takes it."""
    return GrantInForce(held.number, held.service.source, agency, frozenset(held.fields), dict(held.rows), purpose)


def consented(persons: list[str], service: DataService, consumer: Member, purpose: str) -> frozenset[str]:
    """Return which of some persons agree now to a purpose of a consumer."""
    now = clock.now()
    found = Consent.objects.filter(
        person__in=persons, service=service, consumer=consumer, purpose=purpose, revoked_at=None, valid_to__gt=now
    )
    return frozenset(found.values_list("person", flat=True))


def purposes() -> list[Purpose]:
    """Return the purposes known here, by code."""
    return list(Purpose.objects.order_by("code"))


def is_demanded(purpose: str) -> bool:
    """Return whether law demands a purpose even where the use of somebody's data is restricted."""
    return Purpose.objects.filter(code=purpose, despite_restriction=True).exists()


def shown_from(purpose: str, at: datetime) -> datetime:
    """Return from when the person concerned sees an access for a purpose."""
    days = (
        Purpose.objects.filter(code=purpose).exclude(visibility="shown").values_list("hidden_days", flat=True).first()
    )
    return at + timedelta(days=days or 0)


def health_of(name: str, *, days: int = 1) -> Health:
    """Return how a service did in the last days: counts, spread of the time taken, the last failure, the breaker.

    Source: X-Road operational monitoring protocol, health data (min, average, max, standard deviation).
    """
    found = Exchange.objects.filter(service=name, at__gte=clock.now() - timedelta(days=days))
    good = found.filter(status__lt=400)
    facts = good.aggregate(
        n=Count("id"),
        low=Min("milliseconds"),
        mean=Avg("milliseconds"),
        high=Max("milliseconds"),
        total=Sum("milliseconds"),
        squares=Sum(F("milliseconds") * F("milliseconds")),
        last=Max("at"),
    )
    failed = found.filter(status__gte=500).order_by("-at").values_list("at", "fault").first()
    line = Line.objects.filter(service=name).first()
    n = facts["n"]
    return Health(
        service=name,
        count=n,
        failed=found.filter(status__gte=500).count(),
        least_ms=facts["low"],
        mean_ms=facts["mean"],
        most_ms=facts["high"],
        spread_ms=rules.spread((n, facts["total"], facts["squares"])) if n else None,
        last_ok_at=facts["last"] or (line.last_ok_at if line else None),
        last_failed_at=failed[0] if failed else (line.last_failed_at if line else None),
        last_fault=failed[1] if failed else (line.last_error if line else ""),
        resting_until=line.closed_until if line and line.closed_until and line.closed_until > clock.now() else None,
    )


def uses_of(service: DataService, *, days: int = 30) -> list[dict[str, Any]]:
    """Return who used a service, for what, how often, and when last."""
    found = Exchange.objects.filter(direction="in", service=str(service), at__gte=clock.now() - timedelta(days=days))
    rows = found.values("client", "purpose").annotate(
        count=Count("id"), refused=Count("id", filter=Q(status__gte=400)), last=Max("at")
    )
    return [dict(row) for row in rows.order_by("-count")]


def days_of(service: DataService, *, days: int = 30) -> list[tuple[date, int]]:
    """Return how often a service was used on each of the last days, the oldest first, days without use too."""
    today = clock.today()
    begin = datetime.combine(today - timedelta(days=days - 1), time(), clock.zone())
    found = Exchange.objects.filter(direction="in", service=str(service), at__gte=begin)
    rows = found.annotate(day=TruncDate("at", tzinfo=clock.zone())).values("day").annotate(count=Count("id"))
    counts = {row["day"]: row["count"] for row in rows.order_by("day")}
    return [(day, counts.get(day, 0)) for day in (today - timedelta(days=back) for back in range(days - 1, -1, -1))]


def trend(days: list[tuple[date, int]]) -> float | None:
    """Return by what share the second half of some days differs from the first; None without a first half."""
    half = len(days) // 2
    before, after = sum(count for _day, count in days[:half]), sum(count for _day, count in days[half:])
    return (after - before) / before if before else None


def accesses_of(person: str, *, since: datetime | None = None) -> QuerySet[AccessRecord]:
    """Return who saw something of a person, newest first; what is not to be shown yet is left out.

    Args:
        person: the keyed hash of the person, from `people.queries.joined_hash`.
    """
    found = AccessRecord.objects.filter(person=person, shown_from__lte=clock.now())
    return (found.filter(at__gte=since) if since else found).order_by("-at", "-id")


def kept_back(records: Iterable[AccessRecord]) -> set[int]:
    """Return the ids of those records whose request was answered, only not about this person: its use is restricted."""
    refused = [each.id for each in records if each.refused]
    answered = AccessRecord.objects.filter(id__in=refused, exchange__status__lt=400) if refused else ()
    return {each.id for each in answered}


def questions_visible_to(user: User) -> QuerySet[Question]:
    """Return what citizens ask somebody's agencies, the open ones first, by the time their answer is due."""
    found = Question.objects.select_related("access")
    if not access.sees_all(user, "exchange.watch"):
        found = found.filter(agency__in=access.agencies_of(user))
    return found.order_by(F("answered_at").desc(nulls_first=True), "due_at")


def questions_of(party: str) -> list[Question]:
    """Return what a person asked, newest first."""
    return list(Question.objects.filter(party=party).order_by("-asked_at"))


def consents_of(party: str) -> list[Consent]:
    """Return what a person agreed to, newest first, also what was taken back."""
    return list(Consent.objects.filter(party=party).select_related("service__member", "consumer"))


def checks_of(party: str) -> list[RegisterCheck]:
    """Return how far the registers' answers are on whom a person represents."""
    return list(RegisterCheck.objects.filter(party=party).order_by("source"))


def shares_of(party: str) -> list[FactShare]:
    """Return the facts that a party shares or shared, newest first."""
    return list(FactShare.objects.filter(party=party))


def share_of(number: str, party: str) -> FactShare:
    """Return one shared fact of a party.

    Raises:
        NotFound: the party shares nothing under this number.
    """
    found = FactShare.objects.filter(number=number, party=party).first()
    if found is None:
        raise NotFound(_("You share nothing under this number."))
    return found


def openings_of(number: str) -> QuerySet[AccessRecord]:
    """Return when a shared fact was opened, newest first."""
    return AccessRecord.objects.filter(source=f"share:{number}").order_by("-at", "-id")


def waiting_for(user: User) -> int:
    """Return how many requests wait for a decision of somebody's agencies."""
    if not access.has_power(user, "exchange.offer"):
        return 0
    mine = access.agencies_of(user)
    return Grant.objects.filter(state="requested", service__member__agency__in=mine).count()


def rights_of(agency: str, purpose: str, names: Iterable[str]) -> dict[str, frozenset[str] | None]:
    """Return what an agency of this city may have now of services that are described here.

    Args:
        agency: the code of the agency that would ask.
        purpose: the code of the purpose.
        names: services, "VN/GOV/G01/population/persons".

    Returns:
        By service the fields granted, None where no grant is in force. A service that is not described here is left
        out: its owner decides alone, and says so when it is asked.
    """
    now = clock.now()
    wanted = [name.rpartition("/") for name in names]
    described = DataService.objects.filter(
        member__identifier__in={owner for owner, _slash, _code in wanted}, code__in={code for _o, _s, code in wanted}
    ).select_related("member")
    found: dict[str, frozenset[str] | None] = {str(each): None for each in described}
    found = {name: None for name in found if name in set(names)}
    held = Grant.objects.filter(service__in=described, consumer__agency=agency, state="granted", valid_to__gt=now)
    for each in held.select_related("service__member") if found else ():
        if str(each.service) in found and purpose in each.purposes and each.holds_at(now):
            found[str(each.service)] = (found[str(each.service)] or frozenset()) | frozenset(each.fields)
    return found


@lru_cache(maxsize=4)
def _described(folder: str) -> dict[str, dict[str, Any]]:
    file = Path(folder) / "exchange.yaml"
    found = plain_yaml.facts_of(file)
    return dict(found.get("registers", {}))


def description(register: str) -> dict[str, Any]:
    """Return how a register is asked, from the city's folder.

    Raises:
        NotFound: the city names no such register.
    """
    found = _described(str(settings.HUONG.city)).get(register)
    if found is None:
        raise NotFound(_("This city asks no register “%(name)s”.") % {"name": register})
    return found


def service_of_register(register: str) -> str:
    """Return the service by which this city asks a national register; empty if it is not connected."""
    try:
        return str(description(register)["service"])
    except NotFound:
        return ""
