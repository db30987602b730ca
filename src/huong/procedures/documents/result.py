"""The result of a procedure as an official paper, with the code by which anybody checks it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from huong.ui import printing

TEMPLATE = Path(__file__).parents[1] / "templates" / "procedures" / "result" / "result.typ"
Line = tuple[str, str]


@dataclass(frozen=True)
class ResultDocument:
    """What a result says on paper; plain text throughout, in Vietnamese.

    Attributes:
        parent: the body above the agency; empty for none.
        agency: the agency that issues it.
        number: its number; empty as long as it is a draft.
        dateline: place and day of issue.
        subtitle: the name in another language, below the title.
        lines: label and value of everything it says.
        until: the last day on which it is valid; empty for ever.
        replaces: the number of the document it replaces; empty for none.
        signer_titles: lines above the signature: "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH".
        signer: the name of whoever signs; empty as long as it is a draft.
        signed_at: when it was signed, as people read it.
        url: the page for checking it.
        foot: the line at the foot of each page.
        made_at: when the paper was made, timezone-aware.
    """

    parent: str
    agency: str
    number: str
    dateline: str
    title: str
    subtitle: str
    lines: Sequence[Line]
    basis: Sequence[str]
    until: str
    replaces: str
    signer_titles: Sequence[str]
    signer: str
    signed_at: str
    url: str
    foot: str
    made_at: datetime


def result_pdf(document: ResultDocument) -> bytes:
    """Return a result as PDF/A with real text. It takes some tenths of a second: never call it inside a transaction.

    Source: Decree 30/2020 appendix I (layout of administrative documents).
    """
    values = asdict(document)
    made_at = values.pop("made_at")
    head = {
        "superior": document.parent,
        "agency": document.agency,
        "desk": "",
        "number": document.number or "……………",
        "phone": "",
        "place_and_date": document.dateline,
    }
    paper = values | {
        "form": "", "head": head, "keywords": [], "footer": document.foot, "signed": bool(document.signer),
    }  # fmt: skip
    pictures = {"code.svg": printing.picture_of_code(document.url)}
    return printing.pdf(TEMPLATE, paper, made_at=made_at, pictures=pictures)
