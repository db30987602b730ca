"""Forms 01 to 06 as a person and a reader program find them: real text, whole names, more pages, nothing executed."""

import io
import re
import unicodedata
from dataclasses import replace

import pypdf
import pytest

from huong.procedures import forms
from huong.procedures.forms import Applicant, Ground, Hop, Paper, Wanted
from huong.procedures.rules.codes import blank_number
from huong.procedures.tests import papers
from huong.procedures.tests.offices import at

ALL = {
    "01": (forms.form_01, papers.receipt, "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ"),
    "02": (forms.form_02, papers.supplement, "PHIẾU YÊU CẦU BỔ SUNG, HOÀN THIỆN HỒ SƠ"),
    "03": (forms.form_03, papers.refusal, "PHIẾU TỪ CHỐI TIẾP NHẬN, GIẢI QUYẾT HỒ SƠ"),
    "04": (forms.form_04, papers.apology, "PHIẾU XIN LỖI VÀ HẸN LẠI NGÀY TRẢ KẾT QUẢ"),
    "05": (forms.form_05, papers.control_sheet, "PHIẾU KIỂM SOÁT QUÁ TRÌNH GIẢI QUYẾT HỒ SƠ"),
    "06": (forms.form_06, papers.book, "SỔ THEO DÕI HỒ SƠ"),
}
NASTY = '#panic("x") #read("/etc/passwd") = *a* _b_ $c$ @d <e> [f] \\n `g` // h /* i */ </svg><script>'


def opened(pdf):
    return pypdf.PdfReader(io.BytesIO(pdf))


def said(pdf):
    """The text of a PDF on one line."""
    text = " ".join(page.extract_text() for page in opened(pdf).pages)
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text).replace("\u200b", ""))


def letters(text):
    """A text without any space, since lines break where they must."""
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("form", ALL)
def test_every_form_has_the_heading_of_state_its_title_place_and_date(form):
    make, values, title = ALL[form]
    text = said(make(values()))
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text
    assert "Độc lập - Tự do - Hạnh phúc" in text
    assert letters("ỦY BAN NHÂN DÂN PHƯỜNG THUẬN HÓA") in letters(text)
    assert letters("TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG") in letters(text)
    assert "Thuận Hóa, ngày 27 tháng 11 năm 2026" in text
    assert "Số: 07/TNHS" in text
    assert f"Mẫu số {form}" in text
    assert title in text


@pytest.mark.parametrize("form", ALL)
def test_every_form_is_an_archive_paper_that_a_screen_reader_can_read(form):
    make, values, title = ALL[form]
    reader = opened(make(values()))
    metadata = reader.trailer["/Root"]["/Metadata"].get_object().get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in metadata
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert reader.trailer["/Root"]["/Lang"] == "vi-VN"
    assert reader.metadata.title.upper() == title
    assert reader.get_fields() is None


@pytest.mark.parametrize("form", ALL)
def test_the_same_values_give_the_same_bytes(form):
    make, values, _title = ALL[form]
    assert make(values()) == make(values())


def test_a_receipt_says_when_where_and_what_need_not_be_given():
    pdf = forms.form_01(papers.receipt())
    text = said(pdf)
    assert len(opened(pdf).pages) == 1
    assert papers.CODE in text
    assert "Thời gian nhận hồ sơ: 09 giờ 12 phút, ngày 27 tháng 11 năm 2026" in text
    assert text.count("17 giờ 30 phút, ngày 27 tháng 11 năm 2026") == 2
    assert "Không phải nộp: lấy từ Cơ sở dữ liệu quốc gia về dân cư" in text
    assert "Nguyễn Thị Hồng Ửng" in text
    assert papers.ADDRESS in text


def test_a_receipt_without_a_limit_promises_no_day():
    assert "Luật không quy định thời hạn; cơ quan sẽ thông báo" in said(forms.form_01(papers.receipt(due_at=None)))


def test_two_copies_are_told_apart_and_counted_each_by_itself():
    pages = [page.extract_text() for page in opened(forms.form_01(papers.receipt(copies=2))).pages]
    assert len(pages) == 2
    assert "Liên 1: Giao người nộp hồ sơ" in pages[0]
    assert "Liên 2: Lưu tại nơi tiếp nhận" in pages[1]
    assert all("1/1" in page and "Mẫu số 01" in page for page in pages)


def test_what_is_not_known_is_a_dotted_line():
    assert re.search(
        r"Số điện thoại: ?[ .]{12,}", said(forms.form_01(papers.receipt(applicant=Applicant("Lê Thị Na"))))
    )


def test_many_papers_run_over_pages_with_the_head_of_the_table_on_each():
    many = tuple(Paper(f"Giấy tờ thứ {number}, bản vẽ kết cấu móng", "Bản sao") for number in range(1, 61))
    pages = [page.extract_text() for page in opened(forms.form_01(papers.receipt(papers=many))).pages]
    assert len(pages) > 2
    assert sum("Tên giấy tờ, dữ liệu" in page for page in pages) >= len(pages) - 1
    text = " ".join(pages)
    assert all(f"Giấy tờ thứ {number}," in text for number in range(1, 61))
    assert "NGƯỜI TIẾP NHẬN HỒ SƠ" in pages[-1]


@pytest.mark.parametrize("form", ["01", "02", "03", "04"])
def test_a_name_is_printed_whole_however_long_it_is(form):
    make, values, _title = ALL[form]
    for name in ("Công ty Trách nhiệm hữu hạn Một thành viên " * 7, "Krông" * 60):
        assert letters(name) in letters(said(make(values(applicant=Applicant(name, name)))))


def test_a_supplement_request_lists_everything_at_once():
    text = said(forms.form_02(papers.supplement()))
    for wanted in ("Bản vẽ mặt bằng, tờ 2", "Sửa 1.200 m² thành 120 m²", "Ảnh bị mờ, không đọc được số thửa"):
        assert wanted in text
    assert "trước hết ngày 11 tháng 12 năm 2026" in text
    assert "không phải đến nơi tiếp nhận" in text
    at_the_counter = said(forms.form_02(papers.supplement(by=None, address="")))
    assert "trước hết" not in at_the_counter
    assert "Quét mã" not in at_the_counter


def test_a_refusal_names_the_field_the_reason_and_the_rule():
    text = said(forms.form_03(papers.refusal()))
    for words in ("Ngành, nghề kinh doanh", "cấm đầu tư kinh doanh", "Luật Đầu tư, điều 6", "quyền khiếu nại"):
        assert words in text
    assert "Mã hồ sơ" not in text


def test_an_apology_says_the_old_day_the_new_one_and_why():
    text = said(forms.form_04(papers.apology()))
    assert "Kính gửi: Nguyễn Thị Hồng Ửng" in text
    assert "Ngày 02 tháng 11 năm 2026, Trung tâm Phục vụ hành chính công đã tiếp nhận" in text
    assert "hẹn trả kết quả: 17 giờ 30 phút, ngày 17 tháng 11 năm 2026" in text
    assert "17 giờ 30 phút, ngày 25 tháng 11 năm 2026" in text
    assert "phòng cháy" in text
    assert "xin lỗi" in text
    assert text.index("GIÁM ĐỐC") < text.index("Trần Quốc Bảo")


def test_a_control_sheet_shows_every_hand_over_with_time_and_outcome():
    hops = tuple(Hop(f"Đơn vị {number}", f"Đơn vị {number + 1}", at("11-02 10:00")) for number in range(40))
    text = said(forms.form_05(papers.control_sheet(hops=(*papers.control_sheet().hops, *hops))))
    assert "15:40 05/11/2026" in text
    assert "Trước hạn" in text
    assert "Đơn vị 40" in text
    assert "Không có" in said(forms.form_05(papers.control_sheet(partners=())))


def test_a_register_lies_across_the_page_and_keeps_each_row_whole():
    reader = opened(forms.form_06(papers.book(40)))
    assert reader.pages[0].mediabox.width > reader.pages[0].mediabox.height
    pages = [page.extract_text() for page in reader.pages]
    for number in range(1, 41):
        [page] = [page for page in pages if f"H57.32-261127-{number:04d}" in page]
        assert page.count("H57.32-261127-") == page.count("0912 000 001")
    assert "Không có hồ sơ nào" in said(forms.form_06(papers.book(0)))


def test_a_row_longer_than_a_page_loses_no_word():
    [row] = papers.book(1).rows
    long = " ".join(f"thôn{number}" for number in range(600))
    text = said(forms.form_06(papers.book(rows=(replace(row, applicant=Applicant("Lê Thị Na", long)),))))
    assert letters(long) in letters(text)


def test_blank_forms_carry_each_its_number_and_can_be_filled_in_by_hand():
    numbers = [blank_number("H57.32", 2026, serial) for serial in (42, 43, 44)]
    pages = [page.extract_text() for page in opened(forms.blank_forms(papers.HEAD, numbers)).pages]
    assert len(pages) == 3
    for number, page in zip(numbers, pages, strict=True):
        assert f"Số phiếu: {number}" in page
        assert page.count("....") > 10
        assert "ngày 27" not in page
        assert "1/1" in page


@pytest.mark.parametrize("form", ALL)
def test_what_a_citizen_types_is_text_and_never_read_as_markup(form):
    make, values, _title = ALL[form]
    nasty = {
        "01": {
            "applicant": Applicant(NASTY, NASTY),
            "papers": (Paper(NASTY, NASTY),),
            "address": "https://x.vn/" + NASTY,
        },
        "02": {
            "applicant": Applicant(NASTY),
            "wanted": (Wanted(NASTY, NASTY, NASTY),),
            "address": "https://x.vn/" + NASTY,
        },
        "03": {"applicant": Applicant(NASTY), "grounds": (Ground(NASTY, NASTY),), "remedy": NASTY},
        "04": {"applicant": Applicant(NASTY), "reason": NASTY, "signer": NASTY},
        "05": {"procedure": NASTY, "hops": (Hop(NASTY, NASTY, at("11-02 10:00"), note=NASTY),)},
        "06": {"rows": (replace(papers.book(1).rows[0], applicant=Applicant(NASTY), note=NASTY),)},
    }[form]
    pdf = make(values(**nasty))
    assert letters(NASTY) in letters(said(pdf))
    assert "root:" not in said(pdf)
    for marker in (b"/JavaScript", b"/JS ", b"/Launch", b"/EmbeddedFile"):
        assert marker not in pdf


def test_names_of_the_mountain_peoples_are_printed_on_an_archive_paper():
    name = "Kăn Ƀlúp Čư Ĕban Ñiê Ŏi Ŭng"
    pdf = forms.form_01(papers.receipt(applicant=Applicant(name)))
    assert letters(name) in letters(said(pdf))
    assert b"<pdfaid:part>2" in opened(pdf).trailer["/Root"]["/Metadata"].get_object().get_data()


def test_control_characters_and_letters_that_no_font_has_do_not_spoil_a_paper():
    pdf = forms.form_01(papers.receipt(applicant=Applicant("Lê\x00 Thị\u202e Na \ud83d \U0001339f")))
    assert "Lê Thị Na" in said(pdf)
    assert len(opened(pdf).pages) == 1
