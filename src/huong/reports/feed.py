"""Our own reports as a source of data, like any department's: three datasets read from the journal."""

from django.utils.translation import gettext_lazy

from huong.intake.kinds.stories import Stories, StoryFeed
from huong.journal.models import Entry
from huong.reports.actions import feeding
from huong.reports.queries import feed as rows
from huong.reports.rules import feed


def _is_wanted(entry: Entry, what: str) -> bool:
    """Return whether an entry counts: any about a report for its row; as a row of its own, if it tells a state."""
    if what == feed.EVENTS and (feed.short(entry.name) in feed.SILENT or "state" not in entry.data):
        return False
    return feed.is_about_a_report(entry.subject)


FEED = StoryFeed(
    gettext_lazy("Field reports"),
    "journal.read",  # it brings the reports of every agency
    Stories(
        names=rows.NAMES,
        columns=feed.COLUMNS,
        is_wanted=_is_wanted,
        event_row=rows.event_row,
        current_rows=rows.current_rows,
        open_rows=rows.open_rows,
        before=feeding.publish_codes,
    ),
)
