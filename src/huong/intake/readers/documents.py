"""JSON, line-wise JSON and GeoJSON: read object by object, numbers kept as they were written."""

import codecs
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import orjson
from django.utils.translation import gettext as _

from huong.files.kinds import Kind
from huong.intake.errors import Unreadable
from huong.intake.readers import limits
from huong.intake.readers.delimited import Tick
from huong.intake.readers.parts import Parts
from huong.intake.types import Recipe, Staged

CHUNK: Final = 1024 * 1024
MAX_DEPTH: Final = 5
TICK_ROWS: Final = 20_000
_DECODER: Final = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=lambda _name: None)
_SKIP: Final = re.compile(r"[ \t\r\n,]*")
_LIST_NAMES: Final = ("features", "data", "items", "results", "result", "records", "rows", "value")


def stage(path: Path, *, name: str, work: Path, recipe: Recipe, kind: Kind, tick: Tick) -> Staged:
    """Read a document as a table: each object of its list is a row, nested objects become dotted columns.

    Raises:
        Unreadable: not JSON, no list inside, an object that is too large.
    """
    lines = kind == Kind.NDJSON
    items = _lines(path, name) if lines else _items(path, name, recipe.path)
    with Parts(work) as parts:
        for number, item in enumerate(items, 1):
            parts.add_record(number, _readable(item, name, number))
            if number % TICK_ROWS == 0:
                tick(number)
    if not parts.rows:
        raise limits.no_rows(name)
    return Staged(parts.files, parts.columns, parts.rows, detected={"path": recipe.path})


def _readable(item: object, name: str, number: int) -> dict[str, str | None]:
    """Return an object as one row of texts that can be written down.

    Raises:
        Unreadable: it is nested too deeply, or holds halves of letters (lone surrogates, RFC 8259 section 8.2).
    """
    try:
        row = row_of(item, name, number)
        "".join((*row, *filter(None, row.values()))).encode()
    except (RecursionError, TypeError, UnicodeEncodeError) as error:  # orjson says TypeError of both
        raise Unreadable(
            _("Entry %(number)s of “%(name)s” is nested too deeply, or holds signs that are no text.")
            % {"name": name, "number": number},
            code="not_a_row",
        ) from error
    return row


def row_of(item: object, name: str, number: int) -> dict[str, str | None]:
    """Return an object as one row; a GeoJSON feature as its properties and its place.

    Raises:
        Unreadable: it is no object.
    """
    if not isinstance(item, Mapping):
        raise Unreadable(
            _("Entry %(number)s of “%(name)s” is not an object with named values, so it is no row of a table.")
            % {"name": name, "number": number},
            code="not_an_object",
        )
    row: dict[str, str | None] = {}
    if item.get("type") == "Feature" and "geometry" in item:
        if item.get("id") is not None:
            row["id"] = _text(item["id"])
        properties = item.get("properties") or {}
        _flatten(properties if isinstance(properties, Mapping) else {"properties": properties}, "", row, 0)
        row |= place_of(item["geometry"])
        return row
    _flatten(item, "", row, 0)
    return row


def place_of(geometry: Any) -> dict[str, str | None]:
    """Return a geometry as columns: longitude and latitude of a point, GeoJSON text of everything else."""
    if not isinstance(geometry, Mapping):
        return {"longitude": None, "latitude": None}
    places = geometry.get("coordinates")
    if geometry.get("type") == "Point" and isinstance(places, list) and len(places) >= 2:
        return {"longitude": _text(places[0]), "latitude": _text(places[1])}
    return {"geometry": orjson.dumps(_numbers(geometry)).decode()}


def _numbers(value: Any) -> Any:
    """Return coordinates as numbers again, which were read as text."""
    if isinstance(value, list):
        return [_numbers(entry) for entry in value]
    if isinstance(value, dict):
        return {key: _numbers(entry) if key in {"coordinates", "geometries"} else entry for key, entry in value.items()}
    try:
        return float(value)
    except (TypeError, ValueError):
        return value


def _flatten(item: Mapping[str, Any], prefix: str, row: dict[str, str | None], depth: int) -> None:
    for key, value in item.items():
        if isinstance(value, Mapping) and depth < MAX_DEPTH:
            _flatten(value, f"{prefix}{key}.", row, depth + 1)
        else:
            row[f"{prefix}{key}"] = _text(value)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False)


def _lines(path: Path, name: str) -> Iterator[object]:
    with path.open("rb") as source:
        for number, line in enumerate(iter(lambda: source.readline(limits.MAX_LINE + 1), b""), 1):
            if len(line) > limits.MAX_LINE:
                raise limits.line_too_long(number)
            text = line.decode("utf-8-sig" if number == 1 else "utf-8", "replace").strip().lstrip("\x1e")
            if text:
                yield _parsed(text, name, number)


def _parsed(text: str, name: str, line: int) -> object:
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        raise _not_json(name, line) from error


def _not_json(name: str, line: int) -> Unreadable:
    return Unreadable(
        _(
            "“%(name)s” is not valid JSON near line %(line)s. It may not have been sent to its end; please send it again."
        )
        % {"name": name, "line": line},
        code="not_json",
        line=line,
    )


def _items(path: Path, name: str, wanted: str) -> Iterator[object]:
    """Return the entries of the list in a document: small ones whole, large ones as a stream."""
    if path.stat().st_size <= limits.MAX_DOCUMENT:
        yield from _small(path, name, wanted)
    else:
        yield from _streamed(path, name, wanted)


def _small(path: Path, name: str, wanted: str) -> Iterator[object]:
    text = _document_text(path)
    try:
        document = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise _not_json(name, error.lineno) from error
    except RecursionError as error:
        raise _not_json(name, 1) from error
    yield from _list_in(document, name, wanted)


def _document_text(path: Path) -> str:
    data = path.read_bytes()
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return data.decode("utf-16" if wide else "utf-8-sig", "replace")


def _list_in(document: Any, name: str, wanted: str) -> list[object]:
    """Return the list at a path with dots, or the only one there is."""
    for step in filter(None, wanted.split(".")):
        if not isinstance(document, dict) or step not in document:
            raise Unreadable(
                _("“%(name)s” has nothing at “%(path)s”.") % {"name": name, "path": wanted}, code="no_such_path"
            )
        document = document[step]
    found = _only_list(document) if isinstance(document, dict) and not wanted else document
    if not isinstance(found, list):
        raise _no_list(name)
    return found


def _only_list(document: dict[str, Any]) -> list[object] | None:
    """Return the list of a document that says not where it stands; one object without any is its own only row."""
    lists = {key: value for key, value in document.items() if isinstance(value, list)}
    usual = [lists[key] for key in _LIST_NAMES if key in lists]
    if usual or len(lists) == 1:
        return usual[0] if usual else next(iter(lists.values()))
    return None if lists else [document]


def _no_list(name: str) -> Unreadable:
    return Unreadable(
        _("“%(name)s” holds no list of rows where one was looked for. Please say at which path the list stands.")
        % {"name": name},
        code="no_list",
    )


def _streamed(path: Path, name: str, wanted: str) -> Iterator[object]:
    """Return the entries of a large document's list, one after the other."""
    with path.open("rb") as source:
        decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
        text, at = _after_bracket(decoder.decode(source.read(CHUNK)), name, wanted), 0
        while True:
            skipped = _SKIP.match(text, at)
            at = skipped.end() if skipped else at
            if text.startswith("]", at):
                return
            try:
                item, end = _DECODER.raw_decode(text, at)
            except RecursionError as error:
                raise _not_json(name, 1) from error
            except ValueError as error:
                item, end = error, len(text)
            if end < len(text):
                yield item
                at = end
                continue
            chunk = source.read(CHUNK)
            if not chunk or len(text) - at > limits.MAX_LINE:
                raise _not_json(name, 1)
            text, at = text[at:] + decoder.decode(chunk), 0


def _after_bracket(head: str, name: str, wanted: str) -> str:
    """Return what follows the opening bracket of the list."""
    if not wanted and head.lstrip().startswith("["):
        return head.lstrip()[1:]
    names = [wanted.rsplit(".", 1)[-1]] if wanted else list(_LIST_NAMES)
    for key in names:
        match = re.search(rf'"{re.escape(key)}"\s*:\s*\[', head)
        if match:
            return head[match.end() :]
    raise _no_list(name)
