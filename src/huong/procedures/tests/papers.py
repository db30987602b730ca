"""Made-up papers of a made-up counter, for tests of forms."""

from huong.procedures.forms import (
    Apology,
    Applicant,
    Book,
    BookRow,
    ControlSheet,
    Ground,
    Hop,
    Letterhead,
    Paper,
    Receipt,
    Refusal,
    SupplementRequest,
    Wanted,
)
from huong.procedures.tests.offices import at

CODE = "H57.32-261127-0007"
ADDRESS = "https://dichvu.hue.example/d/H57.32-261127-0007"
HEAD = Letterhead(
    superior="Ủy ban nhân dân phường Thuận Hóa",
    agency="Trung tâm Phục vụ hành chính công",
    place="Thuận Hóa",
    at=at("11-27 09:12"),
    number="07/TNHS",
    phone="0234 3 000 000",
)
HONG = Applicant(
    "Nguyễn Thị Hồng Ửng",
    "12 kiệt 5 Nguyễn Huệ, phường Thuận Hóa, thành phố Huế",
    "0912 000 001",
    "hong.ung@example.vn",
)
BIRTH = "Đăng ký khai sinh"
PAPERS = (
    Paper("Tờ khai đăng ký khai sinh", "Bản điện tử, đã ký"),
    Paper("Giấy chứng sinh", "Không phải nộp: lấy từ dữ liệu của Bệnh viện Trung ương Huế"),
    Paper("Giấy tờ tùy thân của cha, mẹ", "Không phải nộp: lấy từ Cơ sở dữ liệu quốc gia về dân cư"),
    Paper("Giấy chứng nhận kết hôn", "Không phải nộp: lấy từ Cơ sở dữ liệu hộ tịch điện tử"),
)


def receipt(**other):
    values = {
        "head": HEAD,
        "code": CODE,
        "applicant": HONG,
        "procedure": BIRTH,
        "papers": PAPERS,
        "limit": "trong ngày làm việc",
        "received_at": at("11-27 09:12"),
        "due_at": at("11-27 17:30"),
        "result_place": "tại nhà, qua bưu chính công ích",
        "officer": "Lê Văn Đạt",
        "address": ADDRESS,
    }
    return Receipt(**values | other)


def supplement(**other):
    values = {
        "head": HEAD,
        "code": CODE,
        "applicant": HONG,
        "procedure": "Cấp giấy phép xây dựng nhà ở riêng lẻ",
        "wanted": (
            Wanted(
                "Bản vẽ mặt bằng, tờ 2",
                "Ghi khoảng cách đến ranh giới thửa đất phía Đông",
                "Bản vẽ thiếu kích thước này",
            ),
            Wanted("Mục “Diện tích sàn”", "Sửa 1.200 m² thành 120 m²", "Không khớp với bản vẽ"),
            Wanted(
                "Giấy chứng nhận quyền sử dụng đất, trang 3", "Chụp lại trang 3", "Ảnh bị mờ, không đọc được số thửa"
            ),
        ),
        "officer": "Lê Văn Đạt",
        "by": at("12-11 17:30"),
        "address": ADDRESS,
    }
    return SupplementRequest(**values | other)


def refusal(**other):
    values = {
        "head": HEAD,
        "code": "",
        "applicant": HONG,
        "procedure": "Đăng ký thành lập hộ kinh doanh",
        "grounds": (
            Ground(
                "Mục “Ngành, nghề kinh doanh”",
                "Ngành đã ghi thuộc danh mục ngành, nghề cấm đầu tư kinh doanh",
                "Luật Đầu tư, điều 6",
            ),
        ),
        "officer": "Lê Văn Đạt",
        "remedy": "Nếu không đồng ý, ông (bà) có quyền khiếu nại trong 90 ngày kể từ ngày nhận phiếu này.",
    }
    return Refusal(**values | other)


def apology(**other):
    values = {
        "head": HEAD,
        "code": CODE,
        "applicant": HONG,
        "procedure": "Cấp giấy phép xây dựng nhà ở riêng lẻ",
        "received_at": at("11-02 09:00"),
        "promised_at": at("11-17 17:30"),
        "new_at": at("11-25 17:30"),
        "reason": "phải lấy lại ý kiến của cơ quan phòng cháy, chữa cháy sau khi bản vẽ được sửa.",
        "signer": "Trần Quốc Bảo",
        "position": "GIÁM ĐỐC",
    }
    return Apology(**values | other)


def control_sheet(**other):
    values = {
        "head": HEAD,
        "code": CODE,
        "procedure": "Cấp giấy phép xây dựng nhà ở riêng lẻ",
        "lead": "Phòng Kinh tế, Hạ tầng và Đô thị",
        "partners": ("Công an phường Thuận Hóa",),
        "hops": (
            Hop(
                "Bộ phận một cửa, Lê Văn Đạt", "Phòng Kinh tế, Hạ tầng và Đô thị", at("11-02 10:00"), at("11-12 17:30")
            ),
            Hop(
                "Phòng Kinh tế, Hạ tầng và Đô thị, Phan Thị Mơ",
                "Công an phường Thuận Hóa",
                at("11-05 15:40"),
                at("11-10 17:30"),
                "Trước hạn",
                "Lấy ý kiến phòng cháy",
            ),
        ),
    }
    return ControlSheet(**values | other)


def book(count=3, **other):
    rows = tuple(
        BookRow(
            f"H57.32-261127-{number:04d}",
            BIRTH,
            HONG,
            "Công chức tư pháp - hộ tịch",
            at("11-27 09:12"),
            at("11-27 17:30"),
            at("11-27 09:20"),
            at("11-27 15:00"),
            at("11-27 16:00"),
            "Bưu chính",
        )
        for number in range(1, count + 1)
    )
    return Book(**{"head": HEAD, "span": "Ngày 27 tháng 11 năm 2026", "rows": rows} | other)
