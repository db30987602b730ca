"""Bad files at the upload page: each is refused in words that say what is wrong and what to do; nothing is lost."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from huong.catalogue import actions as catalogue
from huong.intake import actions as intake
from huong.intake import queries as loads
from huong.intake.errors import SameBytesElsewhere
from huong.intake.tests.bad_files import REFUSED, workbook
from huong.store import queries as store
from huong.web.tests.conftest import PUMPS, contract, sign_in
from huong.web.tests.test_dataset_pages import text_of

pytestmark = pytest.mark.django_db(transaction=True)
UPLOAD = "/desk/datasets/pumps/upload"


def sent(client, name, content, url=UPLOAD):
    return client.post(url, {"file": SimpleUploadedFile(name, content)})


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_no_table_is_refused_in_a_clerks_words_and_kept(pumps, as_steward, name):
    content, words = REFUSED[name]
    answer = sent(as_steward, name, content)
    page = text_of(answer)
    assert (answer.status_code, store.current("pumps").version) == (400, 1)
    assert words in page.replace("&quot;", '"')
    assert "Không đọc được tệp này thành bảng" in page
    load = loads.loads_of("pumps").first()
    assert (load.state, load.name, load.blob is not None) == ("failed", name, True)


def test_a_header_that_changed_since_last_month_is_shown_with_what_changed(pumps, as_steward):
    changed = PUMPS.replace("phuong,", "phuong_xa,").replace(",cong_suat", ",ghi_chu")
    answer = sent(as_steward, "thang-8.csv", changed.encode())
    page = text_of(as_steward.get(answer.headers["Location"]))
    assert "Các cột khác với lần nạp trước" in page
    assert "“phuong” → “phuong_xa”" in page
    assert "Lần này thiếu: “cong_suat”" in page
    assert "Cột mới: “ghi_chu”" in page
    assert "<option selected>phuong_xa</option>" in page


def test_what_a_person_chose_last_time_is_proposed_again(pumps, as_steward):
    renamed = PUMPS.replace("ma,phuong", "so_tram,phuong").encode()
    first = sent(as_steward, "lan-1.csv", renamed).headers["Location"]
    names = ("phuong", "vi_do", "kinh_do", "cong_suat")
    as_steward.post(first, {"map-ma": "so_tram", **{f"map-{name}": name for name in names}, "confirm": "1"})
    intake.run(first.rsplit("/", 1)[-1])
    again = sent(as_steward, "lan-2.csv", renamed.replace(b"75", b"76")).headers["Location"]
    page = text_of(as_steward.get(again))
    assert "<option selected>so_tram</option>" in page
    assert "Các cột khác với lần nạp trước" not in page


def test_a_sheet_with_a_merged_header_and_serial_dates_finds_its_columns(pumps, as_steward):
    rows = [
        ["DANH SÁCH TRẠM BƠM", None, None, None, None],
        ["Mã trạm", "Vị trí", None, None, "Công suất"],
        [None, "Phường", "Vĩ độ", "Kinh độ", "(kW)"],
        ["007", "Phường An Cựu", 16.45, 107.6, 75],
    ]
    answer = sent(as_steward, "tram.xlsx", workbook(*rows))
    page = text_of(as_steward.get(answer.headers["Location"]))
    assert "5 trong 5 mục đã có cột" in page
    assert "007" in page


def test_the_same_bytes_from_another_agency_wait_until_somebody_says_why(pumps, client, roads_steward):
    catalogue.add(contract("road_pumps", title="Trạm bơm đường", owner="H57.9"), by=None)
    sign_in(client, roads_steward)
    where = sent(client, "pumps.csv", PUMPS.encode(), "/desk/datasets/road_pumps/upload").headers["Location"]
    names = ("ma", "phuong", "vi_do", "kinh_do", "cong_suat")
    client.post(where, {**{f"map-{name}": name for name in names}, "confirm": "1"})
    load_id = where.rsplit("/", 1)[-1]
    with pytest.raises(SameBytesElsewhere, match="pumps"):
        intake.run(load_id)
    page = text_of(client.get(f"/desk/datasets/road_pumps/loads/{load_id}"))
    assert "Vì sao cả hai bộ dữ liệu đều đúng" in page
    assert store.current("road_pumps") is None


def test_a_file_without_names_is_read_again_in_the_way_a_person_says(pumps, as_steward):
    answer = sent(as_steward, "khong-ten.csv", b"TB-71|Ph\xc6\xb0\xe1\xbb\x9dng An C\xe1\xbb\xb1u|5\nTB-72|x|6\n")
    page = text_of(answer)
    assert answer.status_code == 400
    load = loads.loads_of("pumps").first()
    where = f"{UPLOAD}/{load.id}"
    assert where in page
    assert "Chưa đọc được tệp này thành bảng" in text_of(as_steward.get(where))
    assert as_steward.post(where, {"again": "1", "header_row": "ba"}).status_code == 400
    assert as_steward.post(where, {"again": "1", "header_row": "0", "delimiter": "|"}).status_code == 302
    again = text_of(as_steward.get(where))
    assert "column_1" in again
    assert "TB-71, TB-72" in again or "Chưa đọc được" not in again
    load.refresh_from_db()
    assert (load.recipe, load.columns) == ({"header_row": 0, "delimiter": "|"}, ["column_1", "column_2", "column_3"])


def test_which_table_of_an_archive_is_meant_is_said_by_a_person(pumps, as_steward):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.csv", PUMPS)
        archive.writestr("b.csv", PUMPS.replace("TB-0", "TB-8"))
    where = sent(as_steward, "hai-bang.zip", out.getvalue()).headers["Location"]
    assert "a.csv, b.csv" in text_of(as_steward.get(where))
    as_steward.post(where, {"again": "1", "member": "b.csv"})
    assert "TB-81" in text_of(as_steward.get(where))


def test_an_upload_that_breaks_off_keeps_nothing(pumps, as_steward):
    whole = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nma,phuong\n1,'
    answer = as_steward.generic("POST", UPLOAD, whole, content_type="multipart/form-data; boundary=x")
    assert answer.status_code in (302, 400)
    assert store.current("pumps").version == 1
