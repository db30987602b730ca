"""Tables of other databases, fetched in batches; only what is new, where a column tells."""

import contextlib
import os
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huong.base import home, net
from huong.base.errors import BadInput, Unavailable
from huong.intake.kinds.settings import require, require_choice
from huong.intake.models import Source
from huong.intake.ports import Fetched

ENGINES = ("postgresql", "sqlite")
BATCH_ROWS = 10_000
MAX_ROWS = 5_000_000
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*(\.[A-Za-z_][A-Za-z0-9_$]*)?")
Batch = tuple[list[str], Sequence[Sequence[Any]]]


@dataclass(frozen=True)
class _Place:
    """From which value of the cursor column on; with rows of that very value, or beyond it."""

    value: str | None
    included: bool = False


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
        require_choice(settings, "engine", ENGINES)
        needed = ("file",) if settings["engine"] == "sqlite" else ("host", "database", "user")
        require(settings, needed=("engine", "table", *needed), allowed=allowed)
        if settings["engine"] == "sqlite":
            _file_of(settings)
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
        import pyarrow as pa
        import pyarrow.parquet as pq

        parts = _parts_folder(source)
        place = _continued(parts, source)
        reached = place.value
        rows = sum(pq.ParquetFile(part).metadata.num_rows for part in parts.glob("*.parquet"))
        most = int(source.settings.get("max_rows", MAX_ROWS))
        column = source.settings.get("cursor_column")
        for names, batch in _batches(source, secrets, place):
            cells = [pa.array([_text(row[at]) for row in batch], pa.string()) for at in range(len(names))]
            reached = _text(batch[-1][names.index(column)]) if column else None
            _write_part(parts, pa.table(cells, names=names), {"begun": source.cursor.get("value"), "reached": reached})
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

    def finished(self, source: Source, cursor: Mapping[str, Any]) -> None:
        """Forget the parts of this pull: they are loaded."""
        for part in _parts_folder(source).iterdir():
            part.unlink()


def _parts_folder(source: Source) -> Path:
    folder = home.path("tmp", f"pull-{source.pk}", "x").parent
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _continued(parts: Path, source: Source) -> _Place:
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
        return _Place(begun)
    for number, part in enumerate(sorted(parts.glob("*.parquet"))):
        if number >= found["parts"]:
            part.unlink()
        else:
            _without(part, column, found["reached"])
    return _Place(found["reached"], included=True)


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


def _batches(source: Source, secrets: Mapping[str, str], place: _Place) -> Iterator[Batch]:
    if source.settings["engine"] == "sqlite":
        return _from_sqlite(source, place)
    return _from_postgresql(source, secrets, place)


def _query(source: Source, place: _Place, mark: str) -> tuple[str, list[str]]:
    settings = source.settings
    columns = ", ".join(_quoted(name) for name in settings.get("columns") or []) or "*"
    sql = f"SELECT {columns} FROM {_quoted(settings['table'])}"
    column = settings.get("cursor_column")
    if not column:
        return sql, []
    if place.value is None:
        return f"{sql} ORDER BY {_quoted(column)}", []
    sign = ">=" if place.included else ">"
    return f"{sql} WHERE {_quoted(column)} {sign} {mark} ORDER BY {_quoted(column)}", [place.value]


def _quoted(name: str) -> str:
    return ".".join(f'"{part}"' for part in str(name).split("."))


def _file_of(settings: Mapping[str, Any]) -> Path:
    """Return a database file of the drop folder; any other file of the machine is none of a source's business.

    Raises:
        BadInput: it lies elsewhere, directly or by a link.
    """
    folder = home.path("drop", "x").parent.resolve()
    file = (folder / str(settings["file"])).resolve()
    if folder not in file.parents:
        raise BadInput(
            _("The database file must lie in the drop folder, such as “parks/trees.sqlite3”."), code="setting_file"
        )
    return file


def _from_sqlite(source: Source, place: _Place) -> Iterator[Batch]:
    file = _file_of(source.settings)
    if not file.is_file():
        raise Unavailable(_("The database file is not there. It will be tried again."))
    sql, values = _query(source, place, "?")
    try:
        with contextlib.closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=10)) as con:
            found = con.execute(sql, [_number_if_so(value) for value in values])
            names = [entry[0] for entry in found.description]
            while batch := found.fetchmany(BATCH_ROWS):
                yield names, batch
    except sqlite3.OperationalError as error:
        if "no such" in str(error):
            raise _no_such(source) from error
        raise _gone(source) from error
    except sqlite3.DatabaseError as error:
        raise _gone(source) from error


def _number_if_so(value: str) -> str | int | float:
    """Return a cursor as SQLite compares it: a number where it is one."""
    for kind in (int, float):
        with contextlib.suppress(ValueError):
            return kind(value)
    return value


def _from_postgresql(source: Source, secrets: Mapping[str, str], place: _Place) -> Iterator[Batch]:
    import psycopg

    settings = source.settings
    sql, values = _query(source, place, "%s")
    port = int(settings.get("port") or 5432)
    address = net.checked_address(str(settings["host"]), port)
    try:
        with (
            psycopg.connect(
                host=settings["host"],
                hostaddr=address or None,
                port=port,
                dbname=settings["database"],
                user=settings["user"],
                password=secrets.get("password") or None,
                connect_timeout=10,
                options="-c statement_timeout=600000 -c default_transaction_read_only=on",
            ) as con,
            con.cursor(name="huong_pull") as found,
        ):
            found.itersize = BATCH_ROWS
            found.execute(sql, values)  # type: ignore[arg-type]
            while batch := found.fetchmany(BATCH_ROWS):
                yield [entry.name for entry in found.description or []], batch
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn) as error:
        raise _no_such(source) from error
    except (psycopg.errors.InvalidPassword, psycopg.errors.InsufficientPrivilege) as error:
        raise BadInput(_("The database refused our credentials. Please renew them."), code="source_refused") from error
    except psycopg.Error as error:
        raise _gone(source) from error


def _no_such(source: Source) -> BadInput:
    return BadInput(
        _("The table “%(table)s” or one of its columns is not in that database any more. Nothing was loaded.")
        % {"table": source.settings["table"]},
        code="source_changed",
    )


def _gone(source: Source) -> Unavailable:
    return Unavailable(
        _("The database of “%(name)s” went away or does not answer. Nothing was committed; it will be tried again.")
        % {"name": source.name}
    )


def _text(value: Any) -> str | None:
    """Return a value as text without losing anything: ISO times, bytes as hex."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
