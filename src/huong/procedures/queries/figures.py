"""What index 766 counts, for the city and for every ward, from dossiers as they stand; and the index itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from huong.base import clock
from huong.procedures.models import Component, Dossier, Payment, PortalUpdate, Procedure, Result
from huong.procedures.queries import catalogue
from huong.procedures.queries.then import BAD, as_known
from huong.procedures.rules.fields import fields_of
from huong.procedures.rules.nouns import Document
from huong.procedures.rules.sources import source

SYNC = timedelta(minutes=15)
COUNTED = (
    "dossiers_done", "dossiers_done_on_time", "dossiers_open", "dossiers_open_in_time", "dossiers_handled",
    "dossiers_satisfied",
)  # fmt: skip


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
    """Which procedures are of which kind: codes of those that are wholly online, proactive, replaceable ...

    Attributes:
        identified: those that ask for somebody's identity number, so that they need population data.
        population: those that are connected to population data.
    """

    modelled: frozenset[str]
    eligible: frozenset[str]
    proactive: frozenset[str]
    replaceable: frozenset[str]
    fully: frozenset[str]
    identified: frozenset[str]
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
        codes(each for each in documents if any(one.kind == "person_id" for one in fields_of(each.form))),
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

    A dossier counts once, where it was taken in: whoever promised the day answers for it, though it was handed to
    another ward or tier since. A part and its whole are counted by one statement, so that what comes in meanwhile makes
    no part larger than its whole.

    Args:
        by: "agency" for one mapping per agency; "" for the whole city under the key "".

    Returns:
        Key to counts by the names of `rules.indicators766`; what nobody counts here is left out.
    """
    kinds = traits()
    key = "lead_agency" if by else ""
    found: dict[str, dict[str, int | None]] = {}
    received = Dossier.objects.filter(submitted_at__gte=period.begin, submitted_at__lt=period.end)
    for part in (
        _received(received, kinds, key),
        _done(period, key),
        _open(period, key),
        _results(period, key),
        _synced(period, key),
    ):
        for name, counts in part.items():
            found.setdefault(name, {}).update(counts)
    for counts in found.values():  # whoever has dossiers at all has none of the other kinds, which is known
        for name in COUNTED:
            counts.setdefault(name, 0)
    if not by:
        found.setdefault("", {}).update(of_catalogue(period, kinds))
    return found


def of_catalogue(period: Period, kinds: Traits | None = None) -> dict[str, int | None]:
    """Return what the city alone answers for: what its catalogue offers, and which fees were paid online over a period."""
    kinds = kinds or traits()
    received = Dossier.objects.filter(submitted_at__gte=period.begin, submitted_at__lt=period.end)
    return {**_offered(kinds), **_paid_procedures(received, kinds)}


def closed_or_decided(period: Period) -> Q:
    """Return the condition that a dossier was settled within a period: by its first decision, else by its refusal."""
    return Q(decided_at__gte=period.begin, decided_at__lt=period.end) | Q(
        decided_at=None, state="refused", closed_at__gte=period.begin, closed_at__lt=period.end
    )


def _grouped(rows: QuerySet[Any], by: str, **counts: Any) -> dict[str, dict[str, int | None]]:
    if not by:
        return {"": rows.aggregate(**counts)}
    return {row.pop("key"): row for row in rows.values(key=F(by)).annotate(**counts).order_by()}


def _where(condition: Q) -> Count:
    return Count("id", filter=condition)


def _received(rows: QuerySet[Dossier], kinds: Traits, by: str) -> dict[str, dict[str, int | None]]:
    replaced = Q(fields_spared__gt=0) | Q(papers_spared__gt=0)
    online = Q(channel__in=["online", "portal", "proactive"])
    fully = Q(procedure__in=kinds.fully, papers_asked__gt=0)
    kept = _of(Component.objects.all())
    return _grouped(
        rows,
        by,
        dossiers_received=Count("id"),
        received_online=_where(online),
        received_at_counter=_where(Q(channel__in=["counter", "paper"])),
        received_by_post=_where(Q(channel="post")),
        received_channel_unknown=_where(Q(channel="")),
        dossiers_of_eligible_procedures=_where(Q(procedure__in=kinds.eligible)),
        dossiers_fully_online=_where(Q(procedure__in=kinds.eligible) & online),
        dossiers_of_proactive_procedures=_where(Q(procedure__in=kinds.proactive)),
        dossiers_proactive=_where(Q(procedure__in=kinds.proactive, channel="proactive")),
        dossiers_with_replaceable=_where(Q(procedure__in=kinds.replaceable)),
        dossiers_with_replaced=_where(Q(procedure__in=kinds.replaceable) & replaced),
        dossiers_fully_replaceable=_where(fully),
        dossiers_fully_replaced=_where(fully & Q(papers_spared=F("papers_asked"))),
        dossiers_with_components=_where(kept),
        dossiers_digitised=_where(kept & ~_shown()),
        dossiers_needing_population_data=_where(Q(procedure__in=kinds.identified)),
        dossiers_with_population_data=_where(Q(procedure__in=kinds.identified) & _known_from_population()),
        dossiers_with_fee=_where(Q(fee__gt=0)),
        dossiers_paid_online=_where(Q(fee__gt=0) & _of(_paid_online())),
    )


def _of(rows: QuerySet[Any]) -> Q:
    """Return the condition that a dossier has such rows; an index finds them, whatever their number."""
    return Q(Exists(rows.filter(dossier=OuterRef("pk"))))


def _shown() -> Q:
    """Return the condition that a paper was only shown: not everything is there to be used again."""
    return _of(Component.objects.filter(kind="paper", origin="shown"))


def _known_from_population() -> Q:
    """Return the condition that the population register answered; one that was down, or still is asked, did not."""
    told = Q(origin="fetched") | Q(state="verified")
    return _of(Component.objects.filter(told, source__startswith="register:person"))


def _paid_online() -> QuerySet[Payment]:
    return Payment.objects.filter(state="paid", way="online")


def _done(period: Period, by: str) -> dict[str, dict[str, int | None]]:
    """Count what was settled; a dossier is late, or badly rated, by what was known when the period ended."""
    rows = as_known(Dossier.objects.filter(closed_or_decided(period)), period.end)
    due = F("known_due")
    ended = Q(known_due=None) | Q(decided_at__lte=due) | Q(decided_at=None, closed_at__lte=due)
    return _grouped(
        rows,
        by,
        dossiers_done=Count("id"),
        dossiers_done_on_time=_where(ended),
        dossiers_handled=Count("id"),
        dossiers_satisfied=_where(ended & ~Q(known_bad=BAD)),
    )


def _open(period: Period, by: str) -> dict[str, dict[str, int | None]]:
    """Count what was open when a period ended, or is now.

    While its clock stands a dossier is late only if it was when it began to stand: its due day is written at each action
    as if time went on at once.
    """
    now, end = clock.now(), period.end
    found = _open_of(Dossier.objects.filter(is_open=True), min(end, now), end, by)
    if end <= now:  # and what was closed since; an index finds it, which nothing does for "open then"
        since = _open_of(Dossier.objects.filter(is_open=False, closed_at__gte=end), end, end, by)
        for key, counts in since.items():
            before = found.setdefault(key, dict.fromkeys(counts, 0))
            found[key] = {name: (before[name] or 0) + (count or 0) for name, count in counts.items()}
    return found


def _open_of(rows: QuerySet[Dossier], at: datetime, end: datetime, by: str) -> dict[str, dict[str, int | None]]:
    unsettled = Q(decided_at=None) | Q(decided_at__gte=end)
    stands = Q(known_runs=False, known_due__gte=F("known_at"))
    return _grouped(
        as_known(rows.filter(unsettled, accepted_at__lt=end), end),
        by,
        dossiers_open=Count("id"),
        dossiers_open_in_time=_where(Q(known_due=None) | Q(known_due__gte=at) | stands),
    )


def _results(period: Period, by: str) -> dict[str, dict[str, int | None]]:
    """Count decided dossiers whose results are kept here, and those with one in force; one that was revoked is none."""
    held = Result.objects.exclude(state="proposed").filter(signed_at__lt=period.end)
    return _grouped(
        Dossier.objects.filter(_of(Result.objects.all()), decided_at__gte=period.begin, decided_at__lt=period.end),
        by,
        dossiers_done_with_document=Count("id"),
        dossiers_with_electronic_result=_where(_of(held.filter(Q(revoked_at=None) | Q(revoked_at__gte=period.end)))),
    )


def _synced(period: Period, by: str) -> dict[str, dict[str, int | None]]:
    """Count dossiers of which the portal heard within a quarter of an hour; nothing where no portal is told.

    What has waited for less than that is not late yet.
    """
    told = PortalUpdate.objects.filter(at__gte=period.begin, at__lt=period.end).exclude(state="skipped")
    late = told.filter(Q(sent_at__gt=F("at") + SYNC) | Q(sent_at=None, at__lt=clock.now() - SYNC))
    return _grouped(
        Dossier.objects.filter(pk__in=told.values("dossier")),
        by,
        dossiers_active=Count("id"),
        dossiers_synced_on_time=_where(~_of(late)),
    )


def _paid_procedures(received: QuerySet[Dossier], kinds: Traits) -> Mapping[str, int | None]:
    used = received.filter(procedure__in=kinds.paid, pk__in=_paid_online().values("dossier"))
    return {"procedures_with_online_payment_used": used.values("procedure").distinct().count()}


def _offered(kinds: Traits) -> Mapping[str, int | None]:
    """Count what the catalogue offers; the city alone answers for it."""
    whole = ~Q(legal_basis="") & Q(as_of__isnull=False)
    listed = Procedure.objects.filter(is_active=True).aggregate(all=Count("id"), whole=Count("id", filter=whole))
    return {
        "procedures_published": listed["all"],
        "procedures_complete": listed["whole"],
        "procedures_eligible": len(kinds.modelled),
        "procedures_fully_online": len(kinds.eligible),
        "procedures_proactive": len(kinds.proactive),  # which ones could be, nobody has listed: that share is unknown
        "procedures_needing_population_data": len(kinds.identified),
        "procedures_with_population_data": len(kinds.identified & kinds.population),
        "procedures_with_fee": len(kinds.paid),
        "procedures_with_online_payment": len(kinds.paid & kinds.eligible),
    }


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
