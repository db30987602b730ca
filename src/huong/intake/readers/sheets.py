"""Workbooks: a sheet chosen, merged cells filled, dates and numbers as text."""

import datetime as dt
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import python_calamine as calamine
from django.conf import settings
from django.utils.translation import gettext as _

from huong.intake.errors import Unreadable
from huong.intake.readers import apart, limits
from huong.intake.readers.delimited import Tick, header_of
from huong.intake.readers.parts import Parts
from huong.intake.rules import header, numbers
from huong.intake.types import Recipe, Staged

TICK_ROWS = 20_000
Cells = list[str]
Merged = tuple[int, int, int, int]


def stage(path: Path, *, name: str, work: Path, recipe: Recipe, known: frozenset[str], tick: Tick) -> Staged:
    """Read one sheet of a workbook; formulas count as the values the workbook holds for them.

    Raises:
        Unreadable: damaged, locked, too large, no such sheet, no header.
    """
    with _damage_refused(name):
        _require_size(path, name)
        return _staged(_open(path, name), name, work, recipe, known, tick)


@contextmanager
def _damage_refused(name: str) -> Iterator[None]:
    try:
        yield
    except (calamine.CalamineError, zipfile.BadZipFile, NotImplementedError) as error:
        raise _damaged(name) from error


def _damaged(name: str) -> Unreadable:
    return Unreadable(
        _("The workbook “%(name)s” is damaged or was not sent to its end. Please send it again.") % {"name": name},
        code="damaged_archive",
    )


def _staged(book: Any, name: str, work: Path, recipe: Recipe, known: frozenset[str], tick: Tick) -> Staged:
    sheet_name, sheet = _sheet(book, recipe, name)
    head = [cells for _number, cells in _first(_rows(sheet), 2 * header.LOOK_AT)]
    if not any(any(cells) for cells in head):
        raise limits.empty(f"{name} / {sheet_name}")
    found = header_of(head, recipe, known)
    with Parts(work) as parts:
        parts.name(limits.require_names(list(found.names)))
        width = len(parts.columns)
        for number, cells in _rows(sheet):
            if number >= found.first and any(cells):
                _require_no_more(cells, width, number)
                parts.add(number, [*cells, *[""] * (width - len(cells))])
            if number % TICK_ROWS == 0:
                tick(number)
    if not parts.rows:
        raise limits.no_rows(f"{name} / {sheet_name}")
    values = (cell for cells in head[found.first - 1 :] for cell in cells)
    return Staged(
        parts.files,
        parts.columns,
        parts.rows,
        detected={
            "sheet": sheet_name,
            "sheets": book.sheet_names,
            "header_row": found.row,
            "header_rows": found.rows,
            "first_row": found.first,
            "decimal": recipe.decimal or numbers.decimal_sign(values),
            "serial_dates": True,
        },
    )


def _require_size(path: Path, name: str) -> None:
    """Refuse a workbook that unpacks to more than fits into memory, or whose cells reach too far for it."""
    if _unpacks_too_far(path) or not apart.survives("workbook", path):
        raise Unreadable(
            _("The workbook “%(name)s” is too large to be read as a sheet. Please save it as CSV and send that.")
            % {"name": name},
            code="workbook_too_large",
        )


def _unpacks_too_far(path: Path) -> bool:
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as parts:
        size = sum(found.file_size for found in parts.infolist())
        packed = sum(found.compress_size for found in parts.infolist())
    most = min(limits.MAX_SHEET, settings.HUONG.upload_mb * 4 * 1024 * 1024)
    return size > most or (size > limits.RATIO_FROM and size > packed * limits.MAX_RATIO)


def _open(path: Path, name: str) -> Any:
    try:
        return calamine.CalamineWorkbook.from_path(str(path))
    except calamine.PasswordError as error:
        raise Unreadable(
            _("“%(name)s” is locked with a password. Please send it without one.") % {"name": name},
            code="locked_archive",
        ) from error
    except OSError as error:
        raise _damaged(name) from error


def _sheet(book: Any, recipe: Recipe, name: str) -> tuple[str, Any]:
    """Return the sheet a person chose, else the visible one with the most cells."""
    if recipe.sheet:
        if recipe.sheet not in book.sheet_names:
            raise Unreadable(
                _("“%(name)s” has no sheet “%(sheet)s”. It has: %(sheets)s.")
                % {"name": name, "sheet": recipe.sheet, "sheets": ", ".join(book.sheet_names)},
                code="no_such_sheet",
            )
        return recipe.sheet, book.get_sheet_by_name(recipe.sheet)
    visible = [
        found.name
        for found in book.sheets_metadata
        if found.visible == calamine.SheetVisibleEnum.Visible and found.typ == calamine.SheetTypeEnum.WorkSheet
    ]
    sheets = [(title, book.get_sheet_by_name(title)) for title in visible or book.sheet_names]
    return max(sheets, key=lambda pair: pair[1].height * pair[1].width)


def _rows(sheet: Any) -> Iterator[tuple[int, Cells]]:
    """Return rows with their numbers as the workbook shows them, merged cells filled with their value."""
    if sheet.width > header.MAX_COLUMNS * 4:
        raise limits.too_many_columns(sheet.width)
    start_row, start_column = sheet.start or (0, 0)
    merged = _merged(sheet)
    carried: dict[int, str] = {}
    for number in range(1, start_row + 1):
        yield number, []
    for number, values in enumerate(sheet.iter_rows(), start_row + 1):
        cells = [""] * start_column + [text_of(value) for value in values]
        for over in merged.get(number, ()):
            _fill(cells, number, over, carried)
        while cells and not cells[-1]:
            cells.pop()
        yield number, cells


def _fill(cells: Cells, number: int, over: Merged, carried: dict[int, str]) -> None:
    """Put the value of a merged range into every cell of it that lies in this row."""
    top, left, right, _bottom = over
    if number == top:
        carried[left] = cells[left]
    for column in range(left, min(right + 1, len(cells))):
        cells[column] = carried.get(left, "")


def _merged(sheet: Any) -> dict[int, list[Merged]]:
    """Return, for each row (from 1), the merged ranges over it: top row, left and right column from 0, bottom row."""
    found: dict[int, list[Merged]] = {}
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        if right - left > header.MAX_COLUMNS:
            continue
        for row in range(top, min(bottom, top + 100_000) + 1):
            found.setdefault(row + 1, []).append((top + 1, left, right, bottom + 1))
    return found


def _first(rows: Iterator[tuple[int, Cells]], count: int) -> Iterator[tuple[int, Cells]]:
    for number, cells in rows:
        if number > count:
            return
        yield number, cells


def _require_no_more(cells: Cells, width: int, number: int) -> None:
    """Refuse cells to the right of the last column name: they would be lost without a word."""
    if len(cells) > width:
        raise Unreadable(
            _(
                "Row %(row)s has a value in column %(column)s, to the right of the last column name. Please name that "
                "column or remove the value, then send the file again."
            )
            % {"row": number, "column": _letters(len(cells))},
            code="value_without_column",
            row=number,
        )


def _letters(column: int) -> str:
    """Return a column's number, from 1, as workbooks name it.

    >>> _letters(3), _letters(28)
    ('C', 'AB')
    """
    rest, last = divmod(column - 1, 26)
    return (_letters(rest) if rest else "") + chr(ord("A") + last)


def text_of(value: object) -> str:
    """Return a cell's value as text: whole numbers without ".0", dates in ISO form.

    >>> text_of(46001.0), text_of(True), text_of(dt.datetime(2025, 7, 1))
    ('46001', 'true', '2025-07-01')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e16 else repr(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value).strip() if value is not None else ""
