"""Our own journal as a dataset: what happened on the platform, without personal data, under a contract."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huong.base.errors import BadInput
from huong.intake.kinds.settings import require
from huong.intake.models import Source
from huong.intake.ports import Fetched
from huong.journal import queries as journal
from huong.journal.models import Entry

MAX_ROWS = 200_000
BATCH_ROWS = 5_000


class OwnJournal:
    """Settings: `names`, the events wanted, such as ["store.*"]; all, if left out."""

    title = gettext_lazy("Journal")
    power = "journal.read"  # it brings entries of every agency, those about named persons too

    def check(self, settings: Mapping[str, Any]) -> None:
        """Refuse unknown settings.

        Raises:
            BadInput: with the reason.
        """
        require(settings, needed=(), allowed=("names",))
        names = settings.get("names", [])
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise BadInput(_("Events are given as a list of names, such as “store.*”."), code="setting_names")

    def fetch(self, source: Source, secrets: Mapping[str, str], work: Path) -> Fetched:
        """Return the entries since the last time, in the journal's order; none is left out or given twice.

        Entries about the journal's own dataset are left out, or every load would bring the next one.
        """
        names = tuple(source.settings.get("names") or ("*",))
        place = (int(source.cursor.get("xid", 0)), int(source.cursor.get("id", 0)))
        newest, rows, more = journal.head(), 0, False
        to = work / "journal.ndjson"
        with to.open("wb") as out:
            while found := journal.between(place, newest, names=names, limit=BATCH_ROWS):
                for entry in found:
                    if entry.subject != source.dataset:
                        out.write(orjson.dumps(row_of(entry), option=orjson.OPT_APPEND_NEWLINE))
                        rows += 1
                place = (found[-1].xid, found[-1].id)
                more = len(found) == BATCH_ROWS and rows >= MAX_ROWS
                if more or len(found) < BATCH_ROWS:
                    break
        cursor = {"xid": place[0], "id": place[1]} if more else {"xid": newest[0], "id": newest[1]}
        return Fetched(to if rows else None, "journal.ndjson", cursor, rows=rows, more=more)

    def finished(self, source: Source, cursor: Mapping[str, Any]) -> None:
        """Do nothing: the journal keeps everything."""


def row_of(entry: Entry) -> dict[str, Any]:
    """Return an entry as a row; its facts as one JSON text, since each event has others."""
    return {
        "id": str(entry.id),
        "at": entry.at.isoformat(),
        "name": entry.name,
        "subject": entry.subject,
        "by": str(entry.by) if entry.by is not None else None,
        "agency": entry.agency or None,
        "unit": entry.unit or None,
        "audience": entry.audience,
        "data": orjson.dumps(entry.data).decode(),
    }
