"""Files as they should not come, each with the words in which a clerk is told, for the tests of every door."""

import gzip
import io
import random
import zipfile

import openpyxl


def zipped(content):
    """Return the bytes of an archive that holds one table."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", content)
    return out.getvalue()


def workbook(*rows):
    """Return the bytes of a workbook with these rows."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


NOISE = random.Random(1).randbytes(5000)
REFUSED = {
    "rong.csv": (b"", "Tệp “rong.csv” trống"),
    "chi-co-ten.csv": (b"ma,phuong\n", "không có dòng dữ liệu"),
    "trang.xlsx": (workbook(), "Tệp “trang.xlsx / Sheet” trống"),
    "anh.csv": (b"\xff\xd8\xff\xe0" + NOISE, "không phải bảng mà là ảnh JPEG"),
    "trung.csv": (b"ma,phuong,Phuong\n1,2,3\n", "“phuong” (2, 3)"),
    "nhieu-cot.csv": (b",".join(b"c%d" % place for place in range(2_000_000)) + b"\n1\n", "hơn 2.000 cột"),
    "dong-dai.csv": (b"ma,phuong\n1,2\n" + b"x" * 9_000_000 + b"\n", "Dòng 3 dài hơn 8 MB"),
    "bom.zip": (zipped(b"ma\n" + b"0" * 40_000_000), "kiểu “bom nén”"),
    "bom.csv.gz": (gzip.compress(b"ma\n" + b"0" * 40_000_000), "kiểu “bom nén”"),
    "nua.xlsx": (workbook(["ma", "phuong"], ["1", "2"])[:1500], "bị hỏng hoặc chưa gửi hết"),
    "khong-ten.csv": (b"1,2\n3,4\n", "Không tìm thấy hàng tên cột"),
}
