"""CSV as departments send it: old encodings, odd separators, titles above and units below the names."""

import random
import resource
import time

import pytest

from huong.base.text import nfc
from huong.intake.errors import Unreadable
from huong.intake.letters.syllables import _TONES
from huong.intake.letters.tables import TCVN3

TEXT = (
    "Mã;Tên đường;Phường\n001;Đường Nguyễn Huệ;Phường Thuận Hóa\n002;Đường Bùi Thị Xuân;Phường Thủy Xuân\n"
    "003;Kiệt Trần Phú, tổ dân phố số 5;Xã Phú Mậu\n"
)
FIRST = {"Mã": "001", "Tên đường": "Đường Nguyễn Huệ", "Phường": "Phường Thuận Hóa", "_row": 2}


def tcvn3(text):
    """Return a text as the ABC fonts write it."""
    codes = {letter: code for code, letter in TCVN3.items()}
    return bytes(codes.get(letter) or codes.get(letter.lower()) or ord(letter) for letter in text)


def windows1258(text):
    """Return a text as Vietnamese Windows wrote it: tones behind their letters."""
    import unicodedata

    out = b""
    for letter in text:
        parts = unicodedata.normalize("NFD", letter)
        tones = "".join(mark for mark in parts if mark in _TONES)
        base = nfc("".join(mark for mark in parts if mark not in _TONES))
        out += (base + tones).encode("cp1258")
    return out


def vni(text):
    """Return a text as the VNI fonts write it."""
    import unicodedata

    from huong.intake.letters import tables

    alone = {letter: code for code, letter in tables._VNI_ALONE.items()}
    marks = {frozenset(mark): code for code, mark in tables._VNI_MARKS.items()}
    out = ""
    for letter in text:
        if letter in alone:
            out += alone[letter]
            continue
        base, *found = unicodedata.normalize("NFD", letter)
        if "\u031b" in found:
            found.remove("\u031b")
            base = alone[nfc(base + "\u031b")]
        mark = marks[frozenset(found)] if found else ""
        out += base + (mark.upper() if letter.isupper() else mark)
    return out.encode("latin-1")


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("utf-8", TEXT.encode()),
        ("utf-8", TEXT.encode("utf-8-sig")),
        ("utf-16", TEXT.encode("utf-16")),
        ("utf-16-be", TEXT.encode("utf-16-be")),
        ("windows-1258", windows1258(TEXT)),
        ("tcvn3", tcvn3(TEXT)),
        ("vni", vni(TEXT)),
    ],
)
def test_the_encoding_is_detected_and_shown_with_its_confidence(stage, encoding, content):
    staged, rows = stage("duong.csv", content)
    assert rows[0] == FIRST
    assert staged.detected["encoding"] == encoding
    assert staged.detected["encoding_confidence"] > 0.9


def test_a_person_overrules_the_detected_encoding(stage):
    staged, rows = stage("x.csv", "ten\ncafé\n".encode("cp1252"), encoding="windows-1252")
    assert rows[0]["ten"] == "café"
    assert staged.detected["encoding_confidence"] == 1.0


def test_letters_typed_in_an_old_font_inside_a_modern_file_are_understood(stage):
    staged, rows = stage("x.csv", tcvn3(TEXT).decode("latin-1").encode("utf-8"))
    assert staged.detected["font"] == "tcvn3"
    assert rows[0] == FIRST


def test_capitals_of_the_old_fonts_come_out_as_capitals(stage):
    _staged, rows = stage("x.csv", tcvn3("ten;que\nTRẦN VĂN ĐỨC;Thừa Thiên Huế\nlê thị hạnh;phường Vỹ Dạ\n"))
    assert rows[0]["ten"] == "TRẦN VĂN ĐỨC"


def test_damaged_letters_in_a_utf8_file_are_named_by_line(stage):
    with pytest.raises(Unreadable, match=r"line 52|dòng 52") as refused:
        stage("x.csv", "Tên,Địa chỉ\n".encode() + "Nguyễn Huệ,Phường Thuận Hóa\n".encode() * 50 + b"\xff\xfe,1\n")
    assert refused.value.code == "damaged_letters"


def test_titles_above_units_below_and_names_over_two_rows_are_found(stage):
    content = (
        "BÁO CÁO CỐNG;;;;\nKèm theo công văn số 12;;;;\n\nTT;Tên;Vị trí;;Dài\n;;Phường;Đường;\n;;;;(m)\n"
        "(1);(2);(3);(4);(5)\n1;Cống A;Vỹ Dạ;Nguyễn Huệ;12,5\n"
    )
    staged, rows = stage("bao-cao.csv", content)
    assert staged.columns == ["TT", "Tên", "Vị trí Phường", "Vị trí Đường", "Dài"]
    assert [row["Tên"] for row in rows] == ["Cống A"]
    assert staged.detected["decimal"] == ","


def test_leading_zeros_of_identifiers_stay(stage):
    _staged, rows = stage("x.csv", "ma,cccd\n007,046200000123\n")
    assert rows[0]["cccd"] == "046200000123"
    assert rows[0]["ma"] == "007"


def test_rows_of_the_wrong_width_are_set_aside_and_the_others_keep_their_numbers(stage):
    staged, rows = stage("x.csv", "a;b;c\n1;2;3\n\n4;5\n6;7;8;9\n;;\n10;11;12\n")
    assert [(row["_row"], row["a"]) for row in rows] == [(2, "1"), (6, "10")]
    assert [(found.row, found.found) for found in staged.ragged] == [(3, 2), (4, 4)]


def test_quoted_cells_may_hold_separators_and_line_breaks(stage):
    _staged, rows = stage("x.csv", 'ma;ghi chú\n1;"dòng một;\ndòng ""hai"""\n')
    assert rows[0]["ghi chú"] == 'dòng một;\ndòng "hai"'


def test_the_same_column_name_twice_is_named_with_both_places(stage):
    with pytest.raises(Unreadable, match=r"“Tên” \(2, 3\)"):
        stage("x.csv", "Mã,Tên,TÊN\n1,2,3\n")


def test_a_file_without_names_is_refused_unless_a_person_says_so(stage):
    with pytest.raises(Unreadable) as refused:
        stage("x.csv", "1,2\n3,4\n")
    assert refused.value.code == "no_header"
    staged, rows = stage("x.csv", "1,2\n3,4\n", header_row=0)
    assert (staged.columns, len(rows)) == (["column_1", "column_2"], 2)


def test_names_without_rows_are_refused(stage):
    with pytest.raises(Unreadable) as refused:
        stage("x.csv", "ma,ten\n")
    assert refused.value.code == "no_rows"


def test_an_empty_file_is_named(stage):
    with pytest.raises(Unreadable, match=r"rong\.csv") as refused:
        stage("rong.csv", b"")
    assert refused.value.code == "empty_file"


def test_a_photograph_called_csv_is_called_a_photograph(stage):
    with pytest.raises(Unreadable, match="JPEG"):
        stage("cay-xanh.csv", b"\xff\xd8\xff\xe0" + bytes(random.Random(1).randbytes(5000)))


def test_two_million_columns_are_refused_early(stage):
    begun = time.monotonic()
    with pytest.raises(Unreadable) as refused:
        stage("x.csv", b",".join(b"c%d" % number for number in range(2_000_000)) + b"\n1\n")
    assert refused.value.code == "too_many_columns"
    assert time.monotonic() - begun < 60  # not the quarter of an hour that a careless reader takes


def test_a_line_of_300_megabytes_is_refused_in_little_time_and_memory(stage, tmp_path):
    path = tmp_path / "long.csv"
    with path.open("wb") as out:
        out.write(b"a,b\n")
        out.seek(300_000_000)
        out.write(b"x")
    from huong.intake.readers.survey import walk

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.monotonic()
    with pytest.raises(Unreadable, match=r"\b2\b") as refused:
        walk(path)
    assert refused.value.code == "line_too_long"
    assert time.monotonic() - begun < 60  # not the quarter of an hour that a careless reader takes
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


def test_a_separator_that_does_not_fit_is_said(stage):
    with pytest.raises(Unreadable) as refused:
        stage("x.csv", "a,b\n" + "1,2;3,4,5\n" * 11_000, delimiter=",", header_row=1)
    assert refused.value.code == "wrong_separator"


def test_lines_that_end_in_carriage_returns_alone_are_lines(stage):
    _staged, rows = stage("x.csv", b"a,b\r1,2\r3,4\r")
    assert [row["a"] for row in rows] == ["1", "3"]
