"""History of another system comes in: the rows of a dataset become reports with their events, each once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import city
from huong.base.errors import BadInput
from huong.journal import actions as journal
from huong.people import access
from huong.people.models import User
from huong.places.cells import cell_of
from huong.reports.actions import past as history
from huong.reports.actions import words
from huong.reports.models import Report
from huong.reports.models.report import CHANNELS
from huong.reports.queries.book import book
from huong.reports.rules import masking
from huong.reports.rules import past as rules
from huong.reports.rules.book import UNSORTED
from huong.reports.rules.past import Past, Step
from huong.store import queries as store
from huong.store.access import owner_of

CHUNK = 20_000
BATCH = 500


@dataclass(frozen=True)
class Reading:
    """How rows are read: which column says what, which of their kinds is which category of ours."""

    columns: Mapping[str, str] = field(default_factory=dict)
    categories: Mapping[str, str] = field(default_factory=dict)
    agency: str = ""
    public: bool = False


@dataclass
class Imported:
    """What an import brought: rows read, new reports, those that ended since, and how lateness compares."""

    rows: int = 0
    new: int = 0
    ended: int = 0
    on_time: int = 0
    late: int = 0
    agreed_on_time: int = 0
    agreed_late: int = 0
    contradictions: int = 0

    def count(self, past: Past, label: str) -> None:
        """Count one row's lateness, and compare it with what the other system said where both times exist."""
        self.rows += 1
        late = rules.was_late(past)
        if late is None:
            return
        self.late += late
        self.on_time += not late
        said = rules.said_late(label)
        if said is None:
            return
        self.contradictions += said != late
        self.agreed_late += said and late
        self.agreed_on_time += not said and not late


def import_dataset(dataset: str, mapping: Reading, *, by: User | None) -> Imported:
    """Take the rows of a dataset over as reports. May be repeated: a row is one report, however often it comes.

    Args:
        dataset: whose current commit is read; its name is the source of the reports.
        mapping: how its rows are read.
        by: who does it; needs `intake.load` in the dataset's agency; None at the machine itself.

    Raises:
        Forbidden: `by` may not.
        NotFound: there is no such dataset, or it has no commit.
        BadInput: a column that is needed is not there.

    Records: `reports.imported` for each report at the time of its receipt, and how it ended.
    """
    owner = owner_of(dataset)
    if by is not None:
        access.require_power(by, "intake.load", owner)
    table = store.table(dataset)
    try:
        columns = rules.columns_of(table.columns, mapping.columns)
    except ValueError as error:
        raise BadInput(
            _("The dataset says nothing of: %(names)s.") % {"names": error}, code="columns_missing"
        ) from error
    reader = _Reader(columns, mapping, mapping.agency or owner)
    done = Imported()
    for chunk in _chunks(table, columns["id"], sorted(set(columns.values()))):
        for first in range(0, len(chunk), BATCH):
            rows = chunk[first : first + BATCH]
            pasts = [reader.past_of(row) for row in rows]
            for row, past in zip(rows, pasts, strict=True):
                done.count(past, str(row.get(columns.get("label", "")) or ""))
            new, ended = _take(pasts, dataset)
            done.new += new
            done.ended += ended
    return done


def _chunks(table: Any, key: str, names: list[str]) -> Iterator[list[dict[str, Any]]]:
    """Yield the rows of a dataset by key, so that a large one does not fill the memory."""
    last: Any = None
    while True:
        rows = table.select(names)
        rows = rows if last is None else rows.filter(rows[key] > last)
        found: list[dict[str, Any]] = store.run(rows.order_by(key).limit(CHUNK)).to_pylist()
        if found:
            yield found
        if len(found) < CHUNK:
            return
        last = found[-1][key]


def _take(pasts: list[Past], source: str) -> tuple[int, int]:
    """Take over those that are new, end those that ended since. Returns how many of both."""
    held = {
        each.external_id: each
        for each in Report.objects.filter(external_source=source, external_id__in=[past.external_id for past in pasts])
    }
    new = list({past.external_id: past for past in pasts if past.external_id not in held}.values())
    ended = [past for past in pasts if not past.is_open and past.external_id in held and held[past.external_id].is_open]
    history.take_over(new, source=source)
    for first in range(0, len(ended), history.BATCH):
        with transaction.atomic():
            journal.record_many(
                draft
                for past in ended[first : first + history.BATCH]
                for draft in history.end_since(held[past.external_id], past, past.steps[-1])
            )
    return len(new), len(ended)


class _Reader:
    """Turns rows into reports of the past."""

    def __init__(self, columns: Mapping[str, str], mapping: Reading, agency: str) -> None:
        self.columns, self.mapping, self.agency = columns, mapping, agency
        self.categories = book().categories
        self.channels = {key for key, _name in CHANNELS}
        self.bounds = city.facts().get("bounds", [-180, -90, 180, 90])

    def _text(self, row: Mapping[str, Any], name: str, *, longest: int = words.LONGEST) -> str:
        return masking.clean(str(row.get(self.columns.get(name, "")) or ""), longest=longest)

    def _time(self, row: Mapping[str, Any], name: str) -> datetime | None:
        found = row.get(self.columns.get(name, ""))
        return found if isinstance(found, datetime) else None

    def past_of(self, row: Mapping[str, Any]) -> Past:
        """Return the report that a row describes.

        Raises:
            BadInput: it does not say when it was received.
        """
        received, closed = self._time(row, "received_at"), self._time(row, "closed_at")
        if received is None:
            raise BadInput(_("A row does not say when it was received."), code="no_receipt")
        kind, answer = self._text(row, "kind", longest=200), self._text(row, "answer")
        key = self.mapping.categories.get(kind, kind)
        known = self.categories.get(key)
        point = rules.point_of(row, self.columns) or (None, None)
        state = "accepted" if closed is None else "answered" if answer else "closed"
        steps = [Step("imported", received, "accepted", self.agency, rules.DESCRIPTION, facts={"source": "dataset"})]
        if closed is not None:
            steps.append(
                Step("answered" if answer else "closed", closed, state, self.agency, "answer" if answer else "", answer)
            )
        return Past(
            received_at=received,
            accepted_at=received,
            closed_at=closed,
            due_at=self._time(row, "due_at"),
            state=state,
            is_open=closed is None,
            category=key if known and known.parent else UNSORTED,
            channel=self._channel(row),
            text=self._text(row, "text") or kind,
            lon=point[0],
            lat=point[1],
            cell=cell_of(*point) if self._inside(point) else "",
            place=self._text(row, "place", longest=200),
            agency=self.agency,
            is_public=self.mapping.public and bool(known and known.public),
            asks={} if known or not kind else {"kind": kind},
            external_id=self._text(row, "id", longest=80),
            external_status=self._text(row, "status", longest=60),
            steps=tuple(steps),
        )

    def _channel(self, row: Mapping[str, Any]) -> str:
        given = self._text(row, "channel", longest=60).lower()
        return given if given in self.channels else "import"

    def _inside(self, point: tuple[float | None, float | None]) -> bool:
        lon, lat = point
        west, south, east, north = self.bounds
        return lon is not None and lat is not None and west <= lon <= east and south <= lat <= north
