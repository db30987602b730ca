"""What a package of ours works on as three datasets: things as they stand, what happened to them, those open each midnight.

The rows come from the journal, each source with a cursor of its own; the package says which columns leave and how a row
is made, and nothing else can leave. Fetching again from the same cursor brings the same rows, so a load that was broken
off is harmless.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.errors import BadInput
from huong.intake.models import Source
from huong.intake.ports import Fetched
from huong.journal import queries as journal
from huong.journal.models import Entry

if TYPE_CHECKING:
    import pyarrow as pa

CURRENT, EVENTS, DAILY = "current", "events", "daily"
TEXT, WHOLE, INSTANT, DAY, TRUTH = "text", "whole", "instant", "day", "truth"
MOST_ENTRIES = 200_000
MOST_ROWS = 100_000
BATCH = 5_000
SAMPLE = 20
SETTLED = timedelta(minutes=5)
MOST_DAYS_BACK = 3_660
Row = dict[str, Any]


@dataclass(frozen=True)
class Stories:
    """What a package tells of its things.

    Attributes:
        names: the events of the journal that are about them.
        columns: the columns of each of the three datasets, with their kinds.
        is_wanted: whether an entry is about a thing, and for which dataset.
        event_row: an entry as a row.
        current_rows: the rows of things as they stand, by the subjects of their entries, in batches.
        open_rows: a row for each thing that was open when a day began, in batches.
        before: done before each fetch, such as publishing code lists.
    """

    names: tuple[str, ...]
    columns: Mapping[str, Mapping[str, str]]
    is_wanted: Callable[[Entry, str], bool]
    event_row: Callable[[Entry], Row]
    current_rows: Callable[[Iterable[str]], Iterator[list[Row]]]
    open_rows: Callable[[date], Iterator[list[Row]]]
    before: Callable[[], object]


class StoryFeed:
    """Settings: `what`: "current", "events" or "daily"; `days_back`: from how many days ago "daily" begins."""

    def __init__(self, title: Any, power: str, stories: Stories) -> None:
        self.title, self.power, self.stories = title, power, stories

    def check(self, settings: Mapping[str, Any]) -> None:
        """Refuse settings that cannot work.

        Raises:
            BadInput: with the reason.
        """
        if settings.get("what") not in self.stories.columns or set(settings) - {"what", "days_back"}:
            raise BadInput(
                _("Please say what is wanted: %(choices)s.") % {"choices": ", ".join(self.stories.columns)},
                code="setting_choice",
            )
        back = settings.get("days_back", 0)
        if isinstance(back, bool) or not isinstance(back, int) or not 0 <= back <= MOST_DAYS_BACK:
            raise BadInput(
                _("The days to go back are a number from 0 to %(most)s.") % {"most": MOST_DAYS_BACK},
                code="setting_number",
            )

    def fetch(self, source: Source, secrets: Mapping[str, str], work: Path) -> Fetched:
        """Return what is new since the last time."""
        self.stories.before()
        if source.settings["what"] == DAILY:
            return self._days(source, work)
        return self._entries(source, work)

    def sample(self, source: Source, secrets: Mapping[str, str], work: Path) -> Fetched:
        """Return a few rows."""
        what, to = source.settings["what"], self._file(work, source)
        if what == DAILY:
            to.add(next(self.stories.open_rows(clock.today()), [])[:SAMPLE])
        else:
            found = journal.entries(names=self.stories.names, limit=SAMPLE)
            to.add_entries([entry for entry in found if self.stories.is_wanted(entry, what)])
        return Fetched(to.close(), to.path.name, rows=to.rows)

    def finished(self, source: Source, cursor: Mapping[str, Any]) -> None:
        """Do nothing: the journal keeps everything."""

    def _file(self, work: Path, source: Source) -> "_Parquet":
        return _Parquet(work / f"{source.dataset}.parquet", source.settings["what"], self.stories)

    def _entries(self, source: Source, work: Path) -> Fetched:
        """Read the journal on: the entries themselves, or the things that they are about as these stand now."""
        before, what = dict(source.cursor), source.settings["what"]
        place, newest = (int(before.get("xid", 0)), int(before.get("id", 0))), journal.safe_head()
        to, seen, more = self._file(work, source), 0, False
        while not more:
            found = journal.between(place, newest, names=self.stories.names, limit=BATCH)
            to.add_entries([entry for entry in found if self.stories.is_wanted(entry, what)])
            if len(found) < BATCH:
                place = newest
                break
            place, seen = (found[-1].xid, found[-1].id), seen + len(found)
            more = seen >= MOST_ENTRIES
        cursor = {"xid": place[0], "id": place[1]}
        return Fetched(to.close(), to.path.name, cursor, rows=to.rows, more=more, since=before)

    def _days(self, source: Source, work: Path) -> Fetched:
        """Return the things that were open when the days since the last time began."""
        today = clock.local(clock.now() - SETTLED).date()
        back = int(source.settings.get("days_back", 0))
        last = date.fromisoformat(source.cursor["day"]) if source.cursor else today - timedelta(days=back + 1)
        to = self._file(work, source)
        while last < today and to.rows < MOST_ROWS:
            last += timedelta(days=1)
            for batch in self.stories.open_rows(last):
                to.add(batch)
        cursor = {"day": last.isoformat()}
        return Fetched(to.close(), to.path.name, cursor, rows=to.rows, more=last < today, since=dict(source.cursor))


class _Parquet:
    """The file that is handed to intake, with the columns of one dataset and no others."""

    def __init__(self, path: Path, what: str, stories: Stories) -> None:
        self.path, self.what, self.stories, self.rows = path, what, stories, 0
        self._subjects: set[str] = set()
        self._writer: Any = None

    def add_entries(self, entries: Iterable[Entry]) -> None:
        """Take entries in: as rows, or as the subjects of things to look up at the end."""
        if self.what == EVENTS:
            self.add([self.stories.event_row(entry) for entry in entries])
        else:
            self._subjects.update(entry.subject for entry in entries)

    def add(self, batch: list[Row]) -> None:
        """Write rows; what is empty is unknown."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        if not batch:
            return
        columns = self.stories.columns[self.what]
        schema = pa.schema([(name, _types(pa)[kind]()) for name, kind in columns.items()])
        if self._writer is None:
            self._writer = pq.ParquetWriter(self.path, schema)
        rows = [{name: None if row.get(name) == "" else row.get(name) for name in columns} for row in batch]
        self._writer.write_table(pa.Table.from_pylist(rows, schema=schema))
        self.rows += len(batch)

    def close(self) -> Path | None:
        """Finish the file and return it; None if there was nothing."""
        for batch in self.stories.current_rows(sorted(self._subjects)):
            self.add(batch)
        if self._writer is None:
            return None
        self._writer.close()
        return self.path


def _types(pa: Any) -> "dict[str, Callable[[], pa.DataType]]":
    return {
        TEXT: pa.string,
        WHOLE: pa.int64,
        TRUTH: pa.bool_,
        DAY: pa.date32,
        INSTANT: lambda: pa.timestamp("us", tz="UTC"),
    }
