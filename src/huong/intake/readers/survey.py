"""A first walk over a text file: is it UTF-8, how long are its lines, what does it look like."""

import codecs
import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from huong.intake.readers import limits
from huong.intake.rules import header

CHUNK: Final = 1024 * 1024
SAMPLE: Final = 256 * 1024
DELIMITERS: Final = ",;\t|"


@dataclass(frozen=True)
class Survey:
    """What the walk found.

    Attributes:
        is_utf8: whether every byte belongs to valid UTF-8.
        broken_line: the first line that is not UTF-8, 0 if none.
        mostly_utf8: whether it is UTF-8 but for a few damaged bytes.
        sample: pieces with bytes above 127, or the beginning.
        only_cr: whether lines end in carriage returns alone, as on old computers.
    """

    is_utf8: bool
    broken_line: int
    mostly_utf8: bool
    sample: bytes
    only_cr: bool


class LineGuard:
    """Refuses a line of more than 8 MB after the first 8 MB of it."""

    def __init__(self) -> None:
        self.line = 1
        self._length = 0
        self._start = b""

    def feed(self, chunk: bytes) -> None:
        """Look at the next bytes.

        Raises:
            Unreadable: a line is too long, or has too many columns.
        """
        first = chunk.find(b"\n")
        self._grow(chunk if first < 0 else chunk[:first])
        if first >= 0:
            last = chunk.rfind(b"\n")
            self.line += chunk.count(b"\n")
            self._start, self._length = b"", 0
            self._grow(chunk[last + 1 :])

    def _grow(self, piece: bytes) -> None:
        self._length += len(piece)
        if len(self._start) < CHUNK:
            self._start += piece[: CHUNK - len(self._start)]
        if self._length > limits.MAX_LINE:
            columns = max(self._start.count(mark) for mark in (b",", b";", b"\t", b"|"))
            if columns > header.MAX_COLUMNS:
                raise limits.too_many_columns(columns)
            raise limits.line_too_long(self.line)


def walk(path: Path) -> Survey:
    """Walk over a file.

    Raises:
        Unreadable: it has a line longer than any table has.
    """
    guard, decoder = LineGuard(), codecs.getincrementaldecoder("utf-8")()
    sample, broken, line = b"", 0, 1
    only_cr = False
    with path.open("rb") as source:
        for number, chunk in enumerate(iter(lambda: source.read(CHUNK), b"")):
            if number == 0:
                only_cr = b"\r" in chunk and b"\n" not in chunk and b"\x00" not in chunk
            guard.feed(chunk.replace(b"\r", b"\n") if only_cr else chunk)
            if not broken:
                broken = _first_broken(decoder, chunk, line)
                line += chunk.count(b"\n")
            if len(sample) < SAMPLE and (number == 0 or not chunk.isascii()):
                sample += _piece(chunk, number)
    if not broken and not _ends_whole(decoder):
        broken = guard.line
    return Survey(not broken, broken, bool(broken) and _mostly_utf8(sample), sample, only_cr)


def _first_broken(decoder: codecs.IncrementalDecoder, chunk: bytes, line: int) -> int:
    try:
        decoder.decode(chunk)
    except UnicodeDecodeError as error:
        return line + error.object[: error.start].count(b"\n")
    return 0


def _ends_whole(decoder: codecs.IncrementalDecoder) -> bool:
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _piece(chunk: bytes, number: int) -> bytes:
    """Return a piece of a chunk around its first byte above 127, from the beginning of a line."""
    if number == 0 and (chunk[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) or b"\x00" in chunk[:4096]):
        return chunk[:SAMPLE]
    place = next((at for at in range(0, len(chunk), 4096) if not chunk[at : at + 4096].isascii()), 0)
    start = chunk.rfind(b"\n", 0, place) + 1
    return chunk[start : start + SAMPLE // 2] + b"\n"


def _mostly_utf8(sample: bytes) -> bool:
    """Return whether nearly all letters above 127 are well-formed UTF-8."""
    text = sample.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    good = sum(1 for letter in text if letter > "\x7f") - damaged
    return good >= 20 * max(1, damaged)


def delimiter_of(lines: list[str]) -> str:
    """Return the separator under which the most lines have the same number of cells.

    >>> delimiter_of(["a;b;c", "1,5;2;3", "4;5;6,7"])
    ';'
    """
    best = max(DELIMITERS, key=lambda mark: _agreement(lines, mark))
    return best if _agreement(lines, best)[0] > 0 else ","


def _agreement(lines: list[str], mark: str) -> tuple[float, int]:
    counts = Counter(len(cells) for cells in csv.reader(lines, delimiter=mark) if cells)
    counts.pop(1, None)
    if not counts:
        return 0.0, 0
    width, times = max(counts.items(), key=lambda pair: (pair[1], pair[0]))
    return times / max(1, len(lines)), width
