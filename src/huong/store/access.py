"""The read door: one function decides which fields and rows somebody may read, and writes it down."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base.errors import Forbidden, HuongError, NotFound
from huong.journal import actions as journal
from huong.journal.actions import EntryDraft
from huong.people import access as people
from huong.people import queries as holders
from huong.store import events, rules
from huong.store.models import Commit

if TYPE_CHECKING:
    from huong.catalogue.rules import ContractSpec
    from huong.people.models import User


@dataclass
class HeldBack:
    """Entries of reads that are not written yet, and the keyed hashes of the persons that were read.

    Attributes:
        withheld: the persons whose values were kept back, since they had the use restricted.
    """

    entries: list[EntryDraft] = field(default_factory=list)
    persons: list[str] = field(default_factory=list)
    withheld: list[str] = field(default_factory=list)


_held_back: ContextVar[HeldBack | None] = ContextVar("held_back_reads", default=None)


@contextmanager
def holding_back() -> Iterator[HeldBack]:
    """Hold back the entries of reads, for a caller that writes them with its own before anything is given away."""
    token = _held_back.set(held := HeldBack())
    try:
        yield held
    finally:
        _held_back.reset(token)


@dataclass(frozen=True)
class Use:
    """On whose behalf and why something is read. No read without one.

    Attributes:
        agency: the code of the agency that reads.
        purpose: why, in words the citizen concerned understands.
        grant: the grant used, if the agency reads under one.
        person: who reads; None only for a system under a grant.
    """

    agency: str
    purpose: str
    grant: rules.Grant | None = None
    person: "User | None" = None


def contract_of(dataset: str) -> "ContractSpec":
    """Return the contract in force for a dataset.

    Raises:
        NotFound: there is no such dataset.
    """
    from huong.catalogue import queries as catalogue

    return catalogue.contract_of(dataset)


def owner_of(dataset: str) -> str:
    """Return the code of the agency that owns a dataset; empty for one without a contract."""
    try:
        return contract_of(dataset).owner
    except NotFound:
        return ""


def require(
    dataset: str, use: Use, wanted: Iterable[str] | None = None, *, spec: "ContractSpec | None" = None
) -> tuple["ContractSpec", rules.Decision]:
    """Decide a read, and refuse it with a sentence where it may not be.

    Args:
        wanted: the fields asked for by name; None: all that need no special power.
        spec: the contract in force, if it is at hand.

    Returns:
        The contract and the fields and rows that may be given.

    Raises:
        NotFound: there is no such dataset, or none that anybody may read without signing in.
        Forbidden: the purpose, the power or the grant is missing.

    Records: `store.read_refused` when it refuses.
    """
    spec = spec or contract_of(dataset)
    terms = rules.Terms(
        dataset,
        spec.owner,
        spec.classification,
        tuple(found.name for found in spec.fields),
        frozenset(spec.identifying),
    )
    decision = rules.decide(
        terms, _asker(spec, use), agency=use.agency, purpose=use.purpose, grant=use.grant, wanted=wanted
    )
    if decision.refused:
        _refuse(dataset, spec, use, decision.refused)
    return spec, decision


def _asker(spec: "ContractSpec", use: Use) -> rules.Asker:
    person = use.person
    if person is None:
        return rules.Asker()
    reads_all = people.sees_all(person)
    acts_for = reads_all or use.agency in people.agencies_of(person)
    return rules.Asker(
        known=True,
        may_read=acts_for and people.has_power(person, "store.read", use.agency),
        may_identify=people.has_power(person, "store.read_personal", spec.owner),
        reads_all=reads_all,
    )


def _refuse(dataset: str, spec: "ContractSpec", use: Use, reason: rules.Reason) -> None:
    with transaction.atomic():
        journal.record(
            events.READ_REFUSED,
            dataset,
            by=use.person.pk if use.person else None,
            agency=use.agency,
            reason=reason,
            purpose=use.purpose[:200],
            owner=spec.owner,
        )
    raise _refusal(dataset, reason)


def _refusal(dataset: str, reason: rules.Reason) -> HuongError:
    sentences = {
        "no_purpose": _("Please say what you need the data for; without a purpose nothing is given."),
        "no_power": _("Your post does not include reading data for this agency. Please ask the city data office."),
        "not_shared": _("This dataset is not shared with your agency. Its owner can grant it to you."),
        "not_granted": _("The grant does not cover this. Please ask the owner of the dataset to widen it."),
        "identifying": _("These fields identify persons. Only people with that power may see them."),
    }
    if reason == "anonymous":
        return NotFound(_("There is no public release of this dataset yet."))
    return Forbidden(sentences[reason], code=reason, dataset=dataset)


def record_read(
    commit: Commit, spec: "ContractSpec", use: Use, decision: rules.Decision, *, rows: int | None = None
) -> None:
    """Write a read into the journal.

    Records: `store.read`.
    """
    draft = EntryDraft(
        events.READ,
        commit.dataset,
        use.person.pk if use.person else None,
        agency=use.agency,
        audience="named" if decision.identifying else "staff",
        data={
            "version": commit.version,
            "purpose": use.purpose[:200],
            "fields": ",".join(decision.fields)[:1000],
            "identifying": bool(decision.identifying),
            "grant": use.grant.id if use.grant else "",
            "owner": spec.owner,
            "rows": rows,
        },
    )
    held = _held_back.get()
    if held is None:
        journal.record_many([draft])
    else:
        held.entries.append(draft)


@dataclass(frozen=True)
class Restrictions:
    """Which persons of a read had its use restricted, and whether it holds against this read.

    Attributes:
        withheld: whether their values are kept back; not from the owner, and not where law demands the purpose.
    """

    persons: frozenset[str]
    withheld: bool

    def __contains__(self, subject: object) -> bool:
        return subject in self.persons

    def hides(self, subject: str | None) -> bool:
        """Return whether a person's values are kept back from this reader."""
        return self.withheld and subject in self.persons


def restrictions(spec: "ContractSpec", use: Use, subjects: Iterable[str | None]) -> Restrictions:
    """Return which of the persons read had the use of this dataset restricted."""
    found = holders.restricted(f"dataset:{spec.dataset}", [each for each in subjects if each])
    is_own = use.agency == spec.owner and use.grant is None
    return Restrictions(found, withheld=bool(found) and not is_own and not holders.is_demanded(use.purpose))


def record_withheld(subjects: Iterable[str | None]) -> None:
    """Tell whoever writes a read down which persons it gave nothing of, since they had the use restricted."""
    held = _held_back.get()
    if held is not None:
        held.withheld.extend(filter(None, subjects))


def record_persons(commit: Commit, use: Use, decision: rules.Decision, subjects: Iterable[str | None]) -> None:
    """Write down for each person that somebody saw what identifies them, so that they can see it.

    Records: `people.accessed` for each.
    """
    held = _held_back.get()
    if held is not None:
        held.persons.extend(filter(None, subjects))
        return
    if use.person is None:
        return
    with transaction.atomic():
        for subject in dict.fromkeys(filter(None, subjects)):
            people.record_access(
                use.person,
                f"dataset:{commit.dataset}/person:{subject}",
                decision.identifying,
                use.purpose[:200],
                agency=use.agency,
            )
