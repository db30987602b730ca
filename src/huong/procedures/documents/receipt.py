"""A receipt for a fee paid at the counter."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

TEMPLATE = Path(__file__).with_name("receipt.typ")


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


def receipt_pdf(receipt: Receipt) -> bytes:
    """Return a receipt as PDF. Never call it inside a transaction.

    Source: Decree 123/2020 article 32 (what a receipt of fees says).
    """
    import typst

    data = orjson.dumps(asdict(receipt)).decode()
    made = typst.compile(str(TEMPLATE), format="pdf", sys_inputs={"data": data}, ignore_system_fonts=True)
    return bytes(made or b"")
