"""What others may read of the catalogue: contracts, datasets, code lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huong.base import clock, sql
from huong.base.errors import NotFound
from huong.base.search import Hit
from huong.base.text import fold
from huong.catalogue import ports, types
from huong.catalogue.models import Code, CodeList, Contract, Dataset
from huong.catalogue.rules import ContractSpec
from huong.catalogue.rules.judging import Change, changes
from huong.catalogue.rules.parsed_fields import Semantic
from huong.catalogue.rules.parsing import parse
from huong.people import access

IN_FORCE = (
    "SELECT c.id, c.digest{more} FROM catalogue_contract c JOIN catalogue_dataset d ON d.id = c.dataset_id{beside}"
    " WHERE d.name = %s AND c.state = 'active'"
)
SEMANTICS = {name: Semantic(found.base, found.identifying) for name, found in types.REGISTRY.items()}


@dataclass(frozen=True)
class Version:
    """A version of a contract as a page lists it; `changes` are sentences with their weight, weightiest first."""

    version: str
    state: str
    added_at: datetime
    added_by: str
    activated_at: datetime | None
    changes: tuple[tuple[str, str], ...]


def dataset(name: str) -> Dataset:
    """Return a dataset by name.

    Raises:
        NotFound: there is no such dataset.
    """
    found = Dataset.objects.filter(name=name).select_related("owner", "steward").first()
    if found is None:
        raise NotFound(_("There is no dataset “%(name)s”.") % {"name": name})
    return found


def dataset_names() -> list[str]:
    """Return the names of all datasets that have a contract in force."""
    return list(Dataset.objects.filter(contracts__state="active").order_by("name").values_list("name", flat=True))


def datasets_visible_to(user: Any) -> QuerySet[Dataset]:
    """Return the datasets whose facts somebody may see; their rows are the store's matter.

    Staff see every dataset that is listed, and all of their own agencies; everybody else sees what is open.
    """
    found = Dataset.objects.filter(contracts__state="active").select_related("owner", "steward")
    if not access.is_staff(user):
        return found.filter(classification="open", is_discoverable=True)
    if access.has_power(user, "catalogue.approve"):
        return Dataset.objects.select_related("owner", "steward")
    mine = Dataset.objects.filter(owner__code__in=access.agencies_of(user)).values("id")
    return Dataset.objects.select_related("owner", "steward").filter(
        Q(id__in=mine) | Q(id__in=found.filter(is_discoverable=True).values("id"))
    )


def require_visible(name: str, user: Any) -> Dataset:
    """Return a dataset that somebody may see.

    Raises:
        NotFound: there is no such dataset, or none that this person may see.
    """
    found = datasets_visible_to(user).filter(name=name).first()
    if found is None:
        raise NotFound(_("There is no dataset “%(name)s”.") % {"name": name})
    return found


def contract_of(dataset: str, version: str | None = None) -> ContractSpec:
    """Return a contract: the one in force, or the version named.

    Raises:
        NotFound: there is no such dataset, version, or none in force yet.
    """
    if version is None:
        return contract_and(dataset)[0]
    found = Contract.objects.filter(dataset__name=dataset, version=version).values_list("id", "digest").first()
    if found is None:
        raise _no_contract(dataset)
    return _spec(*found)


def contract_and(dataset: str, columns: Sequence[str] = (), table: str = "") -> tuple[ContractSpec, tuple[Any, ...]]:
    """Return the contract in force, and what a package keeps beside it for the same dataset, in one question.

    For what every look-up asks: a package above names its own table and columns, and is spared a journey.

    Args:
        columns: of that table.
        table: one row a dataset, named by its column `dataset`.

    Returns:
        The contract; the values of the columns, each None where the table has no row.

    Raises:
        NotFound: there is no such dataset, or none in force yet.
    """
    more = "".join(f", beside.{name}" for name in columns)
    beside = f" LEFT JOIN {table} beside ON beside.dataset = d.name" if table else ""
    found = sql.one(IN_FORCE.format(more=more, beside=beside), [dataset])
    if found is None:
        raise _no_contract(dataset)
    return _spec(*found[:2]), found[2:]


def _no_contract(dataset: str) -> NotFound:
    return NotFound(_("“%(name)s” has no such contract.") % {"name": dataset})


def contracts_of(names: Sequence[str]) -> dict[str, ContractSpec]:
    """Return the contracts in force of many datasets, in one query."""
    rows = Contract.objects.filter(state="active", dataset__name__in=list(names))
    return {name: _spec(pk, digest) for name, pk, digest in rows.values_list("dataset__name", "id", "digest")}


@lru_cache(maxsize=512)
def _spec(contract_id: int, digest: str) -> ContractSpec:
    """Read a stored contract; versions never change, so one reading is enough."""
    text = Contract.objects.values_list("document", flat=True).get(id=contract_id)
    found = parse(text, SEMANTICS, trusted=True).spec
    assert found is not None, digest  # noqa: S101 - it was read before it was stored
    return found


def contract_text(dataset: str, version: str | None = None) -> str:
    """Return the document of a contract as it was written.

    Raises:
        NotFound: there is no such dataset or version.
    """
    wanted = Q(state="active") if version is None else Q(version=version)
    found = Contract.objects.filter(wanted, dataset__name=dataset).values_list("document", flat=True).first()
    if found is None:
        raise NotFound(_("“%(name)s” has no such contract.") % {"name": dataset})
    return found


def versions_of(dataset: str) -> list[Version]:
    """Return the versions of a dataset's contract, the newest first, each with what it changed."""
    rows = Contract.objects.filter(dataset__name=dataset).select_related("added_by")
    return [
        Version(
            row.version,
            row.state,
            row.added_at,
            str(row.added_by or ""),
            row.activated_at,
            tuple((kept["weight"], said(kept["sentence"], kept["facts"])) for kept in row.changes),
        )
        for row in rows.order_by("-major", "-minor", "-patch")
    ]


def differences(dataset: str, old: str, new: str) -> list[tuple[str, str]]:
    """Return what changed between any two versions, as (weight, sentence), the weightiest first."""
    found = changes(contract_of(dataset, old), contract_of(dataset, new))
    return [(change.weight, said(change.sentence, change.facts)) for change in found]


def newest_contract(dataset: str) -> Contract | None:
    """Return the highest version of a dataset's contract, in force or not."""
    return Contract.objects.filter(dataset__name=dataset).order_by("-major", "-minor", "-patch").first()


def spec_of(contract: Contract) -> ContractSpec:
    """Return a stored contract as plain values."""
    return _spec(contract.id, contract.digest)


def consumers_of(spec: ContractSpec) -> list[str]:
    """Return the agencies that a breaking change concerns: those that declared a need, and those that have a grant."""
    found = set(spec.sharing.consumers)
    for named in ports.consumers.values():
        found.update(named(spec.dataset))
    return sorted(found - {spec.owner})


def said(sentence: str, facts: dict[str, Any]) -> str:
    """Return a sentence of the contract rules in the reader's language."""
    shown = {name: _(value) if name in {"kind", "reason"} and value else value for name, value in facts.items()}
    return _(sentence) % shown


def said_change(change: Change) -> str:
    """Return what a change says in the reader's language."""
    return said(change.sentence, change.facts)


def code_lists(on: date | None = None) -> list[CodeList]:
    """Return the code lists that hold on a day (today if left out), one version of each."""
    found: dict[str, CodeList] = {}
    for row in CodeList.objects.on(on or clock.today()).order_by("name", "valid_from", "id"):
        found[row.name] = row
    return list(found.values())


def code_list(name: str, on: date | None = None) -> CodeList:
    """Return the version of a code list that holds on a day; the newest one if none does.

    Raises:
        NotFound: there is no such code list.
    """
    rows = CodeList.objects.filter(name=name).order_by("-valid_from", "-id")
    found = rows.on(on or clock.today()).first() or rows.first()
    if found is None:
        raise NotFound(_("There is no code list “%(name)s”.") % {"name": name})
    return found


def code_list_names() -> set[str]:
    """Return the names of all code lists."""
    return set(CodeList.objects.values_list("name", flat=True))


def codes(name: str, on: date | None = None) -> list[tuple[str, str, str]]:
    """Return (code, label, English label) of a code list on a day, in the list's order."""
    return list(Code.objects.filter(list=code_list(name, on)).values_list("code", "label", "label_en"))


def code_spellings(name: str, on: date | None = None) -> dict[str, str]:
    """Return every folded spelling of a code list and the code that it means; what is ambiguous is left out."""
    found: dict[str, str | None] = {}
    rows = list(Code.objects.filter(list=code_list(name, on)))
    for row in rows:
        for text in (row.label, row.label_en, *row.aliases):
            key = fold(str(text))
            found[key] = row.code if found.get(key, row.code) == row.code else None
    found |= {fold(row.code): row.code for row in rows}
    return {key: code for key, code in found.items() if code is not None}


def proposed_mapping(spec: ContractSpec, columns: Sequence[str]) -> dict[str, str]:
    """Return which field each column of a file most likely carries; nothing is guessed twice.

    A column fits by its name, the field's title, or either without accents and signs.
    """
    free = {
        _key(text): found.name
        for found in spec.fields
        for text in (found.title_en, found.title_vi, *found.source, found.name)
    }
    proposed: dict[str, str] = {}
    for column in columns:
        field = free.get(_key(column))
        if field is not None and field not in proposed.values():
            proposed[column] = field
    return proposed


def _key(text: str) -> str:
    return "".join(letter for letter in fold(text) if letter.isalnum())


def found_by(query: str, user: Any) -> list[Hit]:
    """Return the datasets that a query finds, with or without accents."""
    rows = datasets_visible_to(user).filter(Q(folded__contains=fold(query)) | Q(name__contains=query.lower()))
    kind = _("dataset")
    english = (get_language() or "vi").startswith("en")
    return [
        Hit(
            str((english and row.title_en) or row.title),
            f"/desk/datasets/{row.name}",
            kind,
            str((english and row.owner.name_en) or row.owner.name),
        )
        for row in rows.select_related("owner").order_by("name")[:20]
    ]
