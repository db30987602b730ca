"""Datasets as pages show them: what catalogue, quality, store and intake know, put together in few queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.text import fold
from huong.catalogue import queries as catalogue
from huong.catalogue.models import Dataset
from huong.catalogue.rules import ContractSpec
from huong.intake import queries as intake
from huong.intake.models import Load
from huong.people import access
from huong.quality import queries as quality
from huong.store import queries as store
from huong.store.models import Commit
from huong.ui import words
from huong.web import sentences
from huong.web.context import agency_name


def language() -> str:
    """Return "vi" or "en", the language of the present reader."""
    return (get_language() or "vi")[:2]


@dataclass(frozen=True)
class Row:
    """One dataset in a list."""

    dataset: Dataset
    scores: dict[str, float | None]
    threshold: float
    commit: Commit | None
    waiting: int
    load: Load | None

    @property
    def name(self) -> str:
        """The name in addresses."""
        return self.dataset.name

    @property
    def title(self) -> str:
        """The title in the reader's language."""
        return title_of(self.dataset)

    @property
    def url(self) -> str:
        """The dataset's page."""
        return url_of(self.dataset.name)

    @property
    def owner_name(self) -> str:
        """The owner in the reader's language."""
        return agency_name(self.dataset.owner)

    @property
    def domain_label(self) -> str:
        """The domain in the reader's language."""
        return capital(self.dataset.get_domain_display())

    @property
    def weakest(self) -> dict[str, Any] | None:
        """The weakest criterion in words."""
        return sentences.weakest(self.scores)

    @property
    def weakest_value(self) -> float | None:
        """The weakest known share."""
        return min((share for share in self.scores.values() if share is not None), default=None)

    @property
    def below(self) -> bool:
        """Whether the weakest criterion misses the threshold."""
        return self.weakest_value is not None and self.weakest_value < self.threshold

    @property
    def last_load(self) -> datetime | None:
        """When the last load ended, or came."""
        return (self.load.finished_at or self.load.made_at) if self.load else None

    @property
    def stopped(self) -> bool:
        """Whether the last load was stopped or refused."""
        return self.load is not None and self.load.state in ("stopped", "failed")


def url_of(name: str) -> str:
    """Return the address of a dataset's page."""
    return f"/desk/datasets/{name}/"


def quarantine_of(name: str) -> str:
    """Return where a dataset's refused rows are repaired."""
    return f"/desk/quarantine/{name}/"


def title_of(dataset: Dataset) -> str:
    """Return a dataset's title in the reader's language."""
    return dataset.title if language() == "vi" or not dataset.title_en else dataset.title_en


def capital(text: str) -> str:
    """Return a text with a capital first letter."""
    return text[:1].upper() + text[1:]


def rows_for(user: Any, *, names: Iterable[str] | None = None) -> list[Row]:
    """Return the datasets that somebody may see with their figures, by title; always the same few queries."""
    visible = catalogue.datasets_visible_to(user)
    if names is not None:
        visible = visible.filter(name__in=list(names))
    found = list(visible)
    listed = [dataset.name for dataset in found]
    scores, commits = quality.latest_of(listed), store.currents(listed)
    waiting, loads = intake.waiting_of(listed), intake.last_loads(listed)
    rows = [
        Row(
            dataset,
            scores[dataset.name].values if dataset.name in scores else {},
            quality.threshold(dataset.classification),
            commits.get(dataset.name),
            waiting.get(dataset.name, 0),
            loads.get(dataset.name),
        )
        for dataset in found
    ]
    return sorted(rows, key=lambda row: fold(row.title))


def passed(rows: Sequence[Row]) -> tuple[int, int]:
    """Return how many datasets keep their threshold, of how many that are judged."""
    judged = [row for row in rows if row.weakest_value is not None]
    return sum(not row.below for row in judged), len(judged)


def worst(rows: Sequence[Row], count: int = 3) -> list[Row]:
    """Return the weakest datasets by name, the weakest first."""
    judged = [row for row in rows if row.weakest_value is not None]
    return sorted(judged, key=lambda row: row.weakest_value or 0.0)[:count]


def state_line(rows: Sequence[Row]) -> str:
    """Return how datasets stand, in one sentence with numbers."""
    good, judged = passed(rows)
    waiting = sum(row.waiting for row in rows)
    parts = [
        _("%(good)s/%(judged)s datasets keep their threshold")
        % {"good": words.number(good), "judged": words.number(judged)}
    ]
    if len(rows) > judged:
        parts.append(_("%(count)s not scored yet") % {"count": words.number(len(rows) - judged)})
    if waiting:
        parts.append(rows_waiting(waiting))
    return " · ".join(parts)


def rows_waiting(count: int) -> str:
    """Return how many rows wait for repair, in words."""
    text = ngettext("%(rows)s row waits for repair", "%(rows)s rows wait for repair", count)
    return text % {"rows": words.number(count)}


def facts_of(dataset: Dataset, spec: ContractSpec | None) -> dict[str, Any]:
    """Return what every page about a dataset shows at its head."""
    url = url_of(dataset.name)
    return {
        "name": dataset.name,
        "title": title_of(dataset),
        "description": dataset.description,
        "owner": dataset.owner.code,
        "owner_name": agency_name(dataset.owner),
        "steward": str(dataset.steward) if dataset.steward else "",
        "version": spec.version if spec else "",
        "domain": dataset.domain,
        "domain_label": capital(dataset.get_domain_display()),
        "classification_label": dataset.get_classification_display(),
        "url": url,
        "upload_url": f"{url}upload",
    }


def powers_over(user: Any, owner: str) -> dict[str, bool]:
    """Return what somebody may do with an owner's datasets, as templates ask it."""
    return {
        "may_load": access.has_power(user, "intake.load", owner),
        "may_repair": access.has_power(user, "intake.repair", owner),
        "may_edit": access.has_power(user, "catalogue.edit", owner),
        "may_approve": access.has_power(user, "catalogue.approve", owner),
        "may_remind": owner not in access.agencies_of(user),
    }


def contract_or_none(name: str) -> ContractSpec | None:
    """Return the contract in force, or None while there is none."""
    return catalogue.contracts_of([name]).get(name)


def labels_of(spec: ContractSpec | None) -> dict[str, str]:
    """Return the words for every check and field of a contract in the reader's language."""
    if spec is None:
        return {}
    chosen = language()
    fields = {found.name: found.title(chosen) for found in spec.fields}
    return fields | {check.name: check.message(chosen).rstrip(".") for check in spec.checks}


def around(
    dataset: dict[str, Any],
    spec: ContractSpec | None,
    waiting: int,
    may: dict[str, bool],
    judged_at: datetime | None = None,
) -> sentences.Around:
    """Return what the sentences about a dataset need to know.

    Args:
        judged_at: when the figure “live” was worked out.
    """
    labels = labels_of(spec)
    return sentences.Around(
        url=dataset["url"],
        quarantine=quarantine_of(dataset["name"]),
        label=lambda name: labels.get(name, name),
        waiting=waiting,
        may_load=may["may_load"],
        may_repair=may["may_repair"],
        may_edit=may["may_edit"],
        since_judged=max(timedelta(0), clock.now() - judged_at) if judged_at else timedelta(0),
        may_remind=may["may_remind"] and spec is not None and intake.is_late(spec),
    )
