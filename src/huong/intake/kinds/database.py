"""Tables of other databases, fetched in batches; only what is new, where a column tells."""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huong.base import home
from huong.base.errors import BadInput
from huong.intake.kinds import engines
from huong.intake.kinds.engines import Place
from huong.intake.kinds.settings import require, require_choice
from huong.intake.models import Source
from huong.intake.ports import Fetched

BATCH_ROWS = 10_000
SAMPLE_ROWS = 20
MAX_ROWS = 5_000_000
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*(\.[A-Za-z_][A-Za-z0-9_$]*)?")


class Database:
    """Settings: `engine`, `table`, `columns`, `cursor_column`, and `host`, `port`, `database`, `user` or `file`.

    The file lies below `drop` in the home. Secrets: `password`. With a cursor column, rows are fetched in its order and only those beyond the last
    value; what arrived before a stop stays in our own file, so that a pull that broke off goes on from there.
    """

    title = gettext_lazy("Database")

    def check(self, settings: Mapping[str, Any]) -> None:
        """Refuse settings that cannot work.

        Raises:
            BadInput: with the reason.
        """
        allowed = ("columns", "cursor_column", "host", "port", "database", "user", "file", "max_rows")
        require(settings, needed=("engine", "table"), allowed=allowed)
        require_choice(settings, "engine", engines.ENGINES)
        if settings["engine"] == "sqlite" and not engines.FILE.fullmatch(str(settings.get("file", ""))):
            raise BadInput(
                _("The database file must lie below the drop folder; give its name there, such as “parks/parks.db”."),
                code="setting_file",
            )
        needed = ("file",) if settings["engine"] == "sqlite" else ("host", "database", "user")
        require(settings, needed=("engine", "table", *needed), allowed=allowed)
        if settings["engine"] == "sqlite":
            engines.require_below_drop(settings)
        for name in [settings["table"], *(settings.get("columns") or []), settings.get("cursor_column") or "x"]:
            if not _NAME.fullmatch(str(name)):
                raise BadInput(
                    _("“%(name)s” is not the name of a table or column.") % {"name": name}, code="setting_name"
                )

    def fetch(self, source: Source, secrets: Mapping[str, str], work: Path) -> Fetched:
        """Fetch what is new.

        Raises:
            Unavailable: the database does not answer, or went away; what came so far is kept for the next try.
            BadInput: the table or a column is missing, the password is wrong, or the place is none of ours to ask.
        """
        import pyarrow.parquet as pq

        parts = _parts_folder(source)
        place = _continued(parts, source)
        reached = place.value
        rows = sum(pq.ParquetFile(part).metadata.num_rows for part in parts.glob("*.parquet"))
        most = int(source.settings.get("max_rows", MAX_ROWS))
        column = source.settings.get("cursor_column")
        for names, batch in engines.batches(source, secrets, place, BATCH_ROWS):
            reached = _text(batch[-1][names.index(column)]) if column else None
            _write_part(parts, _table(names, batch), {"begun": source.cursor.get("value"), "reached": reached})
            rows += len(batch)
            if column and rows >= most:
                break
        return self._joined(parts, source, work, reached, rows, most)

    def _joined(self, parts: Path, source: Source, work: Path, cursor: str | None, rows: int, most: int) -> Fetched:
        import pyarrow.parquet as pq

        files = sorted(parts.glob("*.parquet"))
        if not files:
            return Fetched(cursor=dict(source.cursor))
        to = work / "table.parquet"
        with pq.ParquetWriter(to, pq.read_schema(files[0]), compression="snappy") as writer:
            for file in files:
                writer.write_table(pq.read_table(file))
        place = {"value": cursor} if source.settings.get("cursor_column") else {}
        return Fetched(to, f"{source.name}.parquet", place, rows=rows, more=bool(place) and rows >= most)

    def sample(self, source: Source, secrets: Mapping[str, str], work: Path) -> Fetched:
        """Fetch the first rows of the table, to show its columns."""
        import pyarrow.parquet as pq

        for names, batch in engines.batches(source, secrets, Place(most=SAMPLE_ROWS), SAMPLE_ROWS):
            to = work / "sample.parquet"
            pq.write_table(_table(names, batch), to)
            return Fetched(to, f"{source.name}.parquet", rows=len(batch))
        return Fetched()

    def finished(self, source: Source, cursor: Mapping[str, Any]) -> None:
        """Forget the parts of this pull: they are loaded."""
        for part in _parts_folder(source).iterdir():
            part.unlink()


def _parts_folder(source: Source) -> Path:
    folder = home.path("tmp", f"pull-{source.pk}", "x").parent
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _continued(parts: Path, source: Source) -> Place:
    """Return where to go on: after what a broken pull has brought already, if the table is read in order.

    Rows with the last value that came are fetched again, since more of them may follow.
    """
    note = parts / "note.json"
    begun = source.cursor.get("value")
    column = source.settings.get("cursor_column")
    found = orjson.loads(note.read_bytes()) if note.exists() else {}
    if not column or found.get("begun") != begun or found.get("reached") is None:
        for old in parts.iterdir():
            old.unlink()
        return Place(begun)
    for number, part in enumerate(sorted(parts.glob("*.parquet"))):
        if number >= found["parts"]:
            part.unlink()
        else:
            _without(part, column, found["reached"])
    return Place(found["reached"], included=True)


def _without(part: Path, column: str, value: str) -> None:
    """Take the rows with one value of the cursor column out of a part."""
    import pyarrow.compute as pac
    import pyarrow.parquet as pq

    table = pq.read_table(part)
    kept = table.filter(pac.not_equal(table[column], value))
    if kept.num_rows != table.num_rows:
        draft = part.with_suffix(".tmp")
        pq.write_table(kept, draft, compression="snappy")
        os.replace(draft, part)


def _write_part(parts: Path, table: Any, note: dict[str, Any]) -> None:
    """Keep one batch, then how far it goes; a part that the note does not count is fetched again."""
    import pyarrow.parquet as pq

    number = len(list(parts.glob("*.parquet")))
    draft = parts / f"{number:06d}.tmp"
    pq.write_table(table, draft, compression="snappy")
    os.replace(draft, parts / f"{number:06d}.parquet")
    draft = parts / "note.tmp"
    draft.write_bytes(orjson.dumps({**note, "parts": number + 1}))
    os.replace(draft, parts / "note.json")


def _table(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> Any:
    import pyarrow as pa

    cells = [pa.array([_text(row[at]) for row in rows], pa.string()) for at in range(len(names))]
    return pa.table(cells, names=list(names))


def _text(value: Any) -> str | None:
    """Return a value as text without losing anything: ISO times, bytes as hex."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
