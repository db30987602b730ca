"""Our own dossiers as a source of data, like any department's: three datasets read from the journal."""

from django.utils.translation import gettext_lazy

from huong.intake.kinds.stories import Stories, StoryFeed
from huong.procedures.actions import feeding
from huong.procedures.queries import feed as rows
from huong.procedures.rules import feed

FEED = StoryFeed(
    gettext_lazy("Dossiers"),
    "journal.read",  # it brings the dossiers of every agency
    Stories(
        names=rows.NAMES,
        columns=feed.COLUMNS,
        is_wanted=rows.is_wanted,
        event_row=rows.event_row,
        current_rows=rows.current_rows,
        open_rows=rows.open_rows,
        before=feeding.publish_codes,
    ),
)
