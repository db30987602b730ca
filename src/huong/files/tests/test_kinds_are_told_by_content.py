"""What a file is, whatever it is called."""

import gzip
import io
import json
import zipfile

import openpyxl
import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huong.files import kinds, rules
from huong.files.kinds import Kind


def workbook():
    out = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["mã", "tên"])
    book.save(out)
    return out.getvalue()


def zipped(*names):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "a;b\n1;2\n")
    return out.getvalue()


def parquet():
    out = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table({"a": [1]}), out)
    return out.getvalue()


POINT = {"type": "Point", "coordinates": [107.6, 16.5]}
FEATURES = {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": POINT, "properties": {}}]}

CASES = [
    ("a JPEG named .csv", b"\xff\xd8\xff\xe0\x00\x10JFIF", "cay-xanh.csv", Kind.JPEG),
    ("a PNG", b"\x89PNG\r\n\x1a\n\x00", "x.csv", Kind.PNG),
    ("a PDF", b"%PDF-1.7\n%\xe2", "x.xlsx", Kind.PDF),
    ("a workbook", workbook(), "x.xlsx", Kind.XLSX),
    ("a workbook named .csv", workbook(), "x.csv", Kind.XLSX),
    ("a workbook whose first part says nothing", zipped("[Content_Types].xml"), "x.xlsx", Kind.XLSX),
    ("an archive", zipped("a.csv"), "x.zip", Kind.ZIP),
    ("an archive named .xlsx", zipped("a.csv"), "x.xlsx", Kind.ZIP),
    ("a text document", zipped("[Content_Types].xml", "word/document.xml"), "x.xlsx", Kind.ZIP),
    ("an old workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "x.csv", Kind.XLS),
    ("Parquet", parquet(), "x.csv", Kind.PARQUET),
    ("gzip", gzip.compress(b"a;b\n1;2\n"), "x.csv", Kind.GZIP),
    ("a JSON object", json.dumps({"rows": [1, 2]}, indent=1).encode(), "x.csv", Kind.JSON),
    ("a JSON object on one line", b'{"rows": [1, 2]}', "x.json", Kind.JSON),
    ("a JSON list", b'[{"a": 1},\n {"a": 2}]', "x.txt", Kind.JSON),
    ("an empty JSON list", b"[]", "x.json", Kind.JSON),
    ("JSON with a byte order mark", b'\xef\xbb\xbf{"a": 1}', "x.json", Kind.JSON),
    ("line-wise JSON", b'{"a": 1}\n{"a": 2}\n', "x.json", Kind.NDJSON),
    ("one line of line-wise JSON", b'{"a": 1}\n', "x.ndjson", Kind.NDJSON),
    ("line-wise JSON longer than the head", b'{"a": "' + b"x" * 70_000 + b'"}\n{"a": 2}\n', "x.json", Kind.JSON),
    ("brackets without end", b"[" * 70_000, "x.json", Kind.JSON),
    ("GeoJSON", json.dumps(FEATURES).encode(), "x.json", Kind.GEOJSON),
    ("GeoJSON over many lines", json.dumps(FEATURES, indent=2).encode(), "x.json", Kind.GEOJSON),
    ("JSON that only mentions a type", b'{"type": "Point of sale", "n": 1}', "x.json", Kind.JSON),
    ("an error page instead of data", b"\n<!DOCTYPE html>\n<html><body>Error 502", "x.csv", Kind.HTML),
    ("XML", b'<?xml version="1.0"?><kml></kml>', "x.csv", Kind.XML),
    ("a table with semicolons", "mã;tên\n1;Đa\n2;Phượng\n".encode(), "download", Kind.CSV),
    ("a table in UTF-16", "mã\ttên\n1\tĐa\n".encode("utf-16"), "x.txt", Kind.CSV),
    ("a table in UTF-16 without a mark", "ma;ten\n1;Da\n".encode("utf-16-le"), "x.csv", Kind.CSV),
    ("a table in TCVN3", b"m\xb7,t\xaan\n1,\xa7a\n", "x.csv", Kind.CSV),
    ("one column without a delimiter", b"ma\n1\n2\n", "x.csv", Kind.CSV),
    ("a table that begins with a bracket", b"[1];b\n1;2\n", "x.csv", Kind.CSV),
    ("words", "Kính gửi quý cơ quan.\nTrân trọng.".encode(), "thu", Kind.UNKNOWN),
    ("a program", b"\x7fELF\x02\x01\x01\x00" + bytes(range(32)) * 4, "x.csv", Kind.UNKNOWN),
    ("nothing", b"", "x.csv", Kind.EMPTY),
    ("spaces and line ends", b"\xef\xbb\xbf \r\n\r\n", "x.csv", Kind.EMPTY),
]


@pytest.mark.parametrize(("head", "name", "kind"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_file_is_what_its_content_says(head, name, kind):
    assert kinds.sniff(head, name) is kind


@given(st.binary(max_size=300), st.text(max_size=20))
def test_any_bytes_are_some_kind(head, name):
    assert kinds.sniff(head, name) in Kind


@given(st.text(max_size=300))
def test_any_name_becomes_a_safe_one_that_stays(name):
    safe = rules.safe_name(name)
    assert 0 < len(safe) <= rules.LONGEST_NAME
    assert not set(safe) & set('/\\<>:"|?*\x00\n\u202e')
    assert not safe.startswith(".")
    assert rules.safe_name(safe) == safe


def test_a_long_name_keeps_its_ending():
    assert rules.safe_name("x" * 300 + ".parquet").endswith("x.parquet")


def test_every_kind_has_a_media_type():
    assert {kind for kind in Kind if kinds.media_type(kind) == "application/octet-stream"} == {Kind.EMPTY, Kind.UNKNOWN}
