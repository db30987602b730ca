"""What index 766 counts, for the city and for every ward, from dossiers as they stand; and the index itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from huong.base import clock
from huong.people import queries as people
from huong.procedures.models import Component, Dossier, PortalUpdate, Procedure, Result
from huong.procedures.queries import catalogue
from huong.procedures.rules.fields import fields_of
from huong.procedures.rules.index766 import Index, index
from huong.procedures.rules.nouns import Document
from huong.procedures.rules.sources import source

SYNC = timedelta(minutes=15)
FRESH = 300
COUNTED = (
    "dossiers_done", "dossiers_done_on_time", "dossiers_open", "dossiers_open_in_time", "dossiers_digitised",
    "dossiers_with_population_data", "dossiers_handled", "dossiers_satisfied",
)  # fmt: skip
ENDED = Q(decided_at__isnull=False) | Q(state="refused")


@dataclass(frozen=True)
class Period:
    """Days of a report, both included.

    A month of the administrative reports runs from the 15th of the month before to the 14th (Decree 09/2019).
    """

    first: date
    last: date

    @property
    def begin(self) -> datetime:
        """Return its first instant."""
        return datetime.combine(self.first, time.min, clock.zone())

    @property
    def end(self) -> datetime:
        """Return the instant after its last."""
        return datetime.combine(self.last + timedelta(days=1), time.min, clock.zone())


def month(year: int, number: int) -> Period:
    """Return the reporting month: from the 15th of the month before to the 14th.

    >>> month(2026, 1)
    Period(first=datetime.date(2025, 12, 15), last=datetime.date(2026, 1, 14))
    """
    before = date(year - 1, 12, 15) if number == 1 else date(year, number - 1, 15)
    return Period(before, date(year, number, 14))


def last_year() -> Period:
    """Return the 365 days up to today."""
    today = clock.today()
    return Period(today - timedelta(days=364), today)


@dataclass(frozen=True)
class Traits:
    """Which procedures are of which kind: codes of those that are wholly online, proactive, replaceable ..."""

    modelled: frozenset[str]
    eligible: frozenset[str]
    proactive: frozenset[str]
    replaceable: frozenset[str]
    fully: frozenset[str]
    population: frozenset[str]
    paid: frozenset[str]


def traits() -> Traits:
    """Return the kinds of the procedures in force."""
    documents = [catalogue.current(code)[1] for code in catalogue.modelled()]

    def codes(found: Iterable[Document]) -> frozenset[str]:
        return frozenset(each.code for each in found)

    return Traits(
        codes(documents),
        codes(each for each in documents if each.level == "full"),
        codes(each for each in documents if each.proactive.age_from),
        codes(each for each in documents if _sources(each)),
        codes(each for each in documents if each.requirements and all(_known(need) for need in each.requirements)),
        codes(each for each in documents if any(one.startswith("register:person") for one in _sources(each))),
        codes(each for each in documents if any(fee.amount for fee in each.fees)),
    )


def _sources(made: Document) -> list[str]:
    locking = [f"{one.kind}:{one.name}" for each in fields_of(made.form) for one in each.sources if one.locks]
    return locking + [one.source for need in made.requirements for one in need.accepts if one.source]


def _known(need: Any) -> bool:
    return any(one.source and source(one.source).locks for one in need.accepts)


def counts_of(period: Period, *, by: str = "") -> dict[str, dict[str, int | None]]:
    """Return what is counted over a period.

    Args:
        by: "agency" for one mapping per agency; "" for the whole city under the key "".

    Returns:
        Key to counts by the names of `rules.indicators766`; what nobody counts here is left out.
    """
    kinds = traits()
    found: dict[str, dict[str, int | None]] = {}
    received = Dossier.objects.filter(submitted_at__gte=period.begin, submitted_at__lt=period.end)
    for part in (
        _received(received, kinds, by),
        _digitised(received, by),
        _population(received, kinds, by),
        _done(Dossier.objects.filter(ENDED, closed_or_decided(period)), by),
        _open(Dossier.objects.filter(is_open=True, accepted_at__lt=period.end, decided_at=None), by, period.end),
        _results(period, by),
        _synced(period, by),
    ):
        for key, counts in part.items():
            found.setdefault(key, {}).update(counts)
    for counts in found.values():  # whoever has dossiers at all has none of the other kinds, which is known
        for name in COUNTED:
            counts.setdefault(name, 0)
    if not by:
        found.setdefault("", {}).update(_offered(kinds))
    return found


def closed_or_decided(period: Period) -> Q:
    """Return the condition that a dossier was settled within a period."""
    return Q(decided_at__gte=period.begin, decided_at__lt=period.end) | Q(
        decided_at=None, closed_at__gte=period.begin, closed_at__lt=period.end
    )


def _grouped(rows: QuerySet[Any], by: str, **counts: Any) -> dict[str, dict[str, int | None]]:
    if not by:
        return {"": rows.aggregate(**counts)}
    return {row.pop("key"): row for row in rows.values(key=F(by)).annotate(**counts).order_by()}


def _received(rows: QuerySet[Dossier], kinds: Traits, by: str) -> dict[str, dict[str, int | None]]:
    replaced = Q(fields_spared__gt=0) | Q(papers_spared__gt=0)
    return _grouped(
        rows,
        by,
        dossiers_received=Count("id"),
        received_online=Count("id", filter=Q(channel__in=["online", "portal", "proactive"])),
        received_at_counter=Count("id", filter=Q(channel__in=["counter", "paper"])),
        received_by_post=Count("id", filter=Q(channel="post")),
        received_channel_unknown=Count("id", filter=Q(channel="")),
        dossiers_of_eligible_procedures=Count("id", filter=Q(procedure__in=kinds.eligible)),
        dossiers_fully_online=Count(
            "id", filter=Q(procedure__in=kinds.eligible, channel__in=["online", "portal", "proactive"])
        ),
        dossiers_of_proactive_procedures=Count("id", filter=Q(procedure__in=kinds.proactive)),
        dossiers_proactive=Count("id", filter=Q(procedure__in=kinds.proactive, channel="proactive")),
        dossiers_with_replaceable=Count("id", filter=Q(procedure__in=kinds.replaceable)),
        dossiers_with_replaced=Count("id", filter=Q(procedure__in=kinds.replaceable) & replaced),
        dossiers_fully_replaceable=Count("id", filter=Q(procedure__in=kinds.fully, papers_asked__gt=0)),
        dossiers_fully_replaced=Count(
            "id", filter=Q(procedure__in=kinds.fully, papers_asked__gt=0, papers_spared=F("papers_asked"))
        ),
        dossiers_needing_population_data=Count("id", filter=Q(procedure__in=kinds.population)),
        dossiers_with_fee=Count("id", filter=Q(fee__gt=0)),
        dossiers_paid_online=Count(
            "id", filter=Q(fee__gt=0, payments__state="paid", payments__way="online"), distinct=True
        ),
    )


def _digitised(rows: QuerySet[Dossier], by: str) -> dict[str, dict[str, int | None]]:
    """Count dossiers of which no paper was only shown: everything is there to be used again."""
    shown = Component.objects.filter(kind="paper", origin="shown").values("dossier")
    return _grouped(rows.exclude(pk__in=shown), by, dossiers_digitised=Count("id"))


def _population(rows: QuerySet[Dossier], kinds: Traits, by: str) -> dict[str, dict[str, int | None]]:
    used = Component.objects.filter(source__startswith="register:person").values("dossier")
    return _grouped(
        rows.filter(procedure__in=kinds.population, pk__in=used), by, dossiers_with_population_data=Count("id")
    )


def _done(rows: QuerySet[Dossier], by: str) -> dict[str, dict[str, int | None]]:
    ended = Q(due_at=None) | Q(decided_at__lte=F("due_at")) | Q(decided_at=None, closed_at__lte=F("due_at"))
    return _grouped(
        rows,
        by,
        dossiers_done=Count("id"),
        dossiers_done_on_time=Count("id", filter=ended),
        dossiers_handled=Count("id"),
        dossiers_satisfied=Count("id", filter=ended & ~Q(rating="not_satisfied")),
    )


def _open(rows: QuerySet[Dossier], by: str, end: datetime) -> dict[str, dict[str, int | None]]:
    in_time = Q(due_at=None) | Q(due_at__gte=min(end, clock.now()))
    return _grouped(rows, by, dossiers_open=Count("id"), dossiers_open_in_time=Count("id", filter=in_time))


def _results(period: Period, by: str) -> dict[str, dict[str, int | None]]:
    rows = Dossier.objects.filter(decided_at__gte=period.begin, decided_at__lt=period.end)
    signed = Result.objects.filter(signed_at__isnull=False).values("dossier")
    found = _grouped(rows, by, dossiers_done_with_document=Count("id"))
    for key, counts in _grouped(rows.filter(pk__in=signed), by, dossiers_with_electronic_result=Count("id")).items():
        found.setdefault(key, {}).update(counts)
    for counts in found.values():
        counts.setdefault("dossiers_with_electronic_result", 0)
    return found


def _synced(period: Period, by: str) -> dict[str, dict[str, int | None]]:
    """Count dossiers of which the portal heard within a quarter of an hour; nothing where no portal is told."""
    told = PortalUpdate.objects.filter(at__gte=period.begin, at__lt=period.end)
    late = told.filter(Q(sent_at=None) | Q(sent_at__gt=F("at") + SYNC)).values("dossier")
    rows = Dossier.objects.filter(pk__in=told.values("dossier"))
    found = _grouped(rows, by, dossiers_active=Count("id"))
    for key, counts in _grouped(rows.exclude(pk__in=late), by, dossiers_synced_on_time=Count("id")).items():
        found.setdefault(key, {}).update(counts)
    for counts in found.values():
        counts.setdefault("dossiers_synced_on_time", 0)
    return found


def _offered(kinds: Traits) -> Mapping[str, int | None]:
    """Count what the catalogue offers; the city alone answers for it."""
    whole = ~Q(legal_basis="") & Q(as_of__isnull=False)
    listed = Procedure.objects.filter(is_active=True).aggregate(all=Count("id"), whole=Count("id", filter=whole))
    return {
        "procedures_published": listed["all"],
        "procedures_complete": listed["whole"],
        "procedures_eligible": len(kinds.modelled),
        "procedures_fully_online": len(kinds.eligible),
        "procedures_eligible_proactive": len(kinds.proactive),
        "procedures_proactive": len(kinds.proactive),
        "procedures_needing_population_data": len(kinds.population),
        "procedures_with_population_data": len(kinds.population),
        "procedures_with_fee": len(kinds.paid),
        "procedures_with_online_payment": len(kinds.paid & kinds.eligible),
    }


@dataclass(frozen=True)
class Place:
    """One line of the table: a ward's People's Committee, its name, its index."""

    agency: str
    name: str
    index: Index


@lru_cache(maxsize=8)
def _indexed(first: date, last: date, _edition: str, _stamp: int) -> tuple[Index, tuple[Place, ...]]:
    period = Period(first, last)
    city = index(counts_of(period).get("", {}), "city")
    held = counts_of(period, by="agency")
    wards = [each for each in people.agencies() if each.tier == "ward" and each.kind == "committee"]
    places = [Place(each.code, each.name, index(held.get(each.code, {}), "ward")) for each in wards]
    return city, tuple(places)


def indexed(period: Period) -> tuple[Index, tuple[Place, ...]]:
    """Return index 766 of the city and of every ward over a period; figures are at most five minutes old."""
    stamp = int(clock.now().timestamp()) // FRESH
    return _indexed(period.first, period.last, catalogue.edition(), stamp)


def once_only(period: Period, *, by: str = "procedure") -> list[dict[str, Any]]:
    """Return the once-only rate: fields and papers in all, and those she did not have to give.

    Args:
        by: "procedure", "unit" or "month".

    Returns:
        One row per key, most dossiers first: key, dossiers, fields, fields_spared, papers, papers_spared.
    """
    key: Any = TruncMonth("submitted_at", tzinfo=clock.zone()) if by == "month" else F(by)
    rows = Dossier.objects.filter(submitted_at__gte=period.begin, submitted_at__lt=period.end, fields_asked__gt=0)
    found = rows.values(key=key).annotate(
        dossiers=Count("id"),
        fields=Sum("fields_asked"),
        fields_spared_sum=Sum("fields_spared"),
        papers=Sum("papers_asked"),
        papers_spared_sum=Sum("papers_spared"),
    )
    return [dict(row) for row in found.order_by("-dossiers")]
