"""CSV and its kin: encoding, separator and header found, then read at the speed of Arrow."""

import codecs
import csv
import functools
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pac
import pyarrow.csv as pc
from django.utils.translation import gettext as _

from huong.intake.errors import Unreadable
from huong.intake.letters import detection
from huong.intake.readers import limits
from huong.intake.readers.parts import Parts
from huong.intake.readers.survey import CHUNK, LineGuard, Survey, delimiter_of, walk
from huong.intake.rules import header, numbers
from huong.intake.types import Ragged, Recipe, Staged

csv.field_size_limit(limits.MAX_LINE)
_HEAD: Final = 1024 * 1024
_BLOCK: Final = 16 * 1024 * 1024
Tick = Callable[[int], None]


@dataclass(frozen=True)
class _Head:
    """The beginning of a clean file: its header, the byte at which data begins, its first rows."""

    found: header.Header
    offset: int
    rows: list[list[str]]
    delimiter: str


def stage(path: Path, *, name: str, work: Path, recipe: Recipe, known: frozenset[str], tick: Tick) -> Staged:
    """Read a text table.

    Args:
        path: the file.
        name: its name, for messages.
        work: a folder for what is written.
        recipe: what a person decided; the rest is detected.
        known: names that the contract expects, as `same_name` gives them.
        tick: told how many rows were read, now and then.

    Raises:
        Unreadable: with the reason and what to do.
    """
    survey = walk(path)
    encoding = _encoding(survey, recipe, name)
    clean = _cleaned(path, work, encoding, survey)
    head = _head(clean, recipe, known)
    names = limits.require_names(list(head.found.names))
    ragged: list[Ragged] = []
    with Parts(work) as parts:
        parts.name(names)
        _read(clean, head, recipe, parts, ragged, tick)
    if not parts.rows and not ragged:
        raise limits.no_rows(name)
    found = _found(encoding, head, recipe)
    return Staged(parts.files, parts.columns, parts.rows, detected=found, ragged=ragged)


def _found(encoding: detection.Encoding, head: _Head, recipe: Recipe) -> dict[str, Any]:
    cells = itertools.chain.from_iterable(head.rows[head.found.first - 1 :])
    return {
        "encoding": encoding.name,
        "encoding_confidence": encoding.confidence,
        "font": encoding.font,
        "delimiter": head.delimiter,
        "decimal": recipe.decimal or numbers.decimal_sign(cells),
        "header_row": head.found.row,
        "header_rows": head.found.rows,
        "first_row": head.found.first,
    }


def _encoding(survey: Survey, recipe: Recipe, name: str) -> detection.Encoding:
    """Return the encoding to read with: a person's choice, else the detected one."""
    if recipe.encoding:
        if recipe.encoding not in detection.BYTES:
            raise Unreadable(_("The encoding “%(encoding)s” is not known here.") % {"encoding": recipe.encoding})
        return detection.Encoding(recipe.encoding, 1.0, "" if recipe.font == "none" else recipe.font)
    if survey.mostly_utf8:
        raise Unreadable(
            _(
                "“%(name)s” is UTF-8 but damaged in line %(line)s: some letters there cannot be read. Please correct "
                "that line and send the file again, or choose another encoding."
            )
            % {"name": name, "line": survey.broken_line},
            code="damaged_letters",
            line=survey.broken_line,
        )
    found = detection.of_bytes(survey.sample, is_utf8=survey.is_utf8)
    font = "" if recipe.font == "none" else recipe.font or found.font
    return detection.Encoding(found.name, found.confidence, font)


def _cleaned(path: Path, work: Path, encoding: detection.Encoding, survey: Survey) -> Path:
    """Return the file as UTF-8 with line feeds: itself if it is that already."""
    letters = detection.letters_of(encoding.name, encoding.font)
    if encoding.name == "utf-8" and not letters and not survey.only_cr:
        return path
    to, guard = work / "clean.csv", LineGuard()
    decoder = codecs.getincrementaldecoder(detection.BYTES[encoding.name])("replace")
    with path.open("rb") as source, to.open("wb") as out:
        for piece in _whole_lines(iter(lambda: source.read(CHUNK), b""), decoder):
            text = piece.replace("\r\n", "\n").replace("\r", "\n")
            data = (letters(text) if letters else text).encode()
            guard.feed(data)
            out.write(data)
    return to


def _whole_lines(chunks: Iterator[bytes], decoder: codecs.IncrementalDecoder) -> Iterator[str]:
    """Return text in pieces that end with a line, so that letters of several signs are never cut."""
    rest = ""
    for chunk in chunks:
        text = rest + decoder.decode(chunk)
        cut = max(text.rfind("\n"), text.rfind("\r", 0, -1)) + 1
        if not cut and len(text) > limits.MAX_LINE:
            raise limits.line_too_long(1)
        rest = text[cut:]
        if cut:
            yield text[:cut]
    yield rest + decoder.decode(b"", final=True)


def _head(path: Path, recipe: Recipe, known: frozenset[str]) -> _Head:
    """Return what the beginning of a clean file shows."""
    with path.open("rb") as source:
        data = source.read(_HEAD)
        if b"\n" not in data:
            data += source.read(limits.MAX_LINE)
    mark = len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0
    lines = data[mark:].decode("utf-8", "ignore").splitlines(keepends=True)
    lines = lines[:200]
    widest = max((line.count(sign) for line in lines for sign in ",;\t|"), default=0)
    if widest > header.MAX_COLUMNS:
        raise limits.too_many_columns(widest + 1)
    delimiter = recipe.delimiter or delimiter_of([line.rstrip("\r\n") for line in lines])
    rows, ends = _rows_of(lines, delimiter, recipe.quote)
    found = header_of(rows, recipe, known)
    offset = mark + sum(len(line.encode()) for line in lines[: ends[found.first - 2] if found.first > 1 else 0])
    return _Head(found, offset, rows, delimiter)


def _rows_of(lines: list[str], delimiter: str, quote: str) -> tuple[list[list[str]], list[int]]:
    """Return the first rows and for each how many lines were used up to its end."""
    reader = csv.reader(iter(lines), delimiter=delimiter, quotechar=quote)
    rows, ends = [], []
    for cells in itertools.islice(reader, 2 * header.LOOK_AT):
        rows.append(cells)
        ends.append(reader.line_num)
    return rows, ends


def header_of(rows: list[list[str]], recipe: Recipe, known: frozenset[str]) -> header.Header:
    """Return where the header stands: where a person says, else where it is found.

    Raises:
        Unreadable: no row looks like a header.
    """
    if recipe.header_row == 0:
        width = max((len(cells) for cells in rows), default=0)
        return header.Header(0, 0, recipe.first_row or 1, tuple(header.numbered([""] * width)))
    if recipe.header_row is not None:
        if recipe.header_row > len(rows):
            raise limits.no_header()
        height = recipe.header_rows or 1
        return header.at(rows, row=recipe.header_row, height=height, first=recipe.first_row)
    found = header.find(rows, known)
    if found is None:
        raise limits.no_header()
    if recipe.first_row:
        return header.Header(found.row, found.rows, recipe.first_row, found.names)
    return found


def _read(path: Path, head: _Head, recipe: Recipe, parts: Parts, ragged: list[Ragged], tick: Tick) -> None:
    """Read the data below the header into parts; rows of the wrong width are set aside."""
    names, before = parts.columns, head.found.first - 1
    blank: list[int] = []

    def set_aside(row: Any) -> str:
        if row.text.strip(head.delimiter + " \r\n"):
            text = row.text[: limits.MAX_RAGGED]
            ragged.append(Ragged(row.number + before, row.expected_columns, row.actual_columns, text))
        else:
            blank.append(row.number)
        if len(ragged) > limits.MAX_RAGGED:
            raise _too_ragged(head.delimiter)
        return "skip"

    with path.open("rb") as source:
        source.seek(head.offset)
        try:
            reader = _reader(source, names, head.delimiter, recipe.quote, set_aside)
            done = 0
            for batch in reader:
                table = pa.Table.from_batches([batch])
                skipped = sorted([*blank, *(row.row - before for row in ragged)])
                places = _numbers(done, table.num_rows, before, skipped)
                done += table.num_rows
                parts.add_table(*_without_blank(table, places))
                tick(done)
        except pa.ArrowInvalid as error:
            if "Empty CSV" in str(error):
                return
            if len(ragged) > limits.MAX_RAGGED:
                raise _too_ragged(head.delimiter) from error
            raise _torn(error) from error


def _reader(source: Any, names: list[str], delimiter: str, quote: str, keep: Callable[[Any], str]) -> Any:
    return pc.open_csv(
        source,
        read_options=pc.ReadOptions(use_threads=False, block_size=_BLOCK, column_names=names),
        parse_options=pc.ParseOptions(
            delimiter=delimiter, quote_char=quote, newlines_in_values=True, invalid_row_handler=keep
        ),
        convert_options=pc.ConvertOptions(
            column_types={name: pa.string() for name in names},
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    )


def _numbers(done: int, count: int, before: int, skipped: list[int]) -> pa.Array:
    """Return the numbers of rows that were kept, leaving out those that were set aside."""
    import numpy as np

    kept = np.arange(done + 1, done + count + 1, dtype=np.int64)
    # The n-th kept row stands n + k places down, k being how many rows set aside stand before it.
    gaps = np.array(skipped, dtype=np.int64) - np.arange(len(skipped))
    return pa.array(kept + np.searchsorted(gaps, kept, side="right") + before)


def _without_blank(table: pa.Table, places: pa.Array) -> tuple[pa.Table, pa.Array]:
    """Leave out rows in which no cell holds anything."""
    if not table.num_columns or not table.column(0).null_count:
        return table, places
    filled = functools.reduce(pac.or_, [pac.is_valid(column) for column in table.columns])
    return table.filter(filled), places.filter(filled.combine_chunks())


def _too_ragged(delimiter: str) -> Unreadable:
    return Unreadable(
        _(
            "More than %(most)s rows do not have as many cells as the header. Probably the separator is not “%(mark)s”. "
            "Nothing was loaded; please choose another separator."
        )
        % {"most": limits.MAX_RAGGED, "mark": delimiter.replace("\t", "Tab")},
        code="wrong_separator",
    )


def _torn(error: Exception) -> Unreadable:
    return Unreadable(
        _("The table cannot be cut into rows: a quotation mark is probably not closed. Nothing was loaded."),
        code="torn_table",
        reason=str(error)[:200],
    )
