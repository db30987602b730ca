"""Where the column names of a messy sheet stand: title rows above, names over two rows, units and numbers below."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from huong.base.text import fold, nfc, whole

Cells = Sequence[str]
LOOK_AT: Final = 40
MAX_COLUMNS: Final = 2000
_NUMBER: Final = re.compile(r"[-+]?[\d.,\s]*\d%?")
_DATE: Final = re.compile(r"\d{1,4}[-/.]\d{1,2}([-/.]\d{1,4})?([ T]\d{1,2}:\d{2}.*)?")
_UNIT: Final = re.compile(
    r"\(?(đvt.*|đơn vị.*|m|m2|m²|m3|m³|km|km2|km²|ha|kg|g|mg/l|tấn|tạ|l|lít|%|‰|°c|người|hộ|cái|chiếc|con|cây|vụ|lượt|"
    r"đồng|vnđ|vnd|nghìn đồng|triệu đồng|tỷ đồng|usd|giờ|phút|ngày|tháng|năm|db|dba|µg/m³|ug/m3|kwh|mm)\)?",
    re.I,
)
_SPACES: Final = re.compile(r"\s+")


@dataclass(frozen=True)
class Header:
    """The column names and where they stand.

    Attributes:
        row: the row (from 1) in which they begin; 0 if there are none.
        rows: how many rows they take.
        first: the row (from 1) in which the data begins.
        names: the names, one for each column.
    """

    row: int
    rows: int
    first: int
    names: tuple[str, ...]


def tidy(name: str) -> str:
    r"""Return a column's name without line breaks and superfluous spaces, in NFC.

    >>> tidy(" Họ và\n tên ")
    'Họ và tên'
    """
    return _SPACES.sub(" ", nfc(name)).strip(" \ufeff\u200b")


def same_name(name: str) -> str:
    """Return a name for comparing: without accents, case, signs.

    >>> same_name("Mã_Số-Thuế (MST)")
    'ma so thue mst'
    """
    return _SPACES.sub(" ", re.sub(r"[\W_]+", " ", fold(name))).strip()


def is_value(cell: str) -> bool:
    """Return whether a cell looks like data rather than a name: a number or a date.

    >>> [is_value(cell) for cell in ("Tên", "1.204,5", "26/11/2026", "")]
    [False, True, True, False]
    """
    text = cell.strip()
    return bool(_NUMBER.fullmatch(text) or _DATE.fullmatch(text))


def find(rows: Sequence[Cells], known: frozenset[str] = frozenset()) -> Header | None:
    """Return where the header stands, or None if no row looks like one.

    Args:
        rows: the first rows of the sheet, as text.
        known: names the contract expects, as `same_name` gives them; they weigh more than looks.

    >>> found = find([["DANH SÁCH CÂY XANH", "", ""], ["Mã", "Tên cây", "Cao"], ["", "", "(m)"], ["1", "Long não", "9"]])
    >>> found.row, found.first, found.names
    (2, 4, ('Mã', 'Tên cây', 'Cao'))
    """
    rows = rows[:LOOK_AT]
    width = _width(rows)
    candidates = [
        (score, -start, -height)
        for start in range(len(rows))
        for height in (1, 2, 3)
        if start + height <= len(rows) and (score := _score(rows, start, height, width, known)) > 0
    ]
    if not candidates:
        return None
    _best, start, height = max(candidates)
    return at(rows, row=1 - start, height=-height)


def at(rows: Sequence[Cells], *, row: int, height: int = 1, first: int | None = None) -> Header:
    """Return the header that begins in a row (from 1) and takes so many rows."""
    block = [list(cells) for cells in rows[row - 1 : row - 1 + height]]
    width = max((len(cells) for cells in block), default=0)
    names = _joined(block, width) if height > 1 else [tidy(cell) for cell in (block[0] if block else [])]
    return Header(row, height, first or _first_data(rows, row + height), tuple(_without_empty_tail(names)))


def numbered(names: Sequence[str]) -> list[str]:
    """Return names in which every empty one is called after its place.

    >>> numbered(["a", ""])
    ['a', 'column_2']
    """
    return [name or f"column_{place}" for place, name in enumerate(names, 1)]


def twice(names: Sequence[str]) -> dict[str, list[int]]:
    """Return names that stand more than once (capitals do not count) and their places from 1.

    >>> twice(["Tên", "Mã", "TÊN"])
    {'Tên': [1, 3]}
    """
    places: dict[str, list[int]] = {}
    for place, name in enumerate(names, 1):
        places.setdefault(nfc(name).casefold(), []).append(place)
    return {names[found[0] - 1]: found for found in places.values() if len(found) > 1}


def _width(rows: Sequence[Cells]) -> int:
    """Return the usual number of filled cells of a row of the table."""
    filled = sorted(sum(1 for cell in cells if cell.strip()) for cells in rows)
    return filled[len(filled) * 3 // 4] if filled else 0


def _score(rows: Sequence[Cells], start: int, height: int, width: int, known: frozenset[str]) -> float:
    """Return how much a block of rows looks like a header; 0 if it cannot be one."""
    block = rows[start : start + height]
    names = at(rows, row=start + 1, height=height).names
    filled = [name for name in names if name]
    if not filled or any(is_value(cell) for cells in block for cell in cells) or _is_below(block[0]):
        return 0
    if (height > 1 and not _is_stacked(block)) or any(_is_title(cells) for cells in block):
        return 0
    hits = _hits(block, names, known)
    if len(filled) < max(1, width * 0.6) and hits < 2:
        return 0
    distinct = len(set(filled)) / len(filled)
    long = sum(len(name) > 80 for name in filled) / len(filled)
    below = rows[start + height :]
    values = any(is_value(cell) for cells in below[:6] for cell in cells)
    return hits * 4 + len(filled) / max(1, width) + distinct - 2 * long + 0.5 * values - start * 0.05


def _hits(block: Sequence[Cells], names: Sequence[str], known: frozenset[str]) -> int:
    """Return how many columns have a known name, in one row or in all rows of the block together."""
    said = [
        {same_name(name), *(same_name(cells[place]) for cells in block if place < len(cells))}
        for place, name in enumerate(names)
    ]
    return sum(bool(found & known) for found in said)


def _is_title(cells: Cells) -> bool:
    """Return whether one text is merged over several cells and stands alone in its row."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    return len(filled) > 1 and len(set(filled)) == 1


def _is_stacked(block: Sequence[Cells]) -> bool:
    """Return whether lower rows stand under groups of the upper one, as merged names leave them.

    Some column must have a name above and nothing below (a cell merged downwards), or every name above
    must be repeated over its group: a title above a plain header has neither.
    """
    top = [cell.strip() for cell in block[0]]
    for cells in block[1:]:
        texts = [_without_unit(cell) for cell in cells] + [""] * (len(top) - len(cells))
        under = [place for place, text in enumerate(texts) if text and text != "".join(top[place : place + 1])]
        down = [place for place, text in enumerate(top) if text and texts[place] in ("", text)]
        if not under or not all(_in_group(top, texts, place) for place in under):
            return False
        if not down and not _all_repeat(top):
            return False
        top = [upper or lower for upper, lower in zip(top, texts, strict=False)]
    return True


def _without_unit(cell: str) -> str:
    """Return a cell of a lower row of names; a unit in brackets below a name is no name of its own."""
    text = cell.strip()
    return "" if text.startswith("(") and text.endswith(")") else text


def _in_group(top: list[str], texts: list[str], place: int) -> bool:
    """Return whether a name below belongs to a group: a gap above, a repeated name, or the group's first column."""
    if place >= len(top) or not top[place] or _repeats(top, place):
        return True
    return place + 1 < len(top) and not top[place + 1] and bool(texts[place + 1])


def _repeats(cells: list[str], place: int) -> bool:
    return cells[place] in (cells[place - 1] if place else None, cells[place + 1] if place + 1 < len(cells) else None)


def _all_repeat(cells: list[str]) -> bool:
    return all(_repeats(cells, place) or not cell for place, cell in enumerate(cells))


def _joined(block: list[list[str]], width: int) -> list[str]:
    """Return names of stacked rows, a group's name carried over the gaps to its right."""
    padded = [[*cells, *[""] * (width - len(cells))] for cells in block]
    for upper, lower in itertools.pairwise(padded):
        for place in range(1, width):
            if not upper[place].strip() and lower[place].strip() and lower[place - 1].strip():
                upper[place] = upper[place - 1]
    return [
        " ".join(dict.fromkeys(tidy(cells[place]) for cells in padded if tidy(cells[place]))) for place in range(width)
    ]


def _first_data(rows: Sequence[Cells], row: int) -> int:
    """Return the first row (from 1) at or after `row` that is neither empty nor units nor column numbers."""
    while row <= len(rows) and row < LOOK_AT and _is_below(rows[row - 1]):
        row += 1
    return row


def _is_below(cells: Cells) -> bool:
    """Return whether a row only says units or counts the columns, or is empty."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not filled:
        return True
    in_brackets = all(cell.startswith("(") for cell in filled)
    if (in_brackets or len(filled) > 1) and all(_UNIT.fullmatch(cell) for cell in filled):
        return True
    return _counts_columns(cells, filled)


def _counts_columns(cells: Cells, filled: list[str]) -> bool:
    """Return whether cells number the columns: "(1) (2) (3)", or "A B 1 2", "1 2 3 4 5" without a gap."""
    bare = [cell.strip("()").split("=")[0].strip() for cell in filled]
    numbers = [number for number in map(whole, bare) if number is not None]
    letters = bare[: len(bare) - len(numbers)]
    if numbers != list(range(1, len(numbers) + 1)) or letters != list("ABCDEF"[: len(letters)]):
        return False
    in_brackets = all(cell.startswith("(") and cell.endswith(")") for cell in filled)
    return in_brackets or (len(filled) == len(cells) and len(filled) >= 4 + (not letters))


def _without_empty_tail(names: list[str]) -> list[str]:
    while names and not names[-1]:
        names.pop()
    return names
