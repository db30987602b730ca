"""What others may read of intake: loads, what waits in quarantine, sources. Light: web workers import it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.models import Max, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.errors import NotFound
from huong.catalogue import queries as catalogue
from huong.catalogue.rules import ContractSpec
from huong.intake.models import Load, Reminder, Repair, Run, Source
from huong.intake.types import STRUCTURE_BIT, STRUCTURE_RULE
from huong.people import access
from huong.store import queries as store

if TYPE_CHECKING:
    from huong.people.models import User


def load(load_id: str, user: "User | None" = None) -> Load:
    """Return a load that a person may see (any, if nobody is named).

    Raises:
        NotFound: there is none.
    """
    found = Load.objects.select_related("source", "blob", "by", "replays").filter(pk=load_id).first()
    if found is None or (user is not None and not _may_see(user, found)):
        raise NotFound(_("There is no such load."))
    return found


def _may_see(user: "User", found: Load) -> bool:
    return (
        access.has_power(user, "intake.load", found.owner)
        or access.visible_to(Load.objects.filter(pk=found.pk), user, "owner").exists()
    )


def has_source(dataset: str, name: str) -> bool:
    """Return whether a dataset has a source of this name."""
    return Source.objects.filter(dataset=dataset, name=name).exists()


def loads_of(dataset: str) -> QuerySet[Load]:
    """Return the loads of a dataset, newest first."""
    return Load.objects.filter(dataset=dataset).order_by("-id")


def loads_visible_to(user: "User") -> QuerySet[Load]:
    """Return the loads of a person's agencies, newest first."""
    return access.visible_to(Load.objects.all(), user, "owner").order_by("-id")


def last_loads(names: Iterable[str]) -> dict[str, Load]:
    """Return the newest load of each dataset, in one query."""
    last = Load.objects.filter(dataset__in=list(names)).values("dataset").annotate(last=Max("id")).values("last")
    return {found.dataset: found for found in Load.objects.filter(pk__in=last)}


def waiting_of(names: Iterable[str] | None = None) -> dict[str, int]:
    """Return how many rows wait in quarantine per dataset, in one query; datasets without any are left out."""
    found = Load.objects.filter(state="done", open_rows__gt=0)
    if names is not None:
        found = found.filter(dataset__in=list(names))
    counts: Counter[str] = Counter()
    for dataset, rows in found.values_list("dataset", "open_rows"):
        counts[dataset] += rows
    return dict(counts)


def waiting_counts(dataset: str) -> tuple[int, Counter[str]]:
    """Return how many rows of a dataset wait in quarantine, and per check how many of them broke it."""
    rows, counts = 0, Counter[str]()
    for open_rows, open_ in Load.objects.filter(dataset=dataset, state="done", open_rows__gt=0).values_list(
        "open_rows", "open"
    ):
        rows += open_rows
        counts.update(open_)
    return rows, counts


def waiting_by_rule(dataset: str) -> list[tuple[str, str, int]]:
    """Return (rule, what is wrong, waiting rows) of a dataset, most rows first; only rules for which rows are refused."""
    _rows, counts = waiting_counts(dataset)
    return reasons(catalogue.contract_of(dataset), counts)


def reasons(spec: ContractSpec, counts: Mapping[str, int]) -> list[tuple[str, str, int]]:
    """Return (rule, what is wrong, rows) for what refuses rows, most rows first.

    A refused row may break rules that only flag as well; nobody has to repair those before it can go in.
    """
    said, remarks = messages_of(spec), {check.name for check in spec.checks if check.severity == "flag"}
    found = [(name, said.get(name, name), count) for name, count in counts.items() if name not in remarks]
    return sorted(found, key=lambda reason: -reason[2])


def messages_of(spec: ContractSpec) -> dict[str, str]:
    """Return what is wrong with a row that breaks each rule, in the reader's language."""
    language = (get_language() or "vi")[:2]
    said = {check.name: check.message(language) for check in spec.checks}
    return said | {STRUCTURE_RULE: _("The row has more or fewer cells than there are column names.")}


def rules_in(spec: ContractSpec, mask: int) -> list[str]:
    """Return the names of the rules that a row with this mask broke."""
    names = [check.name for check in spec.broken(mask)]
    return [*names, STRUCTURE_RULE] if mask >> STRUCTURE_BIT & 1 else names


def mask_of(spec: ContractSpec, rule: str) -> int:
    """Return the bit of a rule.

    Raises:
        NotFound: the contract has no such rule.
    """
    if rule == STRUCTURE_RULE:
        return 1 << STRUCTURE_BIT
    for check in spec.checks:
        if check.name == rule:
            return 1 << check.bit
    raise NotFound(_("The contract has no rule “%(rule)s”.") % {"rule": rule})


def spec_of(found: Load) -> ContractSpec:
    """Return the contract under which a load was checked."""
    return catalogue.contract_of(found.dataset, found.contract_version or None)


def repairs_of(load_id: str) -> QuerySet[Repair]:
    """Return the repairs of a load in the order in which they were made."""
    return Repair.objects.filter(load_id=load_id).select_related("load", "by").order_by("id")


def is_late(spec: ContractSpec) -> bool:
    """Return whether the newest data of a dataset is older than its contract promises, or has never come."""
    if spec.freshness_hours is None:
        return False
    commit = store.current(spec.dataset)
    if commit is None:
        return True
    newest = commit.data_at or commit.at
    return newest is None or clock.now() - newest > timedelta(hours=spec.freshness_hours)


def reminded_on(dataset: str, day: date) -> Reminder | None:
    """Return the reminder that a dataset's sender got on a day, if any."""
    return Reminder.objects.filter(dataset=dataset, day=day).select_related("by").first()


def sources_of(dataset: str) -> QuerySet[Source]:
    """Return the sources of a dataset by name."""
    return Source.objects.filter(dataset=dataset).order_by("name")


def source(source_id: str) -> Source:
    """Return a source.

    Raises:
        NotFound: there is none.
    """
    found = Source.objects.select_related("made_by").filter(pk=source_id).first()
    if found is None:
        raise NotFound(_("There is no such source."))
    return found


def runs_of(source_id: str) -> QuerySet[Run]:
    """Return the runs of a source, newest first."""
    return Run.objects.filter(source_id=source_id).select_related("load").order_by("-at")


def sources_visible_to(user: "User") -> QuerySet[Source]:
    """Return the sources of a person's agencies."""
    return access.visible_to(Source.objects.all(), user, "owner").order_by("dataset", "name")


def columns_before(dataset: str, source_id: str | None) -> list[str]:
    """Return the columns of the last load that brought rows from the same source; empty if there was none."""
    done = Load.objects.filter(dataset=dataset, source_id=source_id, state="done", replays=None)
    return list(done.exclude(columns=[]).order_by("-id").values_list("columns", flat=True).first() or [])


def mapping_before(dataset: str, source_id: str | None) -> dict[str, str]:
    """Return the mapping that a person confirmed for the last load from the same source."""
    done = Load.objects.filter(dataset=dataset, source_id=source_id, state="done", replays=None)
    return dict(done.exclude(mapping={}).order_by("-id").values_list("mapping", flat=True).first() or {})


def done_elsewhere(raw_digest: str, dataset: str, owner: str) -> list[Load]:
    """Return loads of exactly these bytes into datasets of other agencies, oldest first."""
    done = Load.objects.filter(raw_digest=raw_digest, state="done").exclude(dataset=dataset).exclude(owner=owner)
    return list(done.order_by("id")[:5])
