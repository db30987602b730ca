"""A receipt for a fee paid at the counter."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from huong.ui import printing

TEMPLATE = Path(__file__).parents[1] / "templates" / "procedures" / "result" / "receipt.typ"
TITLE = "Biên lai thu phí, lệ phí"


@dataclass(frozen=True)
class Receipt:
    """What a receipt says; plain text. `lines`: what, price, how many, together."""

    agency: str
    number: str
    dateline: str
    payer: str
    code: str
    procedure: str
    lines: Sequence[Sequence[str]]
    total: str
    receiver: str
    made_at: datetime


def receipt_pdf(receipt: Receipt) -> bytes:
    """Return a receipt as PDF. Never call it inside a transaction.

    Source: Decree 123/2020 article 32 (what a receipt of fees says).
    """
    values = asdict(receipt)
    made_at = values.pop("made_at")
    head = {
        "superior": "", "agency": receipt.agency, "desk": "", "number": receipt.number, "phone": "",
        "place_and_date": receipt.dateline,
    }  # fmt: skip
    paper = values | {"form": "", "title": TITLE, "head": head, "keywords": [], "footer": f"{TITLE} {receipt.number}"}
    return printing.pdf(TEMPLATE, paper, made_at=made_at)
