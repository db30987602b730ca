"""What stands on forms 01 to 06. Plain values: words are ready to be printed, instants are timezone-aware."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Letterhead:
    """Who writes, where and when (phần đầu văn bản).

    Attributes:
        agency: the agency that issues the paper.
        place: where, as written before the date, such as "Thuận Hóa".
        at: when.
        number: number and sign, such as "12/TNHS"; empty where the paper has none.
        superior: the agency above it, empty if none is named.
        desk: the counter, if it is named apart.
        phone: where to ask.
    """

    agency: str
    place: str
    at: datetime
    number: str = ""
    superior: str = ""
    desk: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Applicant:
    """Who applies (người nộp hồ sơ): a person or an organisation."""

    name: str
    address: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True)
class Paper:
    """A component of a dossier (thành phần hồ sơ) and how it is there.

    Attributes:
        name: such as "Giấy chứng sinh".
        how: such as "Bản chính", or "Không phải nộp: lấy từ Cơ sở dữ liệu quốc gia về dân cư".
    """

    name: str
    how: str = ""


@dataclass(frozen=True)
class Receipt:
    """Form 01: receipt and appointment (giấy tiếp nhận hồ sơ và hẹn trả kết quả).

    Attributes:
        code: the dossier's code.
        procedure: what is asked for.
        papers: every component, those fetched instead of given as well.
        limit: how long it may take, in words, such as "03 ngày làm việc".
        due_at: the appointment; None where the law sets no limit.
        result_place: where the result is handed over or sent.
        address: the address that the QR code opens, to see how the dossier stands.
        sets: how many sets were handed in.
        fee: what was paid or is to be paid, in words; empty if nothing.
        book: volume and number in the register, in words; empty where it is kept by the system alone.
        copies: on how many copies it is printed: one for the applicant, a second for the counter.
    """

    head: Letterhead
    code: str
    applicant: Applicant
    procedure: str
    papers: tuple[Paper, ...]
    limit: str
    received_at: datetime
    due_at: datetime | None
    result_place: str
    officer: str
    address: str
    sets: int = 1
    fee: str = ""
    book: str = ""
    copies: int = 1


@dataclass(frozen=True)
class Wanted:
    """One thing to be supplemented or put right: which field or paper, what to do, why."""

    what: str
    todo: str
    why: str = ""


@dataclass(frozen=True)
class SupplementRequest:
    """Form 02: the one request that lists everything wanted (phiếu yêu cầu bổ sung, hoàn thiện hồ sơ).

    Attributes:
        code: the dossier's code; empty if it has none yet.
        wanted: everything, once.
        by: until when the applicant is asked to answer; None if no day is set.
        address: where to answer online, as a QR code; empty if only at the counter.
    """

    head: Letterhead
    code: str
    applicant: Applicant
    procedure: str
    wanted: tuple[Wanted, ...]
    officer: str
    by: datetime | None = None
    address: str = ""


@dataclass(frozen=True)
class Ground:
    """One reason of a refusal: the exact field or paper, what is wrong, the rule it stands on."""

    what: str
    reason: str
    legal: str = ""


@dataclass(frozen=True)
class Refusal:
    """Form 03: refusal to accept or settle a dossier (phiếu từ chối tiếp nhận, giải quyết hồ sơ).

    Attributes:
        code: the dossier's code; empty if it was never accepted.
        remedy: what the applicant can do now, such as where to complain.
    """

    head: Letterhead
    code: str
    applicant: Applicant
    procedure: str
    grounds: tuple[Ground, ...]
    officer: str
    remedy: str = ""


@dataclass(frozen=True)
class Apology:
    """Form 04: apology and new appointment (phiếu xin lỗi và hẹn lại ngày trả kết quả).

    Attributes:
        promised_at: the day that was promised.
        new_at: the new appointment.
        reason: why the day was or will be missed.
        signer: the head of the agency, or who signs for them.
        position: what the signer is, such as "CHỦ TỊCH" or "KT. CHỦ TỊCH, PHÓ CHỦ TỊCH".
    """

    head: Letterhead
    code: str
    applicant: Applicant
    procedure: str
    received_at: datetime
    promised_at: datetime
    new_at: datetime
    reason: str
    signer: str
    position: str = "THỦ TRƯỞNG CƠ QUAN, ĐƠN VỊ"


@dataclass(frozen=True)
class Hop:
    """One hand-over of a dossier (giao, nhận hồ sơ).

    Attributes:
        giver: who hands over, unit and person.
        taker: who takes it.
        at: when.
        due_at: until when the taker has time; None if no limit is set.
        outcome: how the giver's part ended, such as "Trước hạn", "Đúng hạn", "Quá hạn"; empty while open.
        note: anything else.
    """

    giver: str
    taker: str
    at: datetime
    due_at: datetime | None = None
    outcome: str = ""
    note: str = ""


@dataclass(frozen=True)
class ControlSheet:
    """Form 05: control sheet of a dossier's way (phiếu kiểm soát quá trình giải quyết hồ sơ)."""

    head: Letterhead
    code: str
    procedure: str
    lead: str
    partners: tuple[str, ...]
    hops: tuple[Hop, ...]


@dataclass(frozen=True)
class BookRow:
    """One dossier in the register.

    Attributes:
        channel: how the result is received, such as "Trực tiếp", "Bưu chính", "Trực tuyến".
    """

    code: str
    procedure: str
    applicant: Applicant
    lead: str
    received_at: datetime
    due_at: datetime | None = None
    sent_at: datetime | None = None
    result_at: datetime | None = None
    returned_at: datetime | None = None
    channel: str = ""
    sets: int = 1
    note: str = ""


@dataclass(frozen=True)
class Book:
    """Form 06: register of dossiers (sổ theo dõi hồ sơ) over some days.

    Attributes:
        span: the days it covers, in words, such as "Tháng 11 năm 2026".
    """

    head: Letterhead
    span: str
    rows: tuple[BookRow, ...]
