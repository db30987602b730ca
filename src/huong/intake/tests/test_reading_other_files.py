"""Workbooks, JSON, GeoJSON, Parquet and archives."""

import contextlib
import datetime as dt
import gzip
import io
import json
import struct
import zipfile

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from huong.intake.errors import Unreadable


def workbook(fill):
    """Return the bytes of a workbook that a function fills."""
    book = openpyxl.Workbook()
    fill(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def zipped(**files):
    """Return the bytes of an archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_a_workbook_with_merged_names_dates_and_numbers_becomes_a_table(stage):
    def fill(book):
        sheet = book.active
        sheet.title = "Cống"
        sheet["A1"] = "DANH SÁCH CỐNG NĂM 2025"
        sheet.merge_cells("A1:D1")
        sheet.append(["Mã", "Vị trí", None, "Ngày đặt"])
        sheet.append([None, "Phường", "Đường", None])
        sheet.merge_cells("B2:C2")
        sheet.merge_cells("A2:A3")
        sheet.merge_cells("D2:D3")
        sheet.append(["001", "Vỹ Dạ", "Nguyễn Huệ", dt.date(2025, 7, 1)])
        sheet.append(["002", None, "Lê Lợi", 45839])
        sheet.merge_cells("B4:B5")

    staged, rows = stage("cong.xlsx", workbook(fill))
    assert staged.columns == ["Mã", "Vị trí Phường", "Vị trí Đường", "Ngày đặt"]
    assert list(rows[0].values()) == ["001", "Vỹ Dạ", "Nguyễn Huệ", "2025-07-01", 4]
    assert list(rows[1].values()) == ["002", "Vỹ Dạ", "Lê Lợi", "45839", 5]
    assert staged.detected["sheet"] == "Cống"


def test_the_fullest_visible_sheet_is_read_unless_a_person_names_one(stage):
    def fill(book):
        book.active.append(["ghi chú"])
        book.create_sheet("Dữ liệu")
        for row in (["ma", "ten"], ["1", "An"], ["2", "Bình"]):
            book["Dữ liệu"].append(row)

    content = workbook(fill)
    assert stage("x.xlsx", content)[0].detected["sheet"] == "Dữ liệu"
    with pytest.raises(Unreadable, match="Dữ liệu") as refused:
        stage("x.xlsx", content, sheet="Tháng 7")
    assert refused.value.code == "no_such_sheet"


def test_a_value_to_the_right_of_the_names_is_not_lost_in_silence(stage):
    def fill(book):
        for row in (["ma", "ten"], ["1", "An", "điện thoại 0905"]):
            book.active.append(row)

    with pytest.raises(Unreadable, match="C") as refused:
        stage("x.xlsx", workbook(fill))
    assert refused.value.code == "value_without_column"
    assert "0905" not in refused.value.message  # it stands in logs and on pages that others may open


def test_an_empty_sheet_is_named(stage):
    with pytest.raises(Unreadable, match=r"x\.xlsx") as refused:
        stage("x.xlsx", workbook(lambda book: None))
    assert refused.value.code == "empty_file"


def test_a_cut_workbook_is_refused_with_a_sentence(stage):
    content = workbook(lambda book: book.active.append(["a"]))
    with pytest.raises(Unreadable) as refused:
        stage("x.xlsx", content[: len(content) // 2])
    assert refused.value.code == "damaged_archive"


def test_numbers_in_json_stay_as_they_were_written(stage):
    _staged, rows = stage("x.json", '[{"ma": "007", "so": 1.10, "lon": 107.5999999999999999, "co": true, "k": null}]')
    assert rows == [{"ma": "007", "so": "1.10", "lon": "107.5999999999999999", "co": "true", "k": None, "_row": 1}]


def test_a_list_inside_a_document_is_found_or_named_by_its_path(stage):
    content = json.dumps({"meta": {"n": 1}, "ket_qua": {"hang": [{"a": {"b": 1}}, {"c": [1, 2]}]}})
    _staged, rows = stage("x.json", content, path="ket_qua.hang")
    assert rows[0]["a.b"] == "1"
    assert rows[1]["c"] == '["1", "2"]' or rows[1]["c"] == "[1, 2]"
    with pytest.raises(Unreadable, match=r"ket_qua\.khac"):
        stage("x.json", content, path="ket_qua.khac")


def test_lines_of_json_may_each_have_other_names(stage):
    staged, rows = stage("x.ndjson", '{"a": 1}\n{"a": 2, "b": "x"}\n\n{"b": "y"}\n')
    assert staged.columns == ["a", "b"]
    assert [(row["a"], row.get("b")) for row in rows] == [("1", None), ("2", "x"), (None, "y")]


def test_json_that_breaks_off_is_refused_with_its_line(stage):
    with pytest.raises(Unreadable, match=r"\b2\b") as refused:
        stage("x.ndjson", '{"a": 1}\n{"a": ')
    assert refused.value.code == "not_json"


def test_a_large_document_is_read_as_a_stream(stage, monkeypatch):
    from huong.intake.readers import limits

    monkeypatch.setattr(limits, "MAX_DOCUMENT", 1000)
    content = json.dumps({"data": [{"a": number, "b": "x" * 50} for number in range(50_000)]})
    _staged, rows = stage("x.json", content)
    assert [row["a"] for row in rows] == [str(number) for number in range(50_000)]
    with pytest.raises(Unreadable):
        stage("x.json", content[:-5])


def test_features_become_rows_with_their_place(stage):
    features = [
        {
            "type": "Feature",
            "id": 7,
            "properties": {"ten": "A"},
            "geometry": {"type": "Point", "coordinates": [107.6, 16.4]},
        },
        {
            "type": "Feature",
            "properties": {"ten": "B"},
            "geometry": {"type": "LineString", "coordinates": [[1, 2], [3, 4]]},
        },
        {"type": "Feature", "properties": {"ten": "C"}, "geometry": None},
    ]
    _staged, rows = stage("x.geojson", json.dumps({"type": "FeatureCollection", "features": features}))
    assert (rows[0]["longitude"], rows[0]["latitude"], rows[0]["id"]) == ("107.6", "16.4", "7")
    line = next(row["geometry"] for row in rows if row["ten"] == "B")
    assert json.loads(line)["coordinates"] == [[1.0, 2.0], [3.0, 4.0]]


def test_parquet_is_passed_on_as_it_is(stage, tmp_path):
    pq.write_table(pa.table({"a": [1, 2], "b": ["x", None]}), tmp_path / "t.parquet")
    staged, _rows = stage("x.parquet", (tmp_path / "t.parquet").read_bytes())
    assert (staged.typed, staged.rows, staged.files[0].name) == (True, 2, "x.parquet")
    with pytest.raises(Unreadable) as refused:
        stage("x.parquet", (tmp_path / "t.parquet").read_bytes()[:-20])
    assert refused.value.code == "damaged_parquet"


def test_an_arrow_stream_is_read(stage):
    out = io.BytesIO()
    table = pa.table({"a": [1, 2]})
    with pa.ipc.new_stream(out, table.schema) as writer:
        writer.write_table(table)
    assert stage("push.arrows", out.getvalue())[0].rows == 2
    with pytest.raises(Unreadable):
        stage("push.arrows", out.getvalue()[:-40])


def test_a_small_workbook_that_asks_for_all_the_memory_is_refused_and_ends_no_process(stage):
    def fill(book):
        book.active["A1"], book.active["B1"], book.active["XFD1048576"] = "ma", "ten", "x"

    with pytest.raises(Unreadable) as refused:
        stage("x.xlsx", workbook(fill))
    assert refused.value.code == "workbook_too_large"


def test_a_workbook_with_one_broken_part_is_refused_with_a_sentence(stage):
    content = workbook(lambda book: book.active.append(["ma", "ten"]))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {found: archive.read(found) for found in archive.namelist()}
    parts["xl/worksheets/sheet1.xml"] = b"<worksheet><sheetData><row></sheetView></worksheet>"
    with pytest.raises(Unreadable) as refused:
        stage("x.xlsx", zipped(**parts))
    assert refused.value.code == "damaged_archive"


def test_an_arrow_stream_that_points_outside_its_memory_is_refused_and_ends_no_process(stage):
    out = io.BytesIO()
    table = pa.table({"ten": ["An", "Bình"]})
    with pa.ipc.new_stream(out, table.schema) as writer:
        writer.write_table(table)
    right, wrong = struct.pack("<3i", 0, 2, 7), struct.pack("<3i", 0, 2**30, 2**30 + 5)
    assert out.getvalue().count(right) == 1
    with pytest.raises(Unreadable) as refused:
        stage("push.arrows", out.getvalue().replace(right, wrong))
    assert refused.value.code == "damaged_arrow"


def test_the_one_table_in_an_archive_is_read(stage):
    staged, rows = stage("x.zip", zipped(**{"doc.txt": "xin chào", "__MACOSX/._a.csv": "x", "a.csv": "ma,ten\n1,An\n"}))
    assert (staged.detected["packed"], staged.detected["member"], rows[0]["ten"]) == ("zip", "a.csv", "An")
    assert stage("a.csv.gz", gzip.compress(b"ma,ten\n1,An\n"))[1][0]["ten"] == "An"


def test_several_tables_in_an_archive_are_listed(stage):
    content = zipped(**{"a.csv": "ma,ten\n1,An\n", "b.csv": "ma,ten\n2,Bình\n"})
    with pytest.raises(Unreadable, match=r"a\.csv, b\.csv"):
        stage("x.zip", content)
    assert stage("x.zip", content, member="b.csv")[1][0]["ten"] == "Bình"


def test_a_zip_bomb_is_refused_before_it_fills_the_disk(stage, house):
    bomb = zipped(**{"a.csv": b"ma,ten\n" + b"0" * 60_000_000})
    with pytest.raises(Unreadable) as refused:
        stage("bom.zip", bomb)
    assert refused.value.code == "zip_bomb"
    with pytest.raises(Unreadable) as refused:
        stage("bom.csv.gz", gzip.compress(b"ma,ten\n" + b"0" * 60_000_000))
    assert refused.value.code == "zip_bomb"


def test_an_archive_in_an_archive_and_a_way_out_of_the_folder_are_refused(stage, tmp_path):
    with pytest.raises(Unreadable) as refused:
        stage("x.zip", zipped(**{"inner.zip": zipped(**{"a.csv": "ma,ten\n1,2\n"})}))
    assert refused.value.code == "nested_archive"
    assert stage("x.zip", zipped(**{"../../evil.csv": "ma,ten\n1,An\n"}))[1][0]["ten"] == "An"
    assert not (tmp_path.parent / "evil.csv").exists()


def test_too_many_files_in_an_archive_are_refused(stage):
    with pytest.raises(Unreadable) as refused:
        stage("x.zip", zipped(**{f"{number}.txt": "" for number in range(1100)}))
    assert refused.value.code == "too_many_members"


@pytest.mark.parametrize(
    ("properties", "coordinates"),
    [('{"a": 1}', "[" * 300 + "1" + "]" * 300), ('{"a": 1}', "[" * 800 + "1" + "]" * 800), ('{"a": "\\ud800"}', "[]")],
)
def test_a_feature_nested_without_end_or_with_half_a_letter_is_refused_with_its_number(stage, properties, coordinates):
    feature = f'{{"type": "Feature", "properties": {properties}, "geometry": {{"type": "Polygon", "coordinates": {coordinates}}}}}'
    with pytest.raises(Unreadable, match="1"):
        stage("x.geojson", f'{{"type": "FeatureCollection", "features": [{feature}]}}'.encode())


def test_properties_that_are_no_object_are_kept_as_they_came(stage):
    feature = b'{"type": "Feature", "properties": [1], "geometry": {"type": "Point", "coordinates": [107, 16]}}'
    _staged, rows = stage("x.geojson", b'{"type": "FeatureCollection", "features": [' + feature + b"]}")
    assert rows[0]["properties"] == '["1"]'


def test_objects_that_each_bring_new_names_are_one_part_and_stop_at_the_most_columns(stage):
    staged, rows = stage("x.json", json.dumps([{f"n{number}": "x"} for number in range(300)]).encode())
    assert (len(staged.files), len(staged.columns), rows[299]["n299"], rows[0]["n299"]) == (1, 300, "x", None)


@pytest.mark.parametrize("packing", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_an_archive_with_any_byte_wrong_is_read_or_refused_with_a_sentence(stage, packing):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as archive:
        for name in ("a.csv", "b.csv"):
            archive.writestr(name, "ma,ten\n" + "1,An\n" * 9)
    content = out.getvalue()
    for place in range(0, len(content), 3):
        broken = bytearray(content)
        broken[place] ^= 0xFF
        with contextlib.suppress(Unreadable):
            stage("x.zip", bytes(broken), member="a.csv")
