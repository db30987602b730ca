"""Forms 01 to 06, each a function from its values to a PDF."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from huong.base import clock
from huong.procedures.forms.values import (
    Apology,
    Applicant,
    Book,
    BookRow,
    ControlSheet,
    Letterhead,
    Receipt,
    Refusal,
    SupplementRequest,
)
from huong.ui import printing

TEMPLATES: Final = Path(__file__).parents[1] / "templates" / "procedures" / "forms"
COPIES: Final = ("Liên 1: Giao người nộp hồ sơ", "Liên 2: Lưu tại nơi tiếp nhận")
PICTURE: Final = "code.svg"


def form_01(receipt: Receipt) -> bytes:
    """Return the receipt with the appointment, one page or more per copy."""
    return _printed(
        "01",
        "Giấy tiếp nhận hồ sơ và hẹn trả kết quả",
        receipt.head,
        receipt.code,
        {
            "applicant": asdict(receipt.applicant),
            "procedure": receipt.procedure,
            "papers": [asdict(paper) for paper in receipt.papers],
            "limit": receipt.limit,
            "received": _moment(receipt.received_at),
            "due": _moment(receipt.due_at),
            "result_place": receipt.result_place,
            "officer": receipt.officer,
            "address": receipt.address,
            "sets": f"{receipt.sets:02d}",
            "fee": receipt.fee,
            "book": receipt.book,
            "copies": COPIES[: max(1, receipt.copies)] if receipt.copies > 1 else ("",),
        },
        address=receipt.address,
    )


def form_02(request: SupplementRequest) -> bytes:
    """Return the request for everything that is missing or wrong."""
    return _printed(
        "02",
        "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ",
        request.head,
        request.code,
        {
            "applicant": asdict(request.applicant),
            "procedure": request.procedure,
            "wanted": [asdict(each) for each in request.wanted],
            "by": _day(request.by),
            "officer": request.officer,
            "address": request.address,
        },
        address=request.address,
    )


def form_03(refusal: Refusal) -> bytes:
    """Return the refusal with its reasons."""
    return _printed(
        "03",
        "Phiếu từ chối tiếp nhận, giải quyết hồ sơ",
        refusal.head,
        refusal.code,
        {
            "applicant": asdict(refusal.applicant),
            "procedure": refusal.procedure,
            "grounds": [asdict(each) for each in refusal.grounds],
            "officer": refusal.officer,
            "remedy": refusal.remedy,
        },
    )


def form_04(apology: Apology) -> bytes:
    """Return the apology with the new appointment."""
    return _printed(
        "04",
        "Phiếu xin lỗi và hẹn lại ngày trả kết quả",
        apology.head,
        apology.code,
        {
            "applicant": asdict(apology.applicant),
            "procedure": apology.procedure,
            "received": _day(apology.received_at),
            "promised": _moment(apology.promised_at),
            "new": _moment(apology.new_at),
            "reason": apology.reason,
            "signer": apology.signer,
            "position": apology.position,
        },
    )


def form_05(sheet: ControlSheet) -> bytes:
    """Return the control sheet: every hand-over with its time and outcome."""
    return _printed(
        "05",
        "Phiếu kiểm soát quá trình giải quyết hồ sơ",
        sheet.head,
        sheet.code,
        {
            "procedure": sheet.procedure,
            "lead": sheet.lead,
            "partners": ", ".join(sheet.partners),
            "hops": [
                asdict(hop) | {"at": _short(hop.at), "due": _short(hop.due_at), "due_at": ""} for hop in sheet.hops
            ],
        },
    )


def form_06(book: Book) -> bytes:
    """Return the register of the dossiers of some days, on pages laid across."""
    return _printed(
        "06", "Sổ theo dõi hồ sơ", book.head, "", {"span": book.span, "rows": [_row(row) for row in book.rows]}
    )


def blank_forms(head: Letterhead, numbers: Sequence[str]) -> bytes:
    """Return numbered forms for the hour without power, one page each.

    Args:
        head: the agency that keeps them; the day is left to be written by hand.
        numbers: as `rules.codes.blank_number` gives them; also as a QR code, to be scanned when they are typed in.
    """
    data = _frame("Phiếu trống", "Phiếu tiếp nhận hồ sơ khi mất điện, mất mạng", head, "") | {"numbers": list(numbers)}
    data["head"]["place_and_date"] = f"{head.place}, ngày ....... tháng ....... năm ............"
    pictures = {f"number-{place}.svg": printing.picture_of_code(number) for place, number in enumerate(numbers)}
    return printing.pdf(TEMPLATES / "blank.typ", data, made_at=clock.local(head.at), pictures=pictures)


def _printed(
    form: str, title: str, head: Letterhead, code: str, body: Mapping[str, Any], *, address: str = ""
) -> bytes:
    """Print a form of which head, title and footer are the same on all."""
    data = _frame(f"Mẫu số {form}", title, head, code) | dict(body)
    pictures = {PICTURE: printing.picture_of_code(address)} if address else {}
    return printing.pdf(TEMPLATES / f"form_{form}.typ", data, made_at=clock.local(head.at), pictures=pictures)


def _frame(form: str, title: str, head: Letterhead, code: str) -> dict[str, Any]:
    """Return what stands around every paper."""
    return {
        "form": form,
        "title": title,
        "head": {
            "superior": head.superior,
            "agency": head.agency,
            "desk": head.desk,
            "number": head.number,
            "phone": head.phone,
            "place_and_date": f"{head.place}, {_day(head.at)}",
        },
        "code": code,
        "keywords": [code] if code else [],
        "footer": f"{title} {code}".strip(),
    }


def _day(at: datetime | None) -> str:
    return clock.local(at).strftime("ngày %d tháng %m năm %Y") if at else ""


def _moment(at: datetime | None) -> str:
    return clock.local(at).strftime("%H giờ %M phút, ngày %d tháng %m năm %Y") if at else ""


def _short(at: datetime | None) -> str:
    return clock.local(at).strftime("%H:%M\n%d/%m/%Y") if at else ""


def _date(at: datetime | None) -> str:
    return clock.local(at).strftime("%d/%m/%Y") if at else ""


def _row(row: BookRow) -> dict[str, str]:
    return {
        "code": row.code,
        "procedure": row.procedure,
        "sets": str(row.sets),
        "name": row.applicant.name,
        "contact": _contact(row.applicant),
        "lead": row.lead,
        "received": _date(row.received_at),
        "due": _date(row.due_at),
        "sent": _date(row.sent_at),
        "result": _date(row.result_at),
        "returned": _date(row.returned_at),
        "channel": row.channel,
        "note": row.note,
    }


def _contact(applicant: Applicant) -> str:
    return "\n".join(each for each in (applicant.address, applicant.phone) if each)
