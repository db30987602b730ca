"""Our own reports as a source of data, like any department's: read from the journal, each source with its own cursor."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huong.base import clock
from huong.base.errors import BadInput
from huong.intake.models import Source
from huong.intake.ports import Fetched
from huong.journal import queries as journal
from huong.journal.models import Entry
from huong.reports.actions import feeding
from huong.reports.queries import feed as rows
from huong.reports.rules import feed

if TYPE_CHECKING:
    import pyarrow as pa

MOST_ENTRIES = 200_000
MOST_ROWS = 100_000
BATCH = 5_000
SAMPLE = 20
SETTLED = timedelta(minutes=5)
MOST_DAYS_BACK = 3_660
NAME = "reports.parquet"


class ReportsFeed:
    """Settings: `what`: "current", "events" or "daily"; `days_back`: from how many days ago "daily" begins."""

    title = gettext_lazy("Field reports")
    power = "journal.read"  # it brings the reports of every agency

    def check(self, settings: Mapping[str, Any]) -> None:
        """Refuse settings that cannot work.

        Raises:
            BadInput: with the reason.
        """
        if settings.get("what") not in feed.COLUMNS or set(settings) - {"what", "days_back"}:
            raise BadInput(
                _("Please say what is wanted of the reports: %(choices)s.") % {"choices": ", ".join(feed.COLUMNS)},
                code="setting_choice",
            )
        back = settings.get("days_back", 0)
        if isinstance(back, bool) or not isinstance(back, int) or not 0 <= back <= MOST_DAYS_BACK:
            raise BadInput(
                _("The days to go back are a number from 0 to %(most)s.") % {"most": MOST_DAYS_BACK},
                code="setting_number",
            )

    def fetch(self, source: Source, secrets: Mapping[str, str], work: Path) -> Fetched:
        """Return what is new since the last time; code lists are brought up to the city's rules before."""
        feeding.publish_codes()
        if source.settings["what"] == feed.DAILY:
            return _days(source, work / NAME)
        return _entries(source, work / NAME)

    def sample(self, source: Source, secrets: Mapping[str, str], work: Path) -> Fetched:
        """Return a few rows."""
        what, to = source.settings["what"], _Parquet(work / NAME, source.settings["what"])
        if what == feed.DAILY:
            to.add(next(rows.open_rows(clock.today()), [])[:SAMPLE])
        else:
            to.add_entries([entry for entry in journal.entries(names=rows.NAMES, limit=SAMPLE) if _wanted(entry, what)])
        return Fetched(to.close(), NAME, rows=to.rows)

    def finished(self, source: Source, cursor: Mapping[str, Any]) -> None:
        """Do nothing: the journal keeps everything."""


def _wanted(entry: Entry, what: str) -> bool:
    """Return whether an entry counts: any about a report for its row; as a row of its own, if it tells a state."""
    if what == feed.EVENTS and (feed.short(entry.name) in feed.SILENT or "state" not in entry.data):
        return False
    return feed.is_about_a_report(entry.subject)


def _entries(source: Source, path: Path) -> Fetched:
    """Read the journal on: the entries themselves, or the reports that they are about as these stand now."""
    before = dict(source.cursor)
    place, newest = (int(before.get("xid", 0)), int(before.get("id", 0))), journal.safe_head()
    what = source.settings["what"]
    to, seen, more = _Parquet(path, what), 0, False
    while not more:
        found = journal.between(place, newest, names=rows.NAMES, limit=BATCH)
        to.add_entries([entry for entry in found if _wanted(entry, what)])
        if len(found) < BATCH:
            place = newest
            break
        place, seen = (found[-1].xid, found[-1].id), seen + len(found)
        more = seen >= MOST_ENTRIES
    cursor = {"xid": place[0], "id": place[1]}
    return Fetched(to.close(), NAME, cursor, rows=to.rows, more=more, since=before)


def _days(source: Source, path: Path) -> Fetched:
    """Return the reports that were open when the days since the last time began."""
    today = clock.local(clock.now() - SETTLED).date()
    back = int(source.settings.get("days_back", 0))
    last = date.fromisoformat(source.cursor["day"]) if source.cursor else today - timedelta(days=back + 1)
    to = _Parquet(path, feed.DAILY)
    while last < today and to.rows < MOST_ROWS:
        last += timedelta(days=1)
        for batch in rows.open_rows(last):
            to.add(batch)
    cursor = {"day": last.isoformat()}
    return Fetched(to.close(), NAME, cursor, rows=to.rows, more=last < today, since=dict(source.cursor))


class _Parquet:
    """The file that is handed to intake, with the columns of one dataset and no others."""

    def __init__(self, path: Path, what: str) -> None:
        self.path, self.what, self.rows = path, what, 0
        self._numbers: set[str] = set()
        self._writer: Any = None

    def add_entries(self, entries: Iterable[Entry]) -> None:
        """Take entries in: as rows, or as the numbers of reports to look up at the end."""
        if self.what == feed.EVENTS:
            self.add([rows.event_row(entry) for entry in entries])
        else:
            self._numbers.update(entry.subject for entry in entries)

    def add(self, batch: list[dict[str, Any]]) -> None:
        """Write rows."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        if not batch:
            return
        schema = pa.schema([(name, _types(pa)[kind]()) for name, kind in feed.COLUMNS[self.what].items()])
        if self._writer is None:
            self._writer = pq.ParquetWriter(self.path, schema)
        self._writer.write_table(pa.Table.from_pylist(batch, schema=schema))
        self.rows += len(batch)

    def close(self) -> Path | None:
        """Finish the file and return it; None if there was nothing."""
        for batch in rows.current_rows(self._numbers):
            self.add(batch)
        if self._writer is None:
            return None
        self._writer.close()
        return self.path


def _types(pa: Any) -> "dict[str, Callable[[], pa.DataType]]":
    return {
        feed.TEXT: pa.string,
        feed.WHOLE: pa.int64,
        feed.TRUTH: pa.bool_,
        feed.DAY: pa.date32,
        feed.INSTANT: lambda: pa.timestamp("us", tz="UTC"),
    }
