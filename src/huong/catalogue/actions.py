"""What people do with contracts and code lists. Every door calls these."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.errors import BadInput, NotFound, WrongState
from huong.base.ids import digest
from huong.base.text import fold, noop
from huong.catalogue import events, queries
from huong.catalogue.errors import ContractRefused, VersionStands, VersionTooSmall
from huong.catalogue.models import Code, CodeList, Contract, Dataset
from huong.catalogue.rules import ContractSpec, judging
from huong.catalogue.rules.parsing import parse
from huong.catalogue.rules.problems import Document
from huong.journal import actions as journal
from huong.people import access
from huong.people.models import Agency, User


@dataclass(frozen=True)
class Said:
    """A problem of a contract in the reader's language, with the place to look at (both counted from 1)."""

    line: int
    column: int
    message: str
    warning: bool = False


@dataclass(frozen=True)
class Checked:
    """What the check of a contract's text says.

    Attributes:
        spec: the contract; None if anything is worse than a warning.
        problems: from the top of the text to its end.
        changes: (weight, sentence) against the newest version there is; empty for a first version.
        needed: the version that these changes need at least; empty if the version written is enough.
        consumers: agencies that a breaking change concerns.
    """

    spec: ContractSpec | None
    problems: list[Said]
    changes: list[tuple[str, str]] = field(default_factory=list)
    needed: str = ""
    consumers: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Return whether the contract can be added."""
        return self.spec is not None and not self.needed


def check(text: str) -> Checked:
    """Say what is wrong with a contract's text, and what it changes. Writes nothing.

    Args:
        text: an ODCS document in YAML.
    """
    parsed = parse(text, queries.SEMANTICS, queries.code_list_names())
    spec = parsed.spec
    if spec is not None:
        _require_people(parsed.document, spec)
    problems = [
        Said(found.line, found.column, queries.said(found.sentence, found.facts), found.warning)
        for found in parsed.document.in_order()
    ]
    if spec is None or parsed.document.refused:
        return Checked(None, problems)
    last = queries.newest_contract(spec.dataset)
    if last is None or last.digest == digest(text):
        return Checked(spec, problems)
    found = judging.changes(queries.spec_of(last), spec)
    return Checked(
        spec,
        problems,
        [(change.weight, queries.said_change(change)) for change in found],
        _needed(last.version, spec.version, judging.needed(found)),
        queries.consumers_of(queries.spec_of(last)) if judging.needed(found) in ("major", "never") else [],
    )


def _require_people(document: Document, spec: ContractSpec) -> None:
    if not Agency.objects.filter(code=spec.owner).exists():
        document.add(("team",), noop("No agency has the code “%(label)s”."), label=spec.owner)
    if spec.steward and not User.objects.filter(username=spec.steward).exists():
        document.add(
            ("team",),
            noop("Nobody is called “%(label)s” here yet, so the dataset has no steward for now."),
            warning=True,
            label=spec.steward,
        )


def _needed(old: str, new: str, weight: judging.Weight) -> str:
    if weight == "never":
        return "-"
    bump = judging.bump_of(old, new)
    enough = bump is not None and judging.ORDER.index(bump) >= judging.ORDER.index(weight)
    return "" if enough else judging.next_version(old, weight)


@transaction.atomic
def add(text: str, *, by: User | None, activate: bool = True) -> Contract:
    """Add a version of a contract; the first one registers the dataset.

    The same text again changes nothing. The version comes into force at once if the person may approve
    contracts; otherwise it waits for the city data office.

    Args:
        text: an ODCS document in YAML.
        by: the person; None for the operator at the command line.
        activate: False keeps it a draft.

    Raises:
        Forbidden: the person may not edit contracts of the owner.
        ContractRefused: the text has problems, listed with their lines.
        VersionStands: the version is there with another text.
        VersionTooSmall: the changes need a higher version, or a new dataset.

    Records: `catalogue.registered` for a first version, `catalogue.contract_added`, and
    `catalogue.contract_activated` if it comes into force.
    """
    checked = check(text)
    spec = checked.spec
    if spec is None:
        raise _refusal(checked)
    if by is not None:
        access.require_power(by, "catalogue.edit", spec.owner)
    same = Contract.objects.filter(dataset__name=spec.dataset, version=spec.version).first()
    if same is not None:
        return _unchanged(same, text)
    _require_owner_kept(spec, by)
    _require_version(checked, spec)
    return _store(text, spec, checked, by=by, activate=activate)


def _refusal(checked: Checked) -> ContractRefused:
    worst = [found for found in checked.problems if not found.warning]
    first = worst[0]
    more = _(" There are %(count)s more problems.") % {"count": len(worst) - 1} if len(worst) > 1 else ""
    return ContractRefused(
        _("Line %(line)s, column %(column)s: %(message)s")
        % {"line": first.line, "column": first.column, "message": first.message}
        + more,
        problems=[
            {"line": found.line, "column": found.column, "message": found.message, "warning": found.warning}
            for found in checked.problems
        ],
    )


def _unchanged(same: Contract, text: str) -> Contract:
    if same.digest != digest(text):
        raise VersionStands(
            _("Version %(version)s stands already, with another text. Please use the next version.")
            % {"version": same.version},
            version=same.version,
        )
    return same


def _require_owner_kept(spec: ContractSpec, by: User | None) -> None:
    """Only somebody who may also edit for the owner until now gives a dataset to another agency.

    The dataset is locked, so that two versions added at once are judged one after the other.
    """
    held = Dataset.objects.select_for_update(of=("self",)).filter(name=spec.dataset).select_related("owner").first()
    if held is not None and held.owner.code != spec.owner and by is not None:
        access.require_power(by, "catalogue.edit", held.owner)


def _require_version(checked: Checked, spec: ContractSpec) -> None:
    if not checked.needed:
        return
    weightiest = checked.changes[0][1] if checked.changes else ""
    if checked.needed == "-":
        raise VersionTooSmall(weightiest, changes=checked.changes)
    concerned = (
        _(" It concerns: %(agencies)s.") % {"agencies": ", ".join(checked.consumers)} if checked.consumers else ""
    )
    raise VersionTooSmall(
        _("%(change)s This needs at least version %(needed)s, not %(written)s.")
        % {"change": weightiest, "needed": checked.needed, "written": spec.version}
        + concerned,
        needed=checked.needed,
        changes=checked.changes,
        consumers=checked.consumers,
    )


def _store(text: str, spec: ContractSpec, checked: Checked, *, by: User | None, activate: bool) -> Contract:
    last = queries.newest_contract(spec.dataset)
    found = judging.changes(queries.spec_of(last), spec) if last else ()
    dataset = Dataset.objects.filter(name=spec.dataset).first() or _register(spec, by)
    major, minor, patch = (int(part) for part in spec.version.split("."))
    contract = Contract.objects.create(
        dataset=dataset,
        version=spec.version,
        major=major,
        minor=minor,
        patch=patch,
        document=text,
        digest=digest(text),
        changes=[{"weight": change.weight, "sentence": change.sentence, "facts": change.facts} for change in found],
        added_by=by,
        added_at=clock.now(),
    )
    journal.record(
        events.CONTRACT_ADDED,
        spec.dataset,
        by=by.id if by else None,
        agency=spec.owner,
        version=spec.version,
        weight=judging.needed(found) if last else "major",
        digest=contract.digest,
    )
    if activate and (by is None or access.has_power(by, "catalogue.approve", spec.owner)):
        return _activate(contract, spec, by)
    return contract


def _register(spec: ContractSpec, by: User | None) -> Dataset:
    dataset = Dataset(name=spec.dataset, created_at=clock.now())
    _describe(dataset, spec)
    journal.record(
        events.REGISTERED,
        spec.dataset,
        by=by.id if by else None,
        agency=spec.owner,
        classification=spec.classification,
    )
    return dataset


def _describe(dataset: Dataset, spec: ContractSpec) -> None:
    """Give a dataset the facts of a contract."""
    dataset.title, dataset.title_en, dataset.description = spec.title_vi[:200], spec.title_en[:200], spec.description
    dataset.owner = Agency.objects.get(code=spec.owner)
    dataset.steward = User.objects.filter(username=spec.steward).first() if spec.steward else None
    dataset.domain, dataset.classification = spec.domain, spec.classification
    dataset.is_discoverable = spec.sharing.discoverable
    dataset.folded = fold(f"{dataset.title} {dataset.title_en} {spec.description}")[:480]
    dataset.save()


@transaction.atomic
def activate(dataset: str, version: str, *, by: User | None) -> Contract:
    """Put a version of a contract into force; the one before is superseded.

    Raises:
        NotFound: there is no such version.
        Forbidden: the person may not approve contracts of the owner.
        WrongState: a later version was in force already.

    Records: `catalogue.contract_activated`.
    """
    contract = Contract.objects.filter(dataset__name=dataset, version=version).first()
    if contract is None:
        raise NotFound(_("“%(name)s” has no such contract.") % {"name": dataset})
    spec = queries.spec_of(contract)
    if by is not None:
        access.require_power(by, "catalogue.approve", spec.owner)
    if contract.state == "active":
        return contract
    if contract.state == "superseded":
        raise WrongState(
            _("Version %(version)s was in force before. Add a new version instead.") % {"version": version}
        )
    return _activate(contract, spec, by)


def _activate(contract: Contract, spec: ContractSpec, by: User | None) -> Contract:
    before = Contract.objects.filter(dataset=contract.dataset_id, state="active").first()
    if before is not None and (before.major, before.minor, before.patch) > (
        contract.major,
        contract.minor,
        contract.patch,
    ):
        raise WrongState(_("Version %(version)s, which is later, is in force already.") % {"version": before.version})
    Contract.objects.filter(dataset=contract.dataset_id, state="active").update(state="superseded")
    contract.state, contract.activated_at = "active", clock.now()
    contract.save(update_fields=["state", "activated_at"])
    _describe(contract.dataset, spec)
    journal.record(
        events.CONTRACT_ACTIVATED,
        spec.dataset,
        by=by.id if by else None,
        agency=spec.owner,
        version=contract.version,
        replaces=before.version if before else "",
    )
    return contract


@transaction.atomic
def load_codes(
    name: str,
    *,
    version: str,
    title: str,
    title_en: str,
    valid_from: date,
    valid_to: date | None = None,
    source: str = "",
    codes: Sequence[dict[str, Any]],
    by: User | None = None,
) -> CodeList:
    """Load a version of a code list; the same one again changes nothing.

    A version that begins later ends the one before it on the day before.

    Args:
        codes: each with code, label, label_en and aliases.

    Raises:
        BadInput: a code stands twice, or the list is empty.
        VersionStands: the version is there with other codes.
        Forbidden: the person may not approve.

    Records: `catalogue.codes_loaded`.
    """
    if by is not None:
        access.require_power(by, "catalogue.approve")
    named = [str(code["code"]) for code in codes]
    if not named or len(set(named)) != len(named):
        twice = next((code for code in named if named.count(code) > 1), "")
        raise BadInput(
            _("The code list “%(name)s” is empty, or “%(code)s” stands in it twice.") % {"name": name, "code": twice}
        )
    mark = digest(repr((title, title_en, str(valid_from), str(valid_to), [sorted(code.items()) for code in codes])))
    same = CodeList.objects.filter(name=name, version=version).first()
    if same is not None:
        if same.digest != mark:
            raise VersionStands(
                _("Version %(version)s of the code list “%(name)s” stands already with other codes.")
                % {"version": version, "name": name}
            )
        return same
    return _store_codes(name, version, title, title_en, valid_from, valid_to, source, codes, mark, by)


@transaction.atomic
def renew_codes(name: str, *, title: str, title_en: str, source: str = "", codes: Sequence[dict[str, Any]]) -> CodeList:
    """Bring a code list up to the rules it is made of: a new version from today on, if a code or a name changed.

    Args:
        codes: every code there has been, each with code, label, label_en.

    Raises:
        BadInput: a code stands twice, or the list is empty.

    Records: `catalogue.codes_loaded`, if it changed.
    """
    last = CodeList.objects.filter(name=name).order_by("-id").first()
    wanted = [(str(code["code"]), str(code["label"]), str(code["label_en"])) for code in codes]
    if last is not None and list(last.codes.values_list("code", "label", "label_en")) == wanted:
        return last
    number = CodeList.objects.filter(name=name).count() + 1
    day = clock.today() if last is not None else date(1900, 1, 1)
    return load_codes(
        name, version=str(number), title=title, title_en=title_en, valid_from=day, source=source, codes=codes
    )


def _store_codes(
    name: str, version: str, title: str, title_en: str, valid_from: date, valid_to: date | None, source: str,
    codes: Sequence[dict[str, Any]], mark: str, by: User | None,
) -> CodeList:  # fmt: skip
    from datetime import timedelta

    before = CodeList.objects.filter(name=name, valid_to=None, valid_from__lt=valid_from)
    before.update(valid_to=valid_from - timedelta(days=1))
    kept = CodeList.objects.create(
        name=name, version=version, title=title, title_en=title_en, source=source, valid_from=valid_from,
        valid_to=valid_to, digest=mark,
    )  # fmt: skip
    Code.objects.bulk_create(
        Code(
            list=kept,
            code=str(code["code"]),
            label=str(code.get("label") or code["code"]),
            label_en=str(code.get("label_en") or code.get("label") or code["code"]),
            aliases=[str(alias) for alias in code.get("aliases") or []],
            position=position,
        )
        for position, code in enumerate(codes)
    )
    journal.record(events.CODES_LOADED, name, by=by.id if by else None, version=version, codes=len(codes))
    return kept
